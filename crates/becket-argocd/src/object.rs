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

/// The words of an annotation that is a list with commas.
pub(crate) fn words<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let list = annotation(object, name).unwrap_or_default();
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}
