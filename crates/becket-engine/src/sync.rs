//! In which order a sync applies and prunes.
//!
//! The order is Argo CD's, which [`becket_argocd::sync`] knows; here it is put on objects that are shared with the world.
//! What is pruned goes last and backwards, so that nothing is taken away before what replaces it is there.

use std::sync::Arc;

use becket_argocd::sync::{self, DeletePolicy, Phase};
use serde_json::Value;

use crate::object::ObjectKey;

/// An object that Git asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Which.
    pub key: ObjectKey,
    /// What it should be.
    pub object: Arc<Value>,
    /// It is a hook, and nothing that is compared.
    hook: bool,
    /// The phases in which it has its turn on this machine.
    phases: Vec<Phase>,
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
        let mut phases = sync::phases(&object);
        phases.retain(|phase| *phase != Phase::SyncFail);
        Self {
            key: ObjectKey::of(&object, namespace),
            hook: sync::is_hook(&object),
            phases,
            object,
        }
    }

    /// Whether it is a hook that runs here.
    pub fn is_hook(&self) -> bool {
        self.hook && !self.is_skipped()
    }

    /// Whether what is there is compared with it.
    pub fn is_compared(&self) -> bool {
        !self.hook && !self.is_skipped()
    }

    /// Whether it is a hook that is deleted then.
    pub fn goes(&self, when: DeletePolicy) -> bool {
        self.is_hook() && sync::delete_policies(&self.object).contains(&when)
    }

    /// Whether a sync leaves it out, as it says itself or because it is a hook of another occasion.
    pub fn is_skipped(&self) -> bool {
        self.phases.is_empty()
    }

    /// Whether it is a hook of an occasion that does not come on this machine.
    pub fn is_foreign_hook(&self) -> bool {
        self.hook && self.is_skipped()
    }
}

/// The steps of a sync.
pub fn steps(wanted: &[Wanted]) -> Vec<Step> {
    let objects: Vec<Value> = wanted.iter().map(|one| one.object.as_ref().clone()).collect();
    let steps = sync::waves(sync::order(&objects, &[], "", false));
    let here = steps.into_iter().filter(|step| step.phase != Phase::SyncFail);
    here.map(|step| Step {
        phase: step.phase,
        wave: step.wave,
        objects: step
            .tasks
            .iter()
            .filter_map(|task| wanted.get(task.index).cloned())
            .collect(),
    })
    .collect()
}

/// Whether an object may be pruned: its own options may forbid it.
pub fn may_prune(object: &Value) -> bool {
    sync::may_prune(object)
}

/// The order in which objects are deleted: the reverse of that in which they would be applied.
pub fn prune_order(live: &mut Vec<(ObjectKey, Arc<Value>)>) {
    let objects: Vec<Value> = live.iter().map(|(_, object)| object.as_ref().clone()).collect();
    let tasks = sync::order(&objects, &[], "", false);
    let mut place = vec![0; live.len()];
    for (at, task) in tasks.iter().enumerate() {
        place[task.index] = at + 1;
    }
    let mut placed: Vec<_> = std::mem::take(live).into_iter().zip(place).collect();
    placed.sort_by_key(|(_, place)| std::cmp::Reverse(*place));
    live.extend(placed.into_iter().map(|(object, _)| object));
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
        let mut live = vec![
            object("ConfigMap", "-2"),
            object("Service", "0"),
            object("Deployment", "0"),
        ];
        prune_order(&mut live);
        let kinds: Vec<_> = live.iter().map(|(key, _)| key.kind.as_str()).collect();
        assert_eq!(kinds, ["Deployment", "Service", "ConfigMap"]);
    }
}
