//! Rules about Argo CD's Applications.

pub(super) mod application_name;
pub(super) mod application_path;
pub(super) mod namespace;
