//! Services: the address each has in a namespace, and the ready pods behind it.
//!
//! Each pod has a network of its own, so addresses need to differ only within a namespace; they come from the range that
//! Services usually have on a cluster. Nothing here listens or connects.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::object::{strings, text};
use crate::pod::PodId;

/// The address of the stand-in database in every pod.
pub const DATABASE: (Ipv4Addr, u16) = (Ipv4Addr::new(10, 111, 255, 1), 5432);

/// A Service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The labels that its pods carry; without any it has no pods.
    pub selector: BTreeMap<String, String>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Why it does not serve here.
    pub unsupported: Option<String>,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServicePort {
    /// Its name; empty for a single unnamed one.
    pub name: String,
    /// The port.
    pub port: u16,
    /// The pods' port, by number or name.
    pub target: Value,
}

/// A pod and port behind a Service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backend {
    /// The pod.
    pub pod: PodId,
    /// The run of its process.
    pub run: u64,
    /// The pod's port.
    pub port: u16,
}

impl Service {
    /// Reads a Service.
    pub fn read(object: &Value) -> Self {
        let spec = object.get("spec").unwrap_or(&Value::Null);
        let list = spec.get("ports").and_then(Value::as_array).into_iter().flatten();
        let number = |port: &Value, field: &str| u16::try_from(port.get(field)?.as_u64()?).ok();
        let mut unsupported = match text(spec, "/type") {
            Some("ExternalName") => Some("spec.type: ExternalName runs on a cluster".to_owned()),
            _ => None,
        };
        if text(spec, "/clusterIP") == Some("None") {
            unsupported = Some("spec.clusterIP: a headless Service runs on a cluster".to_owned());
        }
        let ports = list.filter_map(|port| {
            if text(port, "/protocol").is_some_and(|protocol| protocol != "TCP") {
                unsupported = Some("spec.ports.protocol: only TCP is carried here".to_owned());
                return None;
            }
            let own = number(port, "port")?;
            Some(ServicePort {
                name: text(port, "/name").unwrap_or_default().to_owned(),
                port: own,
                target: port.get("targetPort").cloned().unwrap_or_else(|| own.into()),
            })
        });
        Self {
            name: text(object, "/metadata/name").unwrap_or_default().to_owned(),
            selector: strings(spec.get("selector")),
            ports: ports.collect(),
            unsupported,
        }
    }

    /// Whether a pod with `labels` is behind it.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let same = |(key, value): (&String, &String)| labels.get(key) == Some(value);
        !self.selector.is_empty() && self.selector.iter().all(same)
    }
}

/// The addresses of one namespace's Services. An address stays with its name while the engine runs.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    taken: BTreeMap<String, u16>,
}

impl Addresses {
    /// The address of the Service `name`.
    pub fn of(&mut self, name: &str) -> Ipv4Addr {
        let next = u16::try_from(self.taken.len() + 1)
            .unwrap_or(u16::MAX)
            .min(0xfeff);
        let number = *self.taken.entry(name.to_owned()).or_insert(next);
        let [high, low] = number.to_be_bytes();
        Ipv4Addr::new(10, 96, high, low)
    }
}

/// The names of the Service `name` for the pods of its namespace.
pub fn names(name: &str, namespace: &str) -> [String; 4] {
    [
        name.to_owned(),
        format!("{name}.{namespace}"),
        format!("{name}.{namespace}.svc"),
        format!("{name}.{namespace}.svc.cluster.local"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_stays_with_its_name_and_none_is_the_databases() {
        let mut addresses = Addresses::default();
        assert_eq!(addresses.of("orders"), Ipv4Addr::new(10, 96, 0, 1));
        assert_eq!(addresses.of("catalog"), Ipv4Addr::new(10, 96, 0, 2));
        assert_eq!(addresses.of("orders"), Ipv4Addr::new(10, 96, 0, 1));
        for number in 0..70_000 {
            assert_ne!(addresses.of(&number.to_string()), DATABASE.0);
        }
    }

    #[test]
    fn a_service_without_a_selector_has_no_pods() {
        let service =
            Service::read(&json!({"metadata": {"name": "orders"}, "spec": {"ports": [{"port": 80}]}}));
        assert!(!service.selects(&BTreeMap::new()));
        assert_eq!(service.ports[0].target, json!(80));
    }

    #[test]
    fn what_is_not_carried_is_said() {
        let service = Service::read(&json!({"spec": {"ports": [{"port": 53, "protocol": "UDP"}]}}));
        assert_eq!(
            service.unsupported.unwrap(),
            "spec.ports.protocol: only TCP is carried here"
        );
        assert!(service.ports.is_empty());
    }
}
