//! An HCL file as keys and values, so that a path names a place in it: block types, labels, attribute names, then what
//! is in objects and lists.
//!
//! A block that stands several times without a label is a list. What is no constant is text in `${…}`, as Terraform's
//! JSON writes it.

use becket_source::Span;

use super::tree::{Block, Body, Expression, Item, Name, Term};
use crate::node::{Entry, Kind, Node, Style};

impl Body {
    /// The body as keys and values; `text` is the text it was read from.
    pub fn to_node(&self, text: &str) -> Node {
        let mut entries: Vec<Entry> = Vec::new();
        for item in &self.items {
            match item {
                Item::Attribute(attribute) => entries.push(Entry {
                    key: key(&attribute.name),
                    value: attribute.value.to_node(text),
                }),
                Item::Block(block) => put(&mut entries, block, &block.kind, &block.labels, text),
            }
        }
        Node {
            kind: Kind::Mapping(entries),
            span: self.span,
            style: Style::Block,
        }
    }
}

/// Adds a block under its type and labels, beside those that are there.
fn put(entries: &mut Vec<Entry>, block: &Block, name: &Name, labels: &[Name], text: &str) {
    let known = entries
        .iter_mut()
        .find(|entry| entry.name() == name.text.as_str());
    let Some((label, rest)) = labels.split_first() else {
        let mut body = block.body.to_node(text);
        body.span = block.span;
        match known.map(|entry| &mut entry.value) {
            None => entries.push(Entry {
                key: key(name),
                value: body,
            }),
            Some(value) => {
                let span = Span::new(value.span.start, block.span.end);
                if let Kind::Sequence(items) = &mut value.kind {
                    items.push(body);
                } else {
                    let first = std::mem::replace(value, body.clone());
                    value.kind = Kind::Sequence(vec![first, body]);
                }
                value.span = span;
            }
        }
        return;
    };
    let value = if let Some(entry) = known {
        &mut entry.value
    } else {
        entries.push(Entry {
            key: key(name),
            value: Node {
                kind: Kind::Mapping(Vec::new()),
                span: block.span,
                style: Style::Block,
            },
        });
        match entries.last_mut() {
            Some(entry) => &mut entry.value,
            None => return,
        }
    };
    value.span.end = block.span.end;
    if let Kind::Mapping(inside) = &mut value.kind {
        put(inside, block, label, rest, text);
    }
}

fn key(name: &Name) -> Node {
    Node {
        kind: Kind::String(name.text.clone()),
        span: name.span,
        style: Style::Plain,
    }
}

impl Expression {
    /// The expression as a value; `text` is the text it was read from.
    pub fn to_node(&self, text: &str) -> Node {
        let (kind, style) = match &self.term {
            Term::Null => (Kind::Null, Style::Plain),
            Term::Bool(value) => (Kind::Bool(*value), Style::Plain),
            Term::Number(number) => (Kind::Number(number.clone()), Style::Plain),
            Term::String(value) => (Kind::String(value.clone()), Style::Quoted),
            Term::List(items) => {
                let items = items.iter().map(|item| item.to_node(text)).collect();
                (Kind::Sequence(items), Style::Flow)
            }
            Term::Object(object) => {
                let entries = object.items.iter().map(|item| Entry {
                    key: item.key.to_node(text),
                    value: item.value.to_node(text),
                });
                (Kind::Mapping(entries.collect()), Style::Flow)
            }
            _ => {
                let written = text.get(self.span.start..self.span.end).unwrap_or_default();
                (Kind::String(format!("${{{written}}}")), Style::Plain)
            }
        };
        Node {
            kind,
            span: self.span,
            style,
        }
    }
}
