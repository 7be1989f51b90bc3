//! The platform as its file describes it: one type per thing, each field documented once, for readers and editors.
//!
//! Values are parsed; what they mean together is checked by [`crate::rules`].

mod cloud;
mod cluster;
mod dns;
mod environment;
mod network;
mod platform;
mod service;
mod team;

pub use cloud::{AccountId, Accounts, CertificateScope, Cloud, CloudProvider, Region, Zone};
pub use cluster::{
    Capacity, Cluster, DiskType, InstanceType, KubernetesVersion, LONGEST_MANAGED_GROUP_NAME, NodeGroup,
    OperatingSystem,
};
pub use dns::{CloudflareAccount, Dns, ZoneOrigin};
pub use environment::Environment;
pub use network::{BucketName, Endpoint, FlowLogs, RetentionDays};
pub use platform::{
    Alerts, Capabilities, Clusters, Environments, FormatVersion, Msteams, Platform, Promotion, SecretName,
    Services,
};
pub use service::{
    Build, Config, ConfigValue, Database, DatabaseKind, Engine, Folder, Image, Latency, Objectives, Quantile,
    Replicas, Resources, Service, Source, Table, TableKind,
};
pub use team::{Role, Team};
