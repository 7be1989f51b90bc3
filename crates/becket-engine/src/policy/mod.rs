//! `NetworkPolicies`, and whether a connection is allowed by them.
//!
//! Every connection of a pod passes through the engine, which knows both ends; so the rules are enforced here as a
//! cluster's network would. Policies add up: a pod that at least one policy selects in a direction takes part only in
//! what one of them allows. An address outside the platform, such as the database's, is unknown here; it stands for one
//! within whatever block a rule names.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::object::selects;

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
    /// What of it cannot be read. Such a part allows nothing.
    pub faults: Vec<Fault>,
}

/// A part of a policy that cannot be read; a cluster would refuse the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place, such as `spec.ingress[0].ports[1]`.
    pub place: String,
    /// What is wrong there, and what comes of it.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// `None` means everybody.
    peers: Option<Vec<Peer>>,
    /// `None` means every port.
    ports: Option<Vec<PortRange>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Peer {
    Pods { namespaces: Option<Value>, pods: Value },
    Block,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PortRange {
    Named(String),
    Numbers(u16, u16),
    Every,
    /// Of a protocol that nothing here speaks.
    Foreign,
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Policy {
    /// Reads a NetworkPolicy in `namespace`.
    pub fn read(namespace: &str, object: &Value) -> Self {
        read::policy(namespace, object)
    }

    fn selects(&self, end: End<'_>) -> bool {
        match end {
            End::Pod { namespace, labels } => namespace == self.namespace && selects(&self.selector, labels),
            End::Outside => false,
        }
    }
}

impl Rule {
    fn allows(&self, own_namespace: &str, peer: End<'_>, port: Port<'_>) -> bool {
        let peers = self.peers.as_ref();
        let ports = self.ports.as_ref();
        peers.is_none_or(|peers| peers.iter().any(|one| one.is(own_namespace, peer)))
            && ports.is_none_or(|ports| ports.iter().any(|one| one.has(port)))
    }
}

impl Peer {
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
    fn has(&self, port: Port<'_>) -> bool {
        match self {
            Self::Every => true,
            Self::Foreign => false,
            Self::Numbers(first, last) => (*first..=*last).contains(&port.number),
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
