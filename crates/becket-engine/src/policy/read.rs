//! Reads a NetworkPolicy. What cannot be read allows nothing and is said with its place: were a port left out that
//! nobody understands, a rule for one port would become a rule for all of them.

use std::net::IpAddr;

use serde_json::Value;

use super::{Fault, Peer, Policy, PortRange, Rule};
use crate::object::text;

/// Collects what cannot be read of one policy.
#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

/// Reads a NetworkPolicy in `namespace`.
pub(super) fn policy(namespace: &str, object: &Value) -> Policy {
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let mut reader = Reader::default();
    let selector = match reader.selector("spec.podSelector", spec.get("podSelector")) {
        Some(selector) => selector,
        // On the safe side: every pod.
        None => Value::Null,
    };
    let [ingress, egress] = reader.directions(spec);
    Policy {
        namespace: namespace.to_owned(),
        name: text(object, "/metadata/name").unwrap_or_default().to_owned(),
        selector,
        ingress: ingress.then(|| reader.rules(spec, "ingress", "from")),
        egress: egress.then(|| reader.rules(spec, "egress", "to")),
        faults: reader.faults,
    }
}

impl Reader {
    fn say(&mut self, place: &str, message: impl Into<String>) {
        self.faults.push(Fault {
            place: place.to_owned(),
            message: message.into(),
        });
    }

    /// Whether it is about what comes in and what goes out.
    fn directions(&mut self, spec: &Value) -> [bool; 2] {
        let place = "spec.policyTypes";
        let Some(types) = self.list(place, spec.get("policyTypes"), "both directions are shut") else {
            return [true, true];
        };
        if types.is_empty() {
            let leaves = spec.get("egress").and_then(Value::as_array);
            return [true, leaves.is_some_and(|rules| !rules.is_empty())];
        }
        let known = |one: &Value| matches!(one.as_str(), Some("Ingress" | "Egress"));
        if let Some(strange) = types.iter().find(|one| !known(one)) {
            self.say(
                place,
                format!("{strange} is neither Ingress nor Egress; both directions are shut"),
            );
            return [true, true];
        }
        ["Ingress", "Egress"].map(|name| types.iter().any(|one| one == name))
    }

    fn rules(&mut self, spec: &Value, field: &str, peers: &str) -> Vec<Rule> {
        let place = format!("spec.{field}");
        let rules = self
            .list(&place, spec.get(field), "nothing is allowed")
            .unwrap_or_default();
        let at = |number: usize| format!("{place}[{number}]");
        let rules = rules.iter().enumerate();
        rules
            .map(|(number, rule)| self.rule(&at(number), rule, peers))
            .collect()
    }

    fn rule(&mut self, place: &str, rule: &Value, peers: &str) -> Rule {
        Rule {
            peers: self.some(&format!("{place}.{peers}"), rule.get(peers), Self::peer),
            ports: self.some(&format!("{place}.ports"), rule.get("ports"), Self::port),
        }
    }

    /// The entries of a list that can be read; `None` where there is none, which means all.
    fn some<T>(
        &mut self,
        place: &str,
        list: Option<&Value>,
        read: impl Fn(&mut Self, &str, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(list) = self.list(place, list, "the rule allows nothing") else {
            return Some(Vec::new());
        };
        let entries = list.iter().enumerate();
        let entries = entries.filter_map(|(at, one)| read(self, &format!("{place}[{at}]"), one));
        (!list.is_empty()).then(|| entries.collect())
    }

    /// A list; what is not there is an empty one, as for Kubernetes. `None` for what is no list.
    fn list<'v>(&mut self, place: &str, value: Option<&'v Value>, so: &str) -> Option<&'v [Value]> {
        match value {
            None | Some(Value::Null) => Some(&[]),
            Some(Value::Array(list)) => Some(list),
            Some(_) => {
                self.say(place, format!("is no list; {so}"));
                None
            }
        }
    }

    fn peer(&mut self, place: &str, peer: &Value) -> Option<Peer> {
        let part = |name: &str| peer.get(name).filter(|part| !part.is_null());
        let (block, pods, namespaces) = (part("ipBlock"), part("podSelector"), part("namespaceSelector"));
        match (block, pods, namespaces) {
            (Some(block), None, None) => {
                let cidr = text(block, "/cidr").unwrap_or_default();
                if is_cidr(cidr) {
                    return Some(Peer::Block);
                }
                self.say(
                    place,
                    format!("`{cidr}` is no range of addresses; the peer is let nowhere"),
                );
                None
            }
            (None, None, None) => {
                self.say(place, "names neither pods nor addresses; the peer is let nowhere");
                None
            }
            (None, pods, namespaces) => Some(Peer::Pods {
                pods: self.selector(&format!("{place}.podSelector"), pods)?,
                namespaces: match namespaces {
                    Some(some) => Some(self.selector(&format!("{place}.namespaceSelector"), Some(some))?),
                    None => None,
                },
            }),
            (Some(_), ..) => {
                self.say(
                    place,
                    "`ipBlock` stands alone, without selectors; the peer is let nowhere",
                );
                None
            }
        }
    }

    /// A selector that `object::selects` understands; what is not there selects all.
    fn selector(&mut self, place: &str, selector: Option<&Value>) -> Option<Value> {
        let Some(selector) = selector.filter(|selector| !selector.is_null()) else {
            return Some(Value::Null);
        };
        let labels = match selector.get("matchLabels") {
            None | Some(Value::Null) => true,
            Some(labels) => labels
                .as_object()
                .is_some_and(|labels| labels.values().all(Value::is_string)),
        };
        let expressions = match selector.get("matchExpressions") {
            None | Some(Value::Null) => true,
            Some(list) => list.as_array().is_some_and(|list| list.iter().all(is_expression)),
        };
        if selector.is_object() && labels && expressions {
            return Some(selector.clone());
        }
        self.say(place, format!("{selector} is no selector of labels"));
        None
    }

    fn port(&mut self, place: &str, port: &Value) -> Option<PortRange> {
        let field = |name: &str| port.get(name).filter(|field| !field.is_null());
        let tcp = match field("protocol") {
            None => true,
            Some(protocol) => match protocol.as_str() {
                Some("TCP") => true,
                Some("UDP" | "SCTP") => false,
                _ => return self.no_port(place, &format!("{protocol} is no protocol")),
            },
        };
        let range = match (field("port"), field("endPort")) {
            (None, None) => PortRange::Every,
            (Some(Value::String(name)), None) => PortRange::Named(name.clone()),
            (Some(first), last) => match (number(first), number(last.unwrap_or(first))) {
                (Some(first), Some(last)) if first <= last => PortRange::Numbers(first, last),
                (Some(_), Some(_)) => return self.no_port(place, "`endPort` is below `port`"),
                (None, _) if last.is_some() => {
                    return self.no_port(place, "`endPort` needs a `port` that is a number");
                }
                (None, _) => return self.no_port(place, &format!("{first} is no port")),
                (_, None) => return self.no_port(place, "`endPort` is no port"),
            },
            (None, Some(_)) => return self.no_port(place, "`endPort` needs a `port` that is a number"),
        };
        Some(if tcp { range } else { PortRange::Foreign })
    }

    fn no_port(&mut self, place: &str, why: &str) -> Option<PortRange> {
        self.say(place, format!("{why}; it lets nothing through"));
        None
    }
}

fn number(port: &Value) -> Option<u16> {
    u16::try_from(port.as_u64()?).ok().filter(|number| *number > 0)
}

fn is_cidr(written: &str) -> bool {
    written.split_once('/').is_some_and(|(address, length)| {
        let most = match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        length.parse::<u8>().is_ok_and(|length| length <= most)
    })
}

fn is_expression(expression: &Value) -> bool {
    let values = expression.get("values").and_then(Value::as_array);
    let values = values.map_or(&[][..], Vec::as_slice);
    let operator = match text(expression, "/operator") {
        Some("In" | "NotIn") => !values.is_empty() && values.iter().all(Value::is_string),
        Some("Exists" | "DoesNotExist") => values.is_empty(),
        _ => false,
    };
    operator && text(expression, "/key").is_some()
}
