//! What reads files: one front end per tool.

pub(crate) mod actions;
pub(crate) mod ansible;
pub(crate) mod argocd;
pub(crate) mod kubernetes;
pub(crate) mod kustomize;
pub(crate) mod terraform;
