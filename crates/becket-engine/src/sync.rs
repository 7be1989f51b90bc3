//! In which order a sync applies and prunes: phases, waves, kinds.
//!
//! The order is Argo CD's: `PreSync`, `Sync`, `PostSync`; within a phase by wave; within a wave by kind, so that what others
//! need comes first. What is pruned goes last and backwards.

use std::sync::Arc;

use serde_json::Value;

use crate::object::{ObjectKey, text};

/// An object that Git asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Which.
    pub key: ObjectKey,
    /// What it should be.
    pub object: Arc<Value>,
    /// Its sync wave.
    pub wave: i64,
    /// The phases it is a hook of; empty for an ordinary object.
    pub hook: Vec<Phase>,
}

/// A phase of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before anything is applied.
    PreSync,
    /// With the ordinary objects.
    Sync,
    /// When all is applied and healthy.
    PostSync,
}

/// What is applied together.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The phase.
    pub phase: Phase,
    /// The wave.
    pub wave: i64,
    /// Its objects, in order.
    pub objects: Vec<Wanted>,
}

impl Wanted {
    /// Reads what a sync needs to know of an object that is in `namespace` when it does not say.
    pub fn read(object: Arc<Value>, namespace: &str) -> Self {
        let annotation = |name: &str| object.get("metadata")?.get("annotations")?.get(name)?.as_str();
        let wave = annotation("argocd.argoproj.io/sync-wave").and_then(|wave| wave.parse().ok());
        let hook = annotation("argocd.argoproj.io/hook").unwrap_or_default();
        let phase = |name: &str| match name.trim() {
            "PreSync" => Some(Phase::PreSync),
            "Sync" => Some(Phase::Sync),
            "PostSync" => Some(Phase::PostSync),
            _ => None,
        };
        Self {
            key: ObjectKey::of(&object, namespace),
            wave: wave.unwrap_or(0),
            hook: hook.split(',').filter_map(phase).collect(),
            object,
        }
    }

    /// Whether it is a hook.
    pub fn is_hook(&self) -> bool {
        !self.hook.is_empty()
    }

    /// Whether it is deleted once it has succeeded.
    pub fn goes_on_success(&self) -> bool {
        let policy = text(
            &self.object,
            "/metadata/annotations/argocd.argoproj.io~1hook-delete-policy",
        );
        policy.is_some_and(|policy| policy.split(',').any(|one| one.trim() == "HookSucceeded"))
    }

    /// Whether a sync leaves it out: hooks of other occasions.
    pub fn is_skipped(&self) -> bool {
        let hook = text(&self.object, "/metadata/annotations/argocd.argoproj.io~1hook");
        hook.is_some() && self.hook.is_empty()
    }
}

/// The steps of a sync.
pub fn steps(wanted: &[Wanted]) -> Vec<Step> {
    let mut tasks: Vec<(Phase, i64, usize, &Wanted)> = Vec::new();
    for object in wanted.iter().filter(|object| !object.is_skipped()) {
        let ordinary = [Phase::Sync];
        let phases = if object.is_hook() {
            &object.hook[..]
        } else {
            &ordinary
        };
        let rank = rank(&object.key.kind);
        tasks.extend(phases.iter().map(|phase| (*phase, object.wave, rank, object)));
    }
    tasks.sort_by(|a, b| (a.0, a.1, a.2, &a.3.key.name).cmp(&(b.0, b.1, b.2, &b.3.key.name)));
    let mut steps: Vec<Step> = Vec::new();
    for (phase, wave, _, object) in tasks {
        match steps.last_mut() {
            Some(step) if (step.phase, step.wave) == (phase, wave) => step.objects.push(object.clone()),
            _ => steps.push(Step {
                phase,
                wave,
                objects: vec![object.clone()],
            }),
        }
    }
    steps
}

/// The order in which objects are pruned: the reverse of that in which they were applied.
pub fn prune_order(live: &mut [(ObjectKey, Arc<Value>)]) {
    live.sort_by_cached_key(|(key, object)| {
        let wave = Wanted::read(Arc::clone(object), &key.namespace).wave;
        std::cmp::Reverse((wave, rank(&key.kind), key.name.clone()))
    });
}

fn rank(kind: &str) -> usize {
    const ORDER: &[&str] = &[
        "Namespace",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "PodDisruptionBudget",
        "ServiceAccount",
        "Secret",
        "ConfigMap",
        "StorageClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "CustomResourceDefinition",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "Service",
        "DaemonSet",
        "Pod",
        "ReplicaSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "StatefulSet",
        "Job",
        "CronJob",
        "IngressClass",
        "Ingress",
        "APIService",
    ];
    ORDER.iter().position(|one| *one == kind).unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(kind: &str, name: &str, annotations: &Value) -> Wanted {
        let object = json!({"kind": kind, "metadata": {"name": name, "annotations": annotations}});
        Wanted::read(Arc::new(object), "qa")
    }

    #[test]
    fn phases_then_waves_then_kinds_then_names() {
        let wave = |wave: &str| json!({"argocd.argoproj.io/sync-wave": wave});
        let hook = |phase: &str| json!({"argocd.argoproj.io/hook": phase});
        let migration = json!({"argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/sync-wave": "-1"});
        let objects = [
            wanted("Deployment", "orders", &wave("0")),
            wanted("Service", "orders", &json!({})),
            wanted("Job", "smoke", &hook("PostSync")),
            wanted("Job", "cleanup", &hook("SyncFail")),
            wanted("Job", "migration", &migration),
            wanted("ConfigMap", "b", &wave("-2")),
            wanted("ConfigMap", "a", &wave("-2")),
        ];
        let found: Vec<String> = steps(&objects)
            .iter()
            .map(|step| {
                let names: Vec<_> = step.objects.iter().map(|one| one.key.to_string()).collect();
                format!("{:?} {}: {}", step.phase, step.wave, names.join(", "))
            })
            .collect();
        assert_eq!(
            found,
            [
                "Sync -2: ConfigMap a, ConfigMap b",
                "Sync -1: Job migration",
                "Sync 0: Service orders, Deployment orders",
                "PostSync 0: Job smoke",
            ]
        );
    }

    #[test]
    fn pruning_goes_backwards() {
        let object = |kind: &str, wave: &str| {
            let object = json!({"kind": kind, "metadata": {"name": "x", "annotations": {"argocd.argoproj.io/sync-wave": wave}}});
            (ObjectKey::of(&object, "qa"), Arc::new(object))
        };
        let mut live = [
            object("ConfigMap", "-2"),
            object("Service", "0"),
            object("Deployment", "0"),
        ];
        prune_order(&mut live);
        let kinds: Vec<_> = live.iter().map(|(key, _)| key.kind.as_str()).collect();
        assert_eq!(kinds, ["Deployment", "Service", "ConfigMap"]);
    }
}
