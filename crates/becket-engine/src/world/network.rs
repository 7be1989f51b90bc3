//! What the world publishes of its Services, pods and policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use crate::network::{Namespace, PodEnd, ServiceView};
use crate::pod::Pod;
use crate::policy::Policy;
use crate::service::{Backend, Service};

impl World {
    /// Makes a namespace's part of the network anew.
    pub(super) fn publish(&mut self, namespace: &str) {
        let mut addresses = self.addresses.remove(namespace).unwrap_or_default();
        let services: Vec<_> = self
            .objects
            .of_kind("", "Service", namespace)
            .map(|(_, live)| Service::read(&live.object))
            .filter(|service| service.unsupported.is_none())
            .collect();
        let mut here = Namespace::default();
        for service in services {
            let address = addresses.of(&service.name);
            here.services.insert(
                service.name.clone(),
                self.service_view(namespace, &service, address),
            );
        }
        self.addresses.insert(namespace.to_owned(), addresses);
        for (_, live) in self
            .objects
            .of_kind("networking.k8s.io", "NetworkPolicy", namespace)
        {
            here.policies.push(Policy::read(namespace, &live.object));
        }
        for (_, live) in self
            .objects
            .of_kind("gateway.networking.k8s.io", "HTTPRoute", namespace)
        {
            here.routes.push(Arc::clone(&live.object));
        }
        for pod in self.pods_in(namespace).filter(|pod| pod.has_process()) {
            let containers = pod.template.containers.iter();
            let end = PodEnd {
                labels: pod.template.labels.clone(),
                ports: containers.flat_map(|container| container.ports.clone()).collect(),
                run: pod.run,
            };
            here.pods.insert(pod.id.name.clone(), end);
        }
        let same = self
            .network
            .namespaces
            .get(namespace)
            .is_some_and(|before| **before == here);
        if !same {
            self.network
                .namespaces
                .insert(namespace.to_owned(), Arc::new(here));
        }
    }

    fn service_view(&self, namespace: &str, service: &Service, address: std::net::Ipv4Addr) -> ServiceView {
        let selected = |pod: &&Pod| service.selects(&pod.template.labels) && !pod.is_stopping();
        let pods: Vec<_> = self.pods_in(namespace).filter(selected).collect();
        let mut ports = BTreeMap::new();
        for port in &service.ports {
            let ready = pods.iter().filter(|pod| pod.ready.is_some());
            let backend = |pod: &&Pod| {
                Some(Backend {
                    pod: pod.id.clone(),
                    run: pod.run,
                    port: pod.template.port(&port.target)?,
                })
            };
            ports.insert(port.port, ready.filter_map(backend).collect());
        }
        let why = pods.iter().find_map(|pod| pod.why());
        ServiceView {
            address,
            ports,
            why: why.unwrap_or_else(|| "no pod carries its selector's labels".to_owned()),
        }
    }
}
