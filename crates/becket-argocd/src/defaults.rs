//! What the API server fills in where nothing is said, and what it assigns, which is taken away.

use serde_json::{Map, Value, json};

use crate::object::group;
use crate::quantity;

type Fields = Map<String, Value>;

/// Brings an object into the form that the API server gives back, less what it assigns.
pub(crate) fn fill(object: &mut Value) {
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    let group = group(object).to_owned();
    let name = object["metadata"]["name"].clone();
    if group.is_empty() && kind == "Secret" {
        set(object.as_object_mut(), "type", "Opaque");
    }
    if group.is_empty() && kind == "Namespace" {
        namespace(object, &name);
    }
    if group == "batch" && kind == "Job" {
        within(object, "metadata", without_labels);
    }
    if group == "rbac.authorization.k8s.io" && kind.ends_with("Binding") {
        binding(object);
    }
    let Some(spec) = object.get_mut("spec") else {
        return;
    };
    match (group.as_str(), kind.as_str()) {
        ("apps", "Deployment") => deployment(spec),
        ("apps", "StatefulSet") => stateful_set(spec),
        ("apps", "DaemonSet") => daemon_set(spec),
        ("apps", "ReplicaSet") => {
            set(spec.as_object_mut(), "replicas", 1);
            within(spec, "template", template);
        }
        ("batch", "Job") => job(spec),
        ("batch", "CronJob") => cron_job(spec),
        ("", "Pod") => pod(spec),
        ("", "Service") => service(spec),
        ("", "PersistentVolumeClaim") => claim(spec),
        ("networking.k8s.io", "NetworkPolicy") => network_policy(spec),
        ("autoscaling", "HorizontalPodAutoscaler") => set(spec.as_object_mut(), "minReplicas", 1),
        ("gateway.networking.k8s.io", "HTTPRoute") => http_route(spec),
        _ => {}
    }
}

fn set(fields: Option<&mut Fields>, key: &str, value: impl Into<Value>) {
    if let Some(fields) = fields {
        fields.entry(key).or_insert_with(|| value.into());
    }
}

/// Changes the part at `key`, where there is one.
fn within(value: &mut Value, key: &str, change: impl FnOnce(&mut Value)) {
    if let Some(part) = value.get_mut(key) {
        change(part);
    }
}

fn each(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

fn namespace(object: &mut Value, name: &Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.shift_remove("spec");
        let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
        if let Some(metadata) = metadata.as_object_mut() {
            let labels = metadata.entry("labels").or_insert_with(|| json!({}));
            set(
                labels.as_object_mut(),
                "kubernetes.io/metadata.name",
                name.clone(),
            );
        }
    }
}

fn binding(object: &mut Value) {
    within(object, "roleRef", |role| {
        set(role.as_object_mut(), "apiGroup", "rbac.authorization.k8s.io");
    });
    for subject in each(object.get_mut("subjects")) {
        if subject["kind"] != "ServiceAccount" {
            set(subject.as_object_mut(), "apiGroup", "rbac.authorization.k8s.io");
        }
    }
}

fn rolling(spec: &mut Value, field: &str, rolling: &Value) {
    set(spec.as_object_mut(), field, json!({}));
    within(spec, field, |strategy| {
        set(strategy.as_object_mut(), "type", "RollingUpdate");
        if strategy["type"] != "RollingUpdate" {
            return;
        }
        set(strategy.as_object_mut(), "rollingUpdate", json!({}));
        within(strategy, "rollingUpdate", |there| {
            for (key, value) in rolling.as_object().into_iter().flatten() {
                set(there.as_object_mut(), key, value.clone());
            }
        });
    });
}

fn deployment(spec: &mut Value) {
    rolling(
        spec,
        "strategy",
        &json!({"maxSurge": "25%", "maxUnavailable": "25%"}),
    );
    set(spec.as_object_mut(), "replicas", 1);
    set(spec.as_object_mut(), "revisionHistoryLimit", 10);
    set(spec.as_object_mut(), "progressDeadlineSeconds", 600);
    within(spec, "template", template);
}

fn stateful_set(spec: &mut Value) {
    rolling(spec, "updateStrategy", &json!({"partition": 0}));
    set(spec.as_object_mut(), "replicas", 1);
    set(spec.as_object_mut(), "revisionHistoryLimit", 10);
    set(spec.as_object_mut(), "podManagementPolicy", "OrderedReady");
    set(spec.as_object_mut(), "serviceName", "");
    let retention = "persistentVolumeClaimRetentionPolicy";
    set(spec.as_object_mut(), retention, json!({}));
    within(spec, retention, |retention| {
        set(retention.as_object_mut(), "whenDeleted", "Retain");
        set(retention.as_object_mut(), "whenScaled", "Retain");
    });
    for volume in each(spec.get_mut("volumeClaimTemplates")) {
        if let Some(fields) = volume.as_object_mut() {
            fields.shift_remove("status");
        }
        set(volume.as_object_mut(), "apiVersion", "v1");
        set(volume.as_object_mut(), "kind", "PersistentVolumeClaim");
        without_creation(volume);
        within(volume, "spec", claim);
    }
    within(spec, "template", template);
}

fn daemon_set(spec: &mut Value) {
    rolling(
        spec,
        "updateStrategy",
        &json!({"maxSurge": 0, "maxUnavailable": 1}),
    );
    set(spec.as_object_mut(), "revisionHistoryLimit", 10);
    within(spec, "template", template);
}

fn job(spec: &mut Value) {
    if let Some(fields) = spec.as_object_mut() {
        if fields.get("completions").is_none() && fields.get("parallelism").is_none() {
            fields.insert("completions".to_owned(), 1.into());
        }
        let by_hand = fields.get("manualSelector") == Some(&Value::Bool(true));
        if !by_hand {
            fields.shift_remove("manualSelector");
            fields.shift_remove("selector");
        }
    }
    set(spec.as_object_mut(), "parallelism", 1);
    set(spec.as_object_mut(), "backoffLimit", 6);
    set(spec.as_object_mut(), "completionMode", "NonIndexed");
    set(spec.as_object_mut(), "suspend", false);
    let replace = if spec.get("podFailurePolicy").is_some() {
        "Failed"
    } else {
        "TerminatingOrFailed"
    };
    set(spec.as_object_mut(), "podReplacementPolicy", replace);
    within(spec, "template", |template| {
        within(template, "metadata", without_labels);
    });
    within(spec, "template", template);
}

/// The labels by which the cluster finds a Job's pods.
fn without_labels(metadata: &mut Value) {
    let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) else {
        return;
    };
    for label in [
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-name",
        "controller-uid",
        "job-name",
    ] {
        labels.shift_remove(label);
    }
    if labels.is_empty()
        && let Some(metadata) = metadata.as_object_mut()
    {
        metadata.shift_remove("labels");
    }
}

fn cron_job(spec: &mut Value) {
    set(spec.as_object_mut(), "concurrencyPolicy", "Allow");
    set(spec.as_object_mut(), "suspend", false);
    set(spec.as_object_mut(), "successfulJobsHistoryLimit", 3);
    set(spec.as_object_mut(), "failedJobsHistoryLimit", 1);
    within(spec, "jobTemplate", |job| {
        without_creation(job);
        within(job, "spec", |spec| within(spec, "template", template));
    });
}

/// Gives an object within another its metadata, and takes the time from it.
fn without_creation(object: &mut Value) {
    set(object.as_object_mut(), "metadata", json!({}));
    within(object, "metadata", |metadata| {
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.shift_remove("creationTimestamp");
        }
    });
}

fn template(template: &mut Value) {
    without_creation(template);
    within(template, "spec", pod);
}

fn pod(spec: &mut Value) {
    if let Some(fields) = spec.as_object_mut() {
        // The old name of `serviceAccountName`, which the API server writes beside it.
        if let Some(account) = fields.shift_remove("serviceAccount") {
            fields.entry("serviceAccountName").or_insert(account);
        }
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if fields.get(field) == Some(&Value::Bool(false)) {
                fields.shift_remove(field);
            }
        }
    }
    set(spec.as_object_mut(), "restartPolicy", "Always");
    set(spec.as_object_mut(), "dnsPolicy", "ClusterFirst");
    set(spec.as_object_mut(), "schedulerName", "default-scheduler");
    set(spec.as_object_mut(), "terminationGracePeriodSeconds", 30);
    set(spec.as_object_mut(), "securityContext", json!({}));
    for list in ["initContainers", "containers"] {
        for one in each(spec.get_mut(list)) {
            container(one);
        }
    }
    for one in each(spec.get_mut("volumes")) {
        volume(one);
    }
}

fn container(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = container["image"].as_str().unwrap_or_default();
    let tag = image
        .rsplit('/')
        .next()
        .and_then(|name| name.split_once(':'))
        .map(|(_, tag)| tag);
    let latest = !image.contains('@') && tag.is_none_or(|tag| tag == "latest");
    set(
        container.as_object_mut(),
        "imagePullPolicy",
        if latest { "Always" } else { "IfNotPresent" },
    );
    set(
        container.as_object_mut(),
        "terminationMessagePath",
        "/dev/termination-log",
    );
    set(container.as_object_mut(), "terminationMessagePolicy", "File");
    set(container.as_object_mut(), "resources", json!({}));
    quantities(
        container
            .get_mut("resources")
            .and_then(|resources| resources.get_mut("limits")),
    );
    quantities(
        container
            .get_mut("resources")
            .and_then(|resources| resources.get_mut("requests")),
    );
    for port in each(container.get_mut("ports")) {
        set(port.as_object_mut(), "protocol", "TCP");
    }
    for variable in each(container.get_mut("env")) {
        if let Some(variable) = variable.as_object_mut()
            && variable.get("value") == Some(&Value::String(String::new()))
        {
            variable.shift_remove("value");
        }
        if let Some(field) = variable
            .get_mut("valueFrom")
            .and_then(|from| from.get_mut("fieldRef"))
        {
            set(field.as_object_mut(), "apiVersion", "v1");
        }
    }
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        if let Some(probe) = container.get_mut(probe) {
            set(probe.as_object_mut(), "timeoutSeconds", 1);
            set(probe.as_object_mut(), "periodSeconds", 10);
            set(probe.as_object_mut(), "successThreshold", 1);
            set(probe.as_object_mut(), "failureThreshold", 3);
            http_get(probe);
            if let Some(grpc) = probe.get_mut("grpc") {
                set(grpc.as_object_mut(), "service", "");
            }
        }
    }
    if let Some(lifecycle) = container.get_mut("lifecycle").and_then(Value::as_object_mut) {
        lifecycle.values_mut().for_each(http_get);
    }
}

fn http_get(handler: &mut Value) {
    if let Some(get) = handler.get_mut("httpGet") {
        set(get.as_object_mut(), "path", "/");
        set(get.as_object_mut(), "scheme", "HTTP");
    }
}

fn volume(volume: &mut Value) {
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
        if let Some(source) = volume.get_mut(source) {
            set(source.as_object_mut(), "defaultMode", 420);
        }
    }
    if let Some(path) = volume.get_mut("hostPath") {
        set(path.as_object_mut(), "type", "");
    }
    if let Some(size) = volume
        .get_mut("emptyDir")
        .and_then(|empty| empty.get_mut("sizeLimit"))
    {
        quantity(size);
    }
    for source in each(
        volume
            .get_mut("projected")
            .and_then(|projected| projected.get_mut("sources")),
    ) {
        if let Some(token) = source.get_mut("serviceAccountToken") {
            set(token.as_object_mut(), "expirationSeconds", 3600);
        }
    }
}

fn quantities(values: Option<&mut Value>) {
    values
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|map| map.values_mut())
        .for_each(quantity);
}

fn quantity(value: &mut Value) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    if let Some(canonical) = quantity::canonical(&text) {
        *value = canonical.into();
    }
}

fn service(spec: &mut Value) {
    if let Some(fields) = spec.as_object_mut() {
        if fields.get("clusterIP").is_some_and(|address| address != "None") {
            fields.shift_remove("clusterIP");
        }
        for field in [
            "clusterIPs",
            "healthCheckNodePort",
            "ipFamilies",
            "ipFamilyPolicy",
        ] {
            fields.shift_remove(field);
        }
    }
    set(spec.as_object_mut(), "type", "ClusterIP");
    set(spec.as_object_mut(), "sessionAffinity", "None");
    let kind = spec["type"].as_str().unwrap_or_default().to_owned();
    if kind != "ExternalName" {
        set(spec.as_object_mut(), "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" || kind == "NodePort" {
        set(spec.as_object_mut(), "externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        set(spec.as_object_mut(), "allocateLoadBalancerNodePorts", true);
    }
    for port in each(spec.get_mut("ports")) {
        let number = port["port"].clone();
        set(port.as_object_mut(), "protocol", "TCP");
        set(port.as_object_mut(), "targetPort", number);
        if let Some(port) = port.as_object_mut() {
            port.shift_remove("nodePort");
        }
    }
}

fn claim(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    if let Some(fields) = spec.as_object_mut() {
        fields.shift_remove("volumeName");
    }
    set(spec.as_object_mut(), "volumeMode", "Filesystem");
    quantities(
        spec.get_mut("resources")
            .and_then(|resources| resources.get_mut("requests")),
    );
}

fn network_policy(spec: &mut Value) {
    let some = |value: Option<&Value>| {
        value
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty())
    };
    let has_types = some(spec.get("policyTypes"));
    let types = if some(spec.get("egress")) {
        json!(["Ingress", "Egress"])
    } else {
        json!(["Ingress"])
    };
    if let Some(fields) = spec.as_object_mut().filter(|_| !has_types) {
        fields.insert("policyTypes".to_owned(), types);
    }
    for direction in ["ingress", "egress"] {
        for rule in each(spec.get_mut(direction)) {
            for port in each(rule.get_mut("ports")) {
                set(port.as_object_mut(), "protocol", "TCP");
            }
        }
    }
}

fn http_route(spec: &mut Value) {
    for parent in each(spec.get_mut("parentRefs")) {
        set(parent.as_object_mut(), "group", "gateway.networking.k8s.io");
        set(parent.as_object_mut(), "kind", "Gateway");
    }
    let everything = json!([{"path": {"type": "PathPrefix", "value": "/"}}]);
    set(spec.as_object_mut(), "rules", json!([{}]));
    for rule in each(spec.get_mut("rules")) {
        set(rule.as_object_mut(), "matches", everything.clone());
        for one in each(rule.get_mut("matches")) {
            set(one.as_object_mut(), "path", json!({}));
            within(one, "path", |path| {
                set(path.as_object_mut(), "type", "PathPrefix");
                set(path.as_object_mut(), "value", "/");
            });
        }
        for backend in each(rule.get_mut("backendRefs")) {
            set(backend.as_object_mut(), "group", "");
            set(backend.as_object_mut(), "kind", "Service");
            set(backend.as_object_mut(), "weight", 1);
        }
    }
}
