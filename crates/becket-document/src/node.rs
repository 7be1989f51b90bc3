//! The tree of one document.

use becket_source::Span;
use serde_json::{Map, Value};

use crate::path::{KeyPath, Segment};

/// A node of a document, with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands: from its first character to after its last, quotes and brackets included, comments not.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

/// What a node is. Scalars are resolved by the YAML 1.2 core schema, as Kubernetes' own parser does but for the old
/// octal numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number or a decimal one.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the text.
    Mapping(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The key as text; a key that is no string as it is written in JSON.
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        match &self.key.kind {
            Kind::String(name) => name.into(),
            Kind::Null => "null".into(),
            _ => self.key.to_value().to_string().into(),
        }
    }
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes.
    Plain,
    /// A scalar in single or double quotes.
    Quoted,
    /// A scalar in a literal or folded block.
    Text,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

impl Node {
    /// The value of `key` in a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of `key` in a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name() == key)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// Whether it is a list or a mapping.
    pub fn is_collection(&self) -> bool {
        matches!(self.kind, Kind::Sequence(_) | Kind::Mapping(_))
    }

    /// Whether it is a list or a mapping of nothing.
    pub fn is_empty_collection(&self) -> bool {
        self.is_collection() && self.items().is_empty() && self.entries().is_empty()
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The node at `path`, which is this one for the empty path.
    pub fn at(&self, path: &KeyPath) -> Option<&Node> {
        path.segments()
            .iter()
            .try_fold(self, |node, segment| match segment {
                Segment::Key(key) => node.get(key),
                Segment::Index(index) => node.items().get(*index),
            })
    }

    /// The place of the key at `path` where it ends in a key, else of the item.
    pub fn key_span(&self, path: &KeyPath) -> Option<Span> {
        let (last, parent) = path.segments().split_last()?;
        let parent = self.at(&KeyPath::from_segments(parent.to_vec()))?;
        match last {
            Segment::Key(key) => parent.entry(key).map(|entry| entry.key.span),
            Segment::Index(index) => parent.items().get(*index).map(|item| item.span),
        }
    }

    /// The place of the deepest node that exists on `path`.
    pub fn nearest_span(&self, path: &KeyPath) -> Span {
        let mut node = self;
        for segment in path.segments() {
            let next = match segment {
                Segment::Key(key) => node.get(key),
                Segment::Index(index) => node.items().get(*index),
            };
            let Some(next) = next else { break };
            node = next;
        }
        node.span
    }

    /// The plain data. Of keys that occur twice the last one counts.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Sequence(items) => items.iter().map(Node::to_value).collect(),
            Kind::Mapping(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    map.insert(entry.name().into_owned(), entry.value.to_value());
                }
                Value::Object(map)
            }
        }
    }
}
