//! The rows of the board.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::World;
use super::syncing::App;
use crate::application::Place;
use crate::ingress::{HttpRoute, RouteTable};
use crate::memory::PROTECTED;
use crate::object::{ObjectKey, text};
use crate::policy::Policy;
use crate::status::{AppStatus, Condition, Health, PodStatus, Replicas, ResourceStatus, Sync};
use crate::sync::Wanted;

impl World {
    /// Makes the row of an Application anew; whether it is another than before.
    pub(super) fn refresh_row(&mut self, name: &str) -> bool {
        let Some(app) = self.apps.get(name) else {
            return self.rows.remove(name).is_some();
        };
        let row = self.row(app);
        let before = self.rows.get(name);
        if before.is_some_and(|before| **before == row) {
            return false;
        }
        let image = before.and_then(|before| before.image.clone());
        let another = row.image != image;
        self.rows.insert(name.to_owned(), Arc::new(row));
        if another {
            let same = Place::SameAs(name.to_owned());
            let same = self.apps.values().filter(|app| app.declared.place == same);
            let same: Vec<_> = same.map(|app| app.declared.name.clone()).collect();
            for name in same {
                self.refresh_row(&name);
            }
        }
        true
    }

    fn row(&self, app: &App) -> AppStatus {
        let declared = &app.declared;
        let mut row = AppStatus {
            name: declared.name.clone(),
            unit: declared.unit.clone(),
            stage: declared.stage.clone(),
            sync: Sync::Unknown,
            health: Health::Unknown,
            revision: app.revision.clone(),
            image: None,
            message: String::new(),
            conditions: Vec::new(),
            operation: app.last.clone(),
            stack: declared.stack.clone(),
            namespace: declared.namespace.clone(),
            same_as: None,
            replicas: Replicas::default(),
            resources: Vec::new(),
            pods: Vec::new(),
            hosts: Vec::new(),
        };
        match &declared.place {
            Place::Here => {}
            Place::SameAs(other) => {
                row.same_as = Some(other.clone());
                row.message = format!("runs once here, as {other}");
                row.image = self.rows.get(other).and_then(|row| row.image.clone());
                return row;
            }
            Place::Cluster(why) => {
                row.sync = Sync::Synced;
                row.health = Health::Healthy;
                row.message = format!("runs on a cluster: {why}");
                return row;
            }
        }
        self.add_resources(app, &mut row);
        row.sync = self.sync_status(app, &mut row.conditions);
        self.add_pods(&mut row);
        row
    }

    fn sync_status(&self, app: &App, conditions: &mut Vec<Condition>) -> Sync {
        let condition = |kind: &str, message: String| Condition {
            kind: kind.to_owned(),
            message,
        };
        if app.retained {
            let (path, name) = (&app.declared.path, &app.declared.name);
            let why = format!(
                "nothing is released at {path} any more; {name} is protected and stays until a person deletes it: \
                 stop the engine (`becket down`), take {name} out of .becket/run/{PROTECTED}, and start it again"
            );
            conditions.push(condition("ComparisonError", why));
            return Sync::Unknown;
        }
        if !app.declared.refused.is_empty() {
            let refused = app.declared.refused.iter();
            conditions.extend(refused.map(|why| condition("InvalidSpecError", why.clone())));
            return Sync::Unknown;
        }
        if let Some(error) = &app.build_error {
            conditions.push(condition("ComparisonError", error.clone()));
            return Sync::Unknown;
        }
        if app.wanted.is_none() {
            return Sync::Unknown;
        }
        if let Some(last) = app.last.as_ref().filter(|last| last.phase == "Failed") {
            conditions.push(condition("SyncError", last.message.clone()));
        }
        for one in app.wanted.iter().flat_map(|wanted| wanted.iter()) {
            if one.is_foreign_hook() {
                let hook = text(&one.object, "/metadata/annotations/argocd.argoproj.io~1hook");
                let (key, hook) = (&one.key, hook.unwrap_or("Helm"));
                let why = format!("{key}: a hook of {hook} does not run on this machine");
                conditions.push(condition("Unsupported", why));
            }
            if let Some(holder) = self.other_holder(&app.declared.name, &one.key)
                && one.is_compared()
            {
                let why = format!("{} is part of {holder} too, which has it", one.key);
                conditions.push(condition("SharedResourceWarning", why));
                continue;
            }
            conditions.extend(unserved(one).into_iter().map(|why| condition("Unsupported", why)));
            conditions.extend(
                unread(one)
                    .into_iter()
                    .map(|why| condition("InvalidSpecError", why)),
            );
            let deployed = self
                .deployments
                .get(&one.key)
                .and_then(|deployed| deployed.template.as_ref());
            for unsupported in deployed.into_iter().flat_map(|template| &template.unsupported) {
                let (key, field, why) = (&one.key, &unsupported.field, &unsupported.why);
                conditions.push(condition("Unsupported", format!("{key}: {field}: {why}")));
            }
        }
        if app.is_synced() {
            Sync::Synced
        } else {
            Sync::OutOfSync
        }
    }

    fn add_resources(&self, app: &App, row: &mut AppStatus) {
        let mut seen = BTreeSet::new();
        let mut worst: Option<(Health, String)> = None;
        let wanted = app.wanted.iter().flat_map(|wanted| wanted.iter());
        let wanted = wanted
            .filter(|one| !one.is_skipped())
            .map(|one| (one.key.clone(), one.is_hook()));
        let live = self
            .objects
            .of_app(&app.declared.name)
            .into_iter()
            .map(|(key, _)| {
                let hook = self.objects.get(&key).is_some_and(|live| live.hook);
                (key, hook)
            });
        for (key, hook) in wanted.chain(live) {
            if !seen.insert(key.clone()) {
                continue;
            }
            let (health, message) = self.health(&key);
            let different = app.different.contains(&key) || app.surplus.iter().any(|(one, _)| *one == key);
            if !hook && worst.as_ref().is_none_or(|(worst, _)| health > *worst) {
                worst = Some((health, message.clone()));
            }
            if hook && health == Health::Missing {
                continue;
            }
            self.add_replicas(&key, row);
            if let Some(live) = self.objects.get(&key) {
                describe(&live.object, row);
            }
            row.resources.push(ResourceStatus {
                sync: if different { Sync::OutOfSync } else { Sync::Synced },
                kind: key.kind,
                name: key.name,
                health,
                message,
            });
        }
        let (health, message) = worst.unwrap_or((Health::Healthy, String::new()));
        row.health = if app.wanted.is_none() && app.build_error.is_none() {
            Health::Unknown
        } else {
            health
        };
        if row.health != Health::Healthy {
            row.message = message;
        }
        let failed = row
            .operation
            .as_ref()
            .filter(|last| last.phase != "Succeeded" && !last.message.is_empty());
        if let (true, Some(last)) = (row.message.is_empty(), failed) {
            row.message.clone_from(&last.message);
        }
    }

    fn add_replicas(&self, key: &ObjectKey, row: &mut AppStatus) {
        if let Some(deployed) = self.deployments.get(key) {
            row.replicas.ready += deployed.progress.ready;
            row.replicas.wanted += deployed.rollout.as_ref().map_or(0, |rollout| rollout.replicas);
        }
    }

    fn add_pods(&self, row: &mut AppStatus) {
        let namespace = row.namespace.clone();
        for pod in self.pods_in(&namespace) {
            if self
                .objects
                .get(&pod.owner)
                .is_none_or(|live| live.app != row.name)
            {
                continue;
            }
            row.pods.push(PodStatus {
                name: pod.id.name.clone(),
                owner: pod.owner.to_string(),
                ready: pod.ready.is_some(),
                restarts: pod.restarts,
                message: pod.why().unwrap_or_default(),
            });
        }
    }
}

/// What the ingress does not serve of an HTTPRoute as a cluster would. Which hosts are served here is not known here.
fn unserved(one: &Wanted) -> Vec<String> {
    let spec = one.object.get("spec");
    let Some(spec) = spec.filter(|_| one.key.is("gateway.networking.k8s.io", "HTTPRoute")) else {
        return Vec::new();
    };
    let route = HttpRoute {
        namespace: &one.key.namespace,
        name: &one.key.name,
        spec,
    };
    let (_, conditions) = RouteTable::build(&[route], &|host| Some(host.to_owned()));
    let line = |condition: crate::ingress::Condition| {
        let (place, message) = (condition.place, condition.message);
        format!("{}: {place}: {message}", one.key)
    };
    conditions.into_iter().map(line).collect()
}

/// What of a NetworkPolicy cannot be read.
fn unread(one: &Wanted) -> Vec<String> {
    if !one.key.is("networking.k8s.io", "NetworkPolicy") {
        return Vec::new();
    }
    let faults = Policy::read(&one.key.namespace, &one.object).faults;
    faults
        .into_iter()
        .map(|fault| format!("{}: {fault}", one.key))
        .collect()
}

/// What a person looks for: the image and the host names.
fn describe(object: &Value, row: &mut AppStatus) {
    match text(object, "/kind") {
        Some("Deployment") if row.image.is_none() => {
            let image = text(object, "/spec/template/spec/containers/0/image");
            row.image = image.map(ToOwned::to_owned);
        }
        Some("HTTPRoute") => {
            let hosts = object.pointer("/spec/hostnames").and_then(Value::as_array);
            let hosts = hosts.into_iter().flatten().filter_map(Value::as_str);
            row.hosts.extend(hosts.map(ToOwned::to_owned));
        }
        _ => {}
    }
}
