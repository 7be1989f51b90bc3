//! The form in which objects are compared: that of `becket-argocd`'s diff, and less what a cluster's controllers and
//! admission write into live objects. Whatever is left out here stands here, with its reason.

use serde_json::Value;

/// A place in objects of a kind that is not compared, and why.
struct Dropped {
    kind: &'static str,
    /// A JSON pointer.
    place: &'static str,
    #[expect(dead_code, reason = "said to who reads the table")]
    because: &'static str,
}

const fn dropped(kind: &'static str, place: &'static str, because: &'static str) -> Dropped {
    Dropped { kind, place, because }
}

const ADDRESS: &str = "the API server gives each Service an address of its own";
const JOB: &str = "the Job controller makes a selector of the Job's uid, so that its pods are nobody else's";

const DROPPED: &[Dropped] = &[
    dropped("Service", "/spec/clusterIP", ADDRESS),
    dropped("Service", "/spec/clusterIPs", ADDRESS),
    dropped("Service", "/spec/ipFamilies", ADDRESS),
    dropped("Service", "/spec/ipFamilyPolicy", ADDRESS),
    dropped("Job", "/spec/selector", JOB),
    dropped(
        "Job",
        "/spec/template/metadata/labels/batch.kubernetes.io~1controller-uid",
        JOB,
    ),
    dropped(
        "Job",
        "/spec/template/metadata/labels/batch.kubernetes.io~1job-name",
        JOB,
    ),
    dropped("Job", "/spec/template/metadata/labels/controller-uid", JOB),
    dropped("Job", "/spec/template/metadata/labels/job-name", JOB),
    dropped("Job", "/metadata/labels/batch.kubernetes.io~1controller-uid", JOB),
    dropped("Job", "/metadata/labels/batch.kubernetes.io~1job-name", JOB),
    dropped("Job", "/metadata/labels/controller-uid", JOB),
    dropped("Job", "/metadata/labels/job-name", JOB),
    dropped(
        "Namespace",
        "/metadata/labels/kubernetes.io~1metadata.name",
        "admission labels each namespace with its own name",
    ),
    dropped(
        "Namespace",
        "/spec",
        "its finalizer is the namespace controller's",
    ),
];

/// An object that is not of Argo CD's making: what controllers make of other objects, and what each namespace has.
pub fn made_by_others(object: &Value) -> bool {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    let owned = metadata["ownerReferences"]
        .as_array()
        .is_some_and(|owners| !owners.is_empty());
    // ReplicaSets, Pods, EndpointSlices have owners. The controllers for trust and accounts put one object each into
    // every namespace.
    owned
        || matches!(
            (object["kind"].as_str(), name),
            (Some("ConfigMap"), "kube-root-ca.crt") | (Some("ServiceAccount"), "default")
        )
}

/// The form that is compared.
pub fn form(object: &Value) -> Value {
    let mut form = becket_argocd::diff::normal(object);
    let kind = object["kind"].as_str().unwrap_or_default();
    for dropped in DROPPED.iter().filter(|dropped| dropped.kind == kind) {
        remove(&mut form, dropped.place);
    }
    form
}

/// Removes the value at a pointer, and what holds nothing but it.
fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/");
    let Some(Value::Object(map)) = value.pointer_mut(parent) else {
        return;
    };
    let was_there = map.shift_remove(&key).is_some();
    if was_there && map.is_empty() && !parent.is_empty() {
        remove(value, parent);
    }
}
