//! Rules about what runs in a cluster.

pub(super) mod configuration_key;
pub(super) mod configuration_name;
pub(super) mod network_policy;
pub(super) mod selector;
pub(super) mod service;
pub(super) mod service_port;
pub(super) mod target_port;
