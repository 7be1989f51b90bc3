//! What can go wrong, and what to do about it.

use std::path::PathBuf;

use crate::id::CommitId;

/// Reading or writing a repository failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be opened or made.
    #[error("cannot open the Git repository {}: {reason}", path.display())]
    Open {
        /// The repository.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// `main` is not where the caller saw it: somebody committed meanwhile. Read again and try again.
    #[error("`main` moved from {} to {} meanwhile; read it again and repeat", show(*.expected), show(*.found))]
    Moved {
        /// Where the caller saw it.
        expected: Option<CommitId>,
        /// Where it is.
        found: Option<CommitId>,
    },
    /// Another process writes, or was killed while it did.
    #[error(
        "{} is there: another git process moves `main`; should none be running, one was killed: remove that file and repeat",
        lock.display()
    )]
    Locked {
        /// The lock file.
        lock: PathBuf,
    },
    /// Another Becket has been committing for too long.
    #[error("another becket holds {}; let it end, or end it, and repeat", path.display())]
    Busy {
        /// The file it holds.
        path: PathBuf,
    },
    /// There is no such commit.
    #[error("there is no commit {id}")]
    NoCommit {
        /// The id that was asked for.
        id: CommitId,
    },
    /// A path cannot stand in a Git tree.
    #[error("`{path}` cannot be committed: {reason}")]
    InvalidPath {
        /// The path.
        path: String,
        /// Why.
        reason: String,
    },
    /// New heads cannot be watched for.
    #[error("cannot watch {}: {reason}", path.display())]
    Watch {
        /// The folder.
        path: PathBuf,
        /// Why, and the remedy where one is known.
        reason: String,
    },
    /// A file of the repository cannot be read or written.
    #[error("cannot {doing} in {}: {reason}", path.display())]
    Repository {
        /// What was being done.
        doing: &'static str,
        /// The repository.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// An update did not come about.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// The function that makes the new files refused.
    #[error(transparent)]
    Refused(E),
    /// The repository failed.
    #[error(transparent)]
    Git(#[from] Error),
    /// Others were quicker, again and again.
    #[error("others committed in between {attempts} times in a row; repeat it")]
    Contended {
        /// How often it was tried.
        attempts: usize,
    },
}

fn show(id: Option<CommitId>) -> String {
    id.map_or_else(|| "nothing".to_owned(), |id| id.short())
}
