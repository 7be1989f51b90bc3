//! Deployments, Jobs and their pods.

use std::sync::Arc;

use serde_json::Value;

use super::{Action, StandIn, Timer, World};
use crate::deployment::{PodView, Progress, Rollout};
use crate::job::{Job, Need, Outcome};
use crate::object::ObjectKey;
use crate::pod::{Phase, Pod, PodId};
use crate::template::{PodTemplate, word};
use crate::time::Time;

/// A Deployment that is there.
#[derive(Debug)]
pub(super) struct Deployed {
    /// What it asks for, or why it cannot be read.
    pub(super) rollout: Result<Rollout, String>,
    pub(super) template: Option<Arc<PodTemplate>>,
    pub(super) progress: Progress,
    /// How many templates there have been.
    pub(super) revision: u64,
    /// When it last came further.
    progressed: Time,
    /// It came no further for too long.
    pub(super) overdue: bool,
}

/// A Job that is there.
#[derive(Debug)]
pub(super) struct Running {
    /// What it asks for and how far it is, or why it cannot be read.
    pub(super) job: Result<Job, String>,
    pod: Option<PodId>,
}

impl World {
    /// An object was put or deleted; if it is a workload, it is looked at.
    pub(super) fn workload_changed(&mut self, key: &ObjectKey, object: Option<&Value>) {
        self.seen.remove(key);
        if key.is("apps", "Deployment") {
            if let Some(object) = object {
                self.deploy(key, object);
            } else {
                self.deployments.remove(key);
                self.timers.remove(&Timer::Deployment(key.clone()));
                self.stop_pods_of(key);
            }
        } else if key.is("batch", "Job") {
            self.stop_pods_of(key);
            self.timers.remove(&Timer::Job(key.clone()));
            match object {
                Some(object) => {
                    let job = Job::read(object, self.now).map_err(|error| error.to_string());
                    if let Ok(job) = &job {
                        self.ask_for(&key.namespace, &Arc::clone(&job.template));
                    }
                    self.jobs.insert(key.clone(), Running { job, pod: None });
                    self.dirty.jobs.insert(key.clone());
                }
                None => {
                    self.jobs.remove(key);
                }
            }
        }
    }

    fn deploy(&mut self, key: &ObjectKey, object: &Value) {
        let rollout = Rollout::read(object).map_err(|error| error.to_string());
        let template = rollout
            .as_ref()
            .ok()
            .map(|rollout| Arc::new(rollout.template.clone()));
        if let Some(template) = &template {
            self.ask_for(&key.namespace, template);
        }
        let before = self.deployments.remove(key);
        let hash =
            |template: &Option<Arc<PodTemplate>>| template.as_ref().map(|template| template.hash.clone());
        let same = before
            .as_ref()
            .is_some_and(|before| hash(&before.template) == hash(&template));
        let revision = before.as_ref().map_or(0, |before| before.revision);
        self.deployments.insert(
            key.clone(),
            Deployed {
                rollout,
                template,
                progress: Progress::default(),
                revision: if same { revision } else { revision + 1 },
                progressed: self.now,
                overdue: false,
            },
        );
        self.dirty.deployments.insert(key.clone());
    }

    /// Asks for the Secrets that a template reads and Git does not have.
    fn ask_for(&mut self, namespace: &str, template: &PodTemplate) {
        for (kind, name) in template.references() {
            if kind == "Secret" {
                self.ask(namespace, name);
            }
        }
    }

    fn stop_pods_of(&mut self, owner: &ObjectKey) {
        let of = |pod: &&Pod| pod.owner == *owner && !pod.is_stopping();
        let ids: Vec<_> = self.pods.values().filter(of).map(|pod| pod.id.clone()).collect();
        for id in ids {
            self.on_pod(&id, Pod::stop);
        }
    }

    /// Lets Deployments and Jobs that changed look at themselves now.
    pub(super) fn reconcile_workloads(&mut self) {
        while let Some(key) = self.dirty.jobs.pop_first() {
            self.reconcile_job(&key);
        }
        while let Some(key) = self.dirty.deployments.pop_first() {
            self.reconcile_deployment(&key);
        }
    }

    pub(super) fn reconcile_pod(&mut self, id: &PodId) {
        let now = self.now;
        let Some(pod) = self.pods.get(id) else { return };
        let owner = pod.owner.clone();
        let mut fresh = pod.clone();
        let mut actions = Vec::new();
        if !self.stopping && !self.waits_for_stand_in(&fresh) {
            actions.extend(fresh.begin(&self.data(&id.namespace), now));
            if let Some(why) = self.failed_stand_in(&fresh) {
                fresh.explain(why);
            }
        }
        actions.extend(fresh.tick(now));
        let due = fresh.due();
        let over = matches!(fresh.phase, Phase::Ended { .. });
        let gone = over && fresh.is_stopping();
        self.actions
            .extend(actions.into_iter().map(|action| Action::Pod(id.clone(), action)));
        self.set_timer(Timer::Pod(id.clone()), due);
        if over && !gone {
            self.job_pod_ended(&owner, &fresh);
        }
        if gone || over {
            self.pods.remove(id);
            self.timers.remove(&Timer::Pod(id.clone()));
            self.actions.push(Action::Remove(id.clone()));
        } else {
            self.pods.insert(id.clone(), fresh);
        }
        self.dirty.namespaces.insert(id.namespace.clone());
        if !self.stopping {
            if self.jobs.contains_key(&owner) {
                self.dirty.jobs.insert(owner);
            } else if self.deployments.contains_key(&owner) {
                self.dirty.deployments.insert(owner);
            }
        }
    }

    fn waits_for_stand_in(&self, pod: &Pod) -> bool {
        let namespace = &pod.id.namespace;
        pod.template.references().into_iter().any(|(kind, name)| {
            let id = (namespace.clone(), name.to_owned());
            kind == "Secret" && matches!(self.secrets.get(&id), Some(StandIn::Asked))
        })
    }

    /// Why a Secret that the pod reads could not be made.
    fn failed_stand_in(&self, pod: &Pod) -> Option<&str> {
        pod.template.references().into_iter().find_map(|(kind, name)| {
            let id = (pod.id.namespace.clone(), name.to_owned());
            match self.secrets.get(&id).filter(|_| kind == "Secret")? {
                StandIn::Failed(why, _) => Some(why.as_str()),
                _ => None,
            }
        })
    }

    fn job_pod_ended(&mut self, owner: &ObjectKey, pod: &Pod) {
        let now = self.now;
        let Some(running) = self
            .jobs
            .get_mut(owner)
            .filter(|running| running.pod.as_ref() == Some(&pod.id))
        else {
            return;
        };
        running.pod = None;
        if let (Ok(job), Phase::Ended { success, message }) = (&mut running.job, &pod.phase) {
            job.pod_ended(*success, message, now);
        }
    }

    pub(super) fn reconcile_job(&mut self, key: &ObjectKey) {
        let now = self.now;
        let Some(running) = self.jobs.get_mut(key) else {
            return;
        };
        let pods = &self.pods;
        let pod = running
            .pod
            .as_ref()
            .and_then(|id| pods.get(id))
            .map(|pod| pod.restarts);
        let Ok(job) = &mut running.job else { return };
        let need = job.next(pod, now);
        let due = job.due(pod.is_some());
        let template = Arc::clone(&job.template);
        match need {
            Need::Nothing => {}
            Need::Pod => {
                let id = self.make_pod(key, &template);
                if let Some(running) = self.jobs.get_mut(key) {
                    running.pod = Some(id);
                }
            }
            Need::Stop => self.stop_pods_of(key),
        }
        self.set_timer(Timer::Job(key.clone()), due);
        self.touch_app(key);
    }

    /// How a Job stands; `None` where there is none.
    pub(super) fn job_outcome(&self, key: &ObjectKey) -> Option<Result<Outcome, String>> {
        let running = self.jobs.get(key)?;
        Some(
            running
                .job
                .as_ref()
                .map(|job| job.outcome().clone())
                .map_err(Clone::clone),
        )
    }

    /// Why a Job's pod does not come further.
    pub(super) fn job_why(&self, key: &ObjectKey) -> Option<String> {
        self.pods.get(self.jobs.get(key)?.pod.as_ref()?)?.why()
    }

    pub(super) fn job_has_process(&self, key: &ObjectKey) -> bool {
        let pod = self.jobs.get(key).and_then(|running| running.pod.as_ref());
        pod.and_then(|id| self.pods.get(id)).is_some_and(Pod::has_process)
    }

    pub(super) fn reconcile_deployment(&mut self, key: &ObjectKey) {
        let now = self.now;
        let Some(deployed) = self.deployments.get(key) else {
            return;
        };
        let (Ok(rollout), Some(template)) = (&deployed.rollout, &deployed.template) else {
            return;
        };
        let (rollout, template) = (rollout.clone(), Arc::clone(template));
        let views = self.views(key, &rollout, now);
        let step = rollout.step(&views);
        for name in &step.stop {
            let id = PodId {
                namespace: key.namespace.clone(),
                name: name.clone(),
            };
            self.on_pod(&id, Pod::stop);
        }
        for _ in 0..step.create {
            self.make_pod(key, &template);
        }
        let progress = rollout.progress(&self.views(key, &rollout, now));
        let settling = self
            .pods
            .values()
            .filter(|pod| pod.owner == *key)
            .filter_map(|pod| {
                let available = pod.ready? + rollout.min_ready;
                (available > now).then_some(available)
            });
        let settling = settling.min();
        let Some(deployed) = self.deployments.get_mut(key) else {
            return;
        };
        let further = |progress: &Progress| (progress.updated, progress.current, progress.replicas);
        if further(&progress) != further(&deployed.progress) {
            deployed.progressed = now;
        }
        let deadline = deployed.progressed + rollout.deadline;
        deployed.overdue = !progress.complete && now >= deadline;
        let overdue = (!progress.complete && !deployed.overdue).then_some(deadline);
        deployed.progress = progress;
        self.set_timer(
            Timer::Deployment(key.clone()),
            settling.into_iter().chain(overdue).min(),
        );
        self.touch_app(key);
    }

    fn views(&self, owner: &ObjectKey, rollout: &Rollout, now: Time) -> Vec<PodView> {
        let of = self.pods_in(&owner.namespace).filter(|pod| pod.owner == *owner);
        let mut pods: Vec<_> = of.collect();
        pods.sort_by_key(|pod| pod.created);
        let view = |pod: &Pod| PodView {
            name: pod.id.name.clone(),
            hash: pod.template.hash.clone(),
            ready: pod.ready.is_some(),
            available: pod.ready.is_some_and(|since| since + rollout.min_ready <= now),
            stopping: pod.is_stopping(),
            why: pod.why(),
            stuck: pod.is_stuck(),
        };
        pods.into_iter().map(view).collect()
    }

    /// The pods of a namespace, by name.
    pub(super) fn pods_in(&self, namespace: &str) -> impl Iterator<Item = &Pod> {
        let first = PodId {
            namespace: namespace.to_owned(),
            name: String::new(),
        };
        let namespace = namespace.to_owned();
        let here = move |(id, _): &(&PodId, &Pod)| id.namespace == namespace;
        self.pods.range(first..).take_while(here).map(|(_, pod)| pod)
    }

    fn make_pod(&mut self, owner: &ObjectKey, template: &Arc<PodTemplate>) -> PodId {
        self.counter += 1;
        let suffix = word(
            format!("{}/{}/{}", owner.namespace, owner.name, self.counter).as_bytes(),
            5,
        );
        let name = if owner.kind == "Job" {
            format!("{}-{suffix}", owner.name)
        } else {
            format!("{}-{}-{suffix}", owner.name, template.hash)
        };
        let id = PodId {
            namespace: owner.namespace.clone(),
            name,
        };
        let pod = Pod::new(id.clone(), owner.clone(), Arc::clone(template), self.now);
        self.pods.insert(id.clone(), pod);
        self.dirty.pods.insert(id.clone());
        id
    }

    /// The row of an object's Application is made anew; and it is looked at again when the object's health is another.
    fn touch_app(&mut self, key: &ObjectKey) {
        let Some(app) = self.objects.get(key).map(|live| live.app.clone()) else {
            return;
        };
        let health = self.health(key);
        if self.seen.get(key) != Some(&health) {
            self.seen.insert(key.clone(), health);
            self.dirty.apps.insert(app.clone());
        }
        self.dirty.rows.insert(app);
    }
}
