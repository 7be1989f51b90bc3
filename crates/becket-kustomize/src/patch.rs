//! `patches`: which resources a patch is for, and its application.

use becket_document::KeyPath;
use becket_source::{Diagnostic, Location, did_you_mean};
use serde_json::{Map, Value};

use crate::codes;
use crate::files::Files;
use crate::input::{Folder, Input};
use crate::json_patch::{self, Operation};
use crate::kustomization::Patch;
use crate::load;
use crate::merge::merge;
use crate::resource::{Id, Origin, Resource};
use crate::selector::Selector;
use crate::set::Set;

/// A patch as it was read.
enum Content {
    /// Parts of resources, with what wrote each.
    Merge(Vec<(Value, Origin)>),
    /// Operations, with what wrote them.
    Json(Vec<Operation>, Origin),
}

/// Applies the patches of `folder` to `set`.
pub(crate) fn run(input: &mut Input<'_>, folder: &Folder, set: &mut Set) {
    let read: Vec<(&Patch, Content)> = folder
        .kustomization
        .patches
        .iter()
        .filter_map(|patch| Some((patch, read(input, folder, patch)?)))
        .collect();
    for (patch, content) in read {
        if let Err(finding) = apply(input.files, folder, patch, content, set) {
            input.findings.push(*finding);
        }
    }
}

fn wrong(folder: &Folder, patch: &Patch, message: impl Into<String>, help: &str) -> Box<Diagnostic> {
    let span = patch
        .path
        .as_ref()
        .or(patch.inline.as_ref())
        .map_or(patch.span, |text| text.span);
    Box::new(Diagnostic::error(codes::PATCH, message, folder.place(span)).help(help))
}

fn read(input: &mut Input<'_>, folder: &Folder, patch: &Patch) -> Option<Content> {
    let (text, origin) = match (&patch.inline, &patch.path) {
        (Some(inline), None) => {
            let origin = folder.origin(&patch.at.key("patch"));
            (inline.value.trim().to_owned(), origin)
        }
        (None, Some(file)) => {
            let (file, contents) = input.data(folder, file, &file.value)?;
            let origin = Origin {
                path: file,
                document: 0,
                at: KeyPath::root(),
            };
            match load::decode(&origin.path, &contents) {
                Ok(text) => (text.to_owned(), origin),
                Err(finding) => {
                    input.findings.push(*finding);
                    return None;
                }
            }
        }
        (None, None) => {
            input.findings.push(*wrong(
                folder,
                patch,
                "the patch is empty",
                "give it `path:` or `patch:`",
            ));
            return None;
        }
        (Some(_), Some(_)) => {
            input.findings.push(*wrong(
                folder,
                patch,
                "the patch has both `path` and `patch`",
                "keep one of them",
            ));
            return None;
        }
    };
    let which = if patch.target.is_some() {
        load::Written::Both
    } else {
        load::Written::PatchedAnnotations
    };
    match parse(&text, &origin, which) {
        Ok(content) => Some(content),
        Err((message, span)) => {
            let in_file = patch.path.is_some();
            let place = match span {
                Some(span) if in_file => Location::new(&origin.path, span),
                _ => folder.place(
                    patch
                        .inline
                        .as_ref()
                        .or(patch.path.as_ref())
                        .map_or(patch.span, |text| text.span),
                ),
            };
            input.findings.push(
                Diagnostic::error(codes::PATCH, format!("the patch cannot be read: {message}"), place).help(
                    "write part of a resource with apiVersion, kind and metadata.name, or a list of JSON 6902 operations",
                ),
            );
            None
        }
    }
}

/// A list is of operations, anything else parts of resources.
fn parse(text: &str, origin: &Origin, which: load::Written) -> Result<Content, load::Wrong> {
    if text.starts_with('[') {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| (format!("what begins with `[` has to be JSON: {error}"), None))?;
        return json_patch::read(&value)
            .map(|operations| Content::Json(operations, origin.clone()))
            .ok_or_else(|| ("it is no list of operations".to_owned(), None));
    }
    let parsed = becket_document::yaml::parse(text);
    if let Some(node) = parsed
        .documents
        .first()
        .filter(|node| matches!(node.kind, becket_document::Kind::Sequence(_)))
    {
        if let Some(error) = parsed.errors.first() {
            return Err((error.message.clone(), Some(error.span)));
        }
        let value = load::plain_1_1(node, text);
        return json_patch::read(&value)
            .map(|operations| Content::Json(operations, origin.clone()))
            .ok_or_else(|| ("it is no list of operations".to_owned(), Some(node.span)));
    }
    let documents = load::documents(text, which).map_err(|mut wrong| wrong.swap_remove(0))?;
    let parts = documents.into_iter().map(|document| {
        let origin = Origin {
            document: document.number,
            ..origin.clone()
        };
        (document.value, origin)
    });
    Ok(Content::Merge(parts.collect()))
}

fn apply(
    files: &dyn Files,
    folder: &Folder,
    patch: &Patch,
    content: Content,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    let selector = match &patch.target {
        None => None,
        Some(target) => Some(Selector::new(target).map_err(|(message, text)| {
            Box::new(
                Diagnostic::error(codes::PATCH, message, folder.place(text.span))
                    .help("correct it, or remove it to fit everything"),
            )
        })?),
    };
    match (content, selector) {
        (Content::Json(_, _), None) => Err(wrong(
            folder,
            patch,
            "the operations have no target",
            "add `target:` with the kind and name of what they are for",
        )),
        (Content::Json(operations, origin), Some(selector)) => {
            for resource in set
                .as_mut()
                .iter_mut()
                .filter(|resource| selector.selects(resource))
            {
                resource.remember();
                json_patch::apply(&mut resource.value, &operations).map_err(|error| {
                    let message = format!("the patch does not fit {}: {error}", resource.original());
                    let finding = *wrong(folder, patch, message, "correct the path, or the target");
                    Box::new(finding.related(resource.named_at(files).labelled("the resource")))
                })?;
                resource.patched_by.push(origin.clone());
            }
            Ok(())
        }
        (Content::Merge(mut parts), Some(selector)) => {
            if parts.len() > 1 {
                return Err(wrong(
                    folder,
                    patch,
                    "the patch has several parts and one target",
                    "make each part an entry of `patches`",
                ));
            }
            let Some((mut part, origin)) = parts.pop() else {
                return Ok(());
            };
            rewrite_pairs(&mut part);
            for resource in set
                .as_mut()
                .iter_mut()
                .filter(|resource| selector.selects(resource))
            {
                let mut part = part.clone();
                if let Value::Object(map) = &mut part {
                    map.insert(
                        "apiVersion".to_owned(),
                        Value::String(resource.api_version().into_owned()),
                    );
                }
                merge_into(files, folder, patch, resource, part, &origin)?;
            }
            finish(files, set)
        }
        (Content::Merge(parts), None) => {
            for (part, origin) in parts {
                let id = Resource::new(part, origin);
                let wanted = id.id();
                let mut found = set
                    .as_mut()
                    .iter_mut()
                    .filter(|resource| !resource.value.is_null() && resource.was(&wanted));
                let target = found.next();
                let second = found.next().is_some();
                match target {
                    Some(resource) if !second => {
                        merge_into(files, folder, patch, resource, id.value, &id.origin)?;
                    }
                    Some(_) => {
                        return Err(wrong(
                            folder,
                            patch,
                            format!("several resources could be meant by {wanted}"),
                            "add `target:` with the namespace of one of them",
                        ));
                    }
                    None => return Err(Box::new(no_target(folder, patch, &wanted, &id.origin, set))),
                }
            }
            finish(files, set)
        }
    }
}

fn no_target(folder: &Folder, patch: &Patch, wanted: &Id, origin: &Origin, set: &Set) -> Diagnostic {
    let finding = *wrong(
        folder,
        patch,
        format!(
            "the patch is for {wanted} ({}), which is not here",
            wanted.api_version
        ),
        "correct apiVersion, kind, name or namespace, or add `target:`",
    );
    let same_kind: Vec<String> = set
        .as_slice()
        .iter()
        .filter(|resource| resource.kind() == wanted.kind.as_str())
        .map(|resource| resource.name().into_owned())
        .collect();
    let finding = match did_you_mean(&wanted.name, same_kind.iter().map(String::as_str)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding,
    };
    if origin.path == folder.file {
        finding
    } else {
        finding.related(Location::new(&origin.path, None).labelled("the patch"))
    }
}

/// With a target, kustomize rewrites a patch's labels and annotations before it merges: there is no way to say that all go.
fn rewrite_pairs(part: &mut Value) {
    let Some(metadata) = part.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    for field in ["labels", "annotations"] {
        match metadata.get_mut(field) {
            Some(Value::Object(map)) if !map.is_empty() => {}
            Some(_) => {
                metadata.shift_remove(field);
            }
            None => {}
        }
    }
}

fn merge_into(
    files: &dyn Files,
    folder: &Folder,
    patch: &Patch,
    resource: &mut Resource,
    part: Value,
    origin: &Origin,
) -> Result<(), Box<Diagnostic>> {
    let (name, namespace, kind) = (
        resource.name().into_owned(),
        resource.namespace().into_owned(),
        resource.kind().into_owned(),
    );
    if patch.allow_name_change || patch.allow_kind_change {
        resource.remember();
    }
    let id = resource.original();
    let merged = merge(std::mem::take(&mut resource.value), part).map_err(|error| {
        let message = format!("the patch does not fit {id}: {error}");
        let finding = *wrong(
            folder,
            patch,
            message,
            "give the field the form that the resource has there",
        );
        Box::new(finding.related(resource.named_at(files).labelled("the resource")))
    })?;
    let Some(Value::Object(mut map)) =
        merged.filter(|merged| merged.as_object().is_some_and(|map| !map.is_empty()))
    else {
        return Ok(());
    };
    if !patch.allow_kind_change {
        map.insert("kind".to_owned(), Value::String(kind));
    }
    let metadata = map.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(metadata) = metadata {
        if !patch.allow_name_change {
            metadata.insert("name".to_owned(), Value::String(name));
        }
        if namespace.is_empty() {
            metadata.shift_remove("namespace");
        } else {
            metadata.insert("namespace".to_owned(), Value::String(namespace));
        }
    }
    resource.value = Value::Object(map);
    resource.patched_by.push(origin.clone());
    Ok(())
}

/// Takes out what patches have deleted, and looks for resources that have become one.
fn finish(files: &dyn Files, set: &mut Set) -> Result<(), Box<Diagnostic>> {
    set.as_mut().retain(|resource| !resource.value.is_null());
    set.twins()
        .map_or(Ok(()), |twins| Err(Box::new(twins.finding(files))))
}
