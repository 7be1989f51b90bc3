//! Who can be reached, and by whom: a picture of Services, ready pods and policies at one moment.
//!
//! The world publishes a new picture when something changed; each connection is decided on the latest one. Nothing here
//! opens a socket.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::Value;

use crate::pod::PodId;
use crate::policy::{self, Denied, End, INGRESS_NAMESPACE, Policy, Port};
use crate::service::{Backend, DATABASE};

/// Everything that can be reached, by namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// The namespaces.
    pub namespaces: BTreeMap<String, Arc<Namespace>>,
}

/// A namespace's part of the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its Services by name.
    pub services: BTreeMap<String, ServiceView>,
    /// Its policies.
    pub policies: Vec<Policy>,
    /// Its pods with a process, by name.
    pub pods: BTreeMap<String, PodEnd>,
    /// Its objects of kind `HTTPRoute`.
    pub routes: Vec<Arc<Value>>,
}

/// A Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceView {
    /// Its address in every pod of the namespace.
    pub address: Ipv4Addr,
    /// The ready pods behind each port.
    pub ports: BTreeMap<u16, Vec<Backend>>,
    /// Why there is no ready pod.
    pub why: String,
}

/// A pod as one end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodEnd {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its ports by name.
    pub ports: BTreeMap<String, u16>,
    /// The run of its process.
    pub run: u64,
}

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// A pod.
    Pod(&'a PodId),
    /// The ingress proxy.
    Ingress,
}

/// There is nobody to connect to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// There is no such Service.
    #[error("there is no Service {service} in {namespace}")]
    NoService {
        /// The namespace.
        namespace: String,
        /// The Service.
        service: String,
    },
    /// It has no such port.
    #[error("Service {service} has no port {port}; it has {ports}")]
    NoPort {
        /// The Service.
        service: String,
        /// The port.
        port: u16,
        /// The ports it has.
        ports: String,
    },
    /// No pod of it is ready.
    #[error("no pod of Service {service} is ready{why}")]
    NotReady {
        /// The Service.
        service: String,
        /// Why.
        why: String,
    },
    /// A policy forbids it.
    #[error("{0}")]
    Denied(String),
}

impl Network {
    /// The pods that a connection to `port` of `service` may go to.
    pub fn backends(
        &self,
        source: Source<'_>,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<Vec<Backend>, NoRoute> {
        let here = self.namespaces.get(namespace);
        let found = here.and_then(|here| Some((here, here.services.get(service)?)));
        let Some((here, view)) = found else {
            return Err(NoRoute::NoService {
                namespace: namespace.to_owned(),
                service: service.to_owned(),
            });
        };
        let Some(backends) = view.ports.get(&port) else {
            let ports: Vec<_> = view.ports.keys().map(ToString::to_string).collect();
            return Err(NoRoute::NoPort {
                service: service.to_owned(),
                port,
                ports: ports.join(", "),
            });
        };
        if backends.is_empty() {
            let why = if view.why.is_empty() {
                String::new()
            } else {
                format!(": {}", view.why)
            };
            let service = service.to_owned();
            return Err(NoRoute::NotReady { service, why });
        }
        let mut denied = None;
        let mut allowed = Vec::new();
        for backend in backends {
            let Some(end) = here.pods.get(&backend.pod.name) else {
                continue;
            };
            match self.decide(source, namespace, end, backend.port) {
                Ok(()) => allowed.push(backend.clone()),
                Err(why) => denied = Some(why),
            }
        }
        match denied {
            Some(why) if allowed.is_empty() => Err(NoRoute::Denied(format!("{service}:{port}: {why}"))),
            _ => Ok(allowed),
        }
    }

    fn decide(&self, source: Source<'_>, namespace: &str, to: &PodEnd, number: u16) -> Result<(), Denied> {
        let labels = proxy_labels();
        let from = match source {
            Source::Ingress => End::Pod {
                namespace: INGRESS_NAMESPACE,
                labels: &labels,
            },
            Source::Pod(pod) => self.end(pod),
        };
        let end = End::Pod {
            namespace,
            labels: &to.labels,
        };
        let port = Port {
            number,
            names: &to.ports,
        };
        policy::allows(&self.policies(source, namespace), from, end, port)
    }

    /// Whether a pod may reach the database outside.
    pub fn database(&self, source: &PodId) -> Result<(), Denied> {
        let names = BTreeMap::new();
        let port = Port {
            number: DATABASE.1,
            names: &names,
        };
        let policies = self.policies(Source::Pod(source), &source.namespace);
        policy::allows(&policies, self.end(source), End::Outside, port)
    }

    fn end<'a>(&'a self, pod: &'a PodId) -> End<'a> {
        let here = self.namespaces.get(&pod.namespace);
        match here.and_then(|here| here.pods.get(&pod.name)) {
            Some(end) => End::Pod {
                namespace: &pod.namespace,
                labels: &end.labels,
            },
            None => End::Outside,
        }
    }

    /// The policies of both ends' namespaces.
    fn policies(&self, source: Source<'_>, namespace: &str) -> Vec<Policy> {
        let of = |namespace: &str| self.namespaces.get(namespace).map(|here| here.policies.clone());
        let mut policies = of(namespace).unwrap_or_default();
        if let Source::Pod(pod) = source
            && pod.namespace != namespace
        {
            policies.extend(of(&pod.namespace).unwrap_or_default());
        }
        policies
    }
}

/// The labels that Envoy Gateway puts on its proxies.
fn proxy_labels() -> BTreeMap<String, String> {
    let label = |name: &str, value: &str| (format!("app.kubernetes.io/{name}"), value.to_owned());
    BTreeMap::from([
        label("name", "envoy"),
        label("component", "proxy"),
        label("managed-by", "envoy-gateway"),
    ])
}
