//! What a sync does in which order: phases, waves, kinds; hooks and when they are deleted; what is pruned when.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::object::{self, words};

/// A part of a sync. They come in this order; the last one only where one before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Phase {
    /// Before anything is applied.
    PreSync,
    /// With what is applied.
    Sync,
    /// When all that was applied is healthy.
    PostSync,
    /// When the sync failed.
    SyncFail,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// When a hook's object is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum DeletePolicy {
    /// Before the hook is made again; so the last one stays to be looked at.
    BeforeHookCreation,
    /// As soon as it succeeded.
    HookSucceeded,
    /// As soon as it failed.
    HookFailed,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Action {
    /// It is applied.
    Apply,
    /// It is made as a hook and awaited to its end.
    Hook,
    /// It is deleted, as nothing wants it any more.
    Prune,
}

/// One thing that a sync does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// When.
    pub phase: Phase,
    /// When within the phase.
    pub wave: i64,
    /// What.
    pub action: Action,
    /// The place of the object in the list that was given: of what is wanted, or for [`Action::Prune`] of what is to go.
    pub index: usize,
    /// The object's kind.
    pub kind: String,
    /// The object's namespace, or that of the sync.
    pub namespace: String,
    /// The object's name.
    pub name: String,
}

/// What is done at the same time; the next step waits until all of this one is healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The phase of all its tasks.
    pub phase: Phase,
    /// The wave of all its tasks.
    pub wave: i64,
    /// In the order of their kinds. Within a step what is pruned goes first.
    pub tasks: Vec<Task>,
}

const HOOK: &str = "argocd.argoproj.io/hook";
const HELM_HOOK: &str = "helm.sh/hook";

/// The wave of an object: its annotation, or the weight of a Helm hook; zero where there is neither.
pub fn wave(object: &Value) -> i64 {
    ["argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"]
        .iter()
        .find_map(|name| object::annotation(object, name)?.parse().ok())
        .unwrap_or(0)
}

fn hook_types(object: &Value) -> Vec<&str> {
    let known = ["PreSync", "Sync", "PostSync", "SyncFail", "Skip"];
    let types: Vec<&str> = words(object, HOOK).filter(|word| known.contains(word)).collect();
    if !types.is_empty() {
        return types;
    }
    words(object, HELM_HOOK)
        .filter_map(|word| match word {
            "pre-install" | "pre-upgrade" => Some("PreSync"),
            "post-install" | "post-upgrade" => Some("PostSync"),
            _ => None,
        })
        .collect()
}

/// Whether an object is left alone: its only hook is `Skip`.
pub fn is_skipped(object: &Value) -> bool {
    hook_types(object) == ["Skip"]
}

/// Whether an object is a hook. One whose annotation names no phase that exists is a hook that never runs.
pub fn is_hook(object: &Value) -> bool {
    if object::annotation(object, HOOK).is_some() {
        return !is_skipped(object);
    }
    // A CRD that Helm installs is a resource, not a hook.
    if object["kind"] == "CustomResourceDefinition"
        && object::annotation(object, HELM_HOOK) == Some("crd-install")
    {
        return false;
    }
    object::annotation(object, HELM_HOOK).is_some()
}

/// Whether an object stands apart from the Application's own: a hook, or one that is left alone. Neither its health nor
/// whether it is in sync counts, and it is never pruned.
pub fn is_apart(object: &Value) -> bool {
    is_hook(object) || is_skipped(object)
}

/// The phases in which an object has its turn: of a hook those that it names, of another one [`Phase::Sync`].
pub fn phases(object: &Value) -> Vec<Phase> {
    if is_skipped(object) {
        return Vec::new();
    }
    if !is_hook(object) {
        return vec![Phase::Sync];
    }
    let types = hook_types(object);
    [
        ("PreSync", Phase::PreSync),
        ("Sync", Phase::Sync),
        ("PostSync", Phase::PostSync),
        ("SyncFail", Phase::SyncFail),
    ]
    .into_iter()
    .filter(|(name, _)| types.contains(name))
    .map(|(_, phase)| phase)
    .collect()
}

/// When a hook's object is deleted; [`DeletePolicy::BeforeHookCreation`] where nothing is said.
pub fn delete_policies(object: &Value) -> Vec<DeletePolicy> {
    let mut policies: Vec<DeletePolicy> = words(object, "argocd.argoproj.io/hook-delete-policy")
        .chain(words(object, "helm.sh/hook-delete-policy"))
        .filter_map(|word| match word {
            "BeforeHookCreation" | "before-hook-creation" => Some(DeletePolicy::BeforeHookCreation),
            "HookSucceeded" | "hook-succeeded" => Some(DeletePolicy::HookSucceeded),
            "HookFailed" | "hook-failed" => Some(DeletePolicy::HookFailed),
            _ => None,
        })
        .collect();
    policies.sort_unstable();
    policies.dedup();
    if policies.is_empty() {
        policies.push(DeletePolicy::BeforeHookCreation);
    }
    policies
}

/// Whether an object carries the sync option `option`, such as `Prune=false`.
pub fn has_option(object: &Value, option: &str) -> bool {
    words(object, "argocd.argoproj.io/sync-options").any(|word| word == option)
}

/// Whether an object may be pruned: it does not forbid it and is not a hook.
pub fn may_prune(object: &Value) -> bool {
    !has_option(object, "Prune=false") && !is_apart(object)
}

/// What a sync does, in order: by phase, wave, kind and name. `wanted` are the objects from Git, hooks included; `gone`
/// what runs and is wanted no more, which is pruned in the opposite order of waves, or last with `prune_last`. Objects
/// without a namespace are taken to be in `namespace`.
pub fn order(wanted: &[Value], gone: &[Value], namespace: &str, prune_last: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (index, object) in wanted.iter().enumerate() {
        let action = if is_hook(object) {
            Action::Hook
        } else {
            Action::Apply
        };
        for phase in phases(object) {
            tasks.push(task(object, phase, wave(object), action, index, namespace));
        }
    }
    let pruned = gone.iter().enumerate().filter(|(_, object)| may_prune(object));
    let pruned: Vec<(usize, &Value)> = pruned.collect();
    let mut waves: Vec<i64> = pruned.iter().map(|(_, object)| wave(object)).collect();
    waves.sort_unstable();
    waves.dedup();
    for (index, object) in pruned {
        let at = waves.binary_search(&wave(object)).unwrap_or(0);
        let wave = waves[waves.len() - 1 - at];
        tasks.push(task(object, Phase::Sync, wave, Action::Prune, index, namespace));
    }
    let last = tasks
        .iter()
        .filter(|task| task.phase == Phase::Sync)
        .map(|task| task.wave)
        .max();
    let behind_all = last.unwrap_or(0).max(0) + 1;
    for task in tasks.iter_mut().filter(|task| task.action == Action::Prune) {
        if prune_last || has_option(&gone[task.index], "PruneLast=true") {
            task.wave = behind_all;
        }
    }
    tasks.sort_by(|a, b| {
        (a.phase, a.wave, kind_rank(&a.kind), &a.name, &a.namespace).cmp(&(
            b.phase,
            b.wave,
            kind_rank(&b.kind),
            &b.name,
            &b.namespace,
        ))
    });
    let namespaces =
        |object: &Value| (object["kind"] == "Namespace").then(|| object::name(object).to_owned());
    let in_namespace = |task: &Task, _: &Value| Some(task.namespace.clone());
    first_what_others_need(&mut tasks, wanted, &namespaces, &in_namespace);
    let definitions = |object: &Value| {
        (object["kind"] == "CustomResourceDefinition").then(|| {
            let spec = &object["spec"];
            format!(
                "{}/{}",
                object::text(&spec["group"]),
                object::text(&spec["names"]["kind"])
            )
        })
    };
    let defined = |task: &Task, object: &Value| Some(format!("{}/{}", object::group(object), task.kind));
    first_what_others_need(&mut tasks, wanted, &definitions, &defined);
    tasks
}

fn task(object: &Value, phase: Phase, wave: i64, action: Action, index: usize, namespace: &str) -> Task {
    let own = object::namespace(object);
    Task {
        phase,
        wave,
        action,
        index,
        kind: object::text(&object["kind"]).to_owned(),
        namespace: if own.is_empty() { namespace } else { own }.to_owned(),
        name: object::name(object).to_owned(),
    }
}

/// Moves what defines something before the first task that needs it, into that one's phase and wave.
fn first_what_others_need(
    tasks: &mut [Task],
    wanted: &[Value],
    defines: &dyn Fn(&Value) -> Option<String>,
    needs: &dyn Fn(&Task, &Value) -> Option<String>,
) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for at in 0..tasks.len() {
        if tasks[at].action == Action::Prune {
            continue;
        }
        let object = &wanted[tasks[at].index];
        if let Some(defined) = defines(object) {
            if let Some(&to) = first.get(&defined) {
                tasks[at].wave = tasks[to].wave;
                tasks[at].phase = tasks[to].phase;
                tasks[to..=at].rotate_right(1);
                for place in first.values_mut().filter(|place| **place >= to) {
                    *place += 1;
                }
            }
        } else if let Some(needed) = needs(&tasks[at], object) {
            first.entry(needed).or_insert(at);
        }
    }
}

/// Tasks in order, as steps: what has one phase and one wave.
pub fn waves(tasks: Vec<Task>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for task in tasks {
        match steps.last_mut() {
            Some(step) if step.phase == task.phase && step.wave == task.wave => step.tasks.push(task),
            _ => steps.push(Step {
                phase: task.phase,
                wave: task.wave,
                tasks: vec![task],
            }),
        }
    }
    for step in &mut steps {
        step.tasks.sort_by_key(|task| task.action != Action::Prune);
    }
    steps
}

/// The order of kinds within a wave; kinds that are not named come last.
const KINDS: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
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

fn kind_rank(kind: &str) -> usize {
    KINDS
        .iter()
        .position(|known| *known == kind)
        .unwrap_or(KINDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(kind: &str, name: &str, annotations: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "annotations": annotations}})
    }

    fn shown(tasks: &[Task]) -> Vec<String> {
        tasks
            .iter()
            .map(|task| {
                format!(
                    "{} {} {:?} {}/{}",
                    task.phase, task.wave, task.action, task.kind, task.name
                )
            })
            .collect()
    }

    #[test]
    fn a_database_is_migrated_between_its_configuration_and_the_workload() {
        let wanted = [
            object(
                "Deployment",
                "orders",
                &json!({"argocd.argoproj.io/sync-wave": "0"}),
            ),
            object("Service", "orders", &json!({})),
            object(
                "Job",
                "orders-migration",
                &json!({"argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/sync-wave": "-1"}),
            ),
            object(
                "ConfigMap",
                "orders-abc",
                &json!({"argocd.argoproj.io/sync-wave": "-2"}),
            ),
        ];
        assert_eq!(
            shown(&order(&wanted, &[], "qa", false)),
            [
                "Sync -2 Apply ConfigMap/orders-abc",
                "Sync -1 Hook Job/orders-migration",
                "Sync 0 Apply Service/orders",
                "Sync 0 Apply Deployment/orders",
            ]
        );
        assert_eq!(delete_policies(&wanted[2]), [DeletePolicy::BeforeHookCreation]);
        let steps = waves(order(&wanted, &[], "qa", false));
        assert_eq!(
            steps.iter().map(|step| step.wave).collect::<Vec<_>>(),
            [-2, -1, 0]
        );
    }

    #[test]
    fn what_is_gone_is_pruned_in_the_opposite_order_of_waves() {
        let gone = [
            object("ConfigMap", "a", &json!({"argocd.argoproj.io/sync-wave": "-2"})),
            object("Deployment", "b", &json!({})),
            object("Service", "c", &json!({"argocd.argoproj.io/sync-wave": "5"})),
            object(
                "Secret",
                "kept",
                &json!({"argocd.argoproj.io/sync-options": "Prune=false"}),
            ),
        ];
        assert_eq!(
            shown(&order(&[], &gone, "qa", false)),
            [
                "Sync -2 Prune Service/c",
                "Sync 0 Prune Deployment/b",
                "Sync 5 Prune ConfigMap/a"
            ]
        );
        assert_eq!(
            shown(&order(
                &[object("Service", "new", &json!({}))],
                &gone[..1],
                "qa",
                true
            )),
            ["Sync 0 Apply Service/new", "Sync 1 Prune ConfigMap/a"]
        );
    }

    #[test]
    fn hooks_say_their_phases() {
        let phases_of = |hook: &str| phases(&object("Job", "x", &json!({"argocd.argoproj.io/hook": hook})));
        assert_eq!(phases_of("PostSync,PreSync"), [Phase::PreSync, Phase::PostSync]);
        assert_eq!(phases_of("Skip"), []);
        assert_eq!(phases_of("Skip,SyncFail"), [Phase::SyncFail]);
        assert_eq!(phases_of("Nonsense"), [], "a misspelt hook never runs");
        let helm = object(
            "Job",
            "x",
            &json!({"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-3", "helm.sh/hook-delete-policy": "hook-succeeded"}),
        );
        assert_eq!((phases(&helm), wave(&helm)), (vec![Phase::PreSync], -3));
        assert_eq!(delete_policies(&helm), [DeletePolicy::HookSucceeded]);
    }

    #[test]
    fn a_namespace_comes_before_the_hook_that_lives_in_it() {
        let mut hook = object("Job", "x", &json!({"argocd.argoproj.io/hook": "PreSync"}));
        hook["metadata"]["namespace"] = "qa".into();
        let wanted = [object("Namespace", "qa", &json!({})), hook];
        assert_eq!(
            shown(&order(&wanted, &[], "", false)),
            ["PreSync 0 Apply Namespace/qa", "PreSync 0 Hook Job/x"]
        );
    }
}
