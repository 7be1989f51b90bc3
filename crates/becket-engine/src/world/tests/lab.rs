//! A world with pods that are played, and a clock that only moves from one thing due to the next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::*;
use crate::application::{Place, Retry, SyncPolicy};
use crate::status::{Health, Sync};

/// How a process of an image behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Play {
    /// Answers its probes.
    Serves,
    /// Runs and answers 500.
    NeverReady,
    /// Ends at once with this code.
    Ends(i32),
    /// Runs, and ends only when it is killed.
    Hangs,
}

pub(super) struct Lab {
    pub(super) world: World,
    pub(super) now: Time,
    pub(super) plays: BTreeMap<String, Play>,
    /// Processes by pod: run and image.
    pub(super) processes: BTreeMap<PodId, (u64, String)>,
    /// What was started and stopped, in order.
    pub(super) log: Vec<String>,
    pub(super) secrets: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) remembered: Hooks,
    pub(super) protected: Protected,
    /// Why no stand-in can be made.
    pub(super) failing: Option<String>,
    /// Images that are not there.
    pub(super) missing: BTreeSet<String>,
    queue: VecDeque<Event>,
}

impl Lab {
    pub(super) fn new() -> Self {
        Self::remembering(Hooks::new())
    }

    pub(super) fn remembering(hooks: Hooks) -> Self {
        Self {
            world: World::new(hooks.clone()),
            now: Time::ZERO,
            plays: BTreeMap::new(),
            processes: BTreeMap::new(),
            log: Vec::new(),
            secrets: BTreeMap::new(),
            remembered: hooks,
            protected: Protected::new(),
            failing: None,
            missing: BTreeSet::new(),
            queue: VecDeque::new(),
        }
    }

    pub(super) fn play(&mut self, image: &str, play: Play) {
        self.plays.insert(image.to_owned(), play);
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.queue.push_back(event);
    }

    /// Declares the Application `orders` of qa alone.
    pub(super) fn declare(&mut self, revision: &str) {
        self.declare_all(revision, vec![application("orders", false)]);
    }

    pub(super) fn declare_all(&mut self, revision: &str, applications: Vec<Application>) {
        let operator = Operator {
            name: "root".to_owned(),
            errors: Vec::new(),
        };
        self.tell(Event::Declared(Declared {
            revision: revision.to_owned(),
            errors: Vec::new(),
            operators: vec![operator],
            applications,
            kept: Vec::new(),
        }));
    }

    pub(super) fn build(&mut self, revision: &str, objects: &[Value]) {
        self.tell(Event::Built(Built {
            application: "apps-orders-qa".to_owned(),
            revision: revision.to_owned(),
            outcome: Ok(objects.iter().cloned().map(Arc::new).collect()),
        }));
    }

    /// Declares, builds and lets things happen for a while.
    pub(super) fn commit(&mut self, revision: &str, objects: &[Value]) {
        self.declare(revision);
        self.build(revision, objects);
        self.tell(Event::Settled);
        self.run(Duration::from_secs(2));
    }

    /// Lets things happen for a while.
    pub(super) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let events: Vec<_> = self.queue.drain(..).collect();
            let idle = events.is_empty();
            for action in self.world.handle(events, self.now) {
                self.act(action);
            }
            if idle && self.queue.is_empty() {
                match self.world.due().filter(|due| *due <= end) {
                    Some(due) => self.now = self.now.max(due),
                    None => break,
                }
            } else {
                self.now += Duration::from_millis(1);
            }
        }
        self.now = end;
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Pod(pod, PodAction::Start(start)) => {
                let image = start.container.image.clone();
                if self.missing.contains(&image) {
                    let error = StartError::Image(format!("{image} is not on this machine"));
                    let run = start.run;
                    self.tell(Event::NotStarted { pod, run, error });
                    return;
                }
                self.log.push(format!("start {image}"));
                let run = start.run;
                self.processes.insert(pod.clone(), (run, image.clone()));
                self.tell(Event::Started {
                    pod: pod.clone(),
                    run,
                });
                if let Play::Ends(code) = self.of(&image) {
                    self.end(&pod, code, "last words");
                }
            }
            Action::Pod(pod, PodAction::Stop { run, .. }) => {
                if self.processes.get(&pod).is_some_and(|process| process.0 == run) {
                    let image = self.processes[&pod].1.clone();
                    self.log.push(format!("stop {image}"));
                    self.end(&pod, 143, "");
                }
            }
            Action::Pod(pod, PodAction::Probe { run, role, .. }) => {
                let outcome = match self.processes.get(&pod).map(|process| self.of(&process.1)) {
                    Some(Play::Serves) => Ok(()),
                    _ => Err("GET /readyz: 500".to_owned()),
                };
                self.tell(Event::Probed {
                    pod,
                    run,
                    role,
                    outcome,
                });
            }
            Action::Remove(pod) => assert!(!self.processes.contains_key(&pod), "{pod} still runs"),
            Action::StandIn { namespace, name } => {
                let outcome = match &self.failing {
                    Some(why) => Err(why.clone()),
                    None => Ok(self.secrets.get(&name).cloned()),
                };
                self.tell(Event::StandIn {
                    namespace,
                    name,
                    outcome,
                });
            }
            Action::Remember(hooks) => self.remembered = hooks,
            Action::Protect(protected) => self.protected = protected,
        }
    }

    fn of(&self, image: &str) -> Play {
        self.plays.get(image).copied().unwrap_or(Play::Serves)
    }

    /// Ends the process of a pod.
    pub(super) fn end(&mut self, pod: &PodId, code: i32, tail: &str) {
        let (run, _) = self.processes.remove(pod).unwrap();
        let exit = Exit {
            code,
            tail: tail.to_owned(),
        };
        self.tell(Event::Exited {
            pod: pod.clone(),
            run,
            exit,
        });
    }

    /// The images of the pods that take traffic, in order.
    pub(super) fn serving(&self) -> Vec<String> {
        let backends = self
            .world
            .network()
            .backends(crate::network::Source::Ingress, "qa", "orders", 8080);
        let image = |backend: crate::service::Backend| self.processes[&backend.pod].1.clone();
        let mut images: Vec<_> = backends.unwrap_or_default().into_iter().map(image).collect();
        images.sort();
        images
    }

    pub(super) fn app(&self) -> AppStatus {
        self.world.board().app("apps-orders-qa").unwrap().clone()
    }

    pub(super) fn state(&self) -> (Sync, Health) {
        let app = self.app();
        (app.sync, app.health)
    }

    pub(super) fn images(&self) -> Vec<&str> {
        self.processes.values().map(|(_, image)| image.as_str()).collect()
    }
}

pub(super) fn application(unit: &str, protect: bool) -> Application {
    Application {
        name: format!("apps-{unit}-qa"),
        stack: "apps".to_owned(),
        unit: unit.to_owned(),
        stage: "qa".to_owned(),
        operator: "root".to_owned(),
        refused: Vec::new(),
        namespace: "qa".to_owned(),
        path: format!("apps/{unit}/overlays/qa"),
        protect,
        place: Place::Here,
        policy: SyncPolicy {
            automated: true,
            prune: true,
            self_heal: true,
            create_namespace: true,
            retry: Retry {
                limit: 5,
                first: Duration::from_secs(10),
                factor: 2,
                longest: Duration::from_mins(3),
            },
        },
    }
}

fn metadata(name: &str, wave: i64) -> Value {
    json!({"name": name, "namespace": "qa", "annotations": {"argocd.argoproj.io/sync-wave": wave.to_string()}})
}

pub(super) fn deployment(image: &str, replicas: u32) -> Value {
    let probe = json!({"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata("orders", 0), "spec": {
        "replicas": replicas,
        "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {"metadata": {"labels": {"app": "orders"}}, "spec": {"containers": [{
            "name": "orders", "image": image, "ports": [{"name": "http", "containerPort": 8080}],
            "envFrom": [{"configMapRef": {"name": "orders", "optional": true}}],
            "readinessProbe": probe}]}}}})
}

pub(super) fn service() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata("orders", 0), "spec": {
        "selector": {"app": "orders"}, "ports": [{"port": 8080, "targetPort": "http"}]}})
}

pub(super) fn config(value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("orders", -2), "data": {"KEY": value}})
}

pub(super) fn migration(image: &str) -> Value {
    let mut metadata = metadata("orders-migration", -1);
    metadata["annotations"]["argocd.argoproj.io/hook"] = "Sync".into();
    metadata["annotations"]["argocd.argoproj.io/hook-delete-policy"] = "BeforeHookCreation".into();
    let url =
        json!({"name": "URL", "valueFrom": {"secretKeyRef": {"name": "orders-database", "key": "url"}}});
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {
        "backoffLimit": 1,
        "template": {"spec": {"restartPolicy": "Never", "containers": [{
            "name": "migration", "image": image, "args": ["migrate"], "env": [url]}]}}}})
}
