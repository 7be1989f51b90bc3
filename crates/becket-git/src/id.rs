//! Names of commits and of what they hold.

use std::fmt;
use std::str::FromStr;

/// The id of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(crate) git2::Oid);

/// The id of a file's contents or of a folder: equal ids, equal contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(crate) git2::Oid);

/// A text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no Git id; a whole id is 40 hexadecimal digits")]
pub struct InvalidId {
    /// The text.
    pub text: String,
}

fn parse(text: &str) -> Result<git2::Oid, InvalidId> {
    let invalid = || InvalidId {
        text: text.to_owned(),
    };
    if text.len() != 40 {
        return Err(invalid());
    }
    text.parse().map_err(|_| invalid())
}

impl CommitId {
    /// The first seven digits, as people write it.
    pub fn short(&self) -> String {
        self.to_string()[..7].to_owned()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CommitId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text).map(Self)
    }
}

impl FromStr for ObjectId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_shown_and_a_part_of_one_is_none() {
        let text = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let id: CommitId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(id.short(), "4b825dc");
        assert!("4b825dc".parse::<CommitId>().is_err());
        assert!(
            "zz825dc642cb6eb9a060e54bf8d69288fbee4904"
                .parse::<ObjectId>()
                .is_err()
        );
    }
}
