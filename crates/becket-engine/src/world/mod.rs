//! All that the engine knows of what should run and what does, and what it does next.
//!
//! One value, changed by one event after the other: events come in with a time, actions go out. Nothing here waits,
//! reads a clock or touches the machine, so that every course of events can be told in a test.

mod claims;
mod health;
mod live;
mod network;
mod syncing;
mod view;
mod workload;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::application::{Application, Built, Declared, Operator};
use crate::environment::{Data, data_of};
use crate::network::Network;
use crate::object::ObjectKey;
use crate::pod::{Exit, Pod, PodAction, PodId, StartError};
use crate::probe::Role;
use crate::service::Addresses;
use crate::status::{AppStatus, Board, Health, OperatorStatus};
use crate::time::Time;

use live::Objects;
use syncing::App;
use workload::{Deployed, Running};

/// Something happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The operators' Applications at a commit.
    Declared(Declared),
    /// An overlay was built.
    Built(Built),
    /// Nothing of the commit that was declared last is left to build.
    Settled,
    /// The repositories cannot be read; `None` when they can again.
    Unreadable(Option<String>),
    /// A pod's process started.
    Started {
        /// The pod.
        pod: PodId,
        /// The run.
        run: u64,
    },
    /// A pod's process did not start.
    NotStarted {
        /// The pod.
        pod: PodId,
        /// The run.
        run: u64,
        /// Why.
        error: StartError,
    },
    /// A pod's process ended.
    Exited {
        /// The pod.
        pod: PodId,
        /// The run.
        run: u64,
        /// How.
        exit: Exit,
    },
    /// A probe was answered.
    Probed {
        /// The pod.
        pod: PodId,
        /// The run.
        run: u64,
        /// Which probe.
        role: Role,
        /// Why it failed.
        outcome: Result<(), String>,
    },
    /// A stand-in Secret was made, or there is none of that name, or it could not be made.
    StandIn {
        /// The namespace.
        namespace: String,
        /// The Secret's name.
        name: String,
        /// Its data.
        outcome: Result<Option<BTreeMap<String, String>>, String>,
    },
    /// Somebody changed an object by hand, or deleted it.
    Edited {
        /// Which.
        key: ObjectKey,
        /// What it is now.
        object: Option<Value>,
    },
    /// Time passed.
    Tick,
    /// Everything is to stop.
    Stop,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Something with a pod's process.
    Pod(PodId, PodAction),
    /// A pod is over: nothing of it is needed any more.
    Remove(PodId),
    /// Make the stand-in Secret, or say that there is none.
    StandIn {
        /// The namespace.
        namespace: String,
        /// The Secret's name.
        name: String,
    },
    /// Keep what cannot be told from Git.
    Remember(Hooks),
    /// Keep which protected Applications there are.
    Protect(Protected),
}

/// Hooks that have succeeded: Application and object, and what they were made from. A hook of the first sync after a
/// start does not run again when nothing that went into it has changed.
pub type Hooks = BTreeMap<String, String>;

/// Protected Applications, and the commits that they were last synced to.
pub type Protected = BTreeMap<String, String>;

/// A Secret that is not in Git.
#[derive(Debug, Clone, PartialEq, Eq)]
enum StandIn {
    Asked,
    Made(BTreeMap<String, String>),
    None,
    Failed(String, Time),
}

/// All that the engine knows.
#[derive(Debug, Default)]
pub struct World {
    now: Time,
    revision: String,
    settled: bool,
    builds: u64,
    counter: u64,
    stopping: bool,
    unreadable: Option<String>,
    errors: Vec<String>,
    operators: Vec<Operator>,
    apps: BTreeMap<String, App>,
    objects: Objects,
    /// Who asks for an object.
    claims: BTreeMap<ObjectKey, BTreeSet<String>>,
    deployments: BTreeMap<ObjectKey, Deployed>,
    jobs: BTreeMap<ObjectKey, Running>,
    /// The health of each workload when its Application last looked.
    seen: BTreeMap<ObjectKey, (Health, String)>,
    pods: BTreeMap<PodId, Pod>,
    secrets: BTreeMap<(String, String), StandIn>,
    hooks: Hooks,
    protected: Protected,
    addresses: BTreeMap<String, Addresses>,
    timers: BTreeMap<Timer, Time>,
    dirty: Dirty,
    actions: Vec<Action>,
    rows: BTreeMap<String, Arc<AppStatus>>,
    board: u64,
    network: Network,
}

/// What is to be looked at again at some time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    App(String),
    Deployment(ObjectKey),
    Job(ObjectKey),
    Pod(PodId),
    StandIn(String, String),
}

/// What is to be looked at again now.
#[derive(Debug, Default)]
struct Dirty {
    apps: BTreeSet<String>,
    rows: BTreeSet<String>,
    deployments: BTreeSet<ObjectKey>,
    jobs: BTreeSet<ObjectKey>,
    pods: BTreeSet<PodId>,
    namespaces: BTreeSet<String>,
    board: bool,
}

impl World {
    /// A world in which nothing runs, and these hooks have succeeded before.
    pub fn new(hooks: Hooks) -> Self {
        Self {
            hooks,
            ..Self::default()
        }
    }

    /// Has pods named by numbers from this one on: those of another start have other names, and logs of their own.
    #[must_use]
    pub fn numbering_from(mut self, first: u64) -> Self {
        self.counter = first;
        self
    }

    /// Has these Applications been protected before.
    #[must_use]
    pub fn protecting(mut self, protected: Protected) -> Self {
        self.protected = protected;
        self
    }

    /// Takes in what happened by `now`, and says what to do.
    pub fn handle(&mut self, events: impl IntoIterator<Item = Event>, now: Time) -> Vec<Action> {
        self.now = self.now.max(now);
        for event in events {
            self.take(event);
        }
        self.ring();
        self.reconcile();
        std::mem::take(&mut self.actions)
    }

    /// When something is due next without anything happening.
    pub fn due(&self) -> Option<Time> {
        self.timers.values().min().copied()
    }

    /// Whether nothing runs any more after [`Event::Stop`].
    pub fn is_stopped(&self) -> bool {
        self.stopping && self.pods.is_empty()
    }

    /// How everything stands.
    pub fn board(&self) -> Board {
        Board {
            version: self.board,
            revision: self.revision.clone(),
            settled: self.settled,
            operators: self
                .operators
                .iter()
                .map(|operator| OperatorStatus {
                    name: operator.name.clone(),
                    errors: operator.errors.clone(),
                })
                .collect(),
            apps: self.rows.values().cloned().collect(),
            builds: self.builds,
            messages: self.unreadable.iter().chain(&self.errors).cloned().collect(),
        }
    }

    /// The objects that are there, as they were applied, by kind, namespace and name.
    pub fn objects(&self) -> Vec<Arc<Value>> {
        self.objects.all().cloned().collect()
    }

    /// Counts up whenever [`Self::board`] has changed.
    pub fn board_version(&self) -> u64 {
        self.board
    }

    /// Who can be reached, and by whom.
    pub fn network(&self) -> &Network {
        &self.network
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Declared(declared) => self.declare(declared),
            Event::Built(built) => self.built(built),
            Event::Settled => {
                self.settled = true;
                self.dirty.board = true;
            }
            Event::Unreadable(why) => {
                self.unreadable = why;
                self.dirty.board = true;
            }
            Event::Started { pod, run } => {
                let now = self.now;
                self.on_pod(&pod, |pod| pod.started(run, now));
            }
            Event::NotStarted { pod, run, error } => {
                let now = self.now;
                self.on_pod(&pod, |pod| {
                    pod.not_started(run, &error, now);
                    Vec::new()
                });
            }
            Event::Exited { pod, run, exit } => {
                let now = self.now;
                self.on_pod(&pod, |pod| {
                    pod.exited(run, &exit, now);
                    Vec::new()
                });
            }
            Event::Probed {
                pod,
                run,
                role,
                outcome,
            } => {
                let now = self.now;
                self.on_pod(&pod, |pod| pod.probed(run, role, outcome, now));
            }
            Event::StandIn {
                namespace,
                name,
                outcome,
            } => self.stand_in(&namespace, name, outcome),
            Event::Edited { key, object } => self.edit(&key, object),
            Event::Tick => {}
            Event::Stop => self.stop(),
        }
    }

    fn on_pod(&mut self, id: &PodId, change: impl FnOnce(&mut Pod) -> Vec<PodAction>) {
        let Some(pod) = self.pods.get_mut(id) else { return };
        let actions = change(pod);
        self.actions
            .extend(actions.into_iter().map(|action| Action::Pod(id.clone(), action)));
        self.dirty.pods.insert(id.clone());
    }

    /// Marks what is due by now.
    fn ring(&mut self) {
        let now = self.now;
        let due: Vec<Timer> = self
            .timers
            .extract_if(.., |_, time| *time <= now)
            .map(|(timer, _)| timer)
            .collect();
        for timer in due {
            match timer {
                Timer::App(name) => {
                    self.dirty.apps.insert(name);
                }
                Timer::Deployment(key) => {
                    self.dirty.deployments.insert(key);
                }
                Timer::Job(key) => {
                    self.dirty.jobs.insert(key);
                }
                Timer::Pod(id) => {
                    self.dirty.pods.insert(id);
                }
                Timer::StandIn(namespace, name) => {
                    self.secrets.remove(&(namespace.clone(), name.clone()));
                    self.ask(&namespace, &name);
                }
            }
        }
    }

    fn set_timer(&mut self, timer: Timer, at: Option<Time>) {
        match at {
            Some(at) => self.timers.insert(timer, at),
            None => self.timers.remove(&timer),
        };
    }

    /// Looks at what changed until nothing is left: pods before their workloads, workloads before their Applications.
    fn reconcile(&mut self) {
        loop {
            if let Some(id) = self.dirty.pods.pop_first() {
                self.reconcile_pod(&id);
            } else if let Some(key) = self.dirty.jobs.pop_first() {
                self.reconcile_job(&key);
            } else if let Some(key) = self.dirty.deployments.pop_first() {
                self.reconcile_deployment(&key);
            } else if let Some(name) = self.dirty.apps.pop_first() {
                self.reconcile_app(&name);
                self.dirty.rows.insert(name);
            } else {
                break;
            }
        }
        for namespace in std::mem::take(&mut self.dirty.namespaces) {
            self.publish(&namespace);
        }
        let rows = std::mem::take(&mut self.dirty.rows);
        let mut changed = std::mem::take(&mut self.dirty.board);
        for name in rows {
            changed |= self.refresh_row(&name);
        }
        if changed {
            self.board += 1;
        }
    }

    fn declare(&mut self, declared: Declared) {
        self.settled = false;
        self.dirty.board = true;
        self.revision = declared.revision;
        let mut gone: BTreeSet<String> = self.apps.keys().cloned().collect();
        for application in declared.applications {
            gone.remove(&application.name);
            self.want(application);
        }
        for (application, revision) in declared.kept {
            let name = application.name.clone();
            gone.remove(&name);
            self.apps
                .entry(name.clone())
                .or_insert_with(|| App::kept(application, revision));
            self.dirty.apps.insert(name);
        }
        for name in gone {
            self.unwant(&name);
        }
        self.operators = declared.operators;
        self.errors = declared.errors;
    }

    fn want(&mut self, application: Application) {
        let name = application.name.clone();
        if !application.protect {
            self.protect(&name, None);
        }
        if let Some(app) = self.apps.get_mut(&name) {
            let share = |one: &Application| (one.place.clone(), one.refused.is_empty());
            let shares = app.retained || share(&app.declared) != share(&application);
            app.retained = false;
            app.restoring = false;
            app.revision.clone_from(&self.revision);
            app.declared = application;
            if shares {
                self.tell_sharers(&name);
            }
        } else {
            let app = App::new(application, self.revision.clone());
            self.apps.insert(name.clone(), app);
        }
        self.dirty.apps.insert(name);
    }

    /// Its operator no longer makes it: it goes with all it runs, or stays when it is protected.
    fn unwant(&mut self, name: &str) {
        let Some(app) = self.apps.get_mut(name) else {
            return;
        };
        if app.declared.protect {
            app.retained = true;
            app.revision.clone_from(&self.revision);
            self.dirty.apps.insert(name.to_owned());
            self.tell_sharers(name);
            return;
        }
        let before = self
            .apps
            .remove(name)
            .and_then(|app| app.wanted)
            .unwrap_or_default();
        self.claim(name, &before, &[]);
        self.timers.remove(&Timer::App(name.to_owned()));
        let mut keys: Vec<_> = self.objects.of_app(name);
        crate::sync::prune_order(&mut keys);
        for (key, _) in keys {
            // What another one asks for changes hands.
            if self.holder(&key).is_none() {
                self.delete(&key);
            }
        }
        self.dirty.rows.insert(name.to_owned());
    }

    /// Notes to which commit a protected Application was synced; `None` when it is protected no longer.
    fn protect(&mut self, name: &str, revision: Option<String>) {
        let before = self.protected.get(name);
        if before == revision.as_ref() {
            return;
        }
        match revision {
            Some(revision) => self.protected.insert(name.to_owned(), revision),
            None => self.protected.remove(name),
        };
        self.actions.push(Action::Protect(self.protected.clone()));
    }

    fn stand_in(
        &mut self,
        namespace: &str,
        name: String,
        outcome: Result<Option<BTreeMap<String, String>>, String>,
    ) {
        let state = match outcome {
            Ok(Some(data)) => StandIn::Made(data),
            Ok(None) => StandIn::None,
            Err(why) => {
                let again = self.now + std::time::Duration::from_secs(5);
                self.timers
                    .insert(Timer::StandIn(namespace.to_owned(), name.clone()), again);
                StandIn::Failed(why, again)
            }
        };
        self.secrets.insert((namespace.to_owned(), name), state);
        self.wake_waiting(namespace);
    }

    /// Pods that wait for configuration look again; so do syncs that wait to know what a hook is made from.
    fn wake_waiting(&mut self, namespace: &str) {
        let waiting = |pod: &&Pod| pod.id.namespace == namespace && !pod.has_process();
        self.dirty
            .pods
            .extend(self.pods.values().filter(waiting).map(|pod| pod.id.clone()));
        let here = |app: &&App| app.declared.namespace == namespace && app.is_syncing();
        self.dirty.apps.extend(
            self.apps
                .values()
                .filter(here)
                .map(|app| app.declared.name.clone()),
        );
    }

    /// Asks for a stand-in once.
    fn ask(&mut self, namespace: &str, name: &str) {
        let id = (namespace.to_owned(), name.to_owned());
        if self.secrets.contains_key(&id)
            || self
                .objects
                .get(&ObjectKey::core("Secret", namespace, name))
                .is_some()
        {
            return;
        }
        self.secrets.insert(id, StandIn::Asked);
        self.actions.push(Action::StandIn {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        });
    }

    fn stop(&mut self) {
        self.stopping = true;
        let apps: Vec<_> = self.apps.keys().cloned().collect();
        for name in apps {
            self.timers.remove(&Timer::App(name));
        }
        let pods: Vec<_> = self.pods.keys().cloned().collect();
        for id in pods {
            self.on_pod(&id, |pod| {
                pod.stop().into_iter().map(PodAction::hurried).collect()
            });
        }
        self.dirty.apps.clear();
        self.dirty.deployments.clear();
        self.dirty.jobs.clear();
    }

    fn data(&self, namespace: &str) -> NamespaceData<'_> {
        NamespaceData {
            objects: &self.objects,
            secrets: &self.secrets,
            namespace: namespace.to_owned(),
        }
    }
}

/// The ConfigMaps and Secrets of a namespace, stand-ins among them.
struct NamespaceData<'a> {
    objects: &'a Objects,
    secrets: &'a BTreeMap<(String, String), StandIn>,
    namespace: String,
}

impl Data for NamespaceData<'_> {
    fn data(&self, kind: &str, name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
        if let Some(live) = self.objects.get(&ObjectKey::core(kind, &self.namespace, name)) {
            return Some(data_of(&live.object));
        }
        if kind != "Secret" {
            return None;
        }
        match self.secrets.get(&(self.namespace.clone(), name.to_owned()))? {
            StandIn::Made(data) => {
                let bytes = |(key, value): (&String, &String)| (key.clone(), value.clone().into_bytes());
                Some(data.iter().map(bytes).collect())
            }
            _ => None,
        }
    }
}
