//! One Application: compare what Git asks for with what is there, and sync it step by step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use becket_argocd::sync::DeletePolicy;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::live::Live;
use super::{Action, StandIn, Timer, World};
use crate::application::{Application, Built, Place};
use crate::environment::Data;
use crate::object::ObjectKey;
use crate::status::{Health, Operation};
use crate::sync::{Step, Wanted, may_prune, prune_order, steps};
use crate::template::PodTemplate;
use crate::time::Time;

/// An Application and how it stands.
#[derive(Debug)]
pub(super) struct App {
    pub(super) declared: Application,
    /// The commit that was compared last.
    pub(super) revision: String,
    /// Its operator no longer makes it.
    pub(super) retained: bool,
    /// It was retained when the engine stopped, and is synced once to what it was.
    pub(super) restoring: bool,
    /// What Git asks for, as last built.
    pub(super) wanted: Option<Arc<Vec<Wanted>>>,
    pub(super) build_error: Option<String>,
    /// What differs from what Git asks for.
    pub(super) different: Vec<ObjectKey>,
    /// What is there and Git does not ask for.
    pub(super) surplus: Vec<(ObjectKey, Arc<Value>)>,
    pub(super) last: Option<Operation>,
    /// Counts what was built.
    generation: u64,
    sync: Option<Sync>,
    /// The generation whose sync came to an end, and how often it failed.
    tried: Option<Tried>,
    synced_once: bool,
}

#[derive(Debug)]
struct Sync {
    generation: u64,
    revision: String,
    left: VecDeque<Step>,
    /// The step that is being waited for: what was applied, and what of it nobody waits for.
    current: Option<(Step, BTreeSet<ObjectKey>)>,
}

#[derive(Debug, Clone, Copy)]
struct Tried {
    generation: u64,
    failures: u32,
    again: Option<Time>,
}

/// How the step that is under way stands.
enum Standing {
    Done,
    Waiting(String),
    Failed(String),
}

impl App {
    pub(super) fn new(declared: Application, revision: String) -> Self {
        Self {
            declared,
            revision,
            retained: false,
            restoring: false,
            wanted: None,
            build_error: None,
            different: Vec::new(),
            surplus: Vec::new(),
            last: None,
            generation: 0,
            sync: None,
            tried: None,
            synced_once: false,
        }
    }

    /// One that is no longer made, and was at `revision`.
    pub(super) fn kept(declared: Application, revision: String) -> Self {
        Self {
            retained: true,
            restoring: true,
            ..Self::new(declared, revision)
        }
    }

    pub(super) fn is_syncing(&self) -> bool {
        self.sync.is_some()
    }

    /// Whether Git and what is there are known to be the same, hooks aside.
    pub(super) fn is_synced(&self) -> bool {
        self.different.is_empty() && self.surplus.is_empty()
    }
}

impl World {
    pub(super) fn built(&mut self, built: Built) {
        self.builds += 1;
        let Some(app) = self.apps.get_mut(&built.application) else {
            return;
        };
        app.revision = built.revision;
        match built.outcome {
            Err(error) => app.build_error = Some(error),
            Ok(objects) => {
                app.build_error = None;
                let namespace = &app.declared.namespace;
                let read = |object| Wanted::read(object, namespace);
                let wanted: Vec<_> = objects.into_iter().map(read).collect();
                if app.wanted.as_deref() != Some(&wanted) {
                    app.generation += 1;
                    let now = Arc::new(wanted);
                    let before = app.wanted.replace(Arc::clone(&now)).unwrap_or_default();
                    self.claim(&built.application, &before, &now);
                }
            }
        }
        self.dirty.apps.insert(built.application);
    }

    /// Compares, and takes the sync as far as it gets.
    pub(super) fn reconcile_app(&mut self, name: &str) {
        if self.stopping {
            return;
        }
        self.compare(name);
        self.supersede(name);
        if self.wants_sync(name) {
            self.begin_sync(name);
        }
        while self.advance(name) {}
        self.compare(name);
        let newer = |app: &App| {
            app.sync.is_none() && app.tried.is_some_and(|tried| tried.generation != app.generation)
        };
        if self.apps.get(name).is_some_and(newer) && self.wants_sync(name) {
            // What was built while the sync was under way.
            self.dirty.apps.insert(name.to_owned());
        }
    }

    fn compare(&mut self, name: &str) {
        let Some(wanted) = self.apps.get(name).and_then(|app| app.wanted.clone()) else {
            return;
        };
        let mut keys = BTreeSet::new();
        let mut different = Vec::new();
        for one in wanted.iter().filter(|one| one.is_compared()) {
            keys.insert(&one.key);
            let same = self.objects.get(&one.key).is_some_and(|live| {
                live.app == name && (Arc::ptr_eq(&live.object, &one.object) || live.object == one.object)
            });
            if !same && self.other_holder(name, &one.key).is_none() {
                different.push(one.key.clone());
            }
        }
        let mut surplus = self.objects.of_app(name);
        surplus.retain(|(key, _)| {
            let ordinary = self.objects.get(key).is_some_and(|live| !live.hook);
            ordinary && !keys.contains(key) && self.holder(key).is_none()
        });
        if let Some(app) = self.apps.get_mut(name) {
            app.different = different;
            app.surplus = surplus;
        }
    }

    /// A sync of what Git no longer asks for gives way, but not while a hook's process runs.
    fn supersede(&mut self, name: &str) {
        let Some(app) = self.apps.get(name) else { return };
        let Some(sync) = &app.sync else { return };
        if sync.generation == app.generation {
            return;
        }
        let step = sync.current.as_ref();
        let hooks = step
            .into_iter()
            .flat_map(|(step, _)| &step.objects)
            .filter(|one| one.is_hook());
        if hooks.into_iter().any(|hook| self.job_has_process(&hook.key)) {
            return;
        }
        if let Some(app) = self.apps.get_mut(name) {
            app.sync = None;
        }
    }

    fn wants_sync(&self, name: &str) -> bool {
        let Some(app) = self.apps.get(name) else {
            return false;
        };
        let policy = &app.declared.policy;
        if app.sync.is_some()
            || app.wanted.is_none()
            || app.build_error.is_some()
            || (app.retained && !app.restoring)
            || !app.declared.refused.is_empty()
            || app.declared.place != Place::Here
            || !policy.automated
        {
            return false;
        }
        let prunable = policy.prune && app.surplus.iter().any(|(_, object)| may_prune(object));
        if app.different.is_empty() && !prunable {
            // Hooks run with the first sync even where nothing else is asked for.
            let only_hooks = app
                .wanted
                .as_deref()
                .is_some_and(|wanted| wanted.iter().all(Wanted::is_hook));
            return only_hooks
                && app.tried.is_none()
                && app.wanted.as_ref().is_some_and(|all| !all.is_empty());
        }
        match app.tried {
            Some(tried) if tried.generation == app.generation => match tried.again {
                Some(again) => again <= self.now,
                None => tried.failures == 0 && policy.self_heal,
            },
            _ => true,
        }
    }

    fn begin_sync(&mut self, name: &str) {
        let Some(app) = self.apps.get_mut(name) else {
            return;
        };
        let Some(wanted) = app.wanted.clone() else { return };
        // Healing puts back what differs and runs no hooks again: nothing new is released.
        let healing = app
            .tried
            .is_some_and(|tried| tried.generation == app.generation && tried.failures == 0);
        let mut left: VecDeque<Step> = steps(&wanted).into();
        if healing {
            for step in &mut left {
                step.objects.retain(|one| !one.is_hook());
            }
            left.retain(|step| !step.objects.is_empty());
        }
        app.sync = Some(Sync {
            generation: app.generation,
            revision: app.revision.clone(),
            left,
            current: None,
        });
        let (namespace, create) = (
            app.declared.namespace.clone(),
            app.declared.policy.create_namespace,
        );
        let key = ObjectKey::core("Namespace", "", &namespace);
        if create && !namespace.is_empty() && self.objects.get(&key).is_none() {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
            let live = Live {
                object: Arc::new(object),
                app: String::new(),
                hook: false,
            };
            self.objects.put(key, live);
        }
        self.operation(name, "Running", String::new());
    }

    /// Takes the sync one step on; `false` when there is nothing to do before something happens.
    fn advance(&mut self, name: &str) -> bool {
        let Some(sync) = self.apps.get_mut(name).and_then(|app| app.sync.as_mut()) else {
            return false;
        };
        let Some((step, done)) = sync.current.take() else {
            return match sync.left.pop_front() {
                Some(step) => self.apply(name, step),
                None => self.finish(name),
            };
        };
        let last = sync.left.is_empty();
        match self.standing(&step, &done, last) {
            Standing::Done => return true,
            Standing::Waiting(what) => {
                self.resume(name, step, done);
                self.operation(name, "Running", what);
            }
            Standing::Failed(why) => self.fail(name, &why),
        }
        false
    }

    fn resume(&mut self, name: &str, step: Step, done: BTreeSet<ObjectKey>) {
        if let Some(sync) = self.apps.get_mut(name).and_then(|app| app.sync.as_mut()) {
            sync.current = Some((step, done));
        }
    }

    /// Applies the objects of a step; `false` when it has to wait before it can.
    fn apply(&mut self, name: &str, step: Step) -> bool {
        let namespace = step.objects.iter().map(|one| one.key.namespace.as_str());
        let missing = namespace
            .filter(|namespace| !namespace.is_empty())
            .find(|namespace| {
                let key = ObjectKey::core("Namespace", "", namespace);
                let made_here = step.objects.iter().any(|one| one.key == key);
                self.objects.get(&key).is_none() && !made_here
            });
        if let Some(namespace) = missing {
            let why = format!("namespaces \"{namespace}\" not found");
            self.fail(name, &why);
            return false;
        }
        let mut done = BTreeSet::new();
        let mut prints = BTreeMap::new();
        for hook in step.objects.iter().filter(|one| one.is_hook()) {
            let Some(print) = self.fingerprint(hook) else {
                // What it is made from is on its way.
                if let Some(sync) = self.apps.get_mut(name).and_then(|app| app.sync.as_mut()) {
                    sync.left.push_front(step);
                }
                return false;
            };
            let first = self.apps.get(name).is_some_and(|app| !app.synced_once);
            if first && self.hooks.get(&hook_id(name, &hook.key)) == Some(&print) {
                done.insert(hook.key.clone());
            }
            prints.insert(hook.key.clone(), print);
        }
        for one in &step.objects {
            if done.contains(&one.key) {
                continue;
            }
            let same = self
                .objects
                .get(&one.key)
                .is_some_and(|live| live.object == one.object && live.app == name);
            if same && !one.is_hook() {
                continue;
            }
            if one.is_compared() && self.other_holder(name, &one.key).is_some() {
                done.insert(one.key.clone());
                continue;
            }
            if one.is_hook() {
                let there = self.objects.get(&one.key);
                if let Some(there) = there.filter(|there| there.hook && there.app == name)
                    && !one.goes(DeletePolicy::BeforeHookCreation)
                    && one.key.is("batch", "Job")
                {
                    // It is not made again: it counts as it ended, unless it is another one, which cannot take its place.
                    let template = |object: &Value| object.pointer("/spec/template").cloned();
                    if template(&there.object) != template(&one.object) {
                        let why = format!(
                            "{}: spec.template: field is immutable; with the hook-delete-policy BeforeHookCreation the \
                             hook is made anew",
                            one.key
                        );
                        self.fail(name, &why);
                        return false;
                    }
                    continue;
                }
                self.hooks.remove(&hook_id(name, &one.key));
                if one.goes(DeletePolicy::BeforeHookCreation) {
                    self.delete(&one.key);
                }
            }
            let live = Live {
                object: Arc::clone(&one.object),
                app: name.to_owned(),
                hook: one.is_hook(),
            };
            let there = self.objects.get(&one.key);
            if there.is_some_and(|there| !there.hook && !live.hook && there.object == live.object) {
                // It only changes hands.
                self.objects.put(one.key.clone(), live);
            } else {
                self.put(&one.key, live);
            }
        }
        self.resume(name, step, done);
        true
    }

    fn standing(&mut self, step: &Step, done: &BTreeSet<ObjectKey>, last: bool) -> Standing {
        // The workloads that were just applied have to look at themselves before anyone judges them.
        self.reconcile_workloads();
        let mut waiting = None;
        for one in step.objects.iter().filter(|one| !done.contains(&one.key)) {
            let (health, message) = self.health(&one.key);
            let what = |message: &str| {
                let colon = if message.is_empty() { "" } else { ": " };
                format!("{}{colon}{message}", one.key)
            };
            match health {
                Health::Healthy => {}
                Health::Degraded if one.is_hook() || !last => return Standing::Failed(what(&message)),
                Health::Missing if one.is_hook() => {
                    return Standing::Failed(format!("{} was deleted while it ran", one.key));
                }
                _ if one.is_hook() => {
                    waiting = Some(format!("waiting for completion of hook {}", what(&message)));
                }
                _ if !last => waiting = Some(format!("waiting for healthy state of {}", what(&message))),
                _ => {}
            }
        }
        if let Some(waiting) = waiting {
            return Standing::Waiting(waiting);
        }
        let hooks: Vec<_> = step
            .objects
            .iter()
            .filter(|one| one.is_hook() && !done.contains(&one.key))
            .collect();
        for hook in hooks {
            let Some(app) = self.objects.get(&hook.key).map(|live| live.app.clone()) else {
                continue;
            };
            if let Some(print) = self.fingerprint(hook) {
                self.hooks.insert(hook_id(&app, &hook.key), print);
                self.actions.push(Action::Remember(self.hooks.clone()));
            }
            if hook.goes(DeletePolicy::HookSucceeded) {
                self.delete(&hook.key);
            }
        }
        Standing::Done
    }

    /// Prunes, and is done.
    fn finish(&mut self, name: &str) -> bool {
        self.compare(name);
        let Some(app) = self.apps.get_mut(name) else {
            return false;
        };
        let mut surplus = std::mem::take(&mut app.surplus);
        if app.declared.policy.prune {
            surplus.retain(|(_, object)| may_prune(object));
            prune_order(&mut surplus);
            for (key, _) in surplus {
                self.delete(&key);
            }
        }
        let Some(app) = self.apps.get_mut(name) else {
            return false;
        };
        if let Some(sync) = app.sync.take() {
            app.tried = Some(Tried {
                generation: sync.generation,
                failures: 0,
                again: None,
            });
            app.synced_once = true;
            app.restoring = false;
            let protected = (app.declared.protect && !app.retained).then(|| sync.revision.clone());
            app.last = Some(Operation {
                phase: "Succeeded".to_owned(),
                message: String::new(),
                revision: sync.revision,
            });
            if protected.is_some() {
                self.protect(name, protected);
            }
        }
        false
    }

    fn fail(&mut self, name: &str, why: &str) {
        let now = self.now;
        let Some(app) = self.apps.get_mut(name) else {
            return;
        };
        let Some(sync) = app.sync.take() else { return };
        let before = app.tried.filter(|tried| tried.generation == sync.generation);
        let failures = before.map_or(0, |tried| tried.failures) + 1;
        let pause = app.declared.policy.retry.pause(failures);
        let again = pause.map(|pause| now + pause);
        app.tried = Some(Tried {
            generation: sync.generation,
            failures,
            again,
        });
        let next = match pause {
            Some(pause) => {
                let (limit, seconds) = (app.declared.policy.retry.limit, pause.as_secs());
                format!("retry {failures} of {limit} in {seconds} s")
            }
            None => "not tried again before the next commit".to_owned(),
        };
        app.last = Some(Operation {
            phase: "Failed".to_owned(),
            message: format!("one or more synchronization tasks completed unsuccessfully: {why}; {next}"),
            revision: sync.revision,
        });
        let hooks = app.wanted.iter().flat_map(|wanted| wanted.iter());
        let hooks = hooks.filter(|one| one.goes(DeletePolicy::HookFailed));
        let going: Vec<_> = hooks.map(|one| one.key.clone()).collect();
        for key in going {
            if !self.job_has_process(&key) {
                self.delete(&key);
            }
        }
        self.set_timer(Timer::App(name.to_owned()), again);
    }

    fn operation(&mut self, name: &str, phase: &str, message: String) {
        let Some(app) = self.apps.get_mut(name) else {
            return;
        };
        let Some(sync) = &app.sync else { return };
        app.last = Some(Operation {
            phase: phase.to_owned(),
            message,
            revision: sync.revision.clone(),
        });
    }

    /// What a hook is made from: its manifest and the data that it reads. `None` while that is being made.
    fn fingerprint(&mut self, hook: &Wanted) -> Option<String> {
        let namespace = &hook.key.namespace;
        let template = hook
            .object
            .pointer("/spec/template")
            .and_then(|template| PodTemplate::read(template).ok());
        let mut digest = Sha256::new();
        digest.update(hook.object.to_string());
        for (kind, name) in template.iter().flat_map(PodTemplate::references) {
            if kind == "Secret" {
                self.ask(namespace, name);
                let state = self.secrets.get(&(namespace.clone(), name.to_owned()));
                if matches!(state, Some(StandIn::Asked)) {
                    return None;
                }
            }
            for (key, value) in self.data(namespace).data(kind, name).into_iter().flatten() {
                digest.update(format!("{kind}/{name}/{key}={}:", value.len()));
                digest.update(value);
            }
        }
        Some(crate::template::word(&digest.finalize(), 20))
    }

    /// Puts an object in its place and lets its workload know.
    pub(super) fn put(&mut self, key: &ObjectKey, live: Live) {
        let (namespace, object) = (key.namespace.clone(), Arc::clone(&live.object));
        self.objects.put(key.clone(), live);
        self.workload_changed(key, Some(&object));
        self.dirty.namespaces.insert(namespace.clone());
        if matches!(key.kind.as_str(), "ConfigMap" | "Secret") {
            self.wake_waiting(&namespace);
        }
    }

    /// Deletes an object and what belongs to it.
    pub(super) fn delete(&mut self, key: &ObjectKey) {
        if self.objects.remove(key).is_none() {
            return;
        }
        self.workload_changed(key, None);
        self.dirty.namespaces.insert(key.namespace.clone());
    }

    /// What somebody did by hand.
    pub(super) fn edit(&mut self, key: &ObjectKey, object: Option<Value>) {
        let Some(live) = self.objects.get(key).cloned() else {
            return;
        };
        self.dirty.apps.insert(live.app.clone());
        match object {
            None => self.delete(key),
            Some(object) => {
                let object = Arc::new(object);
                self.put(key, Live { object, ..live });
            }
        }
    }
}

fn hook_id(app: &str, key: &ObjectKey) -> String {
    format!("{app}/{}/{}", key.kind, key.name)
}
