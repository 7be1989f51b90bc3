//! What leads from a host's name to a cluster: domains and their certificates, hosts that a CDN answers for, and what DNS
//! has to know of each cluster. Which environments are on a cluster, and which hosts a service has, is said elsewhere.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::environment::domain;
use super::operator::api_hosts;
use super::{Layer, text};
use crate::model::{CertificateScope, Cluster, Environment, Platform, Service, ZoneOrigin};
use crate::names::{ClusterName, EnvironmentName, ServiceName};

/// What each certificate is for beside its domain.
type Certificates = IndexMap<String, Vec<String>>;

/// The name by which an environment's load balancers are found.
pub(crate) fn ingress_name(platform: &Platform, environment: &EnvironmentName) -> String {
    format!("ingress.{}", domain(platform, environment))
}

/// The host names of an environment, each with the service that answers for it, in the order of the services.
pub(crate) fn hosts<'p>(
    platform: &'p Platform,
    environment: &EnvironmentName,
) -> impl Iterator<Item = (String, &'p ServiceName, &'p Service)> {
    let domain = domain(platform, environment);
    platform.services.iter().filter_map(move |(name, service)| {
        let host = service.host.as_ref()?;
        Some((format!("{}.{domain}", host.as_str()), name, service))
    })
}

/// The domain of the certificate that covers a host of an environment. A wildcard stands for one label.
pub(crate) fn certificate_of(platform: &Platform, environment: &EnvironmentName, host: &str) -> String {
    let scope = platform.cloud.as_ref().map(|cloud| cloud.certificates);
    let domain = domain(platform, environment);
    match host.split_once('.') {
        Some((_, rest)) if rest == domain && scope != Some(CertificateScope::Host) => domain,
        _ => host.to_owned(),
    }
}

pub(super) fn put_platform(platform: &Platform, view: &mut Layer) {
    let services = platform.at.key("services");
    let at_clusters = platform.at.key("clusters");
    let at_environments = platform.at.key("environments");
    let clusters: Vec<_> = platform
        .clusters
        .keys()
        .filter(|name| serves(platform, name))
        .collect();
    let behind_cdn: Vec<_> = platform
        .clusters
        .keys()
        .filter(|name| has_cdn(platform, name))
        .collect();
    view.put(
        "platform.has.ingress",
        Value::from(is_reached(platform)),
        &services,
    );
    view.put("platform.has.cdn", Value::from(!behind_cdn.is_empty()), &services);
    let apis = api_hosts(platform);
    let remote: Vec<_> = apis.keys().copied().collect();
    view.put(
        "platform.has.remote_clusters",
        Value::from(!apis.is_empty()),
        &at_clusters,
    );
    let hosts = apis
        .iter()
        .map(|(cluster, host)| (cluster.to_string(), host.clone().into()));
    view.put(
        "platform.dns.api_hosts",
        Value::Object(hosts.collect()),
        &at_clusters,
    );
    let dns = platform.dns.as_ref();
    let new = dns.is_some_and(|dns| dns.zone == ZoneOrigin::New);
    let account = dns.and_then(|dns| dns.account.as_ref());
    let at_dns = platform.at.key("dns");
    view.put("platform.dns.create", Value::from(new), &at_dns);
    view.put("platform.dns.account", account.map_or(Value::Null, text), &at_dns);
    view.put(
        "platform.dns.environments",
        environments(platform),
        &at_environments,
    );
    let facts = [
        (
            "platform.dns.validation_records",
            &clusters,
            "certificates",
            "validation_records",
        ),
        (
            "platform.dns.cdn_validation_records",
            &behind_cdn,
            "cdn-certificates",
            "validation_records",
        ),
        (
            "platform.dns.load_balancers",
            &clusters,
            "ingress",
            "load_balancer_hostnames",
        ),
        ("platform.dns.distributions", &behind_cdn, "cdn", "distributions"),
        (
            "platform.dns.cluster_endpoints",
            &remote,
            "eks",
            "cluster_endpoint",
        ),
    ];
    for (path, clusters, root, output) in facts {
        let each = clusters.iter().map(|cluster| {
            (
                cluster.to_string(),
                json!({ "root": format!("../../{cluster}/{root}"), "output": output }),
            )
        });
        view.put(path, Value::Object(each.collect()), &at_clusters);
    }
}

pub(super) fn put_cluster(platform: &Platform, name: &ClusterName, cluster: &Cluster, view: &mut Layer) {
    let at = &cluster.at;
    view.put("cluster.has.ingress", Value::from(serves(platform, name)), at);
    view.put("cluster.has.cdn", Value::from(has_cdn(platform, name)), at);
    let here = platform
        .environments
        .iter()
        .filter(|(_, environment)| is_on(environment, name));
    let all = here.flat_map(|(environment, _)| certificates(platform, environment));
    view.put(
        "cluster.certificates",
        json!(all.collect::<Certificates>()),
        &platform.at.key("environments"),
    );
    let mut certificates = Certificates::new();
    let mut hosts = Map::new();
    for (environment, host) in cdn_hosts(platform, name) {
        let certificate = certificate_of(platform, environment, &host);
        certificates.insert(certificate.clone(), others(platform, environment, &certificate));
        hosts.insert(
            host,
            json!({ "origin": ingress_name(platform, environment), "certificate": certificate }),
        );
    }
    let services = platform.at.key("services");
    view.put("cluster.cdn.certificates", json!(certificates), &services);
    view.put("cluster.cdn.hosts", Value::Object(hosts), &services);
}

/// The certificates of an environment: of its domain, and of hosts that this one does not cover.
fn certificates(platform: &Platform, environment: &EnvironmentName) -> Certificates {
    hosts(platform, environment)
        .map(|(host, ..)| {
            let certificate = certificate_of(platform, environment, &host);
            let others = others(platform, environment, &certificate);
            (certificate, others)
        })
        .collect()
}

/// What a certificate is for beside its domain: of an environment's own domain, all hosts right below it.
fn others(platform: &Platform, environment: &EnvironmentName, certificate: &str) -> Vec<String> {
    if certificate == domain(platform, environment) {
        vec![format!("*.{certificate}")]
    } else {
        Vec::new()
    }
}

/// Where each environment with a host is and which hosts it has.
fn environments(platform: &Platform) -> Value {
    let with_hosts = platform.environments.iter().map(|(name, environment)| {
        let hosts: Vec<_> = hosts(platform, name).map(|(host, ..)| host).collect();
        let clusters: Vec<_> = environment.clusters.iter().map(text).collect();
        (
            name.to_string(),
            json!({ "domain": domain(platform, name), "clusters": clusters, "hosts": hosts }),
        )
    });
    Value::Object(with_hosts.collect())
}

/// Whether requests from outside come to any cluster of the cloud: then there are records of hosts, which are no cluster's.
pub(super) fn is_reached(platform: &Platform) -> bool {
    platform.clusters.keys().any(|cluster| serves(platform, cluster))
}

/// Whether requests from outside come to a cluster.
fn serves(platform: &Platform, cluster: &ClusterName) -> bool {
    let hosts = platform.services.values().any(|service| service.host.is_some());
    let used = platform
        .environments
        .values()
        .any(|environment| is_on(environment, cluster));
    platform.cloud.is_some() && hosts && used
}

/// The hosts that a CDN answers for and whose environments are on `cluster` first: a host has one distribution, wherever
/// its environment is besides.
fn cdn_hosts<'p>(
    platform: &'p Platform,
    cluster: &'p ClusterName,
) -> impl Iterator<Item = (&'p EnvironmentName, String)> {
    let first = |environment: &Environment| {
        let first = environment.clusters.first();
        platform.cloud.is_some() && first.is_some_and(|first| first.as_str() == cluster.as_str())
    };
    let environments = platform
        .environments
        .iter()
        .filter(move |(_, environment)| first(environment));
    environments.flat_map(|(name, _)| {
        let hosts = hosts(platform, name).filter(|(_, _, service)| service.cdn);
        hosts.map(move |(host, ..)| (name, host))
    })
}

fn has_cdn(platform: &Platform, cluster: &ClusterName) -> bool {
    cdn_hosts(platform, cluster).next().is_some()
}

fn is_on(environment: &Environment, cluster: &ClusterName) -> bool {
    environment
        .clusters
        .iter()
        .any(|name| name.as_str() == cluster.as_str())
}
