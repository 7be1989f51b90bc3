//! `NetworkPolicies`, and whether a connection is allowed by them.
//!
//! Every connection of a pod passes through the engine, which knows both ends; so the rules are enforced here as a
//! cluster's network would. Policies add up: a pod that at least one policy selects in a direction takes part only in
//! what one of them allows. An address outside the platform, such as the database's, is unknown here; it stands for one
//! within whatever block a rule names.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::object::{selects, text};

/// The namespace that the ingress proxy counts as.
pub const INGRESS_NAMESPACE: &str = "envoy-gateway-system";

/// A NetworkPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    selector: Value,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// None means everybody.
    peers: Vec<Peer>,
    /// None means every port.
    ports: Vec<PortRange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Peer {
    Pods { namespaces: Option<Value>, pods: Value },
    Block,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PortRange {
    Named(String),
    Numbers(u64, u64),
    Every,
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'a> {
    /// A pod.
    Pod {
        /// Its namespace.
        namespace: &'a str,
        /// Its labels.
        labels: &'a BTreeMap<String, String>,
    },
    /// An address outside the platform.
    Outside,
}

/// The port that a connection goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port<'a> {
    /// Its number.
    pub number: u16,
    /// The ports of the pod there, by name.
    pub names: &'a BTreeMap<String, u16>,
}

/// A connection is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// `ingress` or `egress`.
    pub direction: &'static str,
    /// The policies that select the pod, none of which allows it.
    pub policies: Vec<String>,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (direction, policies) = (self.direction, self.policies.join(", "));
        write!(f, "no {direction} rule of NetworkPolicy {policies} allows it")
    }
}

impl Policy {
    /// Reads a NetworkPolicy in `namespace`.
    pub fn read(namespace: &str, object: &Value) -> Self {
        let spec = object.get("spec").unwrap_or(&Value::Null);
        let types = spec.get("policyTypes").and_then(Value::as_array);
        let applies = |name: &str| match types {
            Some(types) => types.iter().any(|one| one.as_str() == Some(name)),
            None => name == "Ingress" || spec.get("egress").is_some(),
        };
        let rules = |field: &str, peers: &str| -> Vec<Rule> {
            let rules = spec.get(field).and_then(Value::as_array);
            rules
                .into_iter()
                .flatten()
                .map(|rule| Rule::read(rule, peers))
                .collect()
        };
        Self {
            namespace: namespace.to_owned(),
            name: text(object, "/metadata/name").unwrap_or_default().to_owned(),
            selector: spec.get("podSelector").cloned().unwrap_or_default(),
            ingress: applies("Ingress").then(|| rules("ingress", "from")),
            egress: applies("Egress").then(|| rules("egress", "to")),
        }
    }

    fn selects(&self, end: End<'_>) -> bool {
        match end {
            End::Pod { namespace, labels } => namespace == self.namespace && selects(&self.selector, labels),
            End::Outside => false,
        }
    }
}

impl Rule {
    fn read(rule: &Value, peers: &str) -> Self {
        let list = |field: &str| rule.get(field).and_then(Value::as_array).into_iter().flatten();
        Self {
            peers: list(peers).map(Peer::read).collect(),
            ports: list("ports").filter_map(PortRange::read).collect(),
        }
    }

    fn allows(&self, own_namespace: &str, peer: End<'_>, port: Port<'_>) -> bool {
        (self.peers.is_empty() || self.peers.iter().any(|one| one.is(own_namespace, peer)))
            && (self.ports.is_empty() || self.ports.iter().any(|one| one.has(port)))
    }
}

impl Peer {
    fn read(peer: &Value) -> Self {
        if peer.get("ipBlock").is_some() {
            return Self::Block;
        }
        Self::Pods {
            namespaces: peer.get("namespaceSelector").cloned(),
            pods: peer.get("podSelector").cloned().unwrap_or_default(),
        }
    }

    fn is(&self, own_namespace: &str, end: End<'_>) -> bool {
        match (self, end) {
            (Self::Block, End::Outside) => true,
            (Self::Pods { namespaces, pods }, End::Pod { namespace, labels }) => {
                let there = match namespaces {
                    None => namespace == own_namespace,
                    Some(selector) => selects(selector, &namespace_labels(namespace)),
                };
                there && selects(pods, labels)
            }
            _ => false,
        }
    }
}

impl PortRange {
    /// `None` for protocols that nothing here speaks.
    fn read(port: &Value) -> Option<Self> {
        if text(port, "/protocol").is_some_and(|protocol| protocol != "TCP") {
            return Some(Self::Numbers(1, 0));
        }
        Some(match port.get("port") {
            None => Self::Every,
            Some(Value::String(name)) => Self::Named(name.clone()),
            Some(number) => {
                let first = number.as_u64()?;
                let last = port.get("endPort").and_then(Value::as_u64).unwrap_or(first);
                Self::Numbers(first, last)
            }
        })
    }

    fn has(&self, port: Port<'_>) -> bool {
        match self {
            Self::Every => true,
            Self::Numbers(first, last) => (*first..=*last).contains(&u64::from(port.number)),
            Self::Named(name) => port.names.get(name) == Some(&port.number),
        }
    }
}

/// The labels that every namespace has.
fn namespace_labels(namespace: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())])
}

/// Whether `policies` let a connection pass from one end to the other.
pub fn allows(policies: &[Policy], from: End<'_>, to: End<'_>, port: Port<'_>) -> Result<(), Denied> {
    one_way("egress", policies, from, to, port, |policy| {
        policy.egress.as_deref()
    })?;
    one_way("ingress", policies, to, from, port, |policy| {
        policy.ingress.as_deref()
    })
}

fn one_way(
    direction: &'static str,
    policies: &[Policy],
    subject: End<'_>,
    peer: End<'_>,
    port: Port<'_>,
    rules: impl Fn(&Policy) -> Option<&[Rule]>,
) -> Result<(), Denied> {
    let mut selecting = Vec::new();
    for policy in policies.iter().filter(|policy| policy.selects(subject)) {
        let Some(rules) = rules(policy) else { continue };
        if rules
            .iter()
            .any(|rule| rule.allows(&policy.namespace, peer, port))
        {
            return Ok(());
        }
        selecting.push(policy.name.clone());
    }
    if selecting.is_empty() {
        return Ok(());
    }
    Err(Denied {
        direction,
        policies: selecting,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn orders() -> Policy {
        let kubernetes = |name: &str| json!({"matchLabels": {"app": name}});
        Policy::read(
            "qa",
            &json!({"metadata": {"name": "orders"}, "spec": {
                "podSelector": kubernetes("orders"),
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [
                    {"from": [{"podSelector": kubernetes("frontend")}], "ports": [{"port": "http"}]},
                    {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": INGRESS_NAMESPACE}}}]},
                ],
                "egress": [
                    {"to": [{"podSelector": kubernetes("catalog")}], "ports": [{"port": 8080}]},
                    {"to": [{"ipBlock": {"cidr": "10.10.0.0/16"}}], "ports": [{"port": 5432}]},
                ],
            }}),
        )
    }

    fn frontend_may_send_only() -> Policy {
        Policy::read(
            "qa",
            &json!({"metadata": {"name": "frontend"}, "spec": {
                "podSelector": {"matchLabels": {"app": "frontend"}}, "policyTypes": ["Egress"],
                "egress": [{"ports": [{"port": 8000, "endPort": 8090}]}],
            }}),
        )
    }

    #[test]
    fn decisions() {
        let policies = [orders(), frontend_may_send_only()];
        let table = [
            // from, to, port, allowed
            ("qa/frontend", "qa/orders", 8080, true),
            ("qa/frontend", "qa/orders", 9090, false), // ingress names http, and 9090 is not it
            ("qa/frontend", "qa/catalog", 8095, false), // outside of the range
            ("qa/frontend", "outside", 5432, false),
            ("qa/catalog", "qa/orders", 8080, false),
            ("dev/frontend", "qa/orders", 8080, false), // a pod selector means the policy's own namespace
            ("envoy-gateway-system/envoy", "qa/orders", 8080, true),
            ("envoy-gateway-system/envoy", "qa/catalog", 8080, true), // nothing selects catalog
            ("envoy-gateway-system/envoy", "dev/orders", 8080, true), // the policy is qa's
            ("qa/orders", "qa/catalog", 8080, true),
            ("qa/orders", "qa/catalog", 9090, false),
            ("qa/orders", "qa/frontend", 8080, false),
            ("qa/orders", "dev/catalog", 8080, false),
            ("qa/orders", "outside", 5432, true),
            ("qa/orders", "outside", 443, false),
            ("qa/catalog", "outside", 443, true),
        ];
        let names = BTreeMap::from([("http".to_owned(), 8080)]);
        for (from, to, number, allowed) in table {
            let labels = |end: &str| {
                let app = end.split_once('/').map_or("", |(_, app)| app);
                BTreeMap::from([("app".to_owned(), app.to_owned())])
            };
            let (from_labels, to_labels) = (labels(from), labels(to));
            let end = |end: &'static str, labels| match end.split_once('/') {
                Some((namespace, _)) => End::Pod { namespace, labels },
                None => End::Outside,
            };
            let port = Port {
                number,
                names: &names,
            };
            let verdict = allows(&policies, end(from, &from_labels), end(to, &to_labels), port);
            assert_eq!(verdict.is_ok(), allowed, "{from} -> {to}:{number}: {verdict:?}");
        }
    }

    #[test]
    fn a_policy_without_rules_shuts_its_pods_off_and_is_named() {
        let deny = Policy::read(
            "qa",
            &json!({"metadata": {"name": "deny"}, "spec": {"podSelector": {}}}),
        );
        let (labels, names) = (BTreeMap::new(), BTreeMap::new());
        let pod = End::Pod {
            namespace: "qa",
            labels: &labels,
        };
        let port = Port {
            number: 80,
            names: &names,
        };
        let denied = allows(&[deny], pod, pod, port).unwrap_err();
        assert_eq!(
            denied.to_string(),
            "no ingress rule of NetworkPolicy deny allows it"
        );
    }

    #[test]
    fn what_another_policy_allows_is_allowed() {
        let more = json!({"metadata": {"name": "orders-database"}, "spec": {
            "podSelector": {"matchLabels": {"app": "orders"}}, "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}], "ports": [{"port": 6543}]}]}});
        let policies = [orders(), Policy::read("qa", &more)];
        let (labels, names) = (
            BTreeMap::from([("app".to_owned(), "orders".to_owned())]),
            BTreeMap::new(),
        );
        let from = End::Pod {
            namespace: "qa",
            labels: &labels,
        };
        for (number, allowed) in [(5432, true), (6543, true), (443, false)] {
            let port = Port {
                number,
                names: &names,
            };
            assert_eq!(
                allows(&policies, from, End::Outside, port).is_ok(),
                allowed,
                "{number}"
            );
        }
    }
}
