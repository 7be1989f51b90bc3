//! The name of a state: what stands behind `/states/` in its address. It decides nothing but which names there are.

use std::fmt;
use std::str::FromStr;

/// A folder's name on Linux has at most 255 bytes.
const LONGEST: usize = 200;

/// The name of a state, such as `prod/network`: segments of letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateName(String);

/// Why something is no name of a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a state: {1}")]
pub struct NameError(String, &'static str);

impl StateName {
    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the folder that it is kept in. One level, so that `a` and `a/b` do not lie in each other.
    pub(crate) fn folder(&self) -> String {
        self.0.replace('/', "+")
    }

    /// The state that is kept in a folder; none where the folder is not a state's.
    pub(crate) fn of_folder(folder: &str) -> Option<Self> {
        folder.replace('+', "/").parse().ok()
    }
}

impl FromStr for StateName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let wrong = |why| Err(NameError(text.chars().take(LONGEST).collect(), why));
        if text.len() > LONGEST {
            return wrong("it is longer than 200 characters");
        }
        for segment in text.split('/') {
            if segment.is_empty() {
                return wrong("it has an empty part");
            }
            if segment.starts_with('.') {
                return wrong("a part of it begins with a dot");
            }
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if !segment.bytes().all(plain) {
                return wrong("only letters, digits, `-`, `_` and `.` may stand between the slashes");
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_segments_of_plain_characters() {
        for right in ["network", "prod/network", "a.b/c-d/e_f", "1"] {
            assert_eq!(right.parse::<StateName>().unwrap().as_str(), right);
        }
        for wrong in [
            "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", ".git", "a b", "a+b", "a%2Fb", "ä", "a\\b",
        ] {
            assert!(wrong.parse::<StateName>().is_err(), "{wrong}");
        }
        assert!("a".repeat(201).parse::<StateName>().is_err());
    }

    proptest! {
        #[test]
        fn a_folder_belongs_to_one_name(text in "[a-z./+%\\\\-]{0,12}") {
            if let Ok(name) = text.parse::<StateName>() {
                prop_assert!(!name.folder().contains('/'));
                prop_assert_eq!(StateName::of_folder(&name.folder()), Some(name));
            }
        }
    }
}
