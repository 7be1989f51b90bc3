//! YAML as trees with places, and edits that keep comments and layout.
//!
//! [`yaml::parse`] returns a tree and errors, never one without the other; [`Node::to_value`] gives the plain data;
//! [`KeyPath`] names a place in a document symbolically; [`edit::Editor`] changes a text by place and leaves every byte
//! alone that it was not asked to change. Nothing here knows what a document is about.

pub mod edit;
mod emit;
mod fragment;
pub mod kubernetes;
mod node;
mod path;
mod scalar;
pub mod yaml;

pub use emit::emit;
pub use fragment::Fragment;
pub use node::{Entry, Kind, Node, Style};
pub use path::{KeyPath, PathError, Segment};
