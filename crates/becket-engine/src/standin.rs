//! What a cluster's own controllers would make and this machine has to provide instead.
//!
//! The engine asks; who implements the trait knows how to make it. Nothing here knows about PostgreSQL.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

/// A future as a trait object returns it.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a stand-in could not be made, and what to do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct StandInError(pub String);

/// Secrets that are not in Git, and the database they lead to.
pub trait StandIns: Send + Sync {
    /// The data of the Secret `name` in `namespace`; `None` where there is no stand-in for a Secret of that name.
    /// Asked again, it answers the same. A URL in it names the host `database` and the port 5432.
    fn secret<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
    ) -> Boxed<'a, Result<Option<BTreeMap<String, String>>, StandInError>>;

    /// The Unix socket that connections of pods to `database:5432` are passed to; `None` where nothing serves there.
    fn database(&self) -> Option<PathBuf>;
}

/// No stand-ins: every Secret has to be in Git.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl StandIns for Nothing {
    fn secret<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> Boxed<'a, Result<Option<BTreeMap<String, String>>, StandInError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn database(&self) -> Option<PathBuf> {
        None
    }
}
