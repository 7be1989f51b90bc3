//! Rules of network policies: who may reach a service, and what it may reach.

use std::collections::BTreeMap;

use becket_document::Fragment;
use serde_json::{Value, json};

use super::environment::ranges;
use crate::model::{Environment, Platform, Service};
use crate::names::ServiceName;
use crate::quantities::Cidr;

type Rules = Vec<(Option<String>, Fragment)>;

fn rule(comment: impl Into<String>, rule: Value) -> (Option<String>, Fragment) {
    (Some(comment.into()), rule.into())
}

fn pods_of(name: &str) -> Value {
    json!({ "podSelector": { "matchLabels": { "app.kubernetes.io/name": name } } })
}

/// The services that need a service, by its name, in the order of the platform file.
pub(super) type Callers<'a> = BTreeMap<&'a str, Vec<&'a ServiceName>>;

/// Who needs whom, read once for all services.
pub(super) fn callers(platform: &Platform) -> Callers<'_> {
    let mut callers = Callers::new();
    for (name, service) in &platform.services {
        for need in &service.needs {
            callers.entry(need.as_str()).or_default().push(name);
        }
    }
    callers
}

/// Who may reach the service: those that need it, and the gateway where it has a host.
pub(super) fn ingress(callers: &Callers<'_>, name: &ServiceName, service: &Service) -> Fragment {
    let mut rules: Rules = callers
        .get(name.as_str())
        .into_iter()
        .flatten()
        .map(|caller| {
            let from = json!({ "from": [pods_of(caller.as_str())], "ports": [{ "port": "http" }] });
            rule(format!("{caller} needs {name}"), from)
        })
        .collect();
    if service.host.is_some() {
        let gateway = json!({ "namespaceSelector": {
            "matchLabels": { "kubernetes.io/metadata.name": "envoy-gateway-system" },
        } });
        rules.push(rule(
            "the gateway, which browsers come through",
            json!({ "from": [gateway], "ports": [{ "port": "http" }] }),
        ));
    }
    Fragment::Sequence(rules)
}

/// What the service may reach: what it needs, its database as the first environment has it, and DNS.
pub(super) fn egress(platform: &Platform, name: &ServiceName, service: &Service) -> Fragment {
    let mut rules: Rules = service
        .needs
        .iter()
        .filter_map(|need| platform.services.get_key_value(need.as_str()))
        .map(|(need, needed)| {
            let to = json!({ "to": [pods_of(need.as_str())], "ports": [{ "port": needed.port.get() }] });
            rule(format!("{name} needs {need}"), to)
        })
        .collect();
    if service.database.is_some() {
        let first = platform.environments.values().next();
        rules.push(database(
            &first.map(|first| ranges(platform, first)).unwrap_or_default(),
        ));
    }
    rules.push((
        None,
        json!({
            "to": [{
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
                "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
            }],
            "ports": [{ "port": 53, "protocol": "UDP" }, { "port": 53, "protocol": "TCP" }],
        })
        .into(),
    ));
    Fragment::Sequence(rules)
}

/// The way to a database in these ranges; anywhere where clusters have none, as on this machine.
fn database(ranges: &[Cidr]) -> (Option<String>, Fragment) {
    let ports = json!([{ "port": 5432 }]);
    if ranges.is_empty() {
        return rule("its database", json!({ "ports": ports }));
    }
    let to: Vec<_> = ranges
        .iter()
        .map(|range| json!({ "ipBlock": { "cidr": range.to_string() } }))
        .collect();
    rule(
        "its database, in the data subnets",
        json!({ "to": to, "ports": ports }),
    )
}

/// What a stage adds to [`egress`] where its clusters have ranges that those of the first environment do not have.
pub(super) fn stage_egress(
    platform: &Platform,
    service: &Service,
    environment: &Environment,
) -> Option<Fragment> {
    service.database.as_ref()?;
    let known = ranges(platform, platform.environments.values().next()?);
    let more: Vec<_> = ranges(platform, environment)
        .into_iter()
        .filter(|range| !known.contains(range))
        .collect();
    (!more.is_empty()).then(|| Fragment::Sequence(vec![database(&more)]))
}
