//! A bare repository with the branch `main`, and reading from it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use becket_source::{Change, FileSet};

use crate::error::Error;
use crate::id::CommitId;
use crate::read::{self, Kind};

/// The branch that everything happens on.
pub(crate) const MAIN: &str = "refs/heads/main";

/// A bare Git repository, for use from any thread.
pub struct Repository {
    path: PathBuf,
    git: Mutex<git2::Repository>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens the repository at `path`; where there is none, makes a bare one with the branch `main`.
    pub fn open_or_init(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if path.join("HEAD").exists() {
            return Self::open(path);
        }
        init(path)?;
        Self::open(path)
    }

    /// Opens the repository at `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self {
            git: Mutex::new(open_handle(path)?),
            path: path.to_owned(),
        })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The commit that `main` is at; none before the first one.
    pub fn head(&self) -> Result<Option<CommitId>, Error> {
        head_of(&self.git()).map_err(|error| self.error("read `main`", &error))
    }

    /// All files at `commit`. Symbolic links and submodules are no files.
    pub fn files(&self, commit: CommitId) -> Result<FileSet, Error> {
        self.folder(commit, "")
    }

    /// The files below `folder` at `commit`, with paths relative to it; none where there is no such folder.
    pub fn folder(&self, commit: CommitId, folder: &str) -> Result<FileSet, Error> {
        let git = self.git();
        let root = self.root(&git, commit)?;
        let files = match read::entry_at(&git, root.id(), folder) {
            Ok(Some((id, Kind::Folder))) => read::files_below(&git, id),
            Ok(_) => Ok(FileSet::new()),
            Err(error) => Err(error),
        };
        files.map_err(|error| self.error("read files", &error))
    }

    /// What happened to which file from one commit to another. `None` is the time before the first commit.
    pub fn changes(&self, from: Option<CommitId>, to: CommitId) -> Result<Vec<(String, Change)>, Error> {
        let git = self.git();
        let from = from.map(|from| self.root(&git, from)).transpose()?;
        let to = self.root(&git, to)?;
        read::changes(&git, from.as_ref(), Some(&to), &[])
            .map_err(|error| self.error("compare commits", &error))
    }

    pub(crate) fn git(&self) -> MutexGuard<'_, git2::Repository> {
        self.git.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn root<'a>(
        &self,
        git: &'a git2::Repository,
        commit: CommitId,
    ) -> Result<git2::Tree<'a>, Error> {
        root_of(git, &self.path, commit)
    }

    pub(crate) fn error(&self, doing: &'static str, error: &git2::Error) -> Error {
        repository_error(&self.path, doing, error)
    }

    pub(crate) fn io_error(&self, doing: &'static str, error: &std::io::Error) -> Error {
        Error::Repository {
            doing,
            path: self.path.clone(),
            reason: error.to_string(),
        }
    }
}

/// How many repositories this process has begun to make: no two of its threads make one in the same place.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Makes a repository beside `path` and moves it there, so that a half-made one never stands at `path`.
fn init(path: &Path) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Open {
        path: path.to_owned(),
        reason: format!("it cannot be made: {error}"),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let count = MADE.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".new-{}-{count}", std::process::id()));
    let new = path.with_file_name(name);
    let mut options = git2::RepositoryInitOptions::new();
    options
        .bare(true)
        .mkpath(true)
        .initial_head("main")
        .external_template(false);
    git2::Repository::init_opts(&new, &options).map_err(|error| open_error(path, &error))?;
    match std::fs::rename(&new, path) {
        Ok(()) => Ok(()),
        Err(error) => {
            std::fs::remove_dir_all(&new).map_err(failed)?;
            // Another process may have made one meanwhile, which is as good.
            if path.join("HEAD").exists() {
                Ok(())
            } else {
                Err(failed(error))
            }
        }
    }
}

/// The commit that `main` is at in an open handle.
pub(crate) fn head_of(git: &git2::Repository) -> Result<Option<CommitId>, git2::Error> {
    match git.refname_to_id(MAIN) {
        Ok(id) => Ok(Some(CommitId(id))),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The tree of a commit.
pub(crate) fn root_of<'a>(
    git: &'a git2::Repository,
    path: &Path,
    commit: CommitId,
) -> Result<git2::Tree<'a>, Error> {
    match git.find_commit(commit.0).and_then(|commit| commit.tree()) {
        Ok(tree) => Ok(tree),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Err(Error::NoCommit { id: commit }),
        Err(error) => Err(repository_error(path, "read a commit", &error)),
    }
}

pub(crate) fn open_handle(path: &Path) -> Result<git2::Repository, Error> {
    git2::Repository::open_bare(path).map_err(|error| open_error(path, &error))
}

fn open_error(path: &Path, error: &git2::Error) -> Error {
    let remedy = match error.code() {
        git2::ErrorCode::Owner => "; it belongs to another user: run as that user or change its owner",
        git2::ErrorCode::NotFound => "; there is no repository there",
        _ => "",
    };
    Error::Open {
        path: path.to_owned(),
        reason: format!("{}{remedy}", error.message()),
    }
}

pub(crate) fn repository_error(path: &Path, doing: &'static str, error: &git2::Error) -> Error {
    Error::Repository {
        doing,
        path: path.to_owned(),
        reason: error.message().to_owned(),
    }
}
