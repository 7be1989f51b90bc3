//! The platform as `platform.yaml` describes it: typed, checked, with its schema and the views of it that bindings read.
//!
//! [`parse`] never fails: it returns all there is to say about a file, and the typed [`Platform`] when nothing is wrong
//! with it. [`schema`] is made from the same declarations as the reader. Nothing here reads a disk or a clock, and
//! nothing knows what is rendered from a platform.

mod facts;
mod finding;
mod lock;
mod model;
mod names;
mod parse;
mod quantities;
mod rules;
mod scaffold;
mod schema;
mod shape;
mod stores;
#[cfg(test)]
mod tests;
mod text;
pub mod view;

pub use jiff::civil::Date;
pub use lock::{LOCK, Lock};
pub use model::*;
pub use names::{
    ClusterName, DomainName, EnvironmentName, Host, Label, Organisation, PlatformName, Reference,
    ServiceName, TeamName, VariableName,
};
pub use parse::{Parsed, parse};
pub use quantities::{Cidr, Duration, Percentage, Port, Quantity};
pub use rules::rules;
pub use scaffold::{ScaffoldError, scaffold};
pub use schema::{SCHEMA_LINE, schema};
