//! What changed between two versions of a state, by resource and output. Of a resource only the names of attributes are
//! told, because nobody but its provider knows which of them are secret; of an output that is not marked sensitive, the value.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::statefile::NotAState;

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is only in the newer version.
    Added,
    /// It is in both, and not the same.
    Changed,
    /// It is only in the older version.
    Removed,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// A resource's address, or `output.<name>`.
    pub what: String,
    /// The names of the attributes that changed; of an output its values.
    pub details: Vec<String>,
}

/// All that changed, by address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Sorted by what changed.
    pub changes: Vec<Change>,
}

type Parts = BTreeMap<String, Value>;

/// Compares two state files.
pub fn compare(old: &[u8], new: &[u8]) -> Result<Difference, NotAState> {
    let (old, new) = (read(old)?, read(new)?);
    let mut changes = Vec::new();
    differ(&resources(&old), &resources(&new), attributes, &mut changes);
    differ(&outputs(&old), &outputs(&new), values, &mut changes);
    changes.sort_by(|a, b| a.what.cmp(&b.what));
    Ok(Difference { changes })
}

fn read(file: &[u8]) -> Result<Value, NotAState> {
    let state: Value = serde_json::from_slice(file).map_err(|error| NotAState::Json(error.to_string()))?;
    if state.get("encryption_version").is_some() {
        return Err(NotAState::Json(
            "it is encrypted by OpenTofu, and only OpenTofu can read it".to_owned(),
        ));
    }
    Ok(state)
}

fn differ(
    old: &Parts,
    new: &Parts,
    details: fn(Option<&Value>, Option<&Value>) -> Vec<String>,
    changes: &mut Vec<Change>,
) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        let kind = match (before, after) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            (before, after) if before == after => continue,
            _ => Kind::Changed,
        };
        changes.push(Change {
            kind,
            what: name.clone(),
            details: details(before, after),
        });
    }
}

/// Each instance of each resource, by its address.
fn resources(state: &Value) -> Parts {
    let mut parts = Parts::new();
    for resource in state["resources"].as_array().into_iter().flatten() {
        let text = |name: &str| resource[name].as_str().unwrap_or_default();
        let mut address = String::new();
        if !text("module").is_empty() {
            address += &format!("{}.", text("module"));
        }
        if text("mode") == "data" {
            address += "data.";
        }
        address += &format!("{}.{}", text("type"), text("name"));
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = match &instance["index_key"] {
                Value::Null => String::new(),
                key => format!("[{key}]"),
            };
            let deposed = instance["deposed"]
                .as_str()
                .map_or_else(String::new, |id| format!(" (deposed {id})"));
            parts.insert(format!("{address}{key}{deposed}"), instance.clone());
        }
    }
    parts
}

fn outputs(state: &Value) -> Parts {
    let outputs = state["outputs"].as_object().into_iter().flatten();
    outputs
        .map(|(name, output)| (format!("output.{name}"), output.clone()))
        .collect()
}

/// The attributes of two instances that are not the same.
fn attributes(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else {
        return Vec::new();
    };
    let (none, field) = (Map::new(), |value: &Value, name: &str| value.get(name).cloned());
    let attributes = |value: &Value| {
        let attributes = value["attributes"].as_object();
        attributes.unwrap_or(&none).clone()
    };
    let (before, after) = (attributes(old), attributes(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changed: Vec<String> = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect();
    for (name, said) in [
        ("status", "whether it is tainted"),
        ("schema_version", "the version of its schema"),
        ("dependencies", "what it depends on"),
        ("create_before_destroy", "the order of its replacement"),
    ] {
        if field(old, name) != field(new, name) {
            changed.push(said.to_owned());
        }
    }
    if changed.is_empty() {
        changed.push("what its provider or Terraform notes beside its attributes".to_owned());
    }
    changed
}

/// The values of an output before and after; nothing of one that is or was sensitive.
fn values(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let sensitive = |output: &Value| output["sensitive"].as_bool().unwrap_or_default();
    if old.is_some_and(sensitive) || new.is_some_and(sensitive) {
        return vec!["sensitive".to_owned()];
    }
    let value = |output: &Value| output["value"].to_string();
    match (old, new) {
        (Some(old), Some(new)) => vec![format!("{} → {}", value(old), value(new))],
        (old, new) => old.or(new).map(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(old: &Value, new: &Value) -> String {
        let difference = compare(old.to_string().as_bytes(), new.to_string().as_bytes()).unwrap();
        let line =
            |change: &Change| format!("{:?} {}: {}", change.kind, change.what, change.details.join(", "));
        difference.changes.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn resource(name: &str, instances: &Value) -> Value {
        json!({ "mode": "managed", "type": "aws_db_instance", "name": name, "instances": instances })
    }

    #[test]
    fn changes_are_told_by_address_with_attributes_by_name_only() {
        let old = json!({ "resources": [
            resource("a", &json!([{ "attributes": { "password": "hunter2", "size": 1 } }])),
            resource("gone", &json!([{ "attributes": {} }])),
        ]});
        let new = json!({ "resources": [
            resource("a", &json!([{ "attributes": { "password": "hunter3", "size": 1 }, "status": "tainted" }])),
            { "module": "module.net[\"x\"]", "mode": "data", "type": "aws_vpc", "name": "this",
              "instances": [{ "index_key": "k" }, { "index_key": 0 }] },
        ]});
        assert_eq!(
            said(&old, &new),
            "Changed aws_db_instance.a: password, whether it is tainted\n\
             Removed aws_db_instance.gone: \n\
             Added module.net[\"x\"].data.aws_vpc.this[\"k\"]: \n\
             Added module.net[\"x\"].data.aws_vpc.this[0]: "
        );
    }

    #[test]
    fn an_output_that_is_or_was_sensitive_shows_no_value() {
        let old = json!({ "outputs": {
            "host": { "value": "a" }, "key": { "value": "s3cret", "sensitive": true }, "was": { "value": "s3cret", "sensitive": true },
        }});
        let new = json!({ "outputs": {
            "host": { "value": "b" }, "key": { "value": "s3cret2", "sensitive": true }, "was": { "value": "open" }, "n": { "value": [1] },
        }});
        assert_eq!(
            said(&old, &new),
            "Changed output.host: \"a\" → \"b\"\n\
             Changed output.key: sensitive\n\
             Added output.n: [1]\n\
             Changed output.was: sensitive"
        );
    }

    #[test]
    fn the_same_is_no_change_and_what_is_encrypted_is_not_compared() {
        let state =
            json!({ "serial": 1, "resources": [resource("a", &json!([{ "attributes": { "a": 1 } }]))] });
        let later = json!({ "serial": 2, "resources": state["resources"] });
        assert_eq!(said(&state, &later), "");
        assert!(compare(b"{}", br#"{"encryption_version":"v0"}"#).is_err());
    }
}
