//! A pod template as the engine runs it.
//!
//! Every field is either acted on, or known to concern only a cluster, or named as not supported: none is ignored in
//! silence.

mod read;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::object::{strings, text};
use crate::probe::Probe;

use read::{Reader, invalid, seconds, user};

/// The alphabet of Kubernetes' generated names: no vowels, nothing that reads like another.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// A pod template cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A field is missing or of another type.
    #[error("{field}: {what}")]
    Invalid {
        /// The field's path.
        field: String,
        /// What is expected.
        what: String,
    },
}

/// A field that a cluster acts on and this machine does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The field's path in the template.
    pub field: String,
    /// What follows from it.
    pub why: String,
}

/// What a pod is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct PodTemplate {
    /// A name for the content: pods of equal templates carry equal hashes.
    pub hash: String,
    /// The pods' labels.
    pub labels: BTreeMap<String, String>,
    /// The pods' annotations.
    pub annotations: BTreeMap<String, String>,
    /// Run one after the other before the containers.
    pub init: Vec<Container>,
    /// The containers.
    pub containers: Vec<Container>,
    /// The volumes by name.
    pub volumes: BTreeMap<String, Volume>,
    /// Whether containers that ended are started again.
    pub restart: Restart,
    /// How long a container may take to stop.
    pub grace: Duration,
    /// What is not supported: a pod with one of these is not started.
    pub unsupported: Vec<Unsupported>,
    /// What is left out here and said so.
    pub notes: Vec<String>,
}

/// `restartPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Always.
    Always,
    /// After a failure.
    OnFailure,
    /// Never.
    Never,
}

/// A container.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image, `name@digest` on any stage.
    pub image: String,
    /// In the place of the image's entrypoint.
    pub command: Option<Vec<String>>,
    /// In the place of the image's command.
    pub args: Option<Vec<String>>,
    /// In the place of the image's working folder.
    pub working_dir: Option<String>,
    /// Single variables, in order.
    pub env: Vec<EnvVar>,
    /// Whole ConfigMaps and Secrets as variables, in order.
    pub env_from: Vec<EnvFrom>,
    /// Named ports.
    pub ports: BTreeMap<String, u16>,
    /// The startup probe.
    pub startup: Option<Probe>,
    /// The readiness probe.
    pub readiness: Option<Probe>,
    /// The liveness probe.
    pub liveness: Option<Probe>,
    /// Where volumes appear.
    pub mounts: Vec<Mount>,
    /// The image's files cannot be changed.
    pub read_only: bool,
    /// The user and group it runs as, where the manifest says.
    pub user: Option<(u32, u32)>,
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Where its value comes from.
    pub from: EnvSource,
}

/// Where a variable's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvSource {
    /// Literal; `$(NAME)` stands for an earlier variable.
    Value(String),
    /// A key of a ConfigMap or Secret.
    Key {
        /// `ConfigMap` or `Secret`.
        kind: &'static str,
        /// The object's name.
        name: String,
        /// The key.
        key: String,
        /// Without it the variable is left out.
        optional: bool,
    },
    /// A field of the pod, such as `metadata.name`.
    Field(String),
}

/// A ConfigMap or Secret whose keys all become variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFrom {
    /// `ConfigMap` or `Secret`.
    pub kind: &'static str,
    /// The object's name.
    pub name: String,
    /// Put before each key.
    pub prefix: String,
    /// Without the object there are no variables.
    pub optional: bool,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Volume {
    /// A folder that lives as long as the pod.
    Empty,
    /// The keys of a ConfigMap or Secret as files.
    Keys {
        /// `ConfigMap` or `Secret`.
        kind: &'static str,
        /// The object's name.
        name: String,
        /// Which keys, and the path of each; empty for all by their own names.
        items: Vec<(String, String)>,
        /// Without the object the volume is empty.
        optional: bool,
    },
}

/// Where a volume appears in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The volume's name.
    pub volume: String,
    /// The path in the container.
    pub path: String,
    /// The path within the volume; empty for all of it.
    pub sub_path: String,
    /// It cannot be written.
    pub read_only: bool,
}

impl PodTemplate {
    /// Reads `spec.template` of a Deployment or Job.
    pub fn read(template: &Value) -> Result<Self, TemplateError> {
        let spec = template.get("spec").unwrap_or(&Value::Null);
        let mut reader = Reader::default();
        let user = user(spec.get("securityContext"), None);
        let containers = |reader: &mut Reader, field: &str| -> Result<Vec<Container>, TemplateError> {
            let list = spec.get(field).and_then(Value::as_array);
            let list = list.into_iter().flatten().enumerate();
            list.map(|(index, container)| {
                reader.container(container, &format!("spec.{field}[{index}]"), user)
            })
            .collect()
        };
        let init = containers(&mut reader, "initContainers")?;
        let main = containers(&mut reader, "containers")?;
        if main.is_empty() {
            return Err(invalid("spec.containers", "at least one container is expected"));
        }
        if main.len() > 1 {
            reader.unsupported("spec.containers[1]", "a pod runs one container on this machine");
        }
        let volumes = reader.volumes(spec.get("volumes"));
        reader.rest(
            spec,
            "spec",
            &[
                "containers",
                "initContainers",
                "restartPolicy",
                "securityContext",
                "terminationGracePeriodSeconds",
                "volumes",
            ],
        );
        for container in init.iter().chain(&main) {
            for mount in &container.mounts {
                if !volumes.contains_key(&mount.volume)
                    && !reader
                        .unsupported
                        .iter()
                        .any(|one| one.field.starts_with("spec.volumes"))
                {
                    let field = format!("spec.containers.{}.volumeMounts", container.name);
                    return Err(invalid(
                        &field,
                        &format!("there is no volume \"{}\"", mount.volume),
                    ));
                }
            }
        }
        Ok(Self {
            hash: hash(template),
            labels: strings(template.pointer("/metadata/labels")),
            annotations: strings(template.pointer("/metadata/annotations")),
            init,
            containers: main,
            volumes,
            restart: match text(spec, "/restartPolicy") {
                Some("Never") => Restart::Never,
                Some("OnFailure") => Restart::OnFailure,
                _ => Restart::Always,
            },
            grace: seconds(spec, "terminationGracePeriodSeconds", 30),
            unsupported: reader.unsupported,
            notes: reader.notes,
        })
    }

    /// The port that `port` means: a number, or the name of a container's port.
    pub fn port(&self, port: &Value) -> Option<u16> {
        match port {
            Value::String(name) => {
                let named = self
                    .containers
                    .iter()
                    .find_map(|container| container.ports.get(name));
                named.copied().or_else(|| name.parse().ok())
            }
            number => u16::try_from(number.as_u64()?).ok(),
        }
    }

    /// The ConfigMaps and Secrets that its pods read: kind and name.
    pub fn references(&self) -> Vec<(&'static str, &str)> {
        let mut references = Vec::new();
        for container in self.init.iter().chain(&self.containers) {
            references.extend(
                container
                    .env_from
                    .iter()
                    .map(|from| (from.kind, from.name.as_str())),
            );
            references.extend(container.env.iter().filter_map(|var| match &var.from {
                EnvSource::Key { kind, name, .. } => Some((*kind, name.as_str())),
                _ => None,
            }));
        }
        references.extend(self.volumes.values().filter_map(|volume| match volume {
            Volume::Keys { kind, name, .. } => Some((*kind, name.as_str())),
            Volume::Empty => None,
        }));
        references.sort_unstable();
        references.dedup();
        references
    }
}

/// The fields of `spec` that are not among the `known` ones: nobody acts on them here.
pub(crate) fn strangers(spec: &Value, known: &[&str]) -> Vec<Unsupported> {
    let fields = spec.as_object().into_iter().flat_map(Map::keys);
    let unknown = fields.filter(|field| !known.contains(&field.as_str()));
    let unsupported = |field: &String| Unsupported {
        field: format!("spec.{field}"),
        why: "this machine does not act on it".to_owned(),
    };
    unknown.map(unsupported).collect()
}

fn hash(template: &Value) -> String {
    word(template.to_string().as_bytes(), 10)
}

/// A word of `length` letters for `content`, in the alphabet of Kubernetes' generated names.
pub(crate) fn word(content: &[u8], length: usize) -> String {
    let digest = Sha256::digest(content);
    let letters = digest.iter().take(length);
    letters
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(spec: &Value) -> PodTemplate {
        PodTemplate::read(&json!({"metadata": {"labels": {"app": "orders"}}, "spec": spec})).unwrap()
    }

    #[test]
    fn a_field_that_nobody_acts_on_is_named() {
        let template = read(&json!({
            "hostNetwork": true,
            "dnsPolicy": "ClusterFirst",
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
            "containers": [
                {"name": "orders", "image": "orders", "tty": true, "resources": {},
                 "livenessProbe": {"exec": {"command": ["true"]}},
                 "env": [{"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]},
                {"name": "sidecar", "image": "sidecar"},
            ],
        }));
        let fields: Vec<_> = template
            .unsupported
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "spec.containers[0].tty",
                "spec.containers[0].env[0].valueFrom.resourceFieldRef",
                "spec.containers[0].livenessProbe.exec",
                "spec.containers[1]",
                "spec.volumes[0].persistentVolumeClaim",
                "spec.hostNetwork",
            ]
        );
    }

    #[test]
    fn ports_have_names() {
        let template = read(&json!({"containers": [{"name": "orders", "image": "orders",
            "ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 9090}]}]}));
        assert_eq!(template.port(&json!("http")), Some(8080));
        assert_eq!(template.port(&json!(9090)), Some(9090));
        assert_eq!(template.port(&json!("grpc")), None);
        assert_eq!(template.port(&json!(70000)), None);
    }

    #[test]
    fn a_template_without_containers_is_an_error() {
        let error = PodTemplate::read(&json!({})).unwrap_err();
        assert_eq!(
            error.to_string(),
            "spec.containers: at least one container is expected"
        );
    }

    #[test]
    fn the_hash_follows_the_content() {
        let container = |image: &str| read(&json!({"containers": [{"name": "orders", "image": image}]}));
        assert_eq!(container("a").hash, container("a").hash);
        assert_ne!(container("a").hash, container("b").hash);
        assert_eq!(container("a").hash.len(), 10);
    }
}
