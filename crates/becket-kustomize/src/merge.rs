//! Strategic merge of a patch into a resource, as kustomize does it: mappings field by field, lists of the built-in kinds
//! by their keys with the patch's items first, everything else replaced; `null` removes; `$patch` says otherwise.
//!
//! Where an item lacks its list's key, or a key stands twice, kustomize does surprising things. They are done here too.

use serde_json::{Map, Value};

use crate::schema::{self, MergeKeys, Shape};
use crate::yaml::text;

/// What `$patch` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

const DIRECTIVE: &str = "$patch";

/// Merges `patch` into `resource`. None where the patch deletes it.
pub(crate) fn merge(resource: Value, patch: Value) -> Result<Option<Value>, String> {
    walk(Some(resource), Some(patch), Shape::Unknown, None)
}

fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

fn walk(
    dest: Option<Value>,
    patch: Option<Value>,
    shape: Shape,
    keys: Option<MergeKeys>,
) -> Result<Option<Value>, String> {
    let shape = match shape {
        Shape::Unknown => [dest.as_ref(), patch.as_ref()]
            .into_iter()
            .flatten()
            .find_map(resource_shape)
            .unwrap_or(Shape::Unknown),
        known => known,
    };
    let first = [dest.as_ref(), patch.as_ref()]
        .into_iter()
        .flatten()
        .find(|value| !value.is_null());
    let Some(first) = first else {
        // A null that is there and that no patch is about stays.
        return Ok(if patch.is_none() { dest } else { None });
    };
    let kind = kind_of(first);
    if patch
        .as_ref()
        .is_some_and(|patch| !patch.is_null() && kind_of(patch) != kind)
    {
        let found = patch.as_ref().map_or("nothing", kind_of);
        return Err(format!("the patch has {found} where the resource has {kind}"));
    }
    match (kind, keys) {
        ("a mapping", _) => merge_mapping(dest, patch, shape),
        ("a list", Some(keys)) => merge_list(dest, patch, shape, keys),
        _ => Ok(match patch {
            None => dest,
            Some(Value::Null) => None,
            Some(new @ (Value::Number(_) | Value::Bool(_))) if dest.as_ref().is_some_and(was_quoted) => {
                Some(Value::String(text(&new).into_owned()))
            }
            replaced => replaced,
        }),
    }
}

/// Whether the scalar stood in quotes: what takes its place keeps them, so that a port in a patch becomes text where the
/// resource has text. Seen by what could not stand without.
fn was_quoted(value: &Value) -> bool {
    let Value::String(written) = value else {
        return false;
    };
    crate::yaml::resolve(written).is_none_or(|read| read != *value)
        || written.starts_with([
            '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ' ',
        ])
        || written.ends_with([':', ' '])
        || written.contains(": ")
        || written.contains(" #")
        || written.contains('\n')
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "a mapping",
        Value::Array(_) => "a list",
        _ => "a value",
    }
}

/// The shape of what says itself which kind it is.
fn resource_shape(value: &Value) -> Option<Shape> {
    let (api_version, kind) = (value.get("apiVersion")?, value.get("kind")?);
    match schema::root(&text(api_version), &text(kind)) {
        Shape::Unknown => None,
        shape => Some(shape),
    }
}

fn merge_mapping(dest: Option<Value>, patch: Option<Value>, shape: Shape) -> Result<Option<Value>, String> {
    let mut patch = patch;
    let (dest, patch) = if is_nothing(dest.as_ref()) {
        // What is added is merged with itself, which carries out what it says of its own parts.
        let directive = patch.as_mut().map(mapping_directive);
        if matches!(directive, Some(Ok(Directive::Delete))) {
            return Ok(None);
        }
        (patch.clone(), patch)
    } else {
        match &mut patch {
            None => (dest, None),
            Some(Value::Null) => return Ok(None),
            Some(value) => match mapping_directive(value)? {
                Directive::Delete => return Ok(None),
                Directive::Replace => (patch.clone(), patch),
                Directive::Merge => (dest, patch),
            },
        }
    };
    let Some(Value::Object(dest)) = dest else {
        return Ok(None);
    };
    let mut patch = match patch {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let mut merged = Map::with_capacity(dest.len() + patch.len());
    for (name, value) in dest {
        let (field, keys) = shape.field(&name);
        let addition = patch.shift_remove(&name);
        if let Some(value) = walk(Some(value), addition, field, keys).map_err(|error| at(&name, &error))? {
            merged.insert(name, value);
        }
    }
    for (name, value) in patch {
        let (field, keys) = shape.field(&name);
        if let Some(value) = walk(None, Some(value), field, keys).map_err(|error| at(&name, &error))? {
            merged.insert(name, value);
        }
    }
    Ok(Some(Value::Object(merged)))
}

/// `error` with the field that it happened in.
fn at(name: &str, error: &str) -> String {
    match error.strip_prefix('`') {
        Some(rest) => format!("`{name}.{rest}"),
        None => format!("`{name}`: {error}"),
    }
}

/// What the mapping says of itself; it does so no longer afterwards.
fn mapping_directive(patch: &mut Value) -> Result<Directive, String> {
    let Value::Object(map) = patch else {
        return Ok(Directive::Merge);
    };
    let Some(directive) = map.get(DIRECTIVE) else {
        return Ok(Directive::Merge);
    };
    let directive = read_directive(&text(directive))?;
    map.shift_remove(DIRECTIVE);
    Ok(directive)
}

fn read_directive(text: &str) -> Result<Directive, String> {
    match text {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(format!(
            "the patch says `$patch: {other}`, which is neither delete, replace nor merge"
        )),
    }
}

/// What the list says of itself, by an item that says nothing else.
fn list_directive(patch: &mut Value) -> Result<Directive, String> {
    let Value::Array(items) = patch else {
        return Ok(Directive::Merge);
    };
    let said = items
        .iter()
        .find_map(|item| item.as_object().filter(|map| map.contains_key(DIRECTIVE)));
    let Some(said) = said
        .filter(|map| map.len() == 1)
        .and_then(|map| map.get(DIRECTIVE))
    else {
        return Ok(Directive::Merge);
    };
    let said = text(said).into_owned();
    let directive = read_directive(&said)?;
    set_item(items, None, &[DIRECTIVE], std::slice::from_ref(&said))?;
    Ok(directive)
}

fn merge_list(
    dest: Option<Value>,
    patch: Option<Value>,
    item: Shape,
    keys: MergeKeys,
) -> Result<Option<Value>, String> {
    let mut patch = patch;
    let (dest, patch) = if is_nothing(dest.as_ref()) {
        (patch.clone(), patch)
    } else {
        match &mut patch {
            None => (dest, None),
            Some(Value::Null) => return Ok(None),
            Some(value) => match list_directive(value)? {
                Directive::Delete => return Ok(None),
                Directive::Replace => (patch.clone(), patch),
                Directive::Merge => (dest, patch),
            },
        }
    };
    let Some(Value::Array(mut dest)) = dest else {
        return Ok(None);
    };
    let mut patch = match patch {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    // A list of plain values is merged by the values themselves.
    let keys: MergeKeys = if keys.is_empty() { &[""] } else { keys };
    let mut wanted = identities(&patch, &dest, keys);
    if keys.len() > 1 {
        join_identities(&mut wanted);
    }
    let mut added: Vec<Value> = Vec::with_capacity(wanted.len());
    let mut used_keys: Vec<&str> = Vec::new();
    for index in 0..wanted.len() {
        let (names, values) = used(&wanted, &wanted[index], keys);
        let (own_names, own_values) = used(std::slice::from_ref(&wanted[index]), &values, &names);
        let in_dest = find(&dest, &own_names, &own_values);
        let in_patch = find(&patch, &own_names, &own_values);
        let old = in_dest.map(|at| std::mem::take(&mut dest[at]));
        let new = in_patch.map(|at| patch[at].clone());
        // An item that is to be replaced whole comes back below, when the resource's own are added.
        let replaces = new
            .as_ref()
            .is_some_and(|new| new.get(DIRECTIVE).is_some_and(|said| said == "replace"));
        let kept = if replaces { old.clone() } else { None };
        let merged = walk(old, new, item, None)?;
        match merged.filter(|value| !value.is_null() && value.as_object().is_none_or(|map| !map.is_empty())) {
            None => set_item(&mut dest, None, &names, &values)?,
            Some(mut value) => {
                if let Value::Object(map) = &mut value {
                    for (name, key) in names.iter().zip(&values) {
                        if !map.contains_key(*name) && !key.is_empty() {
                            map.insert((*name).to_owned(), crate::yaml::resolve(key).unwrap_or_default());
                        }
                    }
                }
                match in_dest {
                    Some(at) => dest[at] = kept.unwrap_or_else(|| value.clone()),
                    None => {
                        if let Some(at) = in_patch {
                            patch[at] = value.clone();
                        }
                    }
                }
                set_item(&mut added, Some(value), &names, &values)?;
            }
        }
        used_keys = names;
    }
    if wanted.is_empty() {
        return Ok(Some(Value::Array(dest)));
    }
    for value in dest {
        append(&mut added, value, &used_keys)?;
    }
    Ok(Some(Value::Array(added)))
}

/// The values of the keys of all items, the patch's first, none twice.
fn identities(patch: &[Value], dest: &[Value], keys: &[&str]) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::with_capacity(patch.len() + dest.len());
    for item in patch.iter().chain(dest) {
        let identity: Vec<String> = keys
            .iter()
            .map(|key| {
                let value = if key.is_empty() {
                    Some(item)
                } else {
                    item.get(*key)
                };
                value.map(text).unwrap_or_default().into_owned()
            })
            .collect();
        if !found.contains(&identity) {
            found.push(identity);
        }
    }
    found
}

/// Lets those that do not contradict each other become one.
fn join_identities(identities: &mut [Vec<String>]) {
    for left in 0..identities.len() {
        for right in 0..identities.len() {
            let (a, b) = (&identities[left], &identities[right]);
            let contradict = a
                .iter()
                .zip(b)
                .any(|(a, b)| a != b && !a.is_empty() && !b.is_empty());
            let share = a.iter().zip(b).any(|(a, b)| a == b);
            if share && !contradict {
                let joined: Vec<String> = a
                    .iter()
                    .zip(b)
                    .map(|(a, b)| if a.is_empty() { b.clone() } else { a.clone() })
                    .collect();
                identities[left].clone_from(&joined);
                identities[right] = joined;
            }
        }
    }
}

/// The keys that any of `all` has a value for, with their values in `one`. All keys where none has.
fn used<'a>(all: &[Vec<String>], one: &[String], keys: &[&'a str]) -> (Vec<&'a str>, Vec<String>) {
    let is_used = |at: usize| {
        all.iter()
            .any(|values| values.get(at).is_some_and(|value| !value.is_empty()))
    };
    if (0..keys.len()).any(is_used) {
        let names = keys
            .iter()
            .enumerate()
            .filter(|(at, _)| is_used(*at))
            .map(|(_, key)| *key)
            .collect();
        let values = one
            .iter()
            .enumerate()
            .filter(|(at, value)| is_used(*at) || !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect();
        return (names, values);
    }
    (keys.to_vec(), one.to_vec())
}

/// The first item with these values.
fn find(items: &[Value], keys: &[&str], values: &[String]) -> Option<usize> {
    items.iter().position(|item| {
        if keys.first().is_none_or(|key| key.is_empty()) {
            return Some(&*text(item)) == values.first().map(String::as_str);
        }
        item.is_object()
            && keys
                .iter()
                .zip(values)
                .all(|(key, wanted)| item.get(*key).is_some_and(|value| text(value) == wanted.as_str()))
    })
}

/// Puts `new` in the place of the items that fit, or behind all others where none does; without `new`, removes them. A key
/// without a value fits any. Items that are empty go.
fn set_item(
    items: &mut Vec<Value>,
    new: Option<Value>,
    keys: &[&str],
    values: &[String],
) -> Result<(), String> {
    let of_mappings = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut found = false;
    for item in std::mem::take(items) {
        if item.is_null() || item.as_object().is_some_and(Map::is_empty) {
            continue;
        }
        if !item.is_object() && of_mappings {
            kept.push(item);
            continue;
        }
        if !fits(&item, keys, values)? {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        found = true;
        kept.extend(new.clone());
    }
    if !found {
        kept.extend(new.filter(|new| !new.is_null()));
    }
    *items = kept;
    Ok(())
}

fn fits(item: &Value, keys: &[&str], values: &[String]) -> Result<bool, String> {
    let mut found = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(wanted) = values.get(at) {
            found = if key.is_empty() {
                if item.is_object() || item.is_array() {
                    return Err("a list of plain values holds a collection".to_owned());
                }
                text(item) == wanted.as_str()
            } else {
                let Some(map) = item.as_object() else {
                    return Err(format!(
                        "an item without `{key}` stands in a list that is merged by it"
                    ));
                };
                map.get(*key)
                    .is_some_and(|value| wanted.is_empty() || text(value) == wanted.as_str())
            };
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds an item of the resource to those that were merged, in the place of the one with its keys.
fn append(added: &mut Vec<Value>, item: Value, keys: &[&str]) -> Result<(), String> {
    if keys.first().is_none_or(|key| key.is_empty()) {
        let own = text(&item).into_owned();
        return set_item(added, Some(item), &[""], &[own]);
    }
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        match item.get(*key).filter(|value| !value.is_null()) {
            Some(value) => values.push(text(value).into_owned()),
            None => added.push(item.clone()),
        }
    }
    if keys.len() > 1 {
        set_item(added, None, keys, &values)?;
    }
    set_item(added, Some(item), keys, &values)
}
