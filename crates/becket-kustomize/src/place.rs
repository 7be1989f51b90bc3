//! From a key path in a built resource back to the place in the file that wrote it.
//!
//! What wrote a resource is kept as symbolic places; files are parsed again here, so this is for when a finding is shown.

use becket_document::{KeyPath, Kind, Node, Segment, Style};
use becket_source::{Location, Span};
use serde_json::Value;

use crate::files::Files;
use crate::resource::{Origin, Resource};
use crate::yaml;

/// The fields by which an item of a list is known again, wherever in the list it is.
const IDENTITY: [&str; 8] = [
    "name",
    "containerPort",
    "port",
    "mountPath",
    "topologyKey",
    "key",
    "type",
    "ip",
];

impl Resource {
    /// The place in `files` that wrote what stands at `path`: the last patch, generator or entry that holds it, else the
    /// origin. Where nothing holds it whole, the deepest part of it that the origin holds.
    pub fn place(&self, files: &dyn Files, path: &KeyPath) -> Location {
        let patches = self.patched_by.iter().rev();
        let found = if self.names_only(path) {
            [&self.origin]
                .into_iter()
                .chain(patches)
                .find_map(|origin| self.place_in(files, origin, path))
        } else {
            patches
                .chain([&self.origin])
                .find_map(|origin| self.place_in(files, origin, path))
        };
        if let Some(location) = found {
            return location;
        }
        let span = document(files, &self.origin).map(|(node, text)| {
            let mut path = Some(path.clone());
            while let Some(outer) = path.as_ref().and_then(KeyPath::parent) {
                if let Some(location) = self.place_in(files, &self.origin, &outer) {
                    return location.span.unwrap_or(node.span);
                }
                path = Some(outer);
            }
            let node = node.at(&self.origin.at).unwrap_or(&node);
            first_line(&text, node.span)
        });
        Location::new(&self.origin.path, span)
    }

    /// The place of its name.
    pub(crate) fn named_at(&self, files: &dyn Files) -> Location {
        self.place(files, &KeyPath::of_keys(["metadata", "name"]))
    }

    /// Whether a patch that holds `path` only says by it which part it is about.
    fn names_only(&self, path: &KeyPath) -> bool {
        let identity = match path.segments() {
            [] => true,
            [Segment::Key(key)] => matches!(key.as_str(), "apiVersion" | "kind"),
            [Segment::Key(outer), Segment::Key(key)] => outer == "metadata" && key == "name",
            [.., Segment::Index(_), Segment::Key(key)] => IDENTITY.contains(&key.as_str()),
            _ => false,
        };
        identity || at(&self.value, path.segments()).is_some_and(Value::is_object)
    }

    fn place_in(&self, files: &dyn Files, origin: &Origin, path: &KeyPath) -> Option<Location> {
        let (node, text) = document(files, origin)?;
        let span = match origin.at.segments() {
            [] => self.in_document(&node, path)?,
            [Segment::Key(field), Segment::Index(_), Segment::Key(_)] if field == "patches" => {
                let inline = node.at(&origin.at)?;
                self.in_inline(inline, &text, path)?
            }
            [Segment::Key(field), ..] => self.in_entry(field, node.at(&origin.at)?, path)?,
            [Segment::Index(_), ..] => return None,
        };
        Some(Location::new(&origin.path, span))
    }

    /// In a resource, a part of one, or a list of operations.
    fn in_document(&self, node: &Node, path: &KeyPath) -> Option<Span> {
        if let Kind::Sequence(operations) = &node.kind {
            return operations
                .iter()
                .rev()
                .find_map(|operation| self.in_operation(operation, path));
        }
        let listed = node
            .get("items")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .find(|item| {
                let named = item
                    .get("metadata")
                    .and_then(|metadata| metadata.get("name"))
                    .and_then(Node::as_str);
                let kind = item.get("kind").and_then(Node::as_str);
                kind == Some(&*self.kind()) && named == Some(&*self.original().name)
            });
        let found = follow(listed.unwrap_or(node), &self.value, path.segments())?;
        // The place of a key says more than that of a long value.
        match (&found.kind, path.segments().last()) {
            (Kind::Mapping(_) | Kind::Sequence(_), Some(Segment::Key(_))) => {
                let parent = path.parent()?;
                let parent = follow(listed.unwrap_or(node), &self.value, parent.segments())?;
                let Some(Segment::Key(key)) = path.segments().last() else {
                    return None;
                };
                parent.entry(key).map(|entry| entry.key.span)
            }
            _ => Some(found.span),
        }
    }

    /// In a JSON 6902 operation that wrote at `path` or around it.
    fn in_operation(&self, operation: &Node, path: &KeyPath) -> Option<Span> {
        let pointer = operation.get("path")?.as_str()?;
        let steps: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|step| step.replace("~1", "/").replace("~0", "~"))
            .collect();
        let segments = path.segments();
        if steps.len() > segments.len() {
            return None;
        }
        let fits = steps.iter().zip(segments).all(|(step, segment)| match segment {
            Segment::Key(key) => key == step,
            Segment::Index(index) => step == "-" || step.parse() == Ok(*index),
        });
        if !fits {
            return None;
        }
        let value = operation.get("value")?;
        let reached = KeyPath::from_segments(segments[..steps.len()].to_vec());
        let built = at(&self.value, reached.segments());
        follow(value, built.unwrap_or(&Value::Null), &segments[steps.len()..]).map(|node| node.span)
    }

    /// In the text of an inline patch: in the file when it is a literal block, which has it line by line.
    fn in_inline(&self, inline: &Node, text: &str, path: &KeyPath) -> Option<Span> {
        let inner_text = inline.as_str()?;
        let parsed = becket_document::yaml::parse(inner_text);
        let inner = parsed
            .documents
            .iter()
            .rev()
            .find_map(|document| self.in_document(document, path))?;
        let written = text.get(inline.span.start..inline.span.end)?;
        if inline.style != Style::Text || !written.starts_with('|') {
            return Some(inline.span);
        }
        let content = inline.span.start + written.find('\n')? + 1;
        let line = inner_text.get(..inner.start)?.matches('\n').count();
        let column = inner.start - inner_text[..inner.start].rfind('\n').map_or(0, |at| at + 1);
        let lines: Vec<&str> = text[content..].split_inclusive('\n').collect();
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let block = lines
            .iter()
            .find(|line| !line.trim().is_empty())
            .map(|line| indent(line))?;
        let before: usize = lines.iter().take(line).map(|line| line.len()).sum();
        let start = content + before + block + column;
        let length = inner_text.get(inner.start..inner.end)?.split('\n').next()?.len();
        Some(Span::new(start, start + length))
    }

    /// In an entry of a kustomization file that writes certain fields.
    fn in_entry(&self, field: &str, entry: &Node, path: &KeyPath) -> Option<Span> {
        let keys: Vec<&str> = path
            .segments()
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) => None,
            })
            .collect();
        match (field, &keys[..]) {
            ("namespace", ["metadata", "namespace"]) => Some(entry.span),
            ("replicas", ["spec", "replicas"]) => entry.get("count").map(|count| count.span),
            ("images", [.., "image" | "reference"]) => self.in_image(entry, path),
            ("labels", [.., "labels" | "matchLabels" | "selector", key]) => {
                entry.get("pairs")?.get(key).map(|value| value.span)
            }
            ("configMapGenerator" | "secretGenerator", [] | ["metadata", "name"]) => {
                Some(entry.get("name")?.span)
            }
            ("configMapGenerator" | "secretGenerator", ["metadata", "namespace"]) => {
                Some(entry.get("namespace")?.span)
            }
            ("configMapGenerator" | "secretGenerator", ["metadata", field, key]) => {
                entry.get("options")?.get(field)?.get(key).map(|value| value.span)
            }
            ("configMapGenerator" | "secretGenerator", ["data" | "binaryData", key]) => {
                in_generator(entry, key)
            }
            _ => None,
        }
    }

    fn in_image(&self, entry: &Node, path: &KeyPath) -> Option<Span> {
        let image = at(&self.value, path.segments()).map(yaml::text)?;
        let text = |field: &str| {
            entry
                .get(field)
                .filter(|node| node.as_str().is_some_and(|text| !text.is_empty()))
        };
        let name = text("newName").or(text("name"))?;
        if !image.starts_with(name.as_str()?) {
            return None;
        }
        let version = text("digest").or(text("newTag")).or(text("tagSuffix"));
        Some(version.unwrap_or(name).span)
    }
}

/// The literal, file or environment file of a generator that has `key`.
fn in_generator(entry: &Node, key: &str) -> Option<Span> {
    let named = |field: &str| {
        entry
            .get(field)
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .find(|item| {
                let Some(text) = item.as_str() else { return false };
                match text.split_once('=') {
                    Some((own, _)) => own == key,
                    None => text.rsplit('/').next() == Some(key),
                }
            })
    };
    named("literals").or_else(|| named("files")).map(|item| item.span)
}

/// The document that `origin` names, and the text of its file.
fn document(files: &dyn Files, origin: &Origin) -> Option<(Node, String)> {
    let contents = files.read(&origin.path)?;
    let text = std::str::from_utf8(&contents).ok()?.to_owned();
    let mut parsed = becket_document::yaml::parse(&text);
    (origin.document < parsed.documents.len()).then(|| (parsed.documents.swap_remove(origin.document), text))
}

fn at<'a>(value: &'a Value, segments: &[Segment]) -> Option<&'a Value> {
    segments.iter().try_fold(value, |value, segment| match segment {
        Segment::Key(key) => value.get(key),
        Segment::Index(index) => value.get(*index),
    })
}

/// What in `node` became what stands at `segments` in `built`. Items of lists are known by what they are, not by where.
fn follow<'a>(node: &'a Node, built: &Value, segments: &[Segment]) -> Option<&'a Node> {
    let (mut node, mut built) = (node, built);
    for segment in segments {
        match segment {
            Segment::Key(key) => {
                node = node.get(key)?;
                built = built.get(key).unwrap_or(&Value::Null);
            }
            Segment::Index(index) => {
                built = built.get(*index).unwrap_or(&Value::Null);
                node = item(node.items(), built, *index)?;
            }
        }
    }
    Some(node)
}

fn item<'a>(items: &'a [Node], built: &Value, index: usize) -> Option<&'a Node> {
    if let Some((field, wanted)) = IDENTITY
        .iter()
        .find_map(|field| Some((*field, built.get(*field)?)))
    {
        return items
            .iter()
            .find(|item| item.get(field).is_some_and(|own| own.to_value() == *wanted));
    }
    if built.is_object() || built.is_array() || built.is_null() {
        return items.get(index);
    }
    items.iter().find(|item| item.to_value() == *built)
}

/// The first line of what `span` covers.
fn first_line(text: &str, span: Span) -> Span {
    let length = text
        .get(span.start..span.end)
        .and_then(|text| text.lines().next())
        .map_or(0, str::len);
    Span::new(span.start, span.start + length)
}
