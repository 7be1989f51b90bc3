//! What is wanted against what is there: both in one normal form, in which what the API server adds is no difference.
//!
//! There is no three-way comparison with what was applied last: whoever compares is the only one that writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::object::{text, words};
use crate::{defaults, sync};

/// Argo CD's word for whether what is there is what is wanted. Of two the greater one is the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
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

/// Annotations that the cluster or Argo CD writes.
const KEPT_BY_THE_CLUSTER: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
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

/// Whether `live` is what `desired` wants.
pub fn is_same(desired: &Value, live: &Value) -> bool {
    desired == live || normal(desired) == normal(live)
}

/// Whether an object that is there and not wanted makes its Application out of sync: not a hook, nor one that is skipped
/// or says `IgnoreExtraneous`. The object itself is out of sync all the same.
pub fn counts_when_unwanted(live: &Value) -> bool {
    let ignored =
        words(live, "argocd.argoproj.io/compare-options").any(|option| option == "IgnoreExtraneous");
    !ignored && !sync::is_apart(live)
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
        assert_eq!(normal(&deployment()), normal(&live()));
        assert!(is_same(&deployment(), &live()));
        assert_eq!(normal(&normal(&deployment())), normal(&deployment()));
    }

    #[test]
    fn what_somebody_changed_is_one() {
        for change in [
            (|live: &mut Value| live["spec"]["replicas"] = 3.into()) as fn(&mut Value),
            |live| live["metadata"]["labels"] = json!({"team": "a"}),
            |live| {
                live["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "1".into();
            },
            |live| live["spec"]["strategy"]["type"] = "Recreate".into(),
        ] {
            let mut changed = live();
            change(&mut changed);
            assert!(!is_same(&deployment(), &changed), "{changed}");
        }
    }

    #[test]
    fn what_is_there_beyond_counts_unless_it_says_otherwise() {
        let object = |annotations: &Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "annotations": annotations}});
        assert!(counts_when_unwanted(&object(&json!({}))));
        for left_alone in [
            json!({"argocd.argoproj.io/hook": "Sync"}),
            json!({"argocd.argoproj.io/hook": "Skip"}),
            json!({"argocd.argoproj.io/compare-options": "ServerSideDiff=true, IgnoreExtraneous"}),
        ] {
            assert!(!counts_when_unwanted(&object(&left_alone)), "{left_alone}");
        }
    }

    #[test]
    fn a_policy_without_types_is_about_egress_only_where_it_has_rules() {
        let policy = |spec: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec});
        for (desired, types) in [
            (json!({"podSelector": {}}), json!(["Ingress"])),
            (json!({"podSelector": {}, "egress": []}), json!(["Ingress"])),
            (
                json!({"podSelector": {}, "egress": [{}]}),
                json!(["Ingress", "Egress"]),
            ),
            (
                json!({"podSelector": {}, "egress": [{}], "policyTypes": []}),
                json!(["Ingress", "Egress"]),
            ),
            (
                json!({"podSelector": {}, "egress": [{}], "policyTypes": ["Ingress"]}),
                json!(["Ingress"]),
            ),
        ] {
            assert_eq!(
                normal(&policy(desired.clone())).pointer("/spec/policyTypes"),
                Some(&types),
                "{desired}"
            );
        }
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
        assert_eq!(normal(&service), normal(&live));
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"url": "a"}});
        let live = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"url": "YQ=="}, "type": "Opaque"});
        assert_eq!(normal(&secret), normal(&live));
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
        assert_eq!(normal(&job), normal(&live));
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
            sync::order(&[inner.clone()], &[inner], "x", false);
        }
    }
}
