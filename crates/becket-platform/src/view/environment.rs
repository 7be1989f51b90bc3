//! What an environment and a cluster offer.

use serde_json::{Value, json};

use super::{Layer, nodes, text};
use crate::model::{Cluster, Environment, Platform};
use crate::names::{ClusterName, EnvironmentName};
use crate::quantities::Cidr;

pub(super) fn put(platform: &Platform, name: &EnvironmentName, environment: &Environment, view: &mut Layer) {
    let at = &environment.at;
    let last = platform.environments.last().is_some_and(|(last, _)| last == name);
    let clusters: Vec<_> = environment.clusters.iter().map(text).collect();
    view.put("environment.name", text(name), at);
    view.put("environment.namespace", text(name), at);
    view.put(
        "environment.several",
        Value::from(clusters.len() > 1),
        &at.key("clusters"),
    );
    view.put("environment.clusters", Value::from(clusters), &at.key("clusters"));
    view.put("environment.last", Value::from(last), at);
    view.put("environment.domain", text(domain(platform, name)), at);
    let approvers: Vec<_> = environment.approvers.iter().map(text).collect();
    view.put(
        "environment.approvers",
        Value::from(approvers),
        &at.key("approvers"),
    );
}

pub(super) fn put_cluster(platform: &Platform, name: &ClusterName, cluster: &Cluster, view: &mut Layer) {
    let at = &cluster.at;
    view.put("cluster.name", text(name), at);
    nodes::put(cluster, view);
    view.put(
        "cluster.cidr",
        cluster.cidr.map_or(Value::Null, text),
        &at.key("cidr"),
    );
    let environments: Vec<_> = platform
        .environments
        .iter()
        .filter(|(_, environment)| {
            environment
                .clusters
                .iter()
                .any(|cluster| cluster.as_str() == name.as_str())
        })
        .map(|(environment, _)| text(environment))
        .collect();
    view.put(
        "cluster.environments",
        json!(environments),
        &platform.at.key("environments"),
    );
}

/// The domain under which an environment's hosts are: the platform's own for the last one.
pub(crate) fn domain(platform: &Platform, environment: &EnvironmentName) -> String {
    match platform.environments.last() {
        Some((last, _)) if last == environment => platform.domain.to_string(),
        _ => format!("{environment}.{}", platform.domain),
    }
}

/// The ranges of the clusters that an environment lives on, in its order, each once.
pub(super) fn ranges(platform: &Platform, environment: &Environment) -> Vec<Cidr> {
    let mut ranges = Vec::new();
    for cluster in &environment.clusters {
        let range = platform
            .clusters
            .get(cluster.as_str())
            .and_then(|cluster| cluster.cidr);
        ranges.extend(range.filter(|range| !ranges.contains(range)));
    }
    ranges
}
