//! What a container is started with: variables and files, from the manifest, ConfigMaps and Secrets.
//!
//! A reference that leads nowhere keeps the pod waiting, as on a cluster. Nothing here reads a process's environment.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::object::{strings, text};
use crate::template::{Container, EnvSource, PodTemplate, Volume};

/// Something that a container needs is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is no such object.
    #[error("{kind} \"{name}\" not found")]
    Missing {
        /// `configmap` or `secret`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// There is no such key in it.
    #[error("{kind} \"{name}\" has no key \"{key}\"")]
    NoKey {
        /// `configmap` or `secret`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A field of the pod that is not known here.
    #[error("env {name}: there is no field \"{field}\" on this machine")]
    NoField {
        /// The variable.
        name: String,
        /// The field's path.
        field: String,
    },
}

/// What is asked for a ConfigMap's or Secret's data.
pub trait Data {
    /// The data of the object of `kind` (`ConfigMap`, `Secret`) named `name` in the pod's namespace.
    fn data(&self, kind: &str, name: &str) -> Option<BTreeMap<String, Vec<u8>>>;
}

/// The pod that a container belongs to, for references to its fields.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The pod's name.
    pub name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// The template it was made from.
    pub template: &'a PodTemplate,
}

/// The data of a ConfigMap or Secret object.
pub fn data_of(object: &Value) -> BTreeMap<String, Vec<u8>> {
    let secret = text(object, "/kind") == Some("Secret");
    let binary = if secret { "data" } else { "binaryData" };
    let plain = if secret { "stringData" } else { "data" };
    let mut data: BTreeMap<String, Vec<u8>> = strings(object.get(binary))
        .into_iter()
        .filter_map(|(key, value)| Some((key, base64(&value)?)))
        .collect();
    data.extend(
        strings(object.get(plain))
            .into_iter()
            .map(|(key, value)| (key, value.into_bytes())),
    );
    data
}

/// The variables of `container`, in order of precedence: a later one of the same name wins.
pub fn variables(
    container: &Container,
    pod: Identity<'_>,
    data: &dyn Data,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut variables = BTreeMap::new();
    for from in &container.env_from {
        let Some(entries) = data.data(from.kind, &from.name) else {
            if from.optional {
                continue;
            }
            return Err(missing(from.kind, &from.name));
        };
        for (key, value) in entries {
            let value = String::from_utf8_lossy(&value).into_owned();
            variables.insert(format!("{}{key}", from.prefix), value);
        }
    }
    for var in &container.env {
        let value = match &var.from {
            EnvSource::Value(value) => Some(expand(value, &variables)),
            EnvSource::Field(field) => Some(pod.field(field).ok_or_else(|| ConfigError::NoField {
                name: var.name.clone(),
                field: field.clone(),
            })?),
            EnvSource::Key {
                kind,
                name,
                key,
                optional,
            } => match data.data(kind, name) {
                None if *optional => None,
                None => return Err(missing(kind, name)),
                Some(entries) => match entries.get(key) {
                    Some(value) => Some(String::from_utf8_lossy(value).into_owned()),
                    None if *optional => None,
                    None => {
                        return Err(ConfigError::NoKey {
                            kind: lower(kind),
                            name: name.clone(),
                            key: key.clone(),
                        });
                    }
                },
            },
        };
        if let Some(value) = value {
            variables.insert(var.name.clone(), value);
        }
    }
    Ok(variables)
}

/// The files of the volumes that hold ConfigMaps and Secrets: volume → path → contents.
pub fn files(
    template: &PodTemplate,
    data: &dyn Data,
) -> Result<BTreeMap<String, BTreeMap<String, Vec<u8>>>, ConfigError> {
    let mut volumes = BTreeMap::new();
    for (volume, source) in &template.volumes {
        let Volume::Keys {
            kind,
            name,
            items,
            optional,
        } = source
        else {
            continue;
        };
        let Some(entries) = data.data(kind, name) else {
            if *optional {
                volumes.insert(volume.clone(), BTreeMap::new());
                continue;
            }
            return Err(missing(kind, name));
        };
        let files = if items.is_empty() {
            entries
        } else {
            let item = |(key, path): &(String, String)| match entries.get(key) {
                Some(contents) => Ok((path.clone(), contents.clone())),
                None => Err(ConfigError::NoKey {
                    kind: lower(kind),
                    name: name.clone(),
                    key: key.clone(),
                }),
            };
            items.iter().map(item).collect::<Result<_, _>>()?
        };
        volumes.insert(volume.clone(), files);
    }
    Ok(volumes)
}

impl Identity<'_> {
    fn field(&self, path: &str) -> Option<String> {
        let quoted = |map: &BTreeMap<String, String>, prefix: &str| {
            let key = path.strip_prefix(prefix)?.strip_suffix("']")?;
            Some(map.get(key).cloned().unwrap_or_default())
        };
        match path {
            "metadata.name" => Some(self.name.to_owned()),
            "metadata.namespace" => Some(self.namespace.to_owned()),
            "status.podIP" | "status.hostIP" => Some("127.0.0.1".to_owned()),
            "spec.nodeName" => Some("localhost".to_owned()),
            _ => quoted(&self.template.labels, "metadata.labels['")
                .or_else(|| quoted(&self.template.annotations, "metadata.annotations['")),
        }
    }
}

fn missing(kind: &str, name: &str) -> ConfigError {
    ConfigError::Missing {
        kind: lower(kind),
        name: name.to_owned(),
    }
}

fn lower(kind: &str) -> &'static str {
    if kind == "Secret" { "secret" } else { "configmap" }
}

/// Puts the values of earlier variables in the place of `$(NAME)`; `$$` is a dollar sign.
pub fn expand(value: &str, variables: &BTreeMap<String, String>) -> String {
    let mut expanded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(dollar) = rest.find('$') {
        expanded.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            match variables.get(name) {
                Some(value) => expanded.push_str(value),
                None => expanded.extend(["$(", name, ")"]),
            }
            rest = after;
        } else {
            expanded.push('$');
        }
    }
    expanded.push_str(rest);
    expanded
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text
        .bytes()
        .filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=')
    {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Objects(Vec<Value>);

    impl Data for Objects {
        fn data(&self, kind: &str, name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
            let named = |object: &&Value| object["kind"] == kind && object["metadata"]["name"] == name;
            self.0.iter().find(named).map(data_of)
        }
    }

    fn resolve(container: &Value, objects: Vec<Value>) -> Result<BTreeMap<String, String>, ConfigError> {
        let mut container = container.clone();
        container["name"] = "orders".into();
        container["image"] = "orders".into();
        let template =
            json!({"metadata": {"labels": {"app": "orders"}}, "spec": {"containers": [container]}});
        let template = PodTemplate::read(&template).unwrap();
        let pod = Identity {
            name: "orders-abc",
            namespace: "qa",
            template: &template,
        };
        variables(&template.containers[0], pod, &Objects(objects))
    }

    #[test]
    fn variables_come_from_everywhere_and_the_later_one_wins() {
        let container = json!({
            "envFrom": [{"configMapRef": {"name": "orders"}}, {"secretRef": {"name": "keys"}, "prefix": "KEY_"}],
            "env": [
                {"name": "PORT", "value": "8080"},
                {"name": "URL", "value": "http://$(HOST):$(PORT)/$$(PORT)/$(NONE)"},
                {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                {"name": "MAYBE", "valueFrom": {"secretKeyRef": {"name": "none", "key": "x", "optional": true}}},
            ],
        });
        let objects = vec![
            json!({"kind": "ConfigMap", "metadata": {"name": "orders"}, "data": {"HOST": "catalog", "PORT": "1"}}),
            json!({"kind": "Secret", "metadata": {"name": "keys"}, "data": {"a": "c2VjcmV0"}, "stringData": {"b": "x"}}),
        ];
        let variables: Vec<_> = resolve(&container, objects).unwrap().into_iter().collect();
        let expected = [
            ("APP", "orders"),
            ("HOST", "catalog"),
            ("KEY_a", "secret"),
            ("KEY_b", "x"),
            ("NAME", "orders-abc"),
            ("PORT", "8080"),
            ("URL", "http://catalog:8080/$(PORT)/$(NONE)"),
        ];
        assert_eq!(
            variables,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let container =
            json!({"env": [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}]});
        let error = resolve(&container, Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "secret \"db\" not found");
        let secret = json!({"kind": "Secret", "metadata": {"name": "db"}, "data": {"uri": "eA=="}});
        let error = resolve(&container, vec![secret]).unwrap_err();
        assert_eq!(error.to_string(), "secret \"db\" has no key \"url\"");
    }
}
