//! Where generators look: a repository at a revision, as a listing with contents.

use std::sync::Arc;

use becket_source::FileSet;

/// The files of a repository at a revision.
pub trait Tree {
    /// Calls `each` with the paths of all files below `folder`, sorted. The empty folder is the root.
    fn walk(&self, folder: &str, each: &mut dyn FnMut(&str));

    /// The contents of the file at `path`.
    fn read(&self, path: &str) -> Option<Arc<[u8]>>;
}

/// The files of a repository, by its address, at a revision; none where it is not known.
pub type Trees<'a> = dyn Fn(&str, &str) -> Option<&'a dyn Tree> + 'a;

impl Tree for FileSet {
    fn walk(&self, folder: &str, each: &mut dyn FnMut(&str)) {
        for (path, _) in self.under(folder) {
            each(path);
        }
    }

    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        self.get(path).cloned()
    }
}
