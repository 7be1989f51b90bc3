//! From a place in a built object to the place in the file that wrote it.
//!
//! A build keeps for each object what made it and what changed it since. The last of them that has the path with the
//! value counts; a list may be shorter in a patch than in the object, so indexes are not compared.

use becket_document::{KeyPath, Kind, Node, Segment, yaml};
use becket_kustomize::{Origin, Resource};
use becket_source::{FileSet, Location, Span};
use serde_json::Value;

/// The place of `path` of `resource`; the place of what made the resource where nothing nearer is known.
pub(crate) fn find(files: &FileSet, resource: &Resource, path: &KeyPath) -> Location {
    let value = at(&resource.value, path);
    let mut origins: Vec<&Origin> = resource.patched_by.iter().rev().collect();
    origins.push(&resource.origin);
    for origin in &origins {
        if let Some(span) = in_origin(files, origin, path, value) {
            return Location::new(&origin.path, span);
        }
    }
    let span = document(files, &resource.origin).map(|node| node.nearest_span(&resource.origin.at));
    Location::new(&resource.origin.path, span)
}

fn at<'a>(value: &'a Value, path: &KeyPath) -> Option<&'a Value> {
    path.segments()
        .iter()
        .try_fold(value, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })
}

fn document(files: &FileSet, origin: &Origin) -> Option<Node> {
    let text = files.text(&origin.path)?.ok()?;
    let mut documents = yaml::parse(text).documents;
    (origin.document < documents.len()).then(|| documents.swap_remove(origin.document))
}

fn in_origin(files: &FileSet, origin: &Origin, path: &KeyPath, value: Option<&Value>) -> Option<Span> {
    let document = document(files, origin)?;
    let root = document.at(&origin.at)?;
    if root.get("literals").is_some() || root.get("files").is_some() || root.get("envs").is_some() {
        return in_generator(root, path);
    }
    if let Some(text) = root.as_str() {
        return in_text(text, path, value).then_some(root.span);
    }
    if let Some(node) = root.at(path)
        && value.is_none_or(|value| same(node, value))
    {
        return Some(shown(node, root, path));
    }
    let found = search(root, path.segments(), value?)?;
    Some(found.span)
}

/// A key and its value read better than the value alone where the value is a collection.
fn shown(node: &Node, root: &Node, path: &KeyPath) -> Span {
    match node.kind {
        Kind::Mapping(_) | Kind::Sequence(_) => root.key_span(path).unwrap_or(node.span),
        _ => node.span,
    }
}

/// An inline patch: whether the document that stands there as text has it.
fn in_text(text: &str, path: &KeyPath, value: Option<&Value>) -> bool {
    yaml::parse(text).documents.iter().any(|node| match value {
        Some(value) => search(node, path.segments(), value).is_some(),
        None => node.at(path).is_some(),
    })
}

fn same(node: &Node, value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) => true,
        scalar => node.to_value() == *scalar,
    }
}

/// The entry of a generator that makes the key at `path` (`data.KEY`), or the generator's name.
fn in_generator(generator: &Node, path: &KeyPath) -> Option<Span> {
    let key = match path.segments() {
        [Segment::Key(section), Segment::Key(key)] if section == "data" || section == "binaryData" => key,
        _ => return generator.get("name").map(|name| name.span),
    };
    let literals = generator.get("literals").into_iter().flat_map(Node::items);
    let files = generator.get("files").into_iter().flat_map(Node::items);
    literals
        .chain(files)
        .find(|item| {
            item.as_str()
                .is_some_and(|text| text.split_once('=').map_or(text, |(name, _)| name) == key)
        })
        .map(|item| item.span)
}

/// The scalar `value` below `node` at the same keys, whatever the indexes.
fn search<'n>(node: &'n Node, path: &[Segment], value: &Value) -> Option<&'n Node> {
    let Some((first, rest)) = path.split_first() else {
        return same(node, value).then_some(node);
    };
    match first {
        Segment::Key(key) => search(node.get(key)?, rest, value),
        Segment::Index(_) => node.items().iter().find_map(|item| search(item, rest, value)),
    }
}
