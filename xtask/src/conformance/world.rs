//! What is compared: the Applications of one operator and the objects that live where they put them, whoever says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::normal;

/// An Application, as far as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Project, source, destination and labels.
    pub spec: Value,
    /// The cluster's address that it goes to.
    pub server: String,
    /// `Synced`, `OutOfSync` or `Unknown`.
    pub sync: String,
    /// Health in Argo CD's words.
    pub health: String,
    /// The types of its conditions.
    pub conditions: Vec<String>,
}

/// What one side says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// By name.
    pub apps: BTreeMap<String, App>,
    /// In normal form, by kind, namespace and name.
    pub objects: BTreeMap<String, Value>,
}

/// The address of the operator's own cluster.
pub const IN_CLUSTER: &str = "https://kubernetes.default.svc";

impl App {
    /// Reads an Application object. Repositories are known by the last segment of their address.
    pub fn read(object: &Value) -> Self {
        let (spec, status) = (&object["spec"], &object["status"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let repository = text(&spec["source"]["repoURL"]);
        let conditions = status["conditions"].as_array().into_iter().flatten();
        Self {
            spec: json!({
                "labels": object["metadata"]["labels"],
                "project": spec["project"],
                "repository": repository.rsplit('/').next(),
                "revision": spec["source"]["targetRevision"],
                "path": spec["source"]["path"],
                "server": spec["destination"]["server"],
                "namespace": spec["destination"]["namespace"],
                "syncPolicy": spec["syncPolicy"],
            }),
            server: text(&spec["destination"]["server"]),
            sync: text(&status["sync"]["status"]),
            health: text(&status["health"]["status"]),
            conditions: conditions.map(|condition| text(&condition["type"])).collect(),
        }
    }

    /// Whether it goes to the operator's own cluster: the only one that is there in a lab.
    pub fn is_here(&self) -> bool {
        self.server == IN_CLUSTER
    }
}

impl World {
    /// Takes an object in, unless somebody else than Argo CD made it.
    pub fn take(&mut self, object: &Value) {
        if normal::made_by_others(object) {
            return;
        }
        let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
        let kind = object["kind"].as_str().unwrap_or_default();
        let key = format!("{kind} {}/{}", text("namespace"), text("name"));
        self.objects.insert(key, normal::form(object));
    }

    /// A line for each thing in which `other`, called `name`, is not as `self` says.
    pub fn differences(&self, other: &Self, name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (app, wanted) in &self.apps {
            let Some(there) = other.apps.get(app) else {
                lines.push(format!("{name} has no Application {app}"));
                continue;
            };
            if wanted.spec != there.spec {
                lines.extend(places(&wanted.spec, &there.spec, &format!("{app}: "), name));
            }
            if !wanted.is_here() {
                continue;
            }
            for (what, wanted, there) in [
                ("sync", &wanted.sync, &there.sync),
                ("health", &wanted.health, &there.health),
            ] {
                if wanted != there {
                    lines.push(format!("{app}: {what} is {there} in {name}, foretold {wanted}"));
                }
            }
            if wanted.conditions != there.conditions {
                lines.push(format!(
                    "{app}: conditions are {:?} in {name}, foretold {:?}",
                    there.conditions, wanted.conditions
                ));
            }
        }
        for app in other.apps.keys().filter(|app| !self.apps.contains_key(*app)) {
            lines.push(format!("{name} has an Application {app} that is not foretold"));
        }
        for (object, wanted) in &self.objects {
            match other.objects.get(object) {
                None => lines.push(format!("{name} has no {object}")),
                Some(there) if there != wanted => {
                    lines.extend(places(wanted, there, &format!("{object}: "), name));
                }
                Some(_) => {}
            }
        }
        for object in other
            .objects
            .keys()
            .filter(|key| !self.objects.contains_key(*key))
        {
            lines.push(format!("{name} has a {object} that is not foretold"));
        }
        lines
    }
}

/// The places at which two values differ, a line each.
pub fn places(wanted: &Value, there: &Value, at: &str, name: &str) -> Vec<String> {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            let mut lines = Vec::new();
            for (key, value) in wanted {
                let other = there.get(key).unwrap_or(&Value::Null);
                lines.extend(places(value, other, &format!("{at}.{key}"), name));
            }
            for (key, value) in there.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                lines.extend(places(&Value::Null, value, &format!("{at}.{key}"), name));
            }
            lines
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            let pairs = wanted.iter().zip(there).enumerate();
            pairs
                .flat_map(|(index, (wanted, there))| places(wanted, there, &format!("{at}[{index}]"), name))
                .collect()
        }
        _ if wanted == there => Vec::new(),
        _ => vec![format!("{at} is {there} in {name}, foretold {wanted}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(objects: &[Value]) -> World {
        let mut world = World::default();
        for object in objects {
            world.take(object);
        }
        world
    }

    #[test]
    fn every_difference_is_named_with_its_place() {
        let config = |value: &str| {
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "qa" },
                "data": { "KEY": value } })
        };
        let other = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "b", "namespace": "qa" } });
        let lines = world(&[config("1")]).differences(&world(&[config("2"), other]), "the engine");
        assert_eq!(
            lines,
            [
                "ConfigMap qa/a: .data.KEY is \"2\" in the engine, foretold \"1\"",
                "the engine has a ConfigMap qa/b that is not foretold"
            ]
        );
    }

    #[test]
    fn what_the_cluster_adds_is_no_difference() {
        let wanted = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a", "namespace": "qa" },
            "spec": { "ports": [{ "port": 8080 }] } });
        let mut live = wanted.clone();
        live["metadata"]["uid"] = "1-2-3".into();
        live["spec"]["clusterIP"] = "10.96.0.7".into();
        live["spec"]["clusterIPs"] = json!(["10.96.0.7"]);
        live["status"] = json!({ "loadBalancer": {} });
        let owned = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": "qa",
            "ownerReferences": [{ "kind": "ReplicaSet" }] } });
        assert_eq!(
            world(&[wanted]).differences(&world(&[live, owned]), "Argo CD"),
            Vec::<String>::new()
        );
    }
}
