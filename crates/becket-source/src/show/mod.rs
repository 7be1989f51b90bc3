//! A finding as text: for a terminal, as JSON lines, as SARIF, as GitHub annotations.
//!
//! Each function takes the findings and the files that they lie in, and returns text; none prints.

mod github;
mod json;
mod sarif;
mod terminal;

pub use github::github;
pub use json::json_lines;
pub use sarif::sarif;
pub use terminal::{Colours, terminal};
