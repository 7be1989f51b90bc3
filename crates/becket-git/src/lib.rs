//! Sets of files in Git: read at a commit, commit with retry, watch.
//!
//! A [`Repository`] is an ordinary bare repository with the branch `main`; people clone and push to it with their own
//! git. [`Tree`] reads lazily at one commit, [`Repository::commit`] moves `main` only from where the caller saw it,
//! [`Repository::update`] tries again on what others pushed meanwhile, [`Repository::watch`] reports new heads.
//!
//! Nothing here knows what the files mean, reads a clock, or needs a git program. Remotes, work trees, other branches,
//! hooks, signatures and SHA-256 repositories are left to git itself.

mod commit;
mod edits;
mod error;
mod id;
mod lock;
mod log;
mod read;
mod repository;
mod tree;
mod update;
mod watch;
mod write;

pub use commit::{Author, Commit, Committed, Time};
pub use edits::Edits;
pub use error::{Error, UpdateError};
pub use id::{CommitId, InvalidId, ObjectId};
pub use log::CommitInfo;
pub use repository::Repository;
pub use tree::Tree;
pub use update::Next;
pub use watch::Watch;
