//! Releases: candidates, stages, release, promote, rollback, hold. Files become files; nothing here commits, builds or
//! reads a clock.
//!
//! A unit's candidate is `apps/<unit>/base/`. What a stage runs is `apps/<unit>/overlays/<stage>/release/`: a copy of
//! the candidate with the image, taken at the lowest stage by [`release`] and carried upwards, folder by folder, by
//! [`promote`]. Every step returns an [`Outcome`]: the files as they shall be, and what to say of it in the commit.
//!
//! The order of the stages is the platform's and given by the caller, and so are today's date and who may approve.
//! System and platform apps, which are released per cluster, are not known here yet.

mod compare;
mod error;
mod folder;
mod history;
mod hold;
mod image;
mod message;
mod stages;
mod status;
mod steps;

pub use compare::{Diff, Difference, FileDiff, diff};
pub use error::Error;
pub use folder::{candidate, hold_file, overlay, release_folder};
pub use history::{Arrival, Event, HistoryEntry, LogEntry, history, release_before};
pub use hold::{Date, Hold};
pub use image::{Digest, Image, InvalidImage};
pub use message::{Message, Step};
pub use stages::{Stages, units};
pub use status::{Identity, Released, StageStatus, UnitStatus, status};
pub use steps::{Outcome, Rollback, first, hold, promote, release, remove, rollback, unhold};
