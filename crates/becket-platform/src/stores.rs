//! Stores: which cluster of the cloud has the databases and tables of which environment, and what they are called there.
//!
//! The first cluster of an environment has them; the others have replicas, where AWS can make some. How either is made is
//! the catalog's business.

use std::collections::BTreeMap;

use crate::model::{Cluster, Environment, Platform, Region, Service};
use crate::names::{ClusterName, EnvironmentName, Reference, ServiceName};

/// An environment on one of its clusters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage<'p> {
    pub(crate) environment_name: &'p EnvironmentName,
    pub(crate) environment: &'p Environment,
    pub(crate) cluster: &'p ClusterName,
    pub(crate) stores: Stores<'p>,
}

/// What a cluster has of an environment's databases and tables.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stores<'p> {
    /// They are here.
    Primary,
    /// They are replicas of this cluster's.
    Replica(&'p ClusterName),
    /// None, and why.
    None(Without<'p>),
}

/// Why a cluster has no replica.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Without<'p> {
    /// It is in another account than this cluster, which has the primary.
    Account(&'p ClusterName),
    /// It is in the region of this cluster, which has a primary or a replica.
    Region(&'p ClusterName),
    /// Its other replicas are of this cluster's.
    Source(&'p ClusterName),
    /// This cluster, which has the primary, has replicas of its own databases from here.
    Circle(&'p ClusterName),
}

/// Whether a service has a database or a table.
pub(crate) fn has_stores(service: &Service) -> bool {
    service.database.is_some() || !service.tables.is_empty()
}

/// The environments on their clusters, in the order of the platform file; none where there is no cloud, or nothing to
/// store.
pub(crate) fn stages(platform: &Platform) -> Vec<Stage<'_>> {
    if platform.cloud.is_none() || !platform.services.values().any(has_stores) {
        return Vec::new();
    }
    // Production first: where not every environment can have its replicas on a cluster, it has them.
    let mut sources = BTreeMap::new();
    let mut environments: Vec<Vec<Stage<'_>>> = Vec::new();
    for (environment_name, environment) in platform.environments.iter().rev() {
        let mut taken = Vec::new();
        let mut stages = Vec::new();
        for name in &environment.clusters {
            let Some(known) = platform.clusters.get_key_value(name.as_str()) else {
                continue;
            };
            let stores = stores(platform, known, &taken, &sources);
            if let Stores::Replica(of) = stores {
                sources.insert(known.0, of);
            }
            if !matches!(stores, Stores::None(_)) {
                taken.push(known);
            }
            stages.push(Stage {
                environment_name,
                environment,
                cluster: known.0,
                stores,
            });
        }
        environments.push(stages);
    }
    environments.into_iter().rev().flatten().collect()
}

/// What a cluster has of an environment that is on the clusters `taken` already.
fn stores<'p>(
    platform: &'p Platform,
    (name, cluster): (&'p ClusterName, &'p Cluster),
    taken: &[(&'p ClusterName, &'p Cluster)],
    sources: &BTreeMap<&'p ClusterName, &'p ClusterName>,
) -> Stores<'p> {
    let Some((primary_name, primary)) = taken.first().copied() else {
        return Stores::Primary;
    };
    let account = |cluster: &'p Cluster| cluster.account.as_ref().map(Reference::as_str);
    if account(cluster) != account(primary) {
        return Stores::None(Without::Account(primary_name));
    }
    let here = region(platform, cluster);
    if let Some((other, _)) = taken.iter().find(|(_, other)| region(platform, other) == here) {
        return Stores::None(Without::Region(other));
    }
    if let Some(source) = sources.get(name).filter(|source| **source != primary_name) {
        return Stores::None(Without::Source(source));
    }
    let mut chain = std::iter::successors(Some(primary_name), |name| sources.get(*name).copied());
    if chain.any(|source| source == name) {
        return Stores::None(Without::Circle(primary_name));
    }
    Stores::Replica(primary_name)
}

/// The region of a cluster; none without a cloud.
pub(crate) fn region<'p>(platform: &'p Platform, cluster: &'p Cluster) -> Option<&'p Region> {
    cluster
        .region
        .as_ref()
        .or(platform.cloud.as_ref().map(|cloud| &cloud.region))
}

/// The key of a database on its cluster, and of a service's tables.
pub(crate) fn key(service: &ServiceName, environment: &EnvironmentName) -> String {
    format!("{service}-{environment}")
}

/// The name of a database in its account, and of the role that may use tables.
pub(crate) fn identifier(
    platform: &Platform,
    cluster: &ClusterName,
    service: &ServiceName,
    environment: &EnvironmentName,
) -> String {
    format!("{}-{cluster}-{}", platform.name, key(service, environment))
}

/// The name of a table in its account: the same in each region, as replicas have that of their primary.
pub(crate) fn table(
    platform: &Platform,
    environment: &EnvironmentName,
    service: &ServiceName,
    table: &str,
) -> String {
    format!("{}-{environment}-{service}-{table}", platform.name)
}
