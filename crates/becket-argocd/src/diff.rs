//! What is wanted against what is there: both in one normal form, in which what the API server adds is no difference.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::defaults;
use crate::object::{annotation, text};

/// Argo CD's word for whether what is there is what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub enum Sync {
    /// It is.
    #[default]
    Synced,
    /// It is not.
    OutOfSync,
    /// What is wanted is not known.
    Unknown,
}

impl std::fmt::Display for Sync {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Annotations that the cluster or Argo CD writes.
const KEPT_BY_THE_CLUSTER: &[&str] = &[
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "argocd.argoproj.io/tracking-id",
];

/// The form in which a desired object and a live one are compared: without status and what the cluster keeps of its own,
/// with the defaults of the API server filled in, quantities in their one form, a Secret's texts as the bytes they become.
#[must_use]
pub fn normal(object: &Value) -> Value {
    let mut normal = object.clone();
    let Some(fields) = normal.as_object_mut() else {
        return normal;
    };
    fields.shift_remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        clean_metadata(metadata);
    }
    without_null(&mut normal);
    if normal["kind"] == "Secret" && normal["apiVersion"] == "v1" {
        secret(&mut normal);
    }
    defaults::fill(&mut normal);
    normal
}

fn clean_metadata(metadata: &mut Map<String, Value>) {
    for field in [
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    ] {
        metadata.shift_remove(field);
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|name, _| !KEPT_BY_THE_CLUSTER.contains(&name.as_str()));
    }
    for field in ["annotations", "labels", "finalizers", "ownerReferences"] {
        let empty = match metadata.get(field) {
            Some(Value::Object(map)) => map.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            _ => false,
        };
        if empty {
            metadata.shift_remove(field);
        }
    }
}

/// A null stands for nothing at all.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// `stringData` is a way to write `data`.
fn secret(secret: &mut Value) {
    let Some(fields) = secret.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(texts)) = fields.shift_remove("stringData") {
        let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
        if let Some(data) = data.as_object_mut() {
            for (key, value) in texts {
                data.insert(key, STANDARD.encode(text(&value)).into());
            }
        }
    }
}

/// Whether `live` is what `desired` wants. An object that is wanted and not there, or there and not wanted, is out of
/// sync.
///
/// What is there beyond what is wanted counts as a difference, unless the object says what was applied last, by the
/// annotation of `kubectl apply`: then somebody else may have added it, and it stays.
pub fn sync_status(desired: Option<&Value>, live: Option<&Value>) -> Sync {
    let (Some(desired), Some(live)) = (desired, live) else {
        return if desired.is_none() && live.is_none() {
            Sync::Synced
        } else {
            Sync::OutOfSync
        };
    };
    let applied =
        annotation(live, LAST_APPLIED).and_then(|applied| serde_json::from_str::<Value>(applied).ok());
    let (wanted, there) = (normal(desired), normal(live));
    let same = match applied {
        Some(applied) => within(&wanted, &there, Some(&normal(&applied))),
        None => wanted == there,
    };
    if same { Sync::Synced } else { Sync::OutOfSync }
}

/// Whether an Application whose objects are these is in sync: each as it is wanted, if it is, and as it runs, if it does.
/// Hooks do not count, nor what is not wanted and says `IgnoreExtraneous`.
pub fn of_all<'a>(objects: impl IntoIterator<Item = (Option<&'a Value>, Option<&'a Value>)>) -> Sync {
    let left_alone = |object: &Value| crate::sync::is_hook(object) || crate::sync::is_skipped(object);
    let extraneous = |live: &Value| {
        let options = annotation(live, "argocd.argoproj.io/compare-options").unwrap_or_default();
        options
            .split(',')
            .any(|option| option.trim() == "IgnoreExtraneous")
    };
    let counted = objects
        .into_iter()
        .filter(|(desired, live)| match (desired, live) {
            (Some(desired), _) => !left_alone(desired),
            (None, Some(live)) => !left_alone(live) && !extraneous(live),
            (None, None) => false,
        });
    counted
        .map(|(desired, live)| sync_status(desired, live))
        .max()
        .unwrap_or_default()
}

/// Whether `there` is `wanted`, but for what others added: what is neither wanted nor was applied.
fn within(wanted: &Value, there: &Value, applied: Option<&Value>) -> bool {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            let was_applied = |key: &str| applied.and_then(|applied| applied.get(key));
            wanted.iter().all(|(key, value)| {
                there
                    .get(key)
                    .is_some_and(|other| within(value, other, was_applied(key)))
            }) && there
                .keys()
                .all(|key| wanted.contains_key(key) || was_applied(key).is_none())
        }
        (Value::Array(wanted), Value::Array(there)) => {
            wanted.len() == there.len()
                && wanted.iter().zip(there).enumerate().all(|(at, (wanted, there))| {
                    within(wanted, there, applied.and_then(|applied| applied.get(at)))
                })
        }
        (wanted, there) => wanted == there,
    }
}

/// The places at which two objects differ in their normal form, as paths of keys, sorted; for people.
pub fn differences(desired: &Value, live: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differ(
        &normal(desired),
        &normal(live),
        &becket_document::KeyPath::root(),
        &mut found,
    );
    found.sort();
    found
}

fn differ(a: &Value, b: &Value, path: &becket_document::KeyPath, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differ(a, b, &path.key(key.as_str()), found),
                    _ => found.push(path.key(key.as_str()).to_string()),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differ(a, b, &path.index(at), found);
            }
        }
        (a, b) if a != b => found.push(path.to_string()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "orders", "namespace": "qa"},
            "spec": {
                "selector": {"matchLabels": {"app": "orders"}},
                "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "template": {
                    "metadata": {"labels": {"app": "orders"}},
                    "spec": {"containers": [{
                        "name": "orders", "image": "ghcr.io/acme/orders@sha256:00",
                        "ports": [{"name": "http", "containerPort": 8080}],
                        "env": [{"name": "EMPTY", "value": ""}],
                        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}},
                        "resources": {"limits": {"memory": "1024Mi"}, "requests": {"cpu": 0.5}},
                    }]},
                },
            },
        })
    }

    /// As an API server of Kubernetes 1.36 gives it back.
    fn live() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "orders", "namespace": "qa", "uid": "1", "resourceVersion": "2", "generation": 1,
                "creationTimestamp": "2026-11-23T00:00:00Z", "annotations": {"deployment.kubernetes.io/revision": "1"},
            },
            "spec": {
                "progressDeadlineSeconds": 600, "replicas": 1, "revisionHistoryLimit": 10,
                "selector": {"matchLabels": {"app": "orders"}},
                "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}, "type": "RollingUpdate"},
                "template": {
                    "metadata": {"creationTimestamp": null, "labels": {"app": "orders"}},
                    "spec": {
                        "containers": [{
                            "name": "orders", "image": "ghcr.io/acme/orders@sha256:00", "imagePullPolicy": "IfNotPresent",
                            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                            "env": [{"name": "EMPTY"}],
                            "readinessProbe": {
                                "failureThreshold": 3, "httpGet": {"path": "/readyz", "port": "http", "scheme": "HTTP"},
                                "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1,
                            },
                            "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "500m"}},
                            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                        }],
                        "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
                        "securityContext": {}, "terminationGracePeriodSeconds": 30,
                    },
                },
            },
            "status": {"replicas": 1},
        })
    }

    #[test]
    fn what_the_api_server_adds_is_no_difference() {
        assert_eq!(differences(&deployment(), &live()), Vec::<String>::new());
        assert_eq!(sync_status(Some(&deployment()), Some(&live())), Sync::Synced);
        assert_eq!(normal(&normal(&deployment())), normal(&deployment()));
    }

    #[test]
    fn what_somebody_changed_is_one() {
        let mut changed = live();
        changed["spec"]["replicas"] = 3.into();
        assert_eq!(sync_status(Some(&deployment()), Some(&changed)), Sync::OutOfSync);
        assert_eq!(differences(&deployment(), &changed), ["spec.replicas"]);
        assert_eq!(sync_status(Some(&deployment()), None), Sync::OutOfSync);
        assert_eq!(sync_status(None, Some(&live())), Sync::OutOfSync);
    }

    #[test]
    fn what_others_added_stays_where_it_is_known_what_was_applied() {
        let wanted =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"A": "1"}});
        let mut there = wanted.clone();
        there["data"]["B"] = "2".into();
        assert_eq!(sync_status(Some(&wanted), Some(&there)), Sync::OutOfSync);
        there["metadata"]["annotations"] = json!({ LAST_APPLIED: wanted.to_string() });
        assert_eq!(
            sync_status(Some(&wanted), Some(&there)),
            Sync::Synced,
            "somebody else added B"
        );
        let mut before = wanted.clone();
        before["data"]["B"] = "2".into();
        there["metadata"]["annotations"] = json!({ LAST_APPLIED: before.to_string() });
        assert_eq!(
            sync_status(Some(&wanted), Some(&there)),
            Sync::OutOfSync,
            "B was ours and is to go"
        );
    }

    #[test]
    fn one_object_out_of_sync_is_the_application_out_of_sync() {
        let object = |name: &str, annotations: &Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "annotations": annotations}});
        let plain = object("a", &json!({}));
        let hook = object("b", &json!({"argocd.argoproj.io/hook": "Sync"}));
        let extra = object(
            "c",
            &json!({"argocd.argoproj.io/compare-options": "IgnoreExtraneous"}),
        );
        assert_eq!(
            of_all([
                (Some(&plain), Some(&plain)),
                (Some(&hook), None),
                (None, Some(&extra))
            ]),
            Sync::Synced
        );
        assert_eq!(of_all([(Some(&plain), None)]), Sync::OutOfSync);
        assert_eq!(
            of_all([(Some(&plain), Some(&plain)), (None, Some(&plain))]),
            Sync::OutOfSync
        );
        assert_eq!(of_all([]), Sync::Synced);
    }

    #[test]
    fn services_secrets_and_jobs_take_their_defaults() {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": [{"port": 80}]}});
        let live = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"},
            "spec": {
                "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack", "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
                "sessionAffinity": "None", "type": "ClusterIP",
            },
            "status": {"loadBalancer": {}},
        });
        assert_eq!(differences(&service, &live), Vec::<String>::new());
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"url": "a"}});
        let live = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"url": "YQ=="}, "type": "Opaque"});
        assert_eq!(differences(&secret, &live), Vec::<String>::new());
        let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": []}}}});
        let live = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x", "labels": {"batch.kubernetes.io/job-name": "x"}},
            "spec": {
                "backoffLimit": 6, "completionMode": "NonIndexed", "completions": 1, "manualSelector": false, "parallelism": 1,
                "podReplacementPolicy": "TerminatingOrFailed", "suspend": false,
                "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "1"}},
                "template": {
                    "metadata": {"labels": {"batch.kubernetes.io/controller-uid": "1", "batch.kubernetes.io/job-name": "x", "controller-uid": "1", "job-name": "x"}},
                    "spec": {"restartPolicy": "Never", "containers": [], "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "securityContext": {}, "terminationGracePeriodSeconds": 30},
                },
            },
        });
        assert_eq!(differences(&job, &live), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn no_object_panics(kind in "Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod|Service|Secret|Namespace|NetworkPolicy|HTTPRoute|RoleBinding|PersistentVolumeClaim", parts in proptest::collection::vec((0usize..14, 0usize..6), 0..12)) {
            const KEYS: [&str; 14] = ["spec", "template", "metadata", "labels", "containers", "strategy", "jobTemplate", "ports", "rules", "volumes", "data", "stringData", "roleRef", "resources"];
            let api = match kind.as_str() {
                "Job" | "CronJob" => "batch/v1",
                "NetworkPolicy" => "networking.k8s.io/v1",
                "HTTPRoute" => "gateway.networking.k8s.io/v1",
                "RoleBinding" => "rbac.authorization.k8s.io/v1",
                "Deployment" | "StatefulSet" | "DaemonSet" => "apps/v1",
                _ => "v1",
            };
            let mut inner = json!({});
            for (key, shape) in parts {
                inner = match shape {
                    0 => json!({ KEYS[key]: "text" }),
                    1 => json!({ KEYS[key]: [inner] }),
                    2 => json!({ KEYS[key]: null, "spec": inner }),
                    _ => json!({ KEYS[key]: inner }),
                };
            }
            inner["apiVersion"] = api.into();
            inner["kind"] = kind.into();
            let once = normal(&inner);
            proptest::prop_assert_eq!(normal(&once), once);
            crate::health::of(&inner);
            crate::sync::order(&[inner.clone()], &[inner], "x", false);
        }
    }
}
