//! Teams: who owns what, and may do what.

use crate::names::Reference;
use crate::shape::{choice, record};

choice! {
    /// What a team may do.
    pub enum Role {
        /// Change what it owns and see how it runs.
        Developer = "developer",
        /// Everything.
        Admin = "admin",
        /// Approve promotions.
        Releaser = "releaser",
        /// See how it runs.
        Viewer = "viewer",
    }
}

record! {
    /// People.
    pub struct Team {
        /// What is the team's to review: services, and the repositories `iac` and `gitops`.
        owns: Vec<Reference> = Vec::new(),
        /// What the team may do: `developer`, `admin`, `releaser` or `viewer`.
        role: Role,
    }
}
