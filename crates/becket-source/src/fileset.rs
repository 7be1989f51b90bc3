//! A sorted map from path to bytes.
//!
//! Paths are relative, with `/` between segments. Contents are shared, so that copying a folder within a set, as a
//! promotion does, copies no bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Files by path, in the order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<String, Arc<[u8]>>,
}

/// What happened to one file between two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the later set has it.
    Added,
    /// Only the earlier set has it.
    Removed,
    /// Both have it, with different contents.
    Modified,
}

/// A file that was to be read as text is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotText {
    /// The file's path.
    pub path: String,
}

impl std::fmt::Display for NotText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not UTF-8 text", self.path)
    }
}

impl std::error::Error for NotText {}

impl FileSet {
    /// A set without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The contents of the file at `path`.
    pub fn get(&self, path: &str) -> Option<&Arc<[u8]>> {
        self.files.get(path)
    }

    /// The contents of the file at `path` as text; `None` where there is no such file.
    pub fn text(&self, path: &str) -> Option<Result<&str, NotText>> {
        let bytes = self.files.get(path)?;
        Some(std::str::from_utf8(bytes).map_err(|_| NotText {
            path: path.to_owned(),
        }))
    }

    /// The file at `path` with the set's own copy of the path, which lives as long as the set.
    pub fn at(&self, path: &str) -> Option<(&str, &Arc<[u8]>)> {
        self.files
            .get_key_value(path)
            .map(|(path, contents)| (path.as_str(), contents))
    }

    /// Whether there is a file at `path`.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Puts a file at `path`, in the place of the one that was there.
    pub fn insert(&mut self, path: impl Into<String>, contents: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), contents.into());
    }

    /// Puts a text file at `path`.
    pub fn insert_text(&mut self, path: impl Into<String>, text: impl AsRef<str>) {
        self.insert(path, text.as_ref().as_bytes());
    }

    /// Takes the file at `path` out.
    pub fn remove(&mut self, path: &str) -> Option<Arc<[u8]>> {
        self.files.remove(path)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<[u8]>)> {
        self.files
            .iter()
            .map(|(path, contents)| (path.as_str(), contents))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files below `folder`, with their whole paths. The empty folder is the root.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Arc<[u8]>)> {
        let from = if folder.is_empty() {
            String::new()
        } else {
            format!("{}/", folder.trim_end_matches('/'))
        };
        self.files
            .range(from.clone()..)
            .take_while(move |(path, _)| path.starts_with(&from))
            .map(|(path, contents)| (path.as_str(), contents))
    }

    /// The paths of the files below `folder`, as the set keeps them: they live as long as the set.
    pub fn paths_under<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let from = if folder.is_empty() {
            String::new()
        } else {
            format!("{}/", folder.trim_end_matches('/'))
        };
        self.files
            .range(from.clone()..)
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(&from))
    }

    /// Whether any file lies below `folder`.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.under(folder).next().is_some()
    }

    /// The files below `folder` as a set of their own, with paths relative to it.
    #[must_use]
    pub fn folder(&self, folder: &str) -> FileSet {
        let skip = if folder.is_empty() {
            0
        } else {
            folder.trim_end_matches('/').len() + 1
        };
        self.under(folder)
            .map(|(path, contents)| (path[skip..].to_owned(), contents.clone()))
            .collect()
    }

    /// Replaces all that lies below `folder` by the files of `set`.
    pub fn replace_folder(&mut self, folder: &str, set: &FileSet) {
        self.remove_folder(folder);
        let folder = folder.trim_end_matches('/');
        for (path, contents) in set.iter() {
            let path = if folder.is_empty() {
                path.to_owned()
            } else {
                format!("{folder}/{path}")
            };
            self.files.insert(path, contents.clone());
        }
    }

    /// Removes all that lies below `folder`.
    pub fn remove_folder(&mut self, folder: &str) {
        let gone: Vec<String> = self.under(folder).map(|(path, _)| path.to_owned()).collect();
        for path in gone {
            self.files.remove(&path);
        }
    }

    /// What happened from `self` to `later`, by path.
    pub fn changes<'a>(&'a self, later: &'a FileSet) -> BTreeMap<&'a str, Change> {
        let mut changes = BTreeMap::new();
        for (path, contents) in &self.files {
            match later.files.get(path) {
                None => changes.insert(path.as_str(), Change::Removed),
                Some(other) if other != contents => changes.insert(path.as_str(), Change::Modified),
                Some(_) => None,
            };
        }
        for path in later.files.keys().filter(|path| !self.files.contains_key(*path)) {
            changes.insert(path.as_str(), Change::Added);
        }
        changes
    }
}

impl<P: Into<String>, C: Into<Arc<[u8]>>> FromIterator<(P, C)> for FileSet {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, contents)| (path.into(), contents.into()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(files: &[(&str, &str)]) -> FileSet {
        files
            .iter()
            .map(|(path, text)| (*path, text.as_bytes()))
            .collect()
    }

    #[test]
    fn a_folder_does_not_reach_into_its_namesakes() {
        let files = set(&[("a/x", "1"), ("a-b/x", "2"), ("a/b/x", "3"), ("ab", "4")]);
        assert_eq!(files.folder("a"), set(&[("x", "1"), ("b/x", "3")]));
        assert_eq!(files.folder(""), files);
        assert!(!files.has_folder("b"));
    }

    #[test]
    fn replacing_a_folder_leaves_nothing_of_the_old_one() {
        let mut files = set(&[("qa/old", "1"), ("dev/new", "2")]);
        let dev = files.folder("dev");
        files.replace_folder("qa", &dev);
        assert_eq!(files, set(&[("dev/new", "2"), ("qa/new", "2")]));
    }

    #[test]
    fn changes_name_what_was_added_removed_and_modified() {
        let before = set(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let after = set(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let changes: Vec<_> = before.changes(&after).into_iter().collect();
        assert_eq!(
            changes,
            [
                ("b", Change::Modified),
                ("c", Change::Removed),
                ("d", Change::Added)
            ]
        );
    }
}
