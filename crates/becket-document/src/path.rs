//! Symbolic places: `spec.ports[0].name`.

use std::fmt;
use std::str::FromStr;

/// A path of keys and indexes from a document's root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct KeyPath {
    segments: Vec<Segment>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Into a mapping.
    Key(String),
    /// Into a sequence, from zero.
    Index(usize),
}

/// A text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is no path: {reason}")]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeyPath {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of these steps.
    pub fn from_segments(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// A path of these keys.
    pub fn of_keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            segments: keys.into_iter().map(|key| Segment::Key(key.to_owned())).collect(),
        }
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// This path and then `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Segment::Key(key.into()))
    }

    /// This path and then the item at `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Segment::Index(index))
    }

    /// The path without its last step; none of the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, parent) = self.segments.split_last()?;
        Some(Self {
            segments: parent.to_vec(),
        })
    }

    fn then(&self, segment: Segment) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        Self { segments }
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    if key.is_empty() || key.contains(['.', '[', ']', '"', '\\']) {
                        write!(f, "\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))?;
                    } else {
                        f.write_str(key)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for KeyPath {
    type Err = PathError;

    /// Reads `spec.ports[0].name`; a key that holds dots is quoted: `metadata.annotations."example.com/role"`.
    fn from_str(path: &str) -> Result<Self, PathError> {
        let wrong = |reason| PathError {
            path: path.to_owned(),
            reason,
        };
        let mut segments = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (index, after) = inside
                    .split_once(']')
                    .ok_or_else(|| wrong("a `[` is not closed"))?;
                let index = index
                    .parse()
                    .map_err(|_| wrong("between `[` and `]` stands no number"))?;
                segments.push(Segment::Index(index));
                rest = after;
            } else {
                if !segments.is_empty() {
                    rest = rest
                        .strip_prefix('.')
                        .ok_or_else(|| wrong("a `.` is missing between two keys"))?;
                }
                let (key, after) = take_key(rest).map_err(wrong)?;
                segments.push(Segment::Key(key));
                rest = after;
            }
        }
        Ok(Self { segments })
    }
}

/// The key that `text` starts with, and what follows it.
fn take_key(text: &str) -> Result<(String, &str), &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        return if end == 0 {
            Err("a key is empty")
        } else {
            Ok((text[..end].to_owned(), &text[end..]))
        };
    };
    let mut key = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((key, &quoted[at + 1..])),
            '\\' => key.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => key.push(character),
        }
    }
    Err("a quote is not closed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quoted_key_holds_dots() {
        let path: KeyPath = r#"a.b[2]."x.y/z".c"#.parse().unwrap();
        assert_eq!(path, KeyPath::of_keys(["a", "b"]).index(2).key("x.y/z").key("c"));
    }

    #[test]
    fn what_is_no_path_is_said_to_be_none() {
        let reason = |text: &str| text.parse::<KeyPath>().unwrap_err().reason;
        assert_eq!(reason("a[1"), "a `[` is not closed");
        assert_eq!(reason("a[x]"), "between `[` and `]` stands no number");
        assert_eq!(reason("a..b"), "a key is empty");
        assert_eq!(reason("\"a"), "a quote is not closed");
        assert_eq!(reason("\"a\"b"), "a `.` is missing between two keys");
    }

    proptest! {
        #[test]
        fn a_path_reads_back_as_it_was_shown(keys in prop::collection::vec((".*", any::<Option<u8>>()), 1..5)) {
            let mut path = KeyPath::root();
            for (key, index) in keys {
                path = path.key(key);
                if let Some(index) = index {
                    path = path.index(index.into());
                }
            }
            prop_assert_eq!(path.to_string().parse::<KeyPath>().unwrap(), path);
        }
    }
}
