//! Values that are to be written into a text: plain data with the comments that belong to it.

use indexmap::IndexMap;
use serde_json::Value;

use crate::node::{Kind, Node};

/// A value, and above its parts the comments that a reader would ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Fragment {
    /// A scalar; collections are the other two.
    Scalar(Value),
    /// A list, each item with the comment that stands above it.
    Sequence(Vec<(Option<String>, Fragment)>),
    /// Keys with values, each with the comment that stands above it.
    Mapping(IndexMap<String, (Option<String>, Fragment)>),
}

impl From<Value> for Fragment {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => {
                Self::Sequence(items.into_iter().map(|item| (None, item.into())).collect())
            }
            Value::Object(map) => Self::Mapping(
                map.into_iter()
                    .map(|(key, value)| (key, (None, value.into())))
                    .collect(),
            ),
            scalar => Self::Scalar(scalar),
        }
    }
}

impl Fragment {
    /// Whether any part of it has a comment.
    pub fn has_comments(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::Sequence(items) => items
                .iter()
                .any(|(comment, item)| comment.is_some() || item.has_comments()),
            Self::Mapping(map) => map
                .values()
                .any(|(comment, value)| comment.is_some() || value.has_comments()),
        }
    }

    /// Whether `node` holds this value, its keys in this order.
    pub fn is_value_of(&self, node: &Node) -> bool {
        match (self, &node.kind) {
            (Self::Sequence(items), Kind::Sequence(nodes)) => {
                items.len() == nodes.len()
                    && items
                        .iter()
                        .zip(nodes)
                        .all(|((_, item), node)| item.is_value_of(node))
            }
            (Self::Mapping(map), Kind::Mapping(entries)) => {
                map.len() == entries.len()
                    && map.iter().zip(entries).all(|((key, (_, value)), entry)| {
                        *key == entry.name() && value.is_value_of(&entry.value)
                    })
            }
            (Self::Scalar(Value::String(text)), Kind::String(other)) => text == other,
            (Self::Scalar(Value::String(_)), _) | (_, Kind::String(_)) => false,
            (Self::Scalar(value), Kind::Null | Kind::Bool(_) | Kind::Number(_)) => *value == node.to_value(),
            _ => false,
        }
    }

    /// The plain data, without comments.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::Sequence(items) => items.iter().map(|(_, item)| item.to_value()).collect(),
            Self::Mapping(map) => Value::Object(
                map.iter()
                    .map(|(key, (_, value))| (key.clone(), value.to_value()))
                    .collect(),
            ),
        }
    }
}
