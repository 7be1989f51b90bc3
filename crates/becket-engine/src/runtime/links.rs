//! The names that a pod knows and the listeners behind them.
//!
//! A port has a listener only while a ready pod is behind it, so that it refuses as a cluster does when there is none.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use becket_pod::{HostsEntry, Pod};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::AbortHandle;

use super::{Runtime, lock};
use crate::network::{Network, Source};
use crate::pod::PodId;
use crate::service::{DATABASE, names};

/// What a listener leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Service(String, u16),
    Database,
}

/// A pod's names and listeners as they are. Dropping them closes the listeners; connections go on.
#[derive(Default)]
pub(super) struct Links {
    hosts: Vec<HostsEntry>,
    listeners: BTreeMap<(Ipv4Addr, u16), (Target, Listener)>,
}

struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Links {
    /// Makes them what `network` asks for.
    pub(super) async fn follow(&mut self, runtime: &Arc<Runtime>, id: &PodId, pod: &Pod, network: &Network) {
        let hosts = hosts(network, &id.namespace);
        if self.hosts.is_empty() {
            // The pod was made with them.
            self.hosts = hosts;
        } else if self.hosts != hosts && pod.set_hosts(&hosts).await.is_ok() {
            self.hosts = hosts;
        }
        let wanted = wanted(network, &id.namespace);
        self.listeners
            .retain(|place, (target, _)| wanted.get(place) == Some(target));
        for (place, target) in wanted {
            if self.listeners.contains_key(&place) {
                continue;
            }
            // A pod that is ending has no network any more.
            let Ok(listener) = pod.listen(IpAddr::V4(place.0), place.1).await else {
                continue;
            };
            let accepting = accept(Arc::clone(runtime), id.clone(), target.clone(), listener);
            let task = tokio::spawn(accepting);
            self.listeners
                .insert(place, (target, Listener(task.abort_handle())));
        }
    }
}

/// The names in a pod of `namespace`: its Services and the database.
pub(super) fn hosts(network: &Network, namespace: &str) -> Vec<HostsEntry> {
    let mut hosts = vec![HostsEntry {
        address: DATABASE.0.into(),
        names: vec!["database".to_owned(), "database.becket.internal".to_owned()],
    }];
    let services = network
        .namespaces
        .get(namespace)
        .into_iter()
        .flat_map(|here| &here.services);
    hosts.extend(services.map(|(name, service)| HostsEntry {
        address: service.address.into(),
        names: names(name, namespace).into(),
    }));
    hosts
}

fn wanted(network: &Network, namespace: &str) -> BTreeMap<(Ipv4Addr, u16), Target> {
    let mut wanted = BTreeMap::from([(DATABASE, Target::Database)]);
    for (name, service) in network
        .namespaces
        .get(namespace)
        .into_iter()
        .flat_map(|here| &here.services)
    {
        for (port, _) in service.ports.iter().filter(|(_, backends)| !backends.is_empty()) {
            wanted.insert((service.address, *port), Target::Service(name.clone(), *port));
        }
    }
    wanted
}

async fn accept(runtime: Arc<Runtime>, id: PodId, target: Target, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let (runtime, id, target) = (Arc::clone(&runtime), id.clone(), target.clone());
        tokio::spawn(async move { pass(&runtime, &id, &target, stream).await });
    }
}

/// Passes a connection on. One that leads nowhere is reset, not closed as if all had been said.
async fn pass(runtime: &Runtime, id: &PodId, target: &Target, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    match target {
        Target::Service(service, port) => {
            match runtime
                .connect(Source::Pod(id), &id.namespace, service, *port)
                .await
            {
                Ok(mut there) => {
                    let _ = there.set_nodelay(true);
                    let _ = copy_bidirectional(&mut stream, &mut there).await;
                }
                Err(_) => reset(&stream),
            }
        }
        Target::Database => {
            let allowed = runtime.network.borrow().database(id).is_ok();
            let standins = lock(&runtime.standins).clone();
            let socket = standins
                .and_then(|standins| standins.database())
                .filter(|_| allowed);
            match database(socket.as_deref()).await {
                Some(mut there) => {
                    let _ = copy_bidirectional(&mut stream, &mut there).await;
                }
                None => reset(&stream),
            }
        }
    }
}

async fn database(socket: Option<&Path>) -> Option<UnixStream> {
    UnixStream::connect(socket?).await.ok()
}

fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
