//! Reading at one commit: single files and folders without the rest.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use becket_source::FileSet;

use crate::error::Error;
use crate::id::{CommitId, ObjectId};
use crate::read::{Kind, Reader, files_below, walk};
use crate::repository::{Repository, open_handle, repository_error, root_of};

/// The files of one commit, read when asked for. Paths have no `/` at either end; the empty path is the root.
///
/// Only what is asked for is read: a path costs one small object per folder on the way.
pub struct Tree {
    path: PathBuf,
    commit: CommitId,
    root: git2::Oid,
    reader: Mutex<Reader>,
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree")
            .field("path", &self.path)
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

impl Repository {
    /// Reads lazily at `commit`.
    pub fn tree(&self, commit: CommitId) -> Result<Tree, Error> {
        Tree::open(self.path(), commit)
    }
}

impl Tree {
    /// A handle of its own, so that threads that read do not wait for each other.
    fn open(path: &Path, commit: CommitId) -> Result<Self, Error> {
        let git = open_handle(path)?;
        let root = root_of(&git, path, commit)?.id();
        Ok(Self {
            path: path.to_owned(),
            commit,
            root,
            reader: Mutex::new(Reader::new(git)),
        })
    }

    /// The commit that is read.
    pub fn commit(&self) -> CommitId {
        self.commit
    }

    /// The contents of the file at `path`; none where there is no file.
    pub fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, Error> {
        self.on(|reader| match reader.entry(self.root, path)? {
            Some((id, Kind::File)) => Ok(Some(reader.git.find_blob(id)?.content().into())),
            _ => Ok(None),
        })
    }

    /// Whether there is a folder at `path`.
    pub fn has_folder(&self, path: &str) -> Result<bool, Error> {
        self.on(|reader| Ok(reader.folder(self.root, path)?.is_some()))
    }

    /// The paths of all files below `folder`, whole and in order; none where there is no such folder.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        self.on(|reader| {
            let mut paths = Vec::new();
            if let Some(id) = reader.folder(self.root, folder)? {
                walk(&reader.git, id, folder, &mut |path, _| {
                    paths.push(path);
                    Ok(())
                })?;
            }
            paths.sort_unstable();
            Ok(paths)
        })
    }

    /// The names of what lies directly in `folder`, in order: folders and files.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, Error> {
        self.on(|reader| {
            let Some(id) = reader.folder(self.root, folder)? else {
                return Ok(Vec::new());
            };
            let tree = reader.git.find_tree(id)?;
            let mut names: Vec<String> = tree
                .iter()
                .filter_map(|entry| entry.name().ok().map(str::to_owned))
                .collect();
            names.sort_unstable();
            Ok(names)
        })
    }

    /// The id of the file or folder at `path`; none where there is neither.
    pub fn id_of(&self, path: &str) -> Result<Option<ObjectId>, Error> {
        self.on(|reader| Ok(reader.entry(self.root, path)?.map(|(id, _)| ObjectId(id))))
    }

    /// The files below `folder`, with paths relative to it; none where there is no such folder.
    pub fn folder(&self, folder: &str) -> Result<FileSet, Error> {
        self.on(|reader| match reader.folder(self.root, folder)? {
            Some(id) => files_below(&reader.git, id),
            None => Ok(FileSet::new()),
        })
    }

    fn on<T>(&self, read: impl FnOnce(&mut Reader) -> Result<T, git2::Error>) -> Result<T, Error> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        read(&mut reader).map_err(|error| repository_error(&self.path, "read files", &error))
    }
}
