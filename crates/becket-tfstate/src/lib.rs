//! Terraform's HTTP state backend: many states, many clients, and every version kept.
//!
//! A state is a folder of versions, each a file of its own, sealed and written durably before anybody is told that it
//! is there. Nothing is kept in memory between two requests, and every change holds the state's file lock: so a second
//! process on the same folder, such as `becket state unlock`, is right beside a running server.
//!
//! What is decided (`protocol`, `store`, `access`) runs on the small [`Disk`] trait and is told the time, so that it is
//! tested without network and on a disk that loses whatever was not flushed. Only `server`, `pieces`, `tls` and [`Folder`]
//! touch the world. It knows nothing of resources, but for comparing two versions, and prints nothing.

mod access;
mod anyone;
mod diff;
mod disk;
mod error;
mod keys;
mod layout;
mod lock;
mod metrics;
mod name;
mod pieces;
mod protocol;
mod retention;
mod seal;
mod server;
#[cfg(test)]
mod simulated;
mod statefile;
mod store;
mod tls;
mod version;

pub use access::{Access, AccessError, Denied, Identity, Pattern, User};
pub use diff::{Change, Difference, Kind as ChangeKind, compare};
pub use disk::{Disk, Folder, Held, NewFile, OpenFile};
pub use error::StoreError;
pub use keys::{KeyError, Keyring};
pub use lock::{Lock, LockInfo, age};
pub use name::{NameError, StateName};
pub use retention::Retention;
pub use seal::SealError;
pub use server::{Log, ServeError, Server, Settings};
pub use statefile::{NotAState, Summary};
pub use store::Store;
pub use tls::{Certificates, TlsError};
pub use version::{By, Content, Kept, Listed, Meta, Origin, Sent, Version};
