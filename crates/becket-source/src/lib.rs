//! Sets of files, places in them, and what there is to say about them.
//!
//! [`FileSet`] is the value that everything passes on; [`Diagnostic`] is the one model of a finding, rendered for a
//! terminal, as JSON lines, as SARIF and as GitHub annotations. Nothing here reads a disk or knows a file format.

mod diagnostic;
mod fileset;
mod place;
mod rule;
pub mod show;
mod suggest;

pub use diagnostic::{Diagnostic, Fix, Level, Location};
pub use fileset::{Change, FileSet, NotText};
pub use place::{LineColumn, Span, line_column};
pub use rule::Rule;
pub use suggest::did_you_mean;
