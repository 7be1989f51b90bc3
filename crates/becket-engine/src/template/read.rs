//! Reads pods, containers, probes and volumes, and names what nobody acts on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Container, EnvFrom, EnvSource, EnvVar, Mount, TemplateError, Unsupported, Volume};
use crate::object::{plain, text};
use crate::probe::{Handler, Probe};

/// Fields that say something to a cluster only: nodes, scheduling, its API, its limits.
const CLUSTER_ONLY: &[&str] = &[
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "imagePullPolicy",
    "imagePullSecrets",
    "nodeSelector",
    "preemptionPolicy",
    "priorityClassName",
    "resources",
    "schedulerName",
    "serviceAccount",
    "serviceAccountName",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tolerations",
    "topologySpreadConstraints",
];

/// Collects what is wrong while the template is read.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) unsupported: Vec<Unsupported>,
    pub(super) notes: Vec<String>,
}

impl Reader {
    pub(super) fn unsupported(&mut self, field: impl Into<String>, why: impl Into<String>) {
        self.unsupported.push(Unsupported {
            field: field.into(),
            why: why.into(),
        });
    }

    /// Names each field of `value` that nobody read.
    pub(super) fn rest(&mut self, value: &Value, path: &str, read: &[&str]) {
        for field in value.as_object().into_iter().flat_map(Map::keys) {
            if !read.contains(&field.as_str()) && !CLUSTER_ONLY.contains(&field.as_str()) {
                self.unsupported(format!("{path}.{field}"), "this machine does not act on it");
            }
        }
    }

    pub(super) fn container(
        &mut self,
        value: &Value,
        path: &str,
        pod_user: Option<(u32, u32)>,
    ) -> Result<Container, TemplateError> {
        let need = |field: &str| {
            text(value, &format!("/{field}"))
                .map(ToOwned::to_owned)
                .ok_or_else(|| invalid(&format!("{path}.{field}"), "a text is expected"))
        };
        let list = |field: &str| {
            let list = value.get(field)?.as_array()?;
            Some(list.iter().map(plain).collect())
        };
        if value.pointer("/lifecycle/postStart").is_some() {
            self.unsupported(
                format!("{path}.lifecycle.postStart"),
                "this machine does not run it",
            );
        }
        if value.pointer("/lifecycle/preStop").is_some() {
            let note = "lifecycle.preStop is not run here: a pod leaves its Services before it is stopped";
            self.notes.push(note.to_owned());
        }
        let read = [
            "args",
            "command",
            "env",
            "envFrom",
            "image",
            "lifecycle",
            "livenessProbe",
            "name",
            "ports",
            "readinessProbe",
            "securityContext",
            "startupProbe",
            "volumeMounts",
            "workingDir",
        ];
        self.rest(value, path, &read);
        Ok(Container {
            name: need("name")?,
            image: need("image")?,
            command: list("command"),
            args: list("args"),
            working_dir: text(value, "/workingDir").map(ToOwned::to_owned),
            env: self.env(value.get("env"), path),
            env_from: env_from(value.get("envFrom")),
            ports: ports(value.get("ports")),
            startup: self.probe(value, "startupProbe", path),
            readiness: self.probe(value, "readinessProbe", path),
            liveness: self.probe(value, "livenessProbe", path),
            mounts: mounts(value.get("volumeMounts")),
            read_only: value.pointer("/securityContext/readOnlyRootFilesystem") == Some(&Value::Bool(true)),
            user: user(value.get("securityContext"), pod_user),
        })
    }

    fn env(&mut self, value: Option<&Value>, path: &str) -> Vec<EnvVar> {
        let mut vars = Vec::new();
        for (index, var) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let from = var.get("valueFrom");
            let from = if let Some(reference) = from.and_then(|from| from.get("configMapKeyRef")) {
                key_source("ConfigMap", reference)
            } else if let Some(reference) = from.and_then(|from| from.get("secretKeyRef")) {
                key_source("Secret", reference)
            } else if let Some(field) = from.and_then(|from| text(from, "/fieldRef/fieldPath")) {
                EnvSource::Field(field.to_owned())
            } else if let Some(from) = from.and_then(Value::as_object).filter(|from| !from.is_empty()) {
                let what = from.keys().next().map_or("", String::as_str);
                self.unsupported(
                    format!("{path}.env[{index}].valueFrom.{what}"),
                    "this machine does not know it",
                );
                continue;
            } else {
                EnvSource::Value(var.get("value").map(plain).unwrap_or_default())
            };
            vars.push(EnvVar {
                name: text(var, "/name").unwrap_or_default().to_owned(),
                from,
            });
        }
        vars
    }

    fn probe(&mut self, container: &Value, field: &str, path: &str) -> Option<Probe> {
        let value = container.get(field)?;
        let handler = if let Some(http) = value.get("httpGet") {
            if text(http, "/scheme").is_some_and(|scheme| scheme != "HTTP") {
                self.unsupported(
                    format!("{path}.{field}.httpGet.scheme"),
                    "only HTTP is probed here",
                );
                return None;
            }
            let headers = http.get("httpHeaders").and_then(Value::as_array);
            let header = |header: &Value| {
                let name = text(header, "/name").unwrap_or_default();
                let value = header.get("value").map(plain).unwrap_or_default();
                (name.to_owned(), value)
            };
            Handler::Http {
                path: text(http, "/path").unwrap_or("/").to_owned(),
                port: http.get("port").cloned().unwrap_or_default(),
                headers: headers.into_iter().flatten().map(header).collect(),
            }
        } else if let Some(port) = value.pointer("/tcpSocket/port") {
            Handler::Tcp { port: port.clone() }
        } else {
            let what = ["exec", "grpc"]
                .into_iter()
                .find(|what| value.get(what).is_some());
            let what = what.unwrap_or("handler");
            self.unsupported(
                format!("{path}.{field}.{what}"),
                "only httpGet and tcpSocket are probed here",
            );
            return None;
        };
        let count = |field: &str, default| {
            let count = value.get(field).and_then(Value::as_u64).unwrap_or(default);
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Some(Probe {
            handler,
            initial_delay: seconds(value, "initialDelaySeconds", 0),
            period: seconds(value, "periodSeconds", 10).max(Duration::from_secs(1)),
            timeout: seconds(value, "timeoutSeconds", 1).max(Duration::from_secs(1)),
            success: count("successThreshold", 1),
            failure: count("failureThreshold", 3),
        })
    }

    pub(super) fn volumes(&mut self, value: Option<&Value>) -> BTreeMap<String, Volume> {
        let mut volumes = BTreeMap::new();
        for (index, volume) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let name = text(volume, "/name").unwrap_or_default().to_owned();
            if volume.get("emptyDir").is_some() {
                volumes.insert(name, Volume::Empty);
            } else if let Some(source) = volume.get("configMap") {
                volumes.insert(name, key_volume("ConfigMap", "/name", source));
            } else if let Some(source) = volume.get("secret") {
                volumes.insert(name, key_volume("Secret", "/secretName", source));
            } else {
                let kind = volume.as_object().into_iter().flat_map(Map::keys);
                let kind = kind
                    .map(String::as_str)
                    .find(|key| *key != "name")
                    .unwrap_or("source");
                self.unsupported(
                    format!("spec.volumes[{index}].{kind}"),
                    "emptyDir, configMap and secret are the volumes of this machine",
                );
            }
        }
        volumes
    }
}

pub(super) fn invalid(field: &str, what: &str) -> TemplateError {
    TemplateError::Invalid {
        field: field.to_owned(),
        what: what.to_owned(),
    }
}

pub(super) fn seconds(value: &Value, field: &str, default: u64) -> Duration {
    let seconds = value.get(field).and_then(Value::as_u64).unwrap_or(default);
    Duration::from_secs(seconds.min(u64::from(u32::MAX)))
}

fn optional(value: &Value) -> bool {
    value.get("optional") == Some(&Value::Bool(true))
}

fn key_source(kind: &'static str, reference: &Value) -> EnvSource {
    EnvSource::Key {
        kind,
        name: text(reference, "/name").unwrap_or_default().to_owned(),
        key: text(reference, "/key").unwrap_or_default().to_owned(),
        optional: optional(reference),
    }
}

fn key_volume(kind: &'static str, name: &str, source: &Value) -> Volume {
    let items = source.get("items").and_then(Value::as_array);
    let item = |item: &Value| Some((text(item, "/key")?.to_owned(), text(item, "/path")?.to_owned()));
    Volume::Keys {
        kind,
        name: text(source, name).unwrap_or_default().to_owned(),
        items: items.into_iter().flatten().filter_map(item).collect(),
        optional: optional(source),
    }
}

fn env_from(value: Option<&Value>) -> Vec<EnvFrom> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|from| {
        let (kind, reference) = match (from.get("configMapRef"), from.get("secretRef")) {
            (Some(reference), _) => ("ConfigMap", reference),
            (None, Some(reference)) => ("Secret", reference),
            (None, None) => return None,
        };
        Some(EnvFrom {
            kind,
            name: text(reference, "/name").unwrap_or_default().to_owned(),
            prefix: text(from, "/prefix").unwrap_or_default().to_owned(),
            optional: optional(reference),
        })
    })
    .collect()
}

fn ports(value: Option<&Value>) -> BTreeMap<String, u16> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|port| {
        let number = u16::try_from(port.get("containerPort")?.as_u64()?).ok()?;
        let name = text(port, "/name").map_or_else(|| number.to_string(), ToOwned::to_owned);
        Some((name, number))
    })
    .collect()
}

fn mounts(value: Option<&Value>) -> Vec<Mount> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.map(|mount| Mount {
        volume: text(mount, "/name").unwrap_or_default().to_owned(),
        path: text(mount, "/mountPath").unwrap_or_default().to_owned(),
        sub_path: text(mount, "/subPath").unwrap_or_default().to_owned(),
        read_only: mount.get("readOnly") == Some(&Value::Bool(true)),
    })
    .collect()
}

pub(super) fn user(context: Option<&Value>, otherwise: Option<(u32, u32)>) -> Option<(u32, u32)> {
    let id = |field: &str| u32::try_from(context?.get(field)?.as_u64()?).ok();
    let user = id("runAsUser").or(otherwise.map(|user| user.0))?;
    let group = id("runAsGroup").or(otherwise.map(|user| user.1)).unwrap_or(0);
    Some((user, group))
}
