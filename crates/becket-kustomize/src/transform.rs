//! What a kustomization file does to all resources alike: namespace, prefix and suffix, labels, annotations, replicas,
//! images; and what is cleaned away at the end.

use becket_document::KeyPath;
use becket_source::{Diagnostic, Location};
use serde_json::{Value, json};

use crate::codes;
use crate::fieldspec::{Create, Spec, visit};
use crate::files::Files;
use crate::image;
use crate::input::{Folder, Input};
use crate::kustomization::{Labels, Replicas};
use crate::resource::{Resource, group_version};
use crate::set::Set;
use crate::{scope, yaml};

/// Runs the transformations of `folder` on all of `set`, in kustomize's order.
pub(crate) fn run(input: &mut Input<'_>, folder: &Folder, set: &mut Set) {
    let files = input.files;
    let findings = &mut input.findings;
    let kustomization = &folder.kustomization;
    let mut failed = Vec::new();
    if let Some(namespace) = &kustomization.namespace {
        let origin = folder.origin(&KeyPath::of_keys(["namespace"]));
        for resource in set.as_mut() {
            resource.patched_by.push(origin.clone());
            failed.extend(
                set_namespace(resource, &namespace.value)
                    .err()
                    .map(|error| (error, resource.named_at(files))),
            );
        }
        findings.extend(set.twins().map(|twins| {
            twins.finding(files).related(
                folder
                    .place(namespace.span)
                    .labelled("all are put into one namespace here"),
            )
        }));
    }
    let resources = set.as_mut();
    if let Some(prefix) = &kustomization.name_prefix {
        for resource in resources.iter_mut() {
            rename(resource, &prefix.value, Side::Front);
        }
    }
    if let Some(suffix) = &kustomization.name_suffix {
        for resource in resources.iter_mut() {
            rename(resource, &suffix.value, Side::Back);
        }
    }
    for resource in resources.iter_mut() {
        let origins = (0..kustomization.labels.len())
            .map(|index| folder.origin(&KeyPath::of_keys(["labels"]).index(index)));
        resource.patched_by.extend(origins);
        let labelled = kustomization
            .labels
            .iter()
            .try_for_each(|labels| label(resource, labels))
            .and_then(|()| add_pairs(resource, ANNOTATIONS, &kustomization.common_annotations));
        failed.extend(labelled.err().map(|error| (error, resource.named_at(files))));
    }
    for replicas in &kustomization.replicas {
        set_replicas(files, folder, replicas, resources, findings);
    }
    for entry in &kustomization.images {
        let origin = folder.origin(&entry.at);
        let name = image::Pattern::new(&entry.name);
        for resource in resources.iter_mut() {
            match image::replace(&mut resource.value, entry, &name) {
                Ok(false) => {}
                Ok(true) => resource.patched_by.push(origin.clone()),
                Err(error) => failed.push((error, resource.named_at(files))),
            }
        }
    }
    findings.extend(failed.into_iter().map(|(error, place)| {
        Diagnostic::error(codes::RESOURCE, error, place)
            .related(Location::new(&folder.file, None).labelled("transformed by this"))
            .help("give the field the form that Kubernetes has for it")
    }));
}

fn set_namespace(resource: &mut Resource, namespace: &str) -> Result<(), String> {
    resource.remember();
    let api_version = resource.api_version().into_owned();
    let kind = resource.kind().into_owned();
    let mut set = |field: &mut Value| match field {
        Value::Object(_) | Value::Array(_) => Err("a namespace is not text".to_owned()),
        field => {
            *field = Value::String(namespace.to_owned());
            Ok(())
        }
    };
    let value = &mut resource.value;
    if !scope::is_of_cluster(&api_version, &kind) {
        visit(value, "metadata/namespace", Create::Scalar, &mut set)?;
    }
    match (group_version(&api_version).0, kind.as_str()) {
        (_, "RoleBinding" | "ClusterRoleBinding") => {
            let subjects = value.get_mut("subjects").and_then(Value::as_array_mut);
            for subject in subjects.into_iter().flatten() {
                if subject.get("name").and_then(Value::as_str) == Some("default")
                    && let Value::Object(subject) = subject
                {
                    subject.insert("namespace".to_owned(), Value::String(namespace.to_owned()));
                }
            }
            Ok(())
        }
        (_, "Namespace") if api_version == "v1" => visit(value, "metadata/name", Create::Scalar, &mut set),
        ("apiregistration.k8s.io", "APIService") => {
            visit(value, "spec/service/namespace", Create::Scalar, &mut set)
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => visit(
            value,
            "spec/conversion/webhook/clientConfig/service/namespace",
            Create::Nothing,
            &mut set,
        ),
        _ => Ok(()),
    }
}

/// Where of a name something is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Front,
    Back,
}

fn rename(resource: &mut Resource, addition: &str, side: Side) {
    let original = resource.original();
    let group = group_version(&original.api_version).0;
    if matches!(original.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || (original.kind == "APIService" && group == "apiregistration.k8s.io")
    {
        return;
    }
    resource.remember();
    let (name, additions) = match side {
        Side::Front => (format!("{addition}{}", resource.name()), &mut resource.prefixes),
        Side::Back => (format!("{}{addition}", resource.name()), &mut resource.suffixes),
    };
    additions.push(addition.to_owned());
    resource.set_name(name);
}

const fn made(group: &'static str, version: &'static str, kind: &'static str, path: &'static str) -> Spec {
    Spec {
        group,
        version,
        kind,
        path,
        create: true,
    }
}

const fn found(group: &'static str, kind: &'static str, path: &'static str) -> Spec {
    Spec {
        group,
        version: "",
        kind,
        path,
        create: false,
    }
}

const METADATA: &[Spec] = &[made("", "", "", "metadata/labels")];

const TEMPLATES: &[Spec] = &[
    made("", "v1", "ReplicationController", "spec/template/metadata/labels"),
    made("", "", "Deployment", "spec/template/metadata/labels"),
    made("", "", "ReplicaSet", "spec/template/metadata/labels"),
    made("", "", "DaemonSet", "spec/template/metadata/labels"),
    made("apps", "", "StatefulSet", "spec/template/metadata/labels"),
    made("batch", "", "Job", "spec/template/metadata/labels"),
    made("batch", "", "CronJob", "spec/jobTemplate/metadata/labels"),
    made(
        "batch",
        "",
        "CronJob",
        "spec/jobTemplate/spec/template/metadata/labels",
    ),
];

const CLAIM_TEMPLATES: &[Spec] = &[made(
    "apps",
    "",
    "StatefulSet",
    "spec/volumeClaimTemplates[]/metadata/labels",
)];

const SELECTORS: &[Spec] = &[
    made("", "v1", "Service", "spec/selector"),
    made("", "v1", "ReplicationController", "spec/selector"),
    made("", "", "Deployment", "spec/selector/matchLabels"),
    made("", "", "ReplicaSet", "spec/selector/matchLabels"),
    made("", "", "DaemonSet", "spec/selector/matchLabels"),
    made("apps", "", "StatefulSet", "spec/selector/matchLabels"),
    found("batch", "Job", "spec/selector/matchLabels"),
    found("batch", "CronJob", "spec/jobTemplate/spec/selector/matchLabels"),
    found("policy", "PodDisruptionBudget", "spec/selector/matchLabels"),
    found(
        "networking.k8s.io",
        "NetworkPolicy",
        "spec/podSelector/matchLabels",
    ),
    found(
        "networking.k8s.io",
        "NetworkPolicy",
        "spec/ingress/from/podSelector/matchLabels",
    ),
    found(
        "networking.k8s.io",
        "NetworkPolicy",
        "spec/egress/to/podSelector/matchLabels",
    ),
];

/// Selectors inside of the pod templates of `Deployment` and `StatefulSet`.
const POD_SELECTORS: &[&str] = &[
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "topologySpreadConstraints/labelSelector/matchLabels",
];

const ANNOTATIONS: &[Spec] = &[
    made("", "", "", "metadata/annotations"),
    made(
        "",
        "v1",
        "ReplicationController",
        "spec/template/metadata/annotations",
    ),
    made("", "", "Deployment", "spec/template/metadata/annotations"),
    made("", "", "ReplicaSet", "spec/template/metadata/annotations"),
    made("", "", "DaemonSet", "spec/template/metadata/annotations"),
    made("", "", "StatefulSet", "spec/template/metadata/annotations"),
    made("batch", "", "Job", "spec/template/metadata/annotations"),
    made("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations"),
    made(
        "batch",
        "",
        "CronJob",
        "spec/jobTemplate/spec/template/metadata/annotations",
    ),
];

fn label(resource: &mut Resource, labels: &Labels) -> Result<(), String> {
    let pairs = &labels.pairs;
    add_pairs(resource, METADATA, pairs)?;
    if labels.selectors {
        add_pairs(resource, SELECTORS, pairs)?;
        let api_version = resource.api_version();
        let in_apps = group_version(&api_version).0 == "apps";
        if in_apps && matches!(&*resource.kind(), "Deployment" | "StatefulSet") {
            let pod = resource.value.pointer_mut("/spec/template/spec");
            if let Some(pod) = pod {
                for path in POD_SELECTORS {
                    visit(pod, path, Create::Nothing, &mut |field| put_pairs(field, pairs))?;
                }
            }
        }
    }
    if labels.selectors || labels.templates {
        add_pairs(resource, TEMPLATES, pairs)?;
    }
    if labels.selectors || labels.claim_templates {
        add_pairs(resource, CLAIM_TEMPLATES, pairs)?;
    }
    Ok(())
}

fn add_pairs(resource: &mut Resource, specs: &[Spec], pairs: &[(String, String)]) -> Result<(), String> {
    if pairs.is_empty() {
        return Ok(());
    }
    let api_version = resource.api_version().into_owned();
    let (group, version) = group_version(&api_version);
    let kind = resource.kind().into_owned();
    for spec in specs.iter().filter(|spec| spec.fits(group, version, &kind)) {
        let create = if spec.create {
            Create::Mapping
        } else {
            Create::Nothing
        };
        visit(&mut resource.value, spec.path, create, &mut |field| {
            put_pairs(field, pairs)
        })
        .map_err(|error| format!("{kind} `{}`: {error}", resource.name()))?;
    }
    Ok(())
}

fn put_pairs(field: &mut Value, pairs: &[(String, String)]) -> Result<(), String> {
    match field {
        Value::Object(map) => {
            for (key, value) in pairs {
                map.insert(key.clone(), Value::String(value.clone()));
            }
            Ok(())
        }
        Value::Null => Ok(()),
        _ => Err("labels or annotations are not a mapping".to_owned()),
    }
}

/// Kinds that have a number of replicas.
const SCALED: [&str; 4] = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];

fn set_replicas(
    files: &dyn Files,
    folder: &Folder,
    entry: &Replicas,
    resources: &mut [Resource],
    findings: &mut Vec<Diagnostic>,
) {
    let mut any = false;
    for resource in resources.iter_mut() {
        let now = resource.name() == entry.name.as_str() && SCALED.contains(&&*resource.kind());
        let before = resource
            .previous
            .iter()
            .any(|previous| previous.name == entry.name && SCALED.contains(&previous.kind.as_str()));
        if !now && !before {
            continue;
        }
        any = true;
        if !SCALED.contains(&&*resource.kind()) {
            continue;
        }
        let set = visit(
            &mut resource.value,
            "spec/replicas",
            Create::Scalar,
            &mut |field| {
                *field = json!(entry.count);
                Ok(())
            },
        );
        match set {
            Ok(()) => resource.patched_by.push(folder.origin(&entry.at)),
            Err(error) => findings.push(
                Diagnostic::error(codes::RESOURCE, error, resource.named_at(files))
                    .help("give `spec` the form that Kubernetes has for it"),
            ),
        }
    }
    if !any {
        let scaled: Vec<String> = resources
            .iter()
            .filter(|resource| SCALED.contains(&&*resource.kind()))
            .map(|resource| resource.name().into_owned())
            .collect();
        let message = format!("`replicas` names `{}`, which is no workload here", entry.name);
        let finding = Diagnostic::error(codes::NO_TARGET, message, folder.place(entry.span));
        let names = scaled.iter().map(String::as_str);
        findings.push(match becket_source::did_you_mean(&entry.name, names) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None if scaled.is_empty() => finding.help("remove the entry: nothing here has replicas"),
            None => finding.help(format!("name one of {}", scaled.join(", "))),
        });
    }
}

/// Annotations that are kustomize's own, for its use while it builds.
const INTERNAL: [&str; 12] = [
    "config.kubernetes.io/origin",
    "alpha.config.kubernetes.io/transformations",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
    "internal.config.kubernetes.io/needsHashSuffix",
];

/// Removes resources that are local, and makes annotations what they are in what is printed: text, or absent.
pub(crate) fn clean(resources: &mut Vec<Resource>, files: &dyn Files, findings: &mut Vec<Diagnostic>) {
    resources.retain(|resource| {
        resource
            .value
            .pointer("/metadata/annotations/config.kubernetes.io~1local-config")
            .is_none_or(|local| yaml::text(local) == "false")
    });
    for resource in resources {
        let annotations = resource
            .value
            .pointer("/metadata/annotations")
            .and_then(Value::as_object);
        if let Some(key) =
            annotations.and_then(|annotations| annotations.keys().find(|key| !yaml::is_key(key)))
        {
            let message = format!("the annotation `{key}` is not text to kustomize");
            findings.push(
                Diagnostic::error(codes::RESOURCE, message, resource.named_at(files))
                    .note("kustomize 5.8.2 takes its name for a number or a truth value, and fails")
                    .help("give it another name"),
            );
        }
        let Some(metadata) = resource.value.get_mut("metadata").and_then(Value::as_object_mut) else {
            continue;
        };
        let Some(annotations) = metadata.get_mut("annotations") else {
            continue;
        };
        if let Value::Object(annotations) = annotations {
            for name in INTERNAL {
                annotations.shift_remove(name);
            }
            for value in annotations.values_mut().filter(|value| !value.is_string()) {
                *value = Value::String(yaml::text(value).into_owned());
            }
        }
        if annotations.as_object().is_none_or(serde_json::Map::is_empty) {
            metadata.shift_remove("annotations");
        }
    }
}
