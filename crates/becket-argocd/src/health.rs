//! How an object fares, by its status, and how an Application fares, by its objects: Argo CD's judgement.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::object::{annotation, condition, conditions, group, name, text};
use crate::sync;

/// Argo CD's word for how something fares. Of two the greater one is the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub enum Status {
    /// All is well.
    #[default]
    Healthy,
    /// Paused by somebody.
    Suspended,
    /// Not there yet.
    Progressing,
    /// Not there at all.
    Missing,
    /// It failed, or did not get there in time.
    Degraded,
    /// It cannot be judged.
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How something fares, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Health {
    /// The word.
    pub status: Status,
    /// Why; may be empty.
    pub message: String,
}

impl Health {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}

fn healthy(message: impl Into<String>) -> Health {
    Health::new(Status::Healthy, message)
}

fn progressing(message: impl Into<String>) -> Health {
    Health::new(Status::Progressing, message)
}

fn degraded(message: impl Into<String>) -> Health {
    Health::new(Status::Degraded, message)
}

fn count(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// How `object` fares; none for kinds whose health nobody judges, which do not count.
pub fn of(object: &Value) -> Option<Health> {
    let metadata = &object["metadata"];
    if metadata
        .get("deletionTimestamp")
        .is_some_and(|time| !time.is_null())
    {
        return Some(progressing("it is being deleted"));
    }
    Some(match (group(object), text(&object["kind"])) {
        ("apps", "Deployment") => deployment(object),
        ("apps", "StatefulSet") => stateful_set(object),
        ("apps", "DaemonSet") => daemon_set(object),
        ("apps", "ReplicaSet") => replica_set(object),
        ("batch", "Job") => job(object),
        ("batch", "CronJob") => cron_job(object),
        ("", "Pod") => pod(object),
        ("", "Service") => load_balancer(object, object["spec"]["type"] == "LoadBalancer"),
        ("networking.k8s.io" | "extensions", "Ingress") => load_balancer(object, true),
        ("", "PersistentVolumeClaim") => claim(object),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(object),
        ("policy", "PodDisruptionBudget") => disruption_budget(object),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute") => route(object),
        ("argoproj.io", "Application") => return application(object),
        _ => return None,
    })
}

/// How an Application fares whose objects are these: each as it is wanted, if it is, and as it runs, if it does. The
/// worst of them counts; hooks and what `Skip`s do not, and one that is missing shows as not synced and no more, unless
/// all are missing.
pub fn of_all<'a>(objects: impl IntoIterator<Item = (Option<&'a Value>, Option<&'a Value>)>) -> Health {
    let (mut any, mut any_live) = (false, false);
    let mut worst = Health::default();
    for (wanted, live) in objects {
        let hook = |object: &Value| sync::is_hook(object) || sync::is_skipped(object);
        if wanted.is_some_and(hook) || live.is_some_and(hook) {
            continue;
        }
        any = true;
        let Some(live) = live else {
            continue;
        };
        any_live = true;
        if annotation(live, "argocd.argoproj.io/ignore-healthcheck") == Some("true") {
            continue;
        }
        let Some(health) = of(live) else {
            continue;
        };
        let child = live["kind"] == "Application" && group(live) == "argoproj.io";
        if child && matches!(health.status, Status::Missing | Status::Unknown) {
            continue;
        }
        if health.status > worst.status {
            let message = format!("{} `{}`: {}", text(&live["kind"]), name(live), health.message);
            worst = Health::new(health.status, message.trim_end_matches([':', ' ']));
        }
    }
    if any && !any_live && worst.status < Status::Missing {
        return Health::new(Status::Missing, "none of its objects is there");
    }
    worst
}

/// Whether the controller has not seen the newest specification.
fn unseen(object: &Value) -> bool {
    count(&object["metadata"]["generation"]) > count(&object["status"]["observedGeneration"])
}

fn deployment(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    if spec["paused"] == Value::Bool(true) {
        return Health::new(Status::Suspended, "the Deployment is paused");
    }
    if unseen(object) {
        return progressing("the newest specification has not been seen yet");
    }
    let wanted = spec["replicas"].as_i64();
    let updated = count(&status["updatedReplicas"]);
    let replicas = count(&status["replicas"]);
    let available = count(&status["availableReplicas"]);
    if condition(object, "Progressing")
        .is_some_and(|condition| condition["reason"] == "ProgressDeadlineExceeded")
    {
        return degraded("the rollout made no progress within its deadline");
    }
    if let Some(wanted) = wanted.filter(|wanted| updated < *wanted) {
        return progressing(format!("{updated} of {wanted} new replicas have been made"));
    }
    if replicas > updated {
        return progressing(format!("{} old replicas are still to end", replicas - updated));
    }
    if available < updated {
        return progressing(format!("{available} of {updated} new replicas are available"));
    }
    healthy("")
}

fn stateful_set(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    if count(&status["observedGeneration"]) == 0 || unseen(object) {
        return progressing("the newest specification has not been seen yet");
    }
    let wanted = spec["replicas"].as_i64();
    let ready = count(&status["readyReplicas"]);
    let updated = count(&status["updatedReplicas"]);
    if let Some(wanted) = wanted.filter(|wanted| ready < *wanted) {
        return progressing(format!("{} pods are still to be ready", wanted - ready));
    }
    let strategy = &spec["updateStrategy"];
    if strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"].is_object() {
        if let (Some(wanted), Some(partition)) = (wanted, strategy["rollingUpdate"]["partition"].as_i64())
            && updated < wanted - partition
        {
            return progressing(format!(
                "{updated} of {} new pods have been made",
                wanted - partition
            ));
        }
        return healthy(format!("{updated} new pods have been made"));
    }
    if strategy["type"] == "OnDelete" {
        return healthy(format!("{ready} pods are ready"));
    }
    if status["updateRevision"] != status["currentRevision"] {
        return progressing(format!("{updated} pods have the new revision"));
    }
    healthy("")
}

fn daemon_set(object: &Value) -> Health {
    let status = &object["status"];
    if unseen(object) {
        return progressing("the newest specification has not been seen yet");
    }
    let wanted = count(&status["desiredNumberScheduled"]);
    let updated = count(&status["updatedNumberScheduled"]);
    let available = count(&status["numberAvailable"]);
    if object["spec"]["updateStrategy"]["type"] == "OnDelete" {
        return healthy(format!("{updated} of {wanted} pods are new"));
    }
    if updated < wanted {
        return progressing(format!("{updated} of {wanted} new pods have been made"));
    }
    if available < wanted {
        return progressing(format!("{available} of {wanted} new pods are available"));
    }
    healthy("")
}

fn replica_set(object: &Value) -> Health {
    if unseen(object) {
        return progressing("the newest specification has not been seen yet");
    }
    let failed = condition(object, "ReplicaFailure").filter(|condition| condition["status"] == "True");
    if let Some(condition) = failed {
        return degraded(text(&condition["message"]));
    }
    let available = count(&object["status"]["availableReplicas"]);
    match object["spec"]["replicas"].as_i64() {
        Some(wanted) if available < wanted => {
            progressing(format!("{available} of {wanted} replicas are available"))
        }
        _ => healthy(""),
    }
}

fn job(object: &Value) -> Health {
    let (mut complete, mut suspended) = (false, false);
    let mut message = "";
    for condition in conditions(object) {
        match text(&condition["type"]) {
            "Failed" => return degraded(text(&condition["message"])),
            "Complete" => {
                complete = true;
                message = text(&condition["message"]);
            }
            "Suspended" => {
                complete = true;
                suspended |= condition["status"] == "True";
            }
            _ => {}
        }
    }
    match (complete, suspended) {
        (false, _) => progressing(""),
        (true, true) => Health::new(Status::Suspended, ""),
        (true, false) => healthy(message),
    }
}

fn cron_job(object: &Value) -> Health {
    let status = &object["status"];
    if object["spec"]["suspend"] == Value::Bool(true) {
        return healthy("it is suspended");
    }
    if !status.is_object() {
        return progressing("it has not been looked at yet");
    }
    let (scheduled, succeeded) = (
        text(&status["lastScheduleTime"]),
        text(&status["lastSuccessfulTime"]),
    );
    let running = status["active"]
        .as_array()
        .is_some_and(|active| !active.is_empty());
    if scheduled.is_empty() {
        healthy("it has not run yet")
    } else if succeeded.is_empty() {
        healthy("it has never succeeded yet")
    } else if running {
        healthy("it is running")
    } else if succeeded < scheduled {
        degraded("its last run did not succeed")
    } else {
        healthy("its last run succeeded")
    }
}

fn pod(object: &Value) -> Health {
    let (spec, status) = (&object["spec"], &object["status"]);
    // Of a pod that runs once, which is mostly a hook, what keeps it waiting may pass.
    let for_ever = matches!(text(&spec["restartPolicy"]), "" | "Always");
    let containers = || status["containerStatuses"].as_array().into_iter().flatten();
    if for_ever {
        let mut failing = Vec::new();
        for container in containers() {
            let waiting = &container["state"]["waiting"];
            let reason = text(&waiting["reason"]);
            if reason.starts_with("Err") || reason.ends_with("Error") || reason.ends_with("BackOff") {
                failing.push(text(&waiting["message"]));
            }
        }
        if !failing.is_empty() {
            return degraded(failing.join(", "));
        }
    }
    let message = text(&status["message"]);
    match text(&status["phase"]) {
        "Pending" => progressing(message),
        "Succeeded" => healthy(message),
        "Failed" if !message.is_empty() => degraded(message),
        "Failed" => {
            let init = status["initContainerStatuses"].as_array().into_iter().flatten();
            degraded(init.chain(containers()).find_map(why_ended).unwrap_or_default())
        }
        "Running" if !for_ever => progressing(message),
        "Running" => {
            let ready = condition(object, "Ready").is_some_and(|condition| condition["status"] == "True");
            let ended = containers().any(|container| container["lastState"]["terminated"].is_object());
            match (ready, ended) {
                (true, _) => healthy(message),
                (false, true) => degraded(message),
                (false, false) => progressing(message),
            }
        }
        _ => Health::new(Status::Unknown, message),
    }
}

fn why_ended(container: &Value) -> Option<String> {
    let ended = &container["state"]["terminated"];
    if !text(&ended["message"]).is_empty() {
        return Some(text(&ended["message"]).to_owned());
    }
    if ended["reason"] == "OOMKilled" {
        return Some("OOMKilled".to_owned());
    }
    let code = count(&ended["exitCode"]);
    (code != 0).then(|| format!("the container `{}` ended with {code}", text(&container["name"])))
}

fn load_balancer(object: &Value, wanted: bool) -> Health {
    let addresses = object["status"]["loadBalancer"]["ingress"].as_array();
    if wanted && addresses.is_none_or(Vec::is_empty) {
        return progressing("it has no address yet");
    }
    healthy("")
}

fn claim(object: &Value) -> Health {
    match text(&object["status"]["phase"]) {
        "Bound" => healthy(""),
        "Pending" => progressing("it is not bound yet"),
        "Lost" => degraded("its volume is lost"),
        _ => Health::new(Status::Unknown, ""),
    }
}

fn autoscaler(object: &Value) -> Health {
    const FAILURES: &[(&str, &str)] = &[
        ("AbleToScale", "FailedGetScale"),
        ("AbleToScale", "FailedUpdateScale"),
        ("ScalingActive", "FailedGetResourceMetric"),
        ("ScalingActive", "FailedGetObjectMetric"),
        ("ScalingActive", "FailedGetPodsMetric"),
        ("ScalingActive", "FailedGetExternalMetric"),
        ("ScalingActive", "FailedComputeMetricsReplicas"),
        ("ScalingActive", "InvalidSelector"),
    ];
    for condition in conditions(object) {
        if FAILURES.contains(&(text(&condition["type"]), text(&condition["reason"]))) {
            return degraded(text(&condition["message"]));
        }
    }
    let able = |condition: &&Value| {
        matches!(text(&condition["type"]), "AbleToScale" | "ScalingLimited") && condition["status"] == "True"
    };
    match conditions(object).find(able) {
        Some(condition) => healthy(text(&condition["message"])),
        None => progressing("it has not scaled yet"),
    }
}

fn disruption_budget(object: &Value) -> Health {
    let mut health = progressing("it has no status yet");
    for condition in conditions(object) {
        let reason = text(&condition["reason"]);
        if condition["status"] == "False" && reason != "InsufficientPods" {
            return degraded(reason);
        }
        health = healthy(reason);
    }
    health
}

fn route(object: &Value) -> Health {
    let generation = &object["metadata"]["generation"];
    let mut seen = false;
    for parent in object["status"]["parents"].as_array().into_iter().flatten() {
        let conditions: Vec<&Value> = parent["conditions"].as_array().into_iter().flatten().collect();
        let current = |condition: &&Value| {
            condition
                .get("observedGeneration")
                .is_none_or(|observed| generation.is_null() || observed == generation)
        };
        if conditions.is_empty() || !conditions.iter().all(current) {
            continue;
        }
        seen = true;
        for wanted in ["ResolvedRefs", "Accepted"] {
            let refused = conditions
                .iter()
                .find(|condition| condition["type"] == wanted && condition["status"] == "False");
            if let Some(condition) = refused {
                return degraded(text(&condition["message"]));
            }
        }
        let waiting = conditions
            .iter()
            .find(|condition| condition["type"] == "Programmed" && condition["status"] != "True");
        if let Some(condition) = waiting {
            return progressing(text(&condition["message"]));
        }
    }
    if seen {
        healthy("")
    } else {
        progressing("no gateway has taken it yet")
    }
}

fn application(object: &Value) -> Option<Health> {
    let health = &object["status"]["health"];
    let status = match text(&health["status"]) {
        "Healthy" => Status::Healthy,
        "Suspended" => Status::Suspended,
        "Progressing" => Status::Progressing,
        "Missing" => Status::Missing,
        "Degraded" => Status::Degraded,
        "Unknown" => Status::Unknown,
        _ => return None,
    };
    Some(Health::new(status, text(&health["message"])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(api: &str, kind: &str, spec: &Value, status: &Value) -> Option<Status> {
        let object = json!({"apiVersion": api, "kind": kind, "metadata": {"name": "x", "generation": 2}, "spec": spec, "status": status});
        of(&object).map(|health| health.status)
    }

    #[test]
    fn a_deployment_is_healthy_when_all_replicas_are_new_and_available() {
        let deployment = |now: &Value| status("apps/v1", "Deployment", &json!({"replicas": 2}), now);
        let done =
            json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(deployment(&done), Some(Status::Healthy));
        let mut now = done.clone();
        now["observedGeneration"] = 1.into();
        assert_eq!(deployment(&now), Some(Status::Progressing));
        for (field, value) in [("updatedReplicas", 1), ("replicas", 3), ("availableReplicas", 1)] {
            let mut now = done.clone();
            now[field] = value.into();
            assert_eq!(deployment(&now), Some(Status::Progressing), "{field}");
        }
        let mut now = done.clone();
        now["conditions"] =
            json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
        assert_eq!(deployment(&now), Some(Status::Degraded));
        assert_eq!(
            status("apps/v1", "Deployment", &json!({"paused": true}), &done),
            Some(Status::Suspended)
        );
    }

    #[test]
    fn a_job_is_judged_by_its_conditions() {
        let job =
            |conditions: &Value| status("batch/v1", "Job", &json!({}), &json!({"conditions": conditions}));
        assert_eq!(job(&json!([])), Some(Status::Progressing));
        assert_eq!(
            job(&json!([{"type": "Complete", "status": "True"}])),
            Some(Status::Healthy)
        );
        assert_eq!(
            job(&json!([{"type": "Failed", "status": "True"}])),
            Some(Status::Degraded)
        );
        assert_eq!(
            job(&json!([{"type": "Suspended", "status": "True"}])),
            Some(Status::Suspended)
        );
        assert_eq!(
            job(&json!([{"type": "Suspended", "status": "False"}])),
            Some(Status::Healthy)
        );
    }

    #[test]
    fn a_pod_that_cannot_start_is_degraded_only_where_it_runs_for_ever() {
        let pod = |policy: &str, now: &Value| status("v1", "Pod", &json!({"restartPolicy": policy}), now);
        let waiting = json!({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]});
        assert_eq!(pod("Always", &waiting), Some(Status::Degraded));
        assert_eq!(pod("Never", &waiting), Some(Status::Progressing));
        let ready = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
        assert_eq!(pod("Always", &ready), Some(Status::Healthy));
        assert_eq!(pod("Never", &ready), Some(Status::Progressing));
        let restarted = json!({"phase": "Running", "containerStatuses": [{"lastState": {"terminated": {}}}]});
        assert_eq!(pod("Always", &restarted), Some(Status::Degraded));
        assert_eq!(
            pod("Never", &json!({"phase": "Succeeded"})),
            Some(Status::Healthy)
        );
    }

    #[test]
    fn kinds_that_nobody_judges_have_no_health() {
        assert_eq!(status("v1", "ConfigMap", &json!({}), &json!({})), None);
        assert_eq!(
            status("networking.k8s.io/v1", "NetworkPolicy", &json!({}), &json!({})),
            None
        );
        assert_eq!(
            status("v1", "Service", &json!({"type": "ClusterIP"}), &json!({})),
            Some(Status::Healthy)
        );
        assert_eq!(
            status("v1", "Service", &json!({"type": "LoadBalancer"}), &json!({})),
            Some(Status::Progressing)
        );
        assert_eq!(
            status(
                "v1",
                "PersistentVolumeClaim",
                &json!({}),
                &json!({"phase": "Bound"})
            ),
            Some(Status::Healthy)
        );
    }

    #[test]
    fn the_worst_object_is_the_health_of_the_application() {
        let object = |kind: &str, status: &Value| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "spec": {"restartPolicy": "Always"}, "status": status});
        let good = object("Service", &json!({}));
        let bad = object("Pod", &json!({"phase": "Failed", "message": "gone"}));
        let both = of_all([(Some(&good), Some(&good)), (Some(&bad), Some(&bad))]);
        assert_eq!(
            (both.status, both.message.as_str()),
            (Status::Degraded, "Pod `x`: gone")
        );
        assert_eq!(
            of_all([(Some(&good), Some(&good)), (Some(&bad), None)]).status,
            Status::Healthy
        );
        assert_eq!(of_all([(Some(&good), None)]).status, Status::Missing);
        assert_eq!(of_all([]).status, Status::Healthy);
    }
}
