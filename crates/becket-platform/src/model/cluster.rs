//! Kubernetes clusters and their nodes.

use indexmap::IndexMap;

use super::cloud::{Region, Zone};
use super::network::{Endpoint, FlowLogs};
use crate::names::{Label, Reference};
use crate::quantities::{Cidr, Percentage, Quantity};
use crate::shape::{Wrong, choice, record};
use crate::text::text;

record! {
    /// A Kubernetes cluster.
    pub struct Cluster {
        /// The account it lives in, by its name under `cloud.accounts`.
        account: Option<Reference>,
        /// Its region, where it is not `cloud.region`.
        region: Option<Region>,
        /// Its availability zones, where they are not `cloud.zones`.
        zones: Option<Vec<Zone>>,
        /// The private range of its network; no two clusters share an address, so that they can be connected.
        cidr: Option<Cidr>,
        /// Its Kubernetes version in quotes, such as `"1.36"`.
        kubernetes: Option<KubernetesVersion>,
        /// Ranges from which the API answers over the internet. None: it answers inside of the cluster's network only.
        public_access as "publicAccess": Vec<Cidr> = Vec::new(),
        /// Whether its network has IPv6 beside IPv4.
        ipv6: bool = false,
        /// Services of AWS that are reached without leaving the network, such as `ecr.api`, for a price by the hour and
        /// zone. S3 and DynamoDB always are, for none.
        endpoints: Vec<Endpoint> = Vec::new(),
        /// Where the record of who talked to whom goes.
        flow_logs as "flowLogs": Option<FlowLogs>,
        /// Groups of nodes by name.
        nodes: IndexMap<Label, NodeGroup> = IndexMap::new(),
    }
}

text! {
    /// A minor version of Kubernetes, such as `1.36`.
    KubernetesVersion: "a version such as \"1.36\"", "^1\\.[0-9]+$", or "1.0"
}

impl KubernetesVersion {
    fn check(text: &str) -> Result<(), Wrong> {
        let minor = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = text.strip_prefix('v').unwrap_or(text);
        let mut parts = plain.split('.');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("1"), Some(version), None) if minor(version) && plain == text => Ok(()),
            (Some("1"), Some(version), _) if minor(version) => Err(Wrong::meant(
                "is no minor version of Kubernetes",
                format!("1.{version}"),
            )),
            _ => Err(Wrong::new("is no minor version of Kubernetes")),
        }
    }
}

choice! {
    /// What nodes run.
    pub enum OperatingSystem {
        /// Amazon Linux 2023.
        Al2023 = "al2023",
        /// Bottlerocket.
        Bottlerocket = "bottlerocket",
    }
}

choice! {
    /// How instances are bought.
    pub enum Capacity {
        /// At the full price, for as long as wanted.
        OnDemand = "on-demand",
        /// Cheap, taken back at two minutes' notice.
        Spot = "spot",
    }
}

choice! {
    /// What a node's disk is, of what EC2 can start from without a promised rate.
    pub enum DiskType {
        /// SSD, with 3,000 operations a second whatever its size.
        Gp3 = "gp3",
        /// SSD of the generation before, the faster the larger it is.
        Gp2 = "gp2",
    }
}

/// The most characters of the name of a group that EKS manages: its 63, without the hyphen and the 26 characters that
/// Terraform appends, so that two of it can be there while one takes the other's place.
pub const LONGEST_MANAGED_GROUP_NAME: usize = 36;

record! {
    /// Nodes of one kind.
    pub struct NodeGroup {
        /// Whether EKS manages the group, and drains its nodes, or an auto scaling group does.
        managed: bool = true,
        /// Instance types, of one size and architecture; several make spot capacity last.
        instances: Vec<InstanceType>,
        /// The least number of nodes.
        min: u32,
        /// The number of nodes to start with; where it is not given, `min`.
        desired: Option<u32>,
        /// The greatest number of nodes.
        max: u32,
        /// What the nodes run.
        os: OperatingSystem = OperatingSystem::Al2023,
        /// The size of a node's disk, such as `50Gi`.
        disk: Quantity = Quantity::fixed("50Gi"),
        /// What the disk is: `gp3` or `gp2`.
        disk_type as "diskType": DiskType = DiskType::Gp3,
        /// How the instances are bought: `on-demand` or `spot`.
        capacity: Capacity = Capacity::OnDemand,
        /// The average CPU use in percent that the group is scaled for; of groups that EKS does not manage only. A group
        /// without nodes has no average: one that came down to `min: 0` stays there until somebody raises it.
        scale_on_cpu as "scaleOnCpu": Option<Percentage>,
    }
}

text! {
    /// An instance type of EC2, such as `m7i.large`.
    InstanceType: "an instance type such as m7i.large", "^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", or "unknown.large"
}

impl InstanceType {
    fn check(text: &str) -> Result<(), Wrong> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match text.split_once('.') {
            Some((family, size))
                if family.starts_with(|first: char| first.is_ascii_lowercase())
                    && !size.is_empty()
                    && family.bytes().chain(size.bytes()).all(allowed) =>
            {
                Ok(())
            }
            _ => Err(Wrong::new("is no instance type")),
        }
    }
}
