//! Why the store does not do something, in words for whoever asked.

use std::io;

use crate::lock::Lock;
use crate::name::StateName;
use crate::seal::SealError;
use crate::statefile::NotAState;

/// Why something does not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else works on the state.
    #[error("`{name}` is locked by {} for {}", .lock.info.who, .lock.info.operation)]
    Locked {
        /// The state.
        name: StateName,
        /// Who holds it.
        lock: Box<Lock>,
    },
    /// Somebody else holds the lock, not the one who proves it with this id.
    #[error("lock {given} does not hold `{name}`: {} does, of {}", .lock.info.id, .lock.info.who)]
    OtherLock {
        /// The state.
        name: StateName,
        /// Who holds it.
        lock: Box<Lock>,
        /// What was given.
        given: String,
    },
    /// The lock was taken away, and somebody else may have worked on the state since.
    #[error("lock {given} does not hold `{name}` any more: it was taken away")]
    LockGone {
        /// The state.
        name: StateName,
        /// What was given.
        given: String,
    },
    /// The state belongs to something else.
    #[error("`{name}` has lineage {ours}; what was sent has {theirs}, so it is the state of something else")]
    Lineage {
        /// The state.
        name: StateName,
        /// What is kept.
        ours: String,
        /// What was sent.
        theirs: String,
    },
    /// The state has moved on.
    #[error("`{name}` is at serial {ours}; what was sent has {theirs} and would undo what came since")]
    Serial {
        /// The state.
        name: StateName,
        /// What is kept.
        ours: u64,
        /// What was sent.
        theirs: u64,
    },
    /// The body is something else.
    #[error(transparent)]
    NotAState(#[from] NotAState),
    /// There is no such state.
    #[error("there is no state `{0}`")]
    Missing(StateName),
    /// There is no such version.
    #[error("`{name}` has no version {number}")]
    MissingVersion {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
    },
    /// A version that says that the state was deleted has no content.
    #[error("version {number} of `{name}` is its deletion: there is nothing in it")]
    Deletion {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
    },
    /// A version cannot be opened or sealed.
    #[error("version {number} of `{name}`: {source}")]
    Sealed {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
        /// Why.
        source: SealError,
    },
    /// The disk fails.
    #[error("cannot {doing} {path}: {source}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

impl StoreError {
    pub(crate) fn disk(doing: &'static str, path: &str, source: io::Error) -> Self {
        Self::Disk {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}
