//! Argo CD operators: one for the clusters of production, one for all others.
//!
//! A production that shares its operator with nothing cannot be broken by what is tried elsewhere.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Layer, text};
use crate::model::Platform;
use crate::names::{ClusterName, EnvironmentName};

/// One Argo CD, and what it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator<'a> {
    /// The name of its own cluster, the first of its clusters.
    pub name: &'a ClusterName,
    /// The clusters that it serves.
    pub clusters: Vec<&'a ClusterName>,
    /// The environments with those of their clusters that it serves, in order of promotion.
    pub environments: IndexMap<&'a EnvironmentName, Vec<&'a ClusterName>>,
    /// Whether it serves production: what it runs stays until a person deletes it.
    pub protect: bool,
    /// Whether it is the first one: its values are the chart's own, those of others come on top.
    pub first: bool,
}

/// The operators: that of all clusters but production's, and that of production's. Where production has all clusters,
/// there is the latter only.
pub fn operators(platform: &Platform) -> Vec<Operator<'_>> {
    let production = platform.environments.values().last();
    let is_production = |cluster: &ClusterName| {
        production.is_some_and(|last| last.clusters.iter().any(|name| name.as_str() == cluster.as_str()))
    };
    let (production, others): (Vec<_>, Vec<_>) = platform
        .clusters
        .keys()
        .partition(|cluster| is_production(cluster));
    [(others, false), (production, true)]
        .into_iter()
        .filter(|(clusters, _)| !clusters.is_empty())
        .enumerate()
        .filter_map(|(position, (clusters, protect))| {
            let environments = platform
                .environments
                .iter()
                .map(|(name, environment)| {
                    let here = environment.clusters.iter().filter_map(|reference| {
                        clusters
                            .iter()
                            .copied()
                            .find(|cluster| cluster.as_str() == reference.as_str())
                    });
                    (name, here.collect::<Vec<_>>())
                })
                .filter(|(_, clusters)| !clusters.is_empty())
                .collect();
            let name = clusters.first().copied()?;
            Some(Operator {
                name,
                clusters,
                environments,
                protect,
                first: position == 0,
            })
        })
        .collect()
}

/// The clusters that an operator on another cluster reaches, each with the name that leads to its API.
pub(super) fn api_hosts(platform: &Platform) -> IndexMap<&ClusterName, String> {
    let operators = operators(platform);
    let remote = operators.iter().flat_map(|operator| {
        let own = operator.name;
        operator
            .clusters
            .iter()
            .copied()
            .filter(move |cluster| *cluster != own)
    });
    remote
        .map(|cluster| (cluster, api_host(platform, cluster)))
        .collect()
}

fn api_host(platform: &Platform, cluster: &ClusterName) -> String {
    format!("kubernetes.{cluster}.{}", platform.domain)
}

impl Operator<'_> {
    /// Where it reaches each of its clusters.
    pub(super) fn servers(&self, platform: &Platform) -> Map<String, Value> {
        self.clusters
            .iter()
            .map(|cluster| {
                let server = if *cluster == self.name {
                    "https://kubernetes.default.svc".to_owned()
                } else {
                    format!("https://{}", api_host(platform, cluster))
                };
                (cluster.to_string(), server.into())
            })
            .collect()
    }

    fn environments(&self) -> Map<String, Value> {
        self.environments
            .iter()
            .map(|(name, clusters)| (name.to_string(), clusters.iter().map(text).collect()))
            .collect()
    }
}

/// Adds whether a cluster's Argo CD is on another, and whether the one on it serves others.
pub(super) fn put_cluster(platform: &Platform, name: &ClusterName, view: &mut Layer) {
    let at = platform.at.key("environments");
    let all = operators(platform);
    let operator = all.iter().find(|operator| operator.clusters.contains(&name));
    let elsewhere = operator.map(|operator| operator.name).filter(|own| *own != name);
    let for_others = operator.is_some_and(|operator| operator.name == name && operator.clusters.len() > 1);
    let role_arns =
        elsewhere.map(|own| json!({ "root": format!("../../{own}/eks"), "output": "argocd_role_arns" }));
    view.put(
        "cluster.has.argocd_elsewhere",
        Value::from(elsewhere.is_some()),
        &at,
    );
    view.put("cluster.has.argocd_for_others", Value::from(for_others), &at);
    view.put("cluster.argocd.cluster", elsewhere.map_or(Value::Null, text), &at);
    view.put("cluster.argocd.role_arns", role_arns.unwrap_or_default(), &at);
}

pub(super) fn put(platform: &Platform, operator: &Operator<'_>, view: &mut Layer) {
    let clusters = platform.at.key("clusters");
    let environments = platform.at.key("environments");
    let name = clusters.key(operator.name.as_str());
    view.put("operator.name", text(operator.name), &name);
    view.put("operator.first", Value::from(operator.first), &name);
    view.put("operator.protect", Value::from(operator.protect), &environments);
    let url = format!("https://github.com/{}/gitops.git", platform.organisation);
    view.put("operator.repository", text(url), &platform.at.key("organisation"));
    view.put("operator.revision", json!("main"), &platform.at);
    view.put(
        "operator.stacks",
        json!(["system", "platform", "apps"]),
        &platform.at,
    );
    let servers = operator.servers(platform);
    let served = operator.environments();
    // Helm merges maps of several values files: what the first file says and does not hold here is taken away by null.
    let mut servers_on_top = Map::new();
    let mut served_on_top = Map::new();
    if !operator.first
        && let Some(first) = operators(platform).first()
    {
        servers_on_top.extend(
            first
                .servers(platform)
                .into_iter()
                .map(|(name, _)| (name, Value::Null)),
        );
        served_on_top.extend(
            first
                .environments()
                .into_iter()
                .map(|(name, _)| (name, Value::Null)),
        );
    }
    servers_on_top.extend(servers.clone());
    served_on_top.extend(served.clone());
    view.put("operator.clusters", Value::Object(servers), &clusters);
    view.put("operator.environments", Value::Object(served), &environments);
    view.put(
        "operator.overrides.clusters",
        Value::Object(servers_on_top),
        &clusters,
    );
    view.put(
        "operator.overrides.environments",
        Value::Object(served_on_top),
        &environments,
    );
}
