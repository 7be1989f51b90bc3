//! Objects in texts, and what every Kubernetes object has.

use becket_document::{Node, kubernetes, yaml};
use serde_json::Value;

/// A string; empty for what is none.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A value as text, of whatever type it is; empty for nothing.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The items of a list as texts.
pub(crate) fn scalars(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(scalar).collect()
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

/// The objects in a text, with their trees; as Kubernetes' tools read them.
pub(crate) fn parse(text: &str) -> (Vec<(Value, Node)>, Vec<yaml::SyntaxError>) {
    let parsed = yaml::parse(text);
    let objects = parsed
        .documents
        .into_iter()
        .map(|node| (kubernetes::to_value(&node, text), node));
    (objects.collect(), parsed.errors)
}
