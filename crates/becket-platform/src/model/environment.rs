//! Environments: the stages of services, in order of promotion.

use crate::names::Reference;
use crate::shape::record;

record! {
    /// An environment. Its name is its namespace's.
    pub struct Environment {
        /// The clusters it lives on. On several, each runs all of it.
        clusters: Vec<Reference>,
        /// The teams of whom one approves a promotion to here. None: no approval is needed.
        approvers: Vec<Reference> = Vec::new(),
    }
}
