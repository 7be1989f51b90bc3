//! Pods as processes of this machine: started, probed, stopped, and connected with each other.
//!
//! Carries out what the world decided and tells what became of it; decides nothing itself but which of several ready
//! pods a connection goes to.

mod links;
mod log;
mod probing;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use becket_pod::store::{Digest, Store, StoreError};
use becket_pod::{
    Container, ContainerSpec, Init, LogSpec, Mount, PodError, PodSpec, Volume, VolumeFile, VolumeSource,
};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use crate::ingress::{Connection, Dial, DialError};
use crate::network::{Network, NoRoute, Source};
use crate::pod::{Exit, PodAction, PodId, Start, StartError};
use crate::service::Backend;
use crate::standin::{Boxed, StandIns};
use crate::world::Event;

use links::Links;

/// How long a pod may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);

/// How long a process may take to be started, its image unpacked.
const START: Duration = Duration::from_mins(1);

/// What pods are made with.
pub(crate) struct Settings {
    pub(crate) store: Store,
    pub(crate) logs: PathBuf,
    pub(crate) init: Init,
}

/// All pods that have processes.
pub(crate) struct Runtime {
    settings: Settings,
    events: mpsc::UnboundedSender<Event>,
    network: watch::Receiver<Arc<Network>>,
    slots: Mutex<BTreeMap<PodId, Arc<Slot>>>,
    turn: AtomicUsize,
    /// Until the end, when whoever made them takes them back.
    standins: Mutex<Option<Arc<dyn StandIns>>>,
}

/// A pod's place: empty before its first process starts and after its end.
#[derive(Default)]
struct Slot {
    state: tokio::sync::Mutex<State>,
    /// The pod for connections, without waiting for whoever starts or stops it.
    pod: Mutex<Option<Arc<becket_pod::Pod>>>,
    container: Mutex<Option<(u64, Container)>>,
}

#[derive(Default)]
struct State {
    links: Links,
}

impl Runtime {
    pub(crate) fn new(
        settings: Settings,
        standins: Arc<dyn StandIns>,
        events: mpsc::UnboundedSender<Event>,
        network: watch::Receiver<Arc<Network>>,
    ) -> Self {
        Self {
            settings,
            standins: Mutex::new(Some(standins)),
            events,
            network,
            slots: Mutex::default(),
            turn: AtomicUsize::new(0),
        }
    }

    fn tell(&self, event: Event) {
        // Nobody listens any more only when everything is over.
        let _ = self.events.send(event);
    }

    fn slot(&self, id: &PodId) -> Arc<Slot> {
        Arc::clone(lock(&self.slots).entry(id.clone()).or_default())
    }

    fn existing(&self, id: &PodId) -> Option<Arc<Slot>> {
        lock(&self.slots).get(id).cloned()
    }

    /// Carries out an action on a pod, in the background.
    pub(crate) fn act(self: &Arc<Self>, id: PodId, action: PodAction) {
        let this = Arc::clone(self);
        match action {
            PodAction::Start(start) => {
                tokio::spawn(async move {
                    let run = start.run;
                    let started = tokio::time::timeout(START, this.start(*start)).await;
                    let late = |_| {
                        Err(StartError::Other(format!(
                            "not started within {} s",
                            START.as_secs()
                        )))
                    };
                    if let Err(error) = started.unwrap_or_else(late) {
                        this.tell(Event::NotStarted { pod: id, run, error });
                    }
                });
            }
            PodAction::Stop { run, grace } => {
                tokio::spawn(async move {
                    let container = this.existing(&id).and_then(|slot| lock(&slot.container).clone());
                    if let Some((_, container)) = container.filter(|(of, _)| *of == run) {
                        container.stop(grace).await;
                    }
                });
            }
            PodAction::Probe {
                run,
                role,
                probe,
                port,
            } => {
                tokio::spawn(async move {
                    let pod = this.existing(&id).and_then(|slot| lock(&slot.pod).clone());
                    let outcome = match pod {
                        Some(pod) => probing::ask(&pod, &probe, port).await,
                        None => Err("the pod is gone".to_owned()),
                    };
                    this.tell(Event::Probed {
                        pod: id,
                        run,
                        role,
                        outcome,
                    });
                });
            }
        }
    }

    /// Nothing of a pod is needed any more.
    pub(crate) fn remove(self: &Arc<Self>, id: &PodId) {
        let slot = lock(&self.slots).remove(id);
        if let Some(slot) = slot {
            tokio::spawn(async move { slot.end().await });
        }
    }

    /// Kills all pods that are left. Answers when nothing is left of them.
    pub(crate) async fn end(&self) {
        lock(&self.standins).take();
        let slots = std::mem::take(&mut *lock(&self.slots));
        for slot in slots.into_values() {
            slot.end().await;
        }
    }

    async fn start(self: &Arc<Self>, start: Start) -> Result<(), StartError> {
        let (root, config) = self.image(&start.container.image).await?;
        let slot = self.slot(&start.pod);
        let mut state = slot.state.lock().await;
        let pod = lock(&slot.pod).clone();
        let pod = match pod {
            Some(pod) => pod,
            None => self.make(&start, &slot, &mut state).await?,
        };
        let spec = self.container(&start, root, &config)?;
        let log = spec.log.path.clone();
        let begun = log::size(&log);
        let container = match pod.run(spec.clone()).await {
            Err(PodError::Gone { .. }) => {
                // Its first process was killed; the pod is made anew.
                let pod = self.make(&start, &slot, &mut state).await?;
                pod.run(spec).await
            }
            result => result,
        };
        let container = container.map_err(|error| StartError::Other(error.to_string()))?;
        *lock(&slot.container) = Some((start.run, container.clone()));
        drop(state);
        self.catch_up(&start.pod, &slot).await;
        let (this, id, run) = (Arc::clone(self), start.pod, start.run);
        this.tell(Event::Started { pod: id.clone(), run });
        tokio::spawn(async move {
            let exit = container.wait().await;
            let tail = log::tail(&log, begun);
            let exit = Exit {
                code: exit.code(),
                tail,
            };
            this.tell(Event::Exited { pod: id, run, exit });
        });
        Ok(())
    }

    /// Makes the pod itself, with its listeners, before any process is in it.
    async fn make(
        self: &Arc<Self>,
        start: &Start,
        slot: &Arc<Slot>,
        state: &mut State,
    ) -> Result<Arc<becket_pod::Pod>, StartError> {
        self.prune_logs(&start.pod.namespace);
        let network = Arc::clone(&*self.network.borrow());
        let spec = PodSpec {
            id: start.pod.to_string(),
            hostname: hostname(&start.pod.name),
            hosts: links::hosts(&network, &start.pod.namespace),
            resolv_conf: String::new(),
            volumes: volumes(start),
            init: self.settings.init.clone(),
        };
        let failed = |error: PodError| StartError::Other(error.to_string());
        let pod = Arc::new(becket_pod::Pod::start(spec).await.map_err(failed)?);
        state.links = Links::default();
        state.links.follow(self, &start.pod, &pod, &network).await;
        *lock(&slot.pod) = Some(Arc::clone(&pod));
        Ok(pod)
    }

    /// Makes room for the log of one more pod of this namespace, in the background.
    fn prune_logs(&self, namespace: &str) {
        let here = lock(&self.slots);
        let here = here.keys().filter(|id| id.namespace == namespace);
        let live = here.map(|id| id.name.clone()).collect();
        let folder = self.settings.logs.join(namespace);
        tokio::task::spawn_blocking(move || log::prune(&folder, &live, log::KEPT));
    }

    /// The network is another: every pod's names and listeners follow. Who starts a pod meanwhile looks again by itself.
    pub(crate) async fn follow(self: &Arc<Self>, network: &Arc<Network>) {
        let slots: Vec<_> = lock(&self.slots)
            .iter()
            .map(|(id, slot)| (id.clone(), Arc::clone(slot)))
            .collect();
        for (id, slot) in slots {
            if let Ok(mut state) = slot.state.try_lock() {
                self.follow_one(&id, &slot, &mut state, network).await;
            }
        }
    }

    async fn follow_one(self: &Arc<Self>, id: &PodId, slot: &Slot, state: &mut State, network: &Network) {
        let pod = lock(&slot.pod).clone();
        if let Some(pod) = pod {
            state.links.follow(self, id, &pod, network).await;
        }
    }

    /// Follows what the network became while a pod was being started.
    async fn catch_up(self: &Arc<Self>, id: &PodId, slot: &Slot) {
        let mut followed: Option<Arc<Network>> = None;
        loop {
            let latest = Arc::clone(&*self.network.borrow());
            if followed.is_some_and(|followed| Arc::ptr_eq(&followed, &latest)) {
                return;
            }
            let mut state = slot.state.lock().await;
            self.follow_one(id, slot, &mut state, &latest).await;
            followed = Some(latest);
        }
    }

    /// The folder and configuration of an image in the local store.
    async fn image(&self, image: &str) -> Result<(PathBuf, becket_pod::store::ImageConfig), StartError> {
        let Some((name, digest)) = image.split_once('@') else {
            let why = format!("image \"{image}\" names no digest; release the service, which names one");
            return Err(StartError::Image(why));
        };
        let digest: Digest = digest
            .parse()
            .map_err(|error| StartError::Image(format!("{name}: {error}")))?;
        let store = self.settings.store.clone();
        let unpacked =
            tokio::task::spawn_blocking(move || Ok((store.unpack(&digest)?, store.config(&digest)?)));
        match unpacked.await {
            Ok(Ok(unpacked)) => Ok(unpacked),
            Ok(Err(StoreError::Missing { digest, .. })) => {
                let unit = name.rsplit('/').next().unwrap_or(name);
                let why = format!(
                    "{name}@{digest} is not on this machine; `becket release {unit}` builds and releases it"
                );
                Err(StartError::Image(why))
            }
            Ok(Err(error)) => Err(StartError::Other(error.to_string())),
            Err(error) => Err(StartError::Other(error.to_string())),
        }
    }

    fn container(
        &self,
        start: &Start,
        root: PathBuf,
        config: &becket_pod::store::ImageConfig,
    ) -> Result<ContainerSpec, StartError> {
        let container = &start.container;
        let expand = |words: &Vec<String>| -> Vec<String> {
            words
                .iter()
                .map(|word| crate::environment::expand(word, &start.variables))
                .collect()
        };
        let command = match (&container.command, &container.args) {
            (Some(command), args) => {
                [expand(command), args.as_ref().map(expand).unwrap_or_default()].concat()
            }
            (None, Some(args)) => [config.entrypoint.clone(), expand(args)].concat(),
            (None, None) => [config.entrypoint.clone(), config.args.clone()].concat(),
        };
        // What a container runtime gives every program, where image and manifest do not say otherwise.
        let usual = [
            ("HOME", "/"),
            ("HOSTNAME", &start.pod.name),
            (
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ),
        ];
        let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut env = BTreeMap::from(usual);
        env.extend(config.env.iter().cloned());
        env.extend(start.variables.clone());
        let Some((user, group)) = container.user.or_else(|| config.ids()) else {
            let why = format!("the image's user \"{}\" is no number; set runAsUser", config.user);
            return Err(StartError::Other(why));
        };
        let mount = |mount: &crate::template::Mount| Mount {
            volume: mount.volume.clone(),
            path: mount.path.clone(),
            sub_path: Some(mount.sub_path.clone()).filter(|path| !path.is_empty()),
            read_only: mount.read_only || start.files.contains_key(&mount.volume),
        };
        let (namespace, name) = (&start.pod.namespace, &start.pod.name);
        Ok(ContainerSpec {
            name: container.name.clone(),
            root,
            writable_root: !container.read_only,
            command,
            env: env.into_iter().collect(),
            user,
            group,
            workdir: container
                .working_dir
                .clone()
                .unwrap_or_else(|| config.workdir.clone()),
            mounts: container.mounts.iter().map(mount).collect(),
            log: LogSpec {
                path: self.settings.logs.join(namespace).join(format!("{name}.log")),
                max_bytes: 0,
            },
        })
    }

    /// Connects to a Service: to one of its ready pods, in turn; to another one when it refuses.
    async fn connect(
        &self,
        source: Source<'_>,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<TcpStream, ConnectError> {
        let network = Arc::clone(&*self.network.borrow());
        let mut backends = network.backends(source, namespace, service, port)?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % backends.len().max(1);
        backends.rotate_left(turn);
        let mut last = io::Error::from(io::ErrorKind::ConnectionRefused);
        for backend in &backends {
            match self.reach(backend).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(ConnectError::Io(last))
    }

    async fn reach(&self, backend: &Backend) -> io::Result<TcpStream> {
        let pod = self
            .existing(&backend.pod)
            .and_then(|slot| lock(&slot.pod).clone());
        let pod = pod.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        match tokio::time::timeout(CONNECT, pod.connect(backend.port)).await {
            Ok(stream) => stream,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// Why a Service cannot be reached.
#[derive(Debug, thiserror::Error)]
enum ConnectError {
    #[error(transparent)]
    Route(#[from] NoRoute),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Slot {
    async fn end(&self) {
        let mut state = self.state.lock().await;
        state.links = Links::default();
        let pod = lock(&self.pod).take();
        if let Some(pod) = pod {
            pod.kill().await;
        }
    }
}

/// How the ingress reaches Services: as the namespace that Envoy Gateway lives in.
pub(crate) struct FromIngress(pub(crate) Arc<Runtime>);

impl Dial for FromIngress {
    fn dial<'a>(
        &'a self,
        namespace: &'a str,
        service: &'a str,
        port: u16,
    ) -> Boxed<'a, Result<Box<dyn Connection>, DialError>> {
        Box::pin(async move {
            match self.0.connect(Source::Ingress, namespace, service, port).await {
                Ok(stream) => Ok(Box::new(stream) as Box<dyn Connection>),
                Err(ConnectError::Route(error @ (NoRoute::NoService { .. } | NoRoute::NoPort { .. }))) => {
                    Err(DialError::Missing(error.to_string()))
                }
                Err(ConnectError::Route(error)) => Err(DialError::NotReady(error.to_string())),
                Err(ConnectError::Io(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    Err(DialError::Refused)
                }
                Err(ConnectError::Io(error)) => Err(DialError::Io(error)),
            }
        })
    }
}

fn volumes(start: &Start) -> Vec<Volume> {
    let file = |contents: &Vec<u8>| VolumeFile {
        contents: contents.clone().into(),
        mode: 0o644,
    };
    let empty = start.empty.iter().map(|name| Volume {
        name: name.clone(),
        source: VolumeSource::Empty { limit: None },
    });
    let files = start.files.iter().map(|(name, files)| {
        let files = files
            .iter()
            .map(|(path, contents)| (path.clone(), file(contents)));
        Volume {
            name: name.clone(),
            source: VolumeSource::Files(files.collect()),
        }
    });
    empty.chain(files).collect()
}

/// A pod's name as a host name, which may have 63 letters.
fn hostname(name: &str) -> String {
    let cut: String = name.chars().take(63).collect();
    cut.trim_end_matches(['-', '.']).to_owned()
}

/// A lock whose holders cannot leave their data half-changed, so that a panic elsewhere does not matter here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
