//! Reading at one commit: single files and folders without the rest.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use becket_source::{Change, FileSet};

use crate::error::Error;
use crate::id::{CommitId, ObjectId};
use crate::repository::{open_handle, repository_error, root_of};

/// The files of one commit, read when asked for. Paths have no `/` at either end; the empty path is the root.
///
/// Only what is asked for is read: a path costs one small object per folder on the way.
pub struct Tree {
    path: PathBuf,
    commit: CommitId,
    root: git2::Oid,
    git: Mutex<git2::Repository>,
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tree")
            .field("path", &self.path)
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

impl Tree {
    /// A handle of its own, so that threads that read do not wait for each other.
    pub(crate) fn open(path: &Path, commit: CommitId) -> Result<Self, Error> {
        let git = open_handle(path)?;
        let root = root_of(&git, path, commit)?.id();
        Ok(Self {
            path: path.to_owned(),
            commit,
            root,
            git: Mutex::new(git),
        })
    }

    /// The commit that is read.
    pub fn commit(&self) -> CommitId {
        self.commit
    }

    /// The contents of the file at `path`; none where there is no file.
    pub fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, Error> {
        let git = self.git();
        self.on(path, || {
            let Some((id, kind)) = entry(&git, self.root, path)? else {
                return Ok(None);
            };
            if kind != Kind::File {
                return Ok(None);
            }
            Ok(Some(git.find_blob(id)?.content().into()))
        })
    }

    /// Whether there is a folder at `path`.
    pub fn has_folder(&self, path: &str) -> Result<bool, Error> {
        let git = self.git();
        self.on(path, || {
            Ok(entry(&git, self.root, path)?.is_some_and(|(_, kind)| kind == Kind::Folder))
        })
    }

    /// The paths of all files below `folder`, whole and in order; none where there is no such folder.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let git = self.git();
        self.on(folder, || {
            let mut paths = Vec::new();
            walk(
                &git,
                &git.find_tree(self.root)?,
                folder,
                folder,
                &mut |path, _| {
                    paths.push(path);
                    Ok(())
                },
            )?;
            paths.sort_unstable();
            Ok(paths)
        })
    }

    /// The names of what lies directly in `folder`, in order: folders and files.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, Error> {
        let git = self.git();
        self.on(folder, || {
            let Some((id, Kind::Folder)) = entry(&git, self.root, folder)? else {
                return Ok(Vec::new());
            };
            let tree = git.find_tree(id)?;
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
        let git = self.git();
        self.on(path, || {
            Ok(entry(&git, self.root, path)?.map(|(id, _)| ObjectId(id)))
        })
    }

    /// The files below `folder`, with paths relative to it; none where there is no such folder.
    pub fn folder(&self, folder: &str) -> Result<FileSet, Error> {
        let git = self.git();
        self.on(folder, || self::folder(&git, &git.find_tree(self.root)?, folder))
    }

    fn git(&self) -> MutexGuard<'_, git2::Repository> {
        self.git.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on<T>(&self, _path: &str, read: impl FnOnce() -> Result<T, git2::Error>) -> Result<T, Error> {
        read().map_err(|error| repository_error(&self.path, "read files", &error))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Other,
}

fn kind_of(mode: i32) -> Kind {
    match mode & 0o170_000 {
        0o100_000 => Kind::File,
        0o040_000 => Kind::Folder,
        _ => Kind::Other,
    }
}

/// What lies at `path` below the tree `root`.
fn entry(
    git: &git2::Repository,
    root: git2::Oid,
    path: &str,
) -> Result<Option<(git2::Oid, Kind)>, git2::Error> {
    let mut found = (root, Kind::Folder);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if found.1 != Kind::Folder {
            return Ok(None);
        }
        let tree = git.find_tree(found.0)?;
        let Some(entry) = tree.get_name(name) else {
            return Ok(None);
        };
        found = (entry.id(), kind_of(entry.filemode()));
    }
    Ok(Some(found))
}

/// The id of what lies at `path` below `root`.
pub(crate) fn id_at(
    git: &git2::Repository,
    root: git2::Oid,
    path: &str,
) -> Result<Option<git2::Oid>, git2::Error> {
    Ok(entry(git, root, path)?.map(|(id, _)| id))
}

/// The files below `folder`, with paths relative to it.
pub(crate) fn folder(
    git: &git2::Repository,
    root: &git2::Tree<'_>,
    folder: &str,
) -> Result<FileSet, git2::Error> {
    let mut files = FileSet::new();
    walk(git, root, folder, "", &mut |path, id| {
        files.insert(path, git.find_blob(id)?.content());
        Ok(())
    })?;
    Ok(files)
}

/// Visits each file below `folder`; its path is shown below `shown`.
pub(crate) fn walk(
    git: &git2::Repository,
    root: &git2::Tree<'_>,
    folder: &str,
    shown: &str,
    visit: &mut dyn FnMut(String, git2::Oid) -> Result<(), git2::Error>,
) -> Result<(), git2::Error> {
    let Some((id, Kind::Folder)) = entry(git, root.id(), folder)? else {
        return Ok(());
    };
    let mut open = vec![(id, shown.trim_end_matches('/').to_owned())];
    while let Some((id, shown)) = open.pop() {
        let tree = git.find_tree(id)?;
        for entry in &tree {
            // A name that is no UTF-8 belongs to none of our files.
            let Ok(name) = entry.name() else { continue };
            let path = if shown.is_empty() {
                name.to_owned()
            } else {
                format!("{shown}/{name}")
            };
            match kind_of(entry.filemode()) {
                Kind::File => visit(path, entry.id())?,
                Kind::Folder => open.push((entry.id(), path)),
                Kind::Other => {}
            }
        }
    }
    Ok(())
}

/// What happened to which file between two trees, below any of `paths` (all where there are none), by path.
pub(crate) fn changes(
    git: &git2::Repository,
    from: Option<&git2::Tree<'_>>,
    to: Option<&git2::Tree<'_>>,
    paths: &[&str],
) -> Result<Vec<(String, Change)>, git2::Error> {
    let mut options = git2::DiffOptions::new();
    options.disable_pathspec_match(true).skip_binary_check(true);
    for path in paths.iter().filter(|path| !path.is_empty()) {
        options.pathspec(path);
    }
    let diff = git.diff_tree_to_tree(from, to, Some(&mut options))?;
    let mut changes: Vec<(String, Change)> = diff
        .deltas()
        .filter_map(|delta| {
            let change = match delta.status() {
                git2::Delta::Added => Change::Added,
                git2::Delta::Deleted => Change::Removed,
                _ => Change::Modified,
            };
            let file = if change == Change::Removed {
                delta.old_file()
            } else {
                delta.new_file()
            };
            Some((file.path()?.to_str()?.to_owned(), change))
        })
        .collect();
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(changes)
}
