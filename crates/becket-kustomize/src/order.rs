//! The order of what is printed: by kind, so that what others need comes first, then by group, version, kind, namespace
//! and name.

use crate::resource::{Resource, group_version};

/// Kinds that come first, in this order.
pub(crate) const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last, in this order.
pub(crate) const LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts `resources` with the kinds in `first` before and those in `last` behind all others.
pub(crate) fn sort<S: AsRef<str>>(resources: &mut Vec<Resource>, first: &[S], last: &[S]) {
    let position = |kinds: &[S], kind: &str| kinds.iter().rposition(|other| other.as_ref() == kind);
    let mut keyed: Vec<_> = std::mem::take(resources)
        .into_iter()
        .map(|resource| {
            let kind = resource.kind().into_owned();
            let rank = match (position(last, &kind), position(first, &kind)) {
                (Some(at), _) => (2, at),
                (None, Some(at)) => (0, at),
                (None, None) => (1, 0),
            };
            let (gvk, id) = keys(&resource, &kind);
            ((rank, gvk, id), resource)
        })
        .collect();
    // Namespaces of the core group come before those of others: theirs is the one order that is turned around.
    let namespaces_turned = |left: &str, right: &str| left.starts_with("~G_") || right.starts_with("~G_");
    keyed.sort_by(
        |((left_rank, left_gvk, left_id), left), ((right_rank, right_gvk, right_id), right)| {
            let by_gvk = left_gvk.cmp(right_gvk);
            let both_namespaces = left.kind() == "Namespace" && right.kind() == "Namespace";
            let by_gvk = if both_namespaces && namespaces_turned(left_gvk, right_gvk) {
                by_gvk.reverse()
            } else {
                by_gvk
            };
            left_rank
                .cmp(right_rank)
                .then(by_gvk)
                .then_with(|| left_id.cmp(right_id))
        },
    );
    resources.extend(keyed.into_iter().map(|(_, resource)| resource));
}

/// What resources of one rank are compared by: their kind, then their namespace and name.
fn keys(resource: &Resource, kind: &str) -> (String, String) {
    let api_version = resource.api_version();
    let (group, version) = group_version(&api_version);
    let or = |text: &str, absent: &str| {
        if text.is_empty() {
            absent.to_owned()
        } else {
            text.to_owned()
        }
    };
    let gvk = format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(kind, "~K"));
    let id = format!(
        "{}|{}",
        or(&resource.namespace(), "~X"),
        or(&resource.name(), "~N")
    );
    (gvk, id)
}
