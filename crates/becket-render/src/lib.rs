//! From a platform and the catalog to plain files, and which of them render owns.
//!
//! [`render`] binds the views of a platform into the catalog's native files; what comes out carries a [`SourceMap`], which
//! leads from a place in a rendered file to the place in the platform file that caused it. [`plan`] compares what comes
//! out with what is there, and refuses to write over what a person wrote. Nothing here reads a disk or runs a tool.

mod binding;
pub mod catalog;
mod diff;
mod manifest;
mod ownership;
mod render;
mod rules;
mod source_map;

pub use catalog::Catalog;
pub use diff::diff;
pub use manifest::{MANIFEST, blob_id};
pub use ownership::{Plan, check_rendered, plan};
pub use render::{REPOSITORIES, Rendered, render, render_with};
pub use rules::rules;
pub use source_map::SourceMap;
