//! What an edited text shall hold, as plain data, so that the text can be checked against it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Editor;
use crate::node::Node;
use crate::path::{KeyPath, Segment};
use crate::yaml;

impl Editor {
    /// Notes that the value at `path` of the current document shall become what `change` makes of it.
    pub(super) fn intend(&mut self, path: &KeyPath, change: impl FnOnce(Value) -> Value) {
        let current = self.current;
        let document = self
            .intended
            .as_mut()
            .and_then(|documents| documents.get_mut(current));
        if let Some(value) = document.and_then(|document| at(document, path.segments())) {
            *value = change(value.take());
        }
    }
}

/// The mapping, or nothing, with an entry more.
pub(super) fn with_entry(mapping: Value, key: &str, value: Value) -> Value {
    let mut entries = match mapping {
        Value::Object(entries) => entries,
        _ => Map::new(),
    };
    entries.insert(key.to_owned(), value);
    entries.into()
}

/// The list, or nothing, with an item more.
pub(super) fn with_item(list: Value, item: Value) -> Value {
    let mut items = match list {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    items.push(item);
    items.into()
}

/// The documents without what is removed, which is named by where it was before anything was.
pub(super) fn without(
    mut documents: Vec<Value>,
    removals: &BTreeMap<(usize, KeyPath), Vec<Segment>>,
) -> Vec<Value> {
    for ((document, parent), gone) in removals.iter().rev() {
        let parent = documents
            .get_mut(*document)
            .and_then(|document| at(document, parent.segments()));
        let mut gone: Vec<&Segment> = gone.iter().collect();
        gone.sort_unstable_by(|a, b| b.cmp(a));
        match parent {
            Some(Value::Object(entries)) => entries.retain(|key, _| {
                !gone
                    .iter()
                    .any(|segment| matches!(segment, Segment::Key(gone) if gone == key))
            }),
            Some(Value::Array(items)) => {
                for segment in gone {
                    if let Segment::Index(index) = segment
                        && *index < items.len()
                    {
                        items.remove(*index);
                    }
                }
            }
            _ => {}
        }
    }
    documents
}

/// Whether `text` holds these documents.
pub(super) fn is_in(text: &str, documents: &[Value]) -> bool {
    let parsed = yaml::parse(text);
    parsed.errors.is_empty()
        && parsed.documents.len() == documents.len()
        && parsed
            .documents
            .iter()
            .map(Node::to_value)
            .eq(documents.iter().cloned())
}

fn at<'v>(value: &'v mut Value, path: &[Segment]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Key(key) => value.get_mut(key.as_str()),
        Segment::Index(index) => value.get_mut(*index),
    })
}
