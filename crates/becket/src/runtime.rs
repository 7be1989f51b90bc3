//! What futures run on: made by each command that needs it, not by `main`.

use crate::error::CommandError;

/// A runtime with all that the engine and its clients use.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::machine(format!("cannot start: {error}")))
}
