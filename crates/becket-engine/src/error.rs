//! What keeps the engine from running. What goes wrong while it runs is on its board.

use std::path::PathBuf;

/// Why the engine does not run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Another one runs this platform.
    #[error(
        "this platform is already running, in process {pid}\n`becket status` shows it, `becket down` stops it"
    )]
    Running {
        /// Its process.
        pid: u32,
    },
    /// The kernel does not let this user make pods.
    #[error(transparent)]
    Unsupported(#[from] becket_pod::Unsupported),
    /// A file of the engine's own cannot be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the machine said.
        source: std::io::Error,
    },
    /// The repositories cannot be opened or watched.
    #[error(transparent)]
    Git(#[from] becket_git::Error),
    /// The image store cannot be opened.
    #[error(transparent)]
    Store(#[from] becket_pod::store::StoreError),
}
