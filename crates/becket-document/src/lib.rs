//! YAML, HCL and CODEOWNERS as trees with places, and edits that keep comments and layout.
//!
//! [`yaml::parse`] and [`hcl::parse`] return a tree and errors, never one without the other; [`Node::to_value`] gives the
//! plain data; [`KeyPath`] names a place in a document symbolically; [`edit::Editor`] and [`hcl::Editor`] change a text by
//! place and leave every byte alone that they were not asked to change. Nothing here knows what a document is about.

pub mod codeowners;
pub mod edit;
mod emit;
mod fragment;
pub mod hcl;
pub mod kubernetes;
mod lines;
mod node;
mod path;
mod scalar;
pub mod yaml;

pub use emit::emit;
pub use fragment::Fragment;
pub use node::{Entry, Kind, Node, Style};
pub use path::{KeyPath, PathError, Segment};
