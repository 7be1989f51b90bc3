//! Values that are to be written into a text: plain data with the comments that belong to it.

use indexmap::IndexMap;
use serde_json::Value;

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
