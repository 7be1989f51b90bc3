//! `images`: names, tags and digests of container images.

use regex::Regex;
use serde_json::Value;

use crate::fieldspec::{Create, visit};
use crate::kustomization::Image;
use crate::yaml;

/// The name of an `images` entry, which kustomize takes for a regular expression.
pub(crate) enum Pattern {
    /// Only letters that mean themselves, and dots, which mean any.
    Simple(String),
    /// Anything else; none where it is no expression, which fits nothing.
    Regex(Option<Regex>),
}

impl Pattern {
    pub(crate) fn new(name: &str) -> Self {
        let simple = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '/' | '-' | '_' | ':' | '.')
        };
        if name.chars().all(simple) {
            return Self::Simple(name.to_owned());
        }
        let rest = "(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$";
        Self::Regex(Regex::new(&format!("^{name}{rest}")).ok())
    }

    /// Whether `image` is the named one, with any tag and digest.
    fn fits(&self, image: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(image)),
            Self::Simple(name) => {
                let Some((front, rest)) = image.split_at_checked(name.len()) else {
                    return false;
                };
                let same = front
                    .bytes()
                    .zip(name.bytes())
                    .all(|(byte, wanted)| byte == wanted || wanted == b'.');
                same && is_tag_and_digest(rest)
            }
        }
    }
}

fn is_tag_and_digest(rest: &str) -> bool {
    let word = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'{' | b'}' | b'-'))
    };
    let (tag, digest) = match rest.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None => (rest, None),
    };
    let tag_fits = tag.is_empty() || tag.strip_prefix(':').is_some_and(word);
    let digest_fits = digest.is_none_or(|digest| {
        digest.split_once(':').is_some_and(|(algorithm, hex)| {
            word(hex)
                && algorithm
                    .split(['.', '+', '_', '-'])
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        })
    });
    tag_fits && digest_fits
}

/// Carries `entry` out on all images in `resource`. Whether it had any.
pub(crate) fn replace(resource: &mut Value, entry: &Image, name: &Pattern) -> Result<bool, String> {
    if resource
        .get("kind")
        .is_some_and(|kind| kind == "CustomResourceDefinition")
    {
        return Ok(false);
    }
    let mut any = false;
    containers(resource, &mut |image| {
        any |= update(image, entry, name)?;
        Ok(())
    })?;
    for path in FIELDS {
        visit(resource, path, Create::Nothing, &mut |image| {
            any |= update(image, entry, name)?;
            Ok(())
        })?;
    }
    Ok(any)
}

/// Where kustomize looks a second time.
const FIELDS: &[&str] = &[
    "spec/containers[]/image",
    "spec/initContainers[]/image",
    "spec/volumes[]/image/reference",
    "spec/template/spec/containers[]/image",
    "spec/template/spec/initContainers[]/image",
    "spec/template/spec/volumes[]/image/reference",
    "spec/jobTemplate/spec/template/spec/volumes[]/image/reference",
];

/// Gives `set` each image of lists named `containers` or `initContainers`, wherever they are.
fn containers(
    value: &mut Value,
    set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    match value {
        Value::Object(map) => {
            for (key, field) in map.iter_mut() {
                containers(field, set)?;
                if let ("containers" | "initContainers", Value::Array(items)) = (key.as_str(), field) {
                    for item in items {
                        match item {
                            Value::Object(container) => {
                                if let Some(image) = container.get_mut("image") {
                                    set(image)?;
                                }
                            }
                            Value::Null => {}
                            _ => return Err("a container is not a mapping".to_owned()),
                        }
                    }
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| containers(item, set)),
        _ => Ok(()),
    }
}

fn update(image: &mut Value, entry: &Image, pattern: &Pattern) -> Result<bool, String> {
    if matches!(image, Value::Object(_) | Value::Array(_)) {
        return Err("an image is not text".to_owned());
    }
    let old = yaml::text(image);
    if !pattern.fits(&old) {
        return Ok(false);
    }
    let (name, mut tag, mut digest) = split(&old);
    let name = entry.new_name.as_deref().unwrap_or(name);
    let suffixed;
    match (&entry.new_tag, &entry.digest, &entry.tag_suffix) {
        (Some(new_tag), Some(new_digest), _) => (tag, digest) = (new_tag, new_digest),
        (Some(new_tag), None, _) => (tag, digest) = (new_tag, ""),
        (None, Some(new_digest), _) => (tag, digest) = ("", new_digest),
        (None, None, Some(suffix)) => {
            suffixed = format!("{tag}{suffix}");
            (tag, digest) = (&suffixed, "");
        }
        (None, None, None) => {}
    }
    let mut new = name.to_owned();
    if !tag.is_empty() {
        new.push(':');
        new.push_str(tag);
    }
    if !digest.is_empty() {
        new.push('@');
        new.push_str(digest);
    }
    *image = Value::String(new);
    Ok(true)
}

/// The name, tag and digest of an image.
fn split(image: &str) -> (&str, &str, &str) {
    // A port belongs to the registry, before the first slash.
    let from = image.find('/').filter(|slash| *slash > 0).unwrap_or(0);
    let at = image[from..].find('@').map(|at| at + from);
    let colon = image[from..].find(':').map(|colon| colon + from);
    match (at, colon) {
        (None, None) => (image, "", ""),
        (Some(at), Some(colon)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(at), _) => (&image[..at], "", &image[at + 1..]),
        (None, Some(colon)) => (&image[..colon], &image[colon + 1..], ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_fitted_by_its_name_with_any_tag_and_digest() {
        let fits = |name: &str, image: &str| Pattern::new(name).fits(image);
        assert!(fits("orders", "orders"));
        assert!(fits("orders", "orders:1.2"));
        assert!(fits("orders", "orders:1.2@sha256:ab"));
        assert!(fits("ghcr.io/a/b", "ghcrXio/a/b@sha512+b64u:x"));
        assert!(!fits("orders", "orders-x"));
        assert!(!fits("orders", "x/orders"));
        assert!(fits("ord(er)?s", "ords:1"));
        assert!(!fits("[", "["));
    }

    #[test]
    fn a_registry_may_have_a_port() {
        assert_eq!(split("r:5000/a/b:1@sha256:c"), ("r:5000/a/b", "1", "sha256:c"));
        assert_eq!(split("r:5000/a"), ("r:5000/a", "", ""));
        assert_eq!(split("a@sha256:c"), ("a", "", "sha256:c"));
    }
}
