//! Workloads: pod templates, what their containers need, and the labels and ports that others know them by.

use becket_document::KeyPath;
use serde_json::Value;

use super::collector::Collector;
use super::field::{list, text};
use crate::object::Object;
use crate::symbol::Kind;

/// The pod template of a workload.
pub(crate) struct Template<'a> {
    /// Where the pod's `metadata` and `spec` lie in the object.
    pub(crate) path: KeyPath,
    /// Whether its pods end by themselves.
    pub(crate) is_job: bool,
    pod: &'a Value,
}

/// The template of an object that makes pods.
pub(crate) fn template(object: &Object) -> Option<Template<'_>> {
    let path = match object.resource.kind().as_ref() {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => {
            KeyPath::of_keys(["spec", "template"])
        }
        "CronJob" => KeyPath::of_keys(["spec", "jobTemplate", "spec", "template"]),
        "Pod" => KeyPath::root(),
        _ => return None,
    };
    let pod = path
        .segments()
        .iter()
        .try_fold(object.value(), |value, segment| match segment {
            becket_document::Segment::Key(key) => value.get(key),
            becket_document::Segment::Index(index) => value.get(index),
        })?;
    let is_job = matches!(object.resource.kind().as_ref(), "Job" | "CronJob");
    Some(Template { path, is_job, pod })
}

impl<'a> Template<'a> {
    /// The pods' labels.
    pub(crate) fn labels(&self) -> Option<&'a Value> {
        self.pod.pointer("/metadata/labels")
    }

    fn spec(&self) -> &'a Value {
        self.pod.get("spec").unwrap_or(&Value::Null)
    }

    /// The containers, init containers too, each with its place.
    fn containers(&self) -> impl Iterator<Item = (KeyPath, &'a Value)> {
        let (path, spec) = (self.path.key("spec"), self.spec());
        ["initContainers", "containers"]
            .into_iter()
            .flat_map(move |field| {
                let path = path.key(field);
                list(spec, field)
                    .iter()
                    .enumerate()
                    .map(move |(index, container)| (path.index(index), container))
            })
    }

    /// The ports that the pods declare, as name and number.
    pub(crate) fn ports(&self) -> Vec<(Option<&'a str>, u64)> {
        let containers = list(self.spec(), "containers").iter();
        let ports = containers.flat_map(|container| list(container, "ports"));
        ports
            .filter_map(|port| Some((text(port, "name"), port.get("containerPort")?.as_u64()?)))
            .collect()
    }

    /// The `ConfigMap`s whose every key the containers take as environment.
    pub(crate) fn environment_maps(&self) -> Vec<&'a str> {
        let sources = self
            .containers()
            .flat_map(|(_, container)| list(container, "envFrom"));
        sources
            .filter_map(|source| source.pointer("/configMapRef/name")?.as_str())
            .collect()
    }

    /// The values that containers are given as they stand, with their places.
    pub(crate) fn environment_values(&self) -> Vec<(KeyPath, &'a str)> {
        let mut values = Vec::new();
        for (path, container) in self.containers() {
            for (index, variable) in list(container, "env").iter().enumerate() {
                if let Some(value) = text(variable, "value") {
                    values.push((path.key("env").index(index).key("value"), value));
                }
            }
        }
        values
    }

    /// What the pods take from `ConfigMap`s and Secrets, and the addresses they are given.
    pub(crate) fn configuration(&self, found: &mut Collector<'_>) {
        for (path, container) in self.containers() {
            for (index, variable) in list(container, "env").iter().enumerate() {
                let at = path.key("env").index(index).key("valueFrom");
                for (field, kind) in [
                    ("configMapKeyRef", Kind::ConfigMap),
                    ("secretKeyRef", Kind::Secret),
                ] {
                    let Some(source) = variable.pointer(&format!("/valueFrom/{field}")) else {
                        continue;
                    };
                    let Some(name) = text(source, "name") else {
                        continue;
                    };
                    let optional = source.get("optional") == Some(&Value::Bool(true));
                    found.name(kind, name, None, at.key(field).key("name"), optional);
                    found.name(
                        kind,
                        name,
                        text(source, "key"),
                        at.key(field).key("key"),
                        optional,
                    );
                }
            }
            for (index, source) in list(container, "envFrom").iter().enumerate() {
                for (field, kind) in [("configMapRef", Kind::ConfigMap), ("secretRef", Kind::Secret)] {
                    let Some(reference) = source.get(field) else {
                        continue;
                    };
                    let optional = reference.get("optional") == Some(&Value::Bool(true));
                    if let Some(name) = text(reference, "name") {
                        let at = path.key("envFrom").index(index).key(field).key("name");
                        found.name(kind, name, None, at, optional);
                    }
                }
            }
        }
        for (path, value) in self.environment_values() {
            found.address(value, path);
        }
        let volumes = self.path.key("spec").key("volumes");
        for (index, volume) in list(self.spec(), "volumes").iter().enumerate() {
            volume_sources(volume, &volumes.index(index), found);
        }
    }
}

/// What a volume takes from a `ConfigMap` or Secret, as a whole or key by key.
fn volume_sources(volume: &Value, path: &KeyPath, found: &mut Collector<'_>) {
    let mut source = |field: &str, name_field: &str, kind, source: &Value, path: &KeyPath| {
        let path = path.key(field);
        let Some(name) = text(source, name_field) else {
            return;
        };
        let optional = source.get("optional") == Some(&Value::Bool(true));
        found.name(kind, name, None, path.key(name_field), optional);
        for (index, item) in list(source, "items").iter().enumerate() {
            found.name(
                kind,
                name,
                text(item, "key"),
                path.key("items").index(index).key("key"),
                optional,
            );
        }
    };
    if let Some(value) = volume.get("configMap") {
        source("configMap", "name", Kind::ConfigMap, value, path);
    }
    if let Some(value) = volume.get("secret") {
        source("secret", "secretName", Kind::Secret, value, path);
    }
    let projected = volume
        .get("projected")
        .map(|projected| list(projected, "sources"))
        .unwrap_or_default();
    for (index, projection) in projected.iter().enumerate() {
        let path = path.key("projected").key("sources").index(index);
        for (field, kind) in [("configMap", Kind::ConfigMap), ("secret", Kind::Secret)] {
            if let Some(value) = projection.get(field) {
                source(field, "name", kind, value, &path);
            }
        }
    }
}
