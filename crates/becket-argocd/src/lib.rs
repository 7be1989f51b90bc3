//! What Argo CD makes of files, as pure functions: nothing here runs, watches or asks a cluster.
//!
//! [`operator`] reads the root chart of an iac repository, [`expand`] turns ApplicationSets into [`Application`]s;
//! [`sync`] orders what a sync does, [`health`] judges an Application by its objects, [`diff`] compares what is wanted with
//! what is there. The behaviour is that of Argo CD 3.5.

mod application;
mod applicationset;
pub mod codes;
mod defaults;
pub mod diff;
pub mod expand;
mod generator;
pub mod glob;
pub mod health;
mod object;
pub mod operator;
mod patch;
mod project;
mod quantity;
pub mod sync;
mod template;
mod tree;

pub use application::{Application, Automated, Destination, Helm, Source, SyncPolicy};
pub use applicationset::{ApplicationSet, ApplicationsSync, Origin, Policy};
pub use operator::{Operator, Operators};
pub use project::Project;
pub use tree::{Tree, Trees};
