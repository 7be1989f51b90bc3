//! Images by digest.

use std::fmt;
use std::str::FromStr;

/// The digest of an image's manifest: `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// A text cannot stand for an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}; write it as `{example}`")]
pub struct InvalidImage {
    /// The text.
    pub text: String,
    /// What it was to be.
    pub what: &'static str,
    /// What one looks like.
    pub example: &'static str,
}

impl Digest {
    /// The whole digest, with its algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, as people compare them.
    pub fn short(&self) -> &str {
        &self.0["sha256:".len()..][..12]
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = InvalidImage;

    fn from_str(text: &str) -> Result<Self, InvalidImage> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        let fine = digits.len() == 64 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidImage {
                text: text.to_owned(),
                what: "image digest",
                example: "sha256:<64 hexadecimal digits>",
            })
        }
    }
}

/// An image as a release names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    name: String,
    new_name: String,
    digest: Digest,
}

impl Image {
    /// The image that the manifests call `name`, in the registry as `new_name`, exactly `digest`.
    pub fn new(
        name: impl Into<String>,
        new_name: impl Into<String>,
        digest: Digest,
    ) -> Result<Self, InvalidImage> {
        let (name, new_name) = (name.into(), new_name.into());
        for text in [&name, &new_name] {
            let fine = text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && !text.ends_with(':')
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-/:".contains(c));
            if !fine {
                return Err(InvalidImage {
                    text: text.clone(),
                    what: "image name",
                    example: "ghcr.io/acme/orders",
                });
            }
        }
        Ok(Self {
            name,
            new_name,
            digest,
        })
    }

    /// The name in the manifests.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name with the registry.
    pub fn new_name(&self) -> &str {
        &self.new_name
    }

    /// The digest.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.new_name, self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_digests_and_plain_names_make_an_image() {
        let digest: Digest = format!("sha256:{}", "0a".repeat(32)).parse().unwrap();
        assert_eq!(digest.short(), "0a0a0a0a0a0a");
        assert!("sha256:0a".parse::<Digest>().is_err());
        assert!(format!("sha256:{}", "0A".repeat(32)).parse::<Digest>().is_err());
        assert!(Image::new("orders", "localhost:5000/orders", digest.clone()).is_ok());
        for name in ["", "a b", "a: b", "#a", "a:", "-a", "ä"] {
            assert!(Image::new("orders", name, digest.clone()).is_err(), "{name}");
        }
    }
}
