//! Bindings: a place in a native file ← a place in a view.
//!
//! The right side is a path, or a text with paths in it (`"${service.name}-migration"`). There is no other expression:
//! what needs computing is a field of the view.

use std::str::FromStr;

use becket_document::{Fragment, KeyPath, PathError};
use becket_platform::view::{Leaf, View};
use serde_json::Value;

/// Where a bound value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum From {
    /// The value at a path of the view, as it is.
    View(KeyPath),
    /// A text with values in it.
    Text(Text),
}

/// A text with places of a view in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Constant(String),
    View(KeyPath),
}

/// A view does not offer what a binding asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The view has no such path.
    Unknown(KeyPath),
    /// The path has no value in this scope.
    Absent(KeyPath),
}

impl FromStr for From {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.contains("${") {
            Ok(Self::Text(text.parse()?))
        } else {
            Ok(Self::View(text.parse()?))
        }
    }
}

impl FromStr for Text {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((constant, inside)) = rest.split_once("${") {
            let (path, after) = inside.split_once('}').ok_or_else(|| PathError {
                path: text.to_owned(),
                reason: "a `${` is not closed",
            })?;
            if !constant.is_empty() {
                parts.push(Part::Constant(constant.to_owned()));
            }
            parts.push(Part::View(path.parse()?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Constant(rest.to_owned()));
        }
        Ok(Self { parts })
    }
}

impl From {
    /// The paths that it reads.
    pub(crate) fn paths(&self) -> Vec<&KeyPath> {
        match self {
            Self::View(path) => vec![path],
            Self::Text(text) => text.paths(),
        }
    }
}

impl Text {
    /// The paths that it reads.
    pub(crate) fn paths(&self) -> Vec<&KeyPath> {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::View(path) => Some(path),
                Part::Constant(_) => None,
            })
            .collect()
    }

    /// The text with the view's values in it, and what in the platform file the first of them comes from.
    pub(crate) fn fill<'v>(&self, view: &'v View) -> Result<(String, Option<&'v KeyPath>), Missing> {
        let mut out = String::new();
        let mut origin = None;
        for part in &self.parts {
            match part {
                Part::Constant(text) => out.push_str(text),
                Part::View(path) => {
                    let leaf = leaf(view, path)?;
                    origin = origin.or(Some(&leaf.origin));
                    match &leaf.value {
                        Fragment::Scalar(Value::String(text)) => out.push_str(text),
                        other => out.push_str(&other.to_value().to_string()),
                    }
                }
            }
        }
        Ok((out, origin))
    }
}

/// The value at `path`, which must be there and not be null.
pub(crate) fn leaf<'v>(view: &'v View, path: &KeyPath) -> Result<&'v Leaf, Missing> {
    let leaf = view.get(path).ok_or_else(|| Missing::Unknown(path.clone()))?;
    if leaf.value == Fragment::Scalar(Value::Null) {
        return Err(Missing::Absent(path.clone()));
    }
    Ok(leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_holds_constants_and_paths() {
        let text: Text = "${a.b}-x-${c}".parse().unwrap();
        let paths: Vec<_> = text.paths().iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["a.b", "c"]);
        assert!("${a".parse::<Text>().is_err());
        assert!("a..b".parse::<From>().is_err());
        assert_eq!("a.b".parse(), Ok(From::View(KeyPath::of_keys(["a", "b"]))));
    }
}
