//! Network policies: whether a connection between two pods of the scopes at hand is let through.

use serde_json::Value;

use super::selector::accepts;
use super::workload::Template;
use crate::object::Object;
use crate::scope::Scope;

/// One end of a connection.
pub(crate) struct Pod<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) template: &'a Template<'a>,
}

/// Which side of a connection a policy stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    fn field(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ingress => ("Ingress", "ingress", "from"),
            Self::Egress => ("Egress", "egress", "to"),
        }
    }
}

/// The policies of `scope` that shut out the connection from one end to the other: those that select the near end, where
/// none of them lets it through. None where it is let through, or where that depends on what is not known here.
pub(crate) fn shut<'s>(
    scope: &'s Scope,
    direction: Direction,
    near: &Pod<'_>,
    far: &Pod<'_>,
    port: u64,
) -> Vec<&'s Object> {
    let (kind, field, _) = direction.field();
    let mut selecting = scope.policies(near.template);
    selecting.retain(|policy| {
        let selector = policy.at("/spec/podSelector").unwrap_or(&Value::Null);
        accepts(selector, near.template.labels()) && has_type(policy, kind, field)
    });
    let destination = if direction == Direction::Ingress {
        near
    } else {
        far
    };
    let allowed = selecting.iter().any(|policy| {
        let rules = policy.at(&format!("/spec/{field}")).and_then(Value::as_array);
        rules
            .into_iter()
            .flatten()
            .any(|rule| lets_through(rule, direction, near, far, destination, port))
    });
    if allowed { Vec::new() } else { selecting }
}

/// A policy without `policyTypes` is about what comes in, and about what goes out where it has such rules.
fn has_type(policy: &Object, kind: &str, field: &str) -> bool {
    let list = |pointer: &str| {
        let list = policy.at(pointer).and_then(Value::as_array);
        list.filter(|list| !list.is_empty())
    };
    match list("/spec/policyTypes") {
        Some(types) => types.iter().any(|entry| entry == kind),
        None => kind == "Ingress" || list(&format!("/spec/{field}")).is_some(),
    }
}

fn lets_through(
    rule: &Value,
    direction: Direction,
    near: &Pod<'_>,
    far: &Pod<'_>,
    destination: &Pod<'_>,
    port: u64,
) -> bool {
    let (_, _, peers) = direction.field();
    let peer = match rule.get(peers).and_then(Value::as_array) {
        None => true,
        Some(peers) if peers.is_empty() => true,
        Some(peers) => peers.iter().any(|peer| is_peer(peer, near, far)),
    };
    let ports = match rule.get("ports").and_then(Value::as_array) {
        None => true,
        Some(ports) if ports.is_empty() => true,
        Some(ports) => ports.iter().any(|entry| is_port(entry, destination, port)),
    };
    peer && ports
}

/// An address range may hold the pod: nobody here knows, so it is taken to.
fn is_peer(peer: &Value, near: &Pod<'_>, far: &Pod<'_>) -> bool {
    if peer.get("ipBlock").is_some() {
        return peer.pointer("/ipBlock/cidr").and_then(Value::as_str) == Some("0.0.0.0/0");
    }
    let namespace = match peer.get("namespaceSelector") {
        None => near.namespace == far.namespace,
        Some(selector) => match selector.pointer("/matchLabels/kubernetes.io~1metadata.name") {
            Some(name) => name.as_str() == Some(far.namespace),
            None => true,
        },
    };
    namespace
        && peer
            .get("podSelector")
            .is_none_or(|selector| accepts(selector, far.template.labels()))
}

fn is_port(entry: &Value, destination: &Pod<'_>, port: u64) -> bool {
    if entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP") != "TCP" {
        return false;
    }
    match entry.get("port") {
        None => true,
        Some(Value::String(name)) => destination
            .template
            .ports()
            .iter()
            .any(|(known, number)| *known == Some(name.as_str()) && *number == port),
        Some(number) => {
            let last = entry.get("endPort").unwrap_or(number);
            match (number.as_u64(), last.as_u64()) {
                (Some(first), Some(last)) => (first..=last).contains(&port),
                // The API refuses the whole policy, which is another finding than this one.
                _ => true,
            }
        }
    }
}
