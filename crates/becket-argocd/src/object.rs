//! What every Kubernetes object has.

use serde_json::Value;

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) fn name(object: &Value) -> &str {
    text(&object["metadata"]["name"])
}

pub(crate) fn namespace(object: &Value) -> &str {
    text(&object["metadata"]["namespace"])
}

/// The API group; empty for the core's.
pub(crate) fn group(object: &Value) -> &str {
    text(&object["apiVersion"])
        .split_once('/')
        .map_or("", |(group, _)| group)
}

pub(crate) fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object["metadata"]["annotations"].get(name)?.as_str()
}

/// The first condition of this type in the object's status.
pub(crate) fn condition<'a>(object: &'a Value, wanted: &str) -> Option<&'a Value> {
    conditions(object).find(|condition| condition["type"] == wanted)
}

/// The conditions in the object's status.
pub(crate) fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    object["status"]["conditions"].as_array().into_iter().flatten()
}
