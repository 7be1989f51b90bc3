//! Documents of files as resources: plain data, lists taken apart, and what is no resource refused.

use std::sync::Arc;

use becket_document::{KeyPath, Kind, Node, Style};
use becket_source::{Diagnostic, Location, Span};
use serde_json::{Map, Value};

use crate::codes;
use crate::resource::{Origin, Resource};
use crate::yaml;

/// A document as plain data, and which of its file it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) number: usize,
}

/// Resources of a file that was read and parsed once.
pub(crate) type Documents = Arc<Vec<Document>>;

/// What is wrong with a text, and where.
pub(crate) type Wrong = (String, Option<Span>);

/// The text of a file.
pub(crate) fn decode<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    std::str::from_utf8(bytes).map_err(|_| {
        Box::new(
            Diagnostic::error(
                codes::FORMAT,
                "the file is not UTF-8 text",
                Location::new(path, None),
            )
            .help("a binary file can be an entry of `files:` of a configMapGenerator"),
        )
    })
}

/// The resources that `text` holds. Documents that hold nothing are left out.
pub(crate) fn documents(text: &str, which: Written) -> Result<Vec<Document>, Vec<Wrong>> {
    let parsed = becket_document::yaml::parse(text);
    let mut wrong: Vec<Wrong> = separators(text).collect();
    let errors = parsed
        .errors
        .into_iter()
        .map(|error| (error.message, Some(error.span)));
    wrong.extend(errors);
    let mut queue = Vec::new();
    let only = parsed.documents.len() == 1;
    for (number, node) in parsed.documents.iter().enumerate() {
        if matches!(&node.kind, Kind::Null)
            || matches!(&node.kind, Kind::Mapping(entries) if entries.is_empty())
        {
            continue;
        }
        let nothing = if which == Written::Annotations {
            Nothing::OfResource
        } else {
            Nothing::OfPatch
        };
        match plain(node, text, nothing) {
            Err(error) => wrong.push(error),
            Ok(mut value) => {
                write_texts(&mut value, node, text, which);
                let unwrapped =
                    only && matches!(
                        value.get("kind").and_then(Value::as_str),
                        Some("List" | "ResourceList")
                    ) && value.get("items").is_some();
                if unwrapped {
                    unwrap(value, number, &mut queue);
                } else {
                    queue.push((value, number, node.span));
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut next = 0;
    while next < queue.len() {
        let (value, number, span) = std::mem::take(&mut queue[next]);
        next += 1;
        if let Err(message) = check(&value) {
            wrong.push((message, Some(span)));
            continue;
        }
        let is_list = value
            .get("kind")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.ends_with("List"));
        match (is_list, value.get("items")) {
            (true, Some(Value::Array(_))) => unwrap(value, number, &mut queue),
            (true, Some(Value::Null)) => {}
            (true, Some(_)) => wrong.push(("`items` of a list is no list".to_owned(), Some(span))),
            _ => found.push(Document { value, number }),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Which scalars of a resource become text as they are written, so that `1.10` stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Those of annotations, as in every resource.
    Annotations,
    /// Those of annotations, but for nothing, which removes.
    PatchedAnnotations,
    /// Those of annotations and labels, as in a patch with a target.
    Both,
}

fn write_texts(value: &mut Value, node: &Node, text: &str, which: Written) {
    let fields: &[&str] = if which == Written::Both {
        &["labels", "annotations"]
    } else {
        &["annotations"]
    };
    for field in fields {
        let written = node.get("metadata").and_then(|metadata| metadata.get(field));
        let pairs = value
            .get_mut("metadata")
            .and_then(|metadata| metadata.get_mut(field))
            .and_then(Value::as_object_mut);
        let (Some(written), Some(pairs)) = (written, pairs) else {
            continue;
        };
        for entry in written.entries() {
            let removes = which == Written::PatchedAnnotations && entry.value.kind == Kind::Null;
            if let Some(value) = pairs.get_mut(&*entry.name())
                && !removes
                && matches!(value, Value::Null | Value::Bool(_) | Value::Number(_))
            {
                let span = entry.value.span;
                *value = Value::String(text.get(span.start..span.end).unwrap_or_default().to_owned());
            }
        }
    }
}

fn unwrap(value: Value, number: usize, queue: &mut Vec<(Value, usize, Span)>) {
    if let Value::Object(mut map) = value
        && let Some(Value::Array(items)) = map.shift_remove("items")
    {
        queue.extend(
            items
                .into_iter()
                .filter(|item| !item.is_null() && item.as_object().is_none_or(|map| !map.is_empty()))
                .map(|item| (item, number, Span::default())),
        );
    }
}

/// What a resource must have.
fn check(value: &Value) -> Result<(), String> {
    let Some(map) = value.as_object() else {
        return Err("the document is no resource: it is not a mapping".to_owned());
    };
    let text = |value: Option<&Value>| value.map(yaml::text).unwrap_or_default().into_owned();
    let kind = text(map.get("kind"));
    if kind.is_empty() {
        return Err("the resource has no `kind`".to_owned());
    }
    if kind.ends_with("List") {
        return Ok(());
    }
    let metadata = map.get("metadata");
    if metadata.is_some_and(|metadata| !metadata.is_object() && !metadata.is_null()) {
        return Err(format!("`metadata` of the {kind} is not a mapping"));
    }
    if text(metadata.and_then(|metadata| metadata.get("name"))).is_empty() {
        return Err(format!("the {kind} has no `metadata.name`"));
    }
    for field in ["labels", "annotations"] {
        let Some(map) = metadata.and_then(|metadata| metadata.get(field)) else {
            continue;
        };
        let fits = match map {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Object(map) => map.values().all(|value| !value.is_object() && !value.is_array()),
            _ => false,
        };
        if !fits {
            return Err(format!(
                "`metadata.{field}` of the {kind} is not a mapping of text"
            ));
        }
    }
    Ok(())
}

/// What a value is that is not written at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nothing {
    /// Null, which removes.
    OfPatch,
    /// Null.
    OfResource,
    /// An empty text: kustomize writes resources before it reads them again, and writes that in brackets.
    InBrackets,
}

/// The plain data of `node`, as kustomize reads it.
fn plain(node: &Node, text: &str, nothing: Nothing) -> Result<Value, Wrong> {
    let nothing = match nothing {
        Nothing::OfResource if node.style == Style::Flow => Nothing::InBrackets,
        nothing => nothing,
    };
    Ok(match &node.kind {
        Kind::Null if node.span.is_empty() && nothing == Nothing::InBrackets => Value::String(String::new()),
        Kind::Sequence(items) => Value::Array(
            items
                .iter()
                .map(|item| plain(item, text, nothing))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Mapping(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for entry in entries {
                let key = match scalar(&entry.key, text)? {
                    Value::String(key) => key,
                    other => {
                        let message =
                            format!("the key `{}` is not text: put it in quotes", yaml::text(&other));
                        return Err((message, Some(entry.key.span)));
                    }
                };
                map.insert(key, plain(&entry.value, text, nothing)?);
            }
            Value::Object(map)
        }
        _ => scalar(node, text)?,
    })
}

/// Separators of documents with something behind them, which kustomize refuses.
fn separators(text: &str) -> impl Iterator<Item = Wrong> + '_ {
    text.match_indices("\n---").filter_map(|(at, separator)| {
        let start = at + 1;
        let behind = &text[at + separator.len()..];
        let behind = behind[..behind.find('\n')?].trim();
        let fits = behind.is_empty() || behind.starts_with('#');
        let message = "something stands behind the `---` of a document: begin a new line".to_owned();
        (!fits).then(|| (message, Some(Span::new(start, start + 3))))
    })
}

/// A scalar. The tree has it by YAML 1.2; what kustomize's parser sees otherwise is decided by how it is written.
fn scalar(node: &Node, text: &str) -> Result<Value, Wrong> {
    if node.style == Style::Plain
        && let Some(written) = text.get(node.span.start..node.span.end)
        && written.starts_with(['.', '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        && becket_document::yaml::resolve(written) == node.kind
    {
        return yaml::resolve(written).ok_or_else(|| {
            let message =
                format!("`{written}` is no value that a resource can hold: put it in quotes if it is text");
            (message, Some(node.span))
        });
    }
    let value = node.to_value();
    if let Some(character) = value.as_str().and_then(yaml::unwritable) {
        let message = format!(
            "kustomize cannot write the character `{}`",
            character.escape_unicode()
        );
        return Err((message, Some(node.span)));
    }
    Ok(value)
}

/// The plain data of `node` as a parser of YAML 1.1 reads it, which is that of JSON 6902 patches.
pub(crate) fn plain_1_1(node: &Node, text: &str) -> Value {
    match &node.kind {
        Kind::Sequence(items) => items.iter().map(|item| plain_1_1(item, text)).collect(),
        Kind::Mapping(entries) => {
            let pairs = entries.iter().map(|entry| {
                let key = match plain_1_1(&entry.key, text) {
                    Value::String(key) => key,
                    other => yaml::text(&other).into_owned(),
                };
                (key, plain_1_1(&entry.value, text))
            });
            Value::Object(pairs.collect())
        }
        Kind::String(written) if node.style == Style::Plain => match written.as_str() {
            "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
            "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
            _ => match scalar(node, text) {
                Ok(number @ Value::Number(_)) => number,
                _ => Value::String(written.clone()),
            },
        },
        _ => scalar(node, text).unwrap_or_default(),
    }
}

/// The resources of a file, made from its documents; copied only where others hold these too.
pub(crate) fn resources(path: &str, documents: Documents) -> Vec<Resource> {
    let documents = Arc::try_unwrap(documents).unwrap_or_else(|shared| shared.to_vec());
    documents
        .into_iter()
        .map(|document| {
            let origin = Origin {
                path: path.to_owned(),
                document: document.number,
                at: KeyPath::root(),
            };
            Resource::new(document.value, origin)
        })
        .collect()
}
