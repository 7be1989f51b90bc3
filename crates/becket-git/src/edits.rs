//! What a commit changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use becket_source::{Change, FileSet};

/// Files to put and to remove, by path. What is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    pub(crate) files: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl Edits {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// What turns `before` into `after`.
    pub fn between(before: &FileSet, after: &FileSet) -> Self {
        let files = before
            .changes(after)
            .into_iter()
            .map(|(path, change)| {
                let contents = match change {
                    Change::Removed => None,
                    Change::Added | Change::Modified => after.get(path).cloned(),
                };
                (path.to_owned(), contents)
            })
            .collect();
        Self { files }
    }

    /// Puts a file, in the place of the one that was there.
    pub fn put(&mut self, path: impl Into<String>, contents: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), Some(contents.into()));
    }

    /// Removes a file; none there is fine.
    pub fn remove(&mut self, path: impl Into<String>) {
        self.files.insert(path.into(), None);
    }

    /// How many files are named.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file is named.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
