//! Fields by path, as kustomize's tables name them.

use serde_json::{Map, Value};

/// A field of the kinds that it is given for; an empty part fits everything.
pub(crate) struct Spec {
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) kind: &'static str,
    /// Names with `/` between them, and `~1` for a `/` in one. Lists on the way are entered without being named; what is
    /// named with `[]` behind it is not made where it is absent.
    pub(crate) path: &'static str,
    /// Whether it is made where it is absent.
    pub(crate) create: bool,
}

impl Spec {
    /// Whether it is a field of resources of this kind.
    pub(crate) fn fits(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.kind.is_empty() || self.kind == kind)
            && (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
    }
}

/// What is made where a field is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Mapping,
    Scalar,
}

/// Gives each value at `path`, written as in [`Spec::path`], below `value` to `set`. An error says which part of the path is
/// no collection.
pub(crate) fn visit(
    value: &mut Value,
    path: &str,
    create: Create,
    set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    if path.is_empty() {
        return set(value);
    }
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match value {
        Value::Null => Ok(()),
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| visit(item, path, create, set)),
        Value::Object(map) => {
            let list = first.strip_suffix("[]");
            let name = list.unwrap_or(first).replace("~1", "/");
            if create == Create::Nothing || list.is_some() {
                return match map.get_mut(&name) {
                    Some(field) => visit(field, rest, create, set),
                    None => Ok(()),
                };
            }
            let make = || match create {
                Create::Scalar if rest.is_empty() => Value::String(String::new()),
                _ => Value::Object(Map::new()),
            };
            let field = map.entry(name).or_insert_with(make);
            if field.is_null() {
                *field = make();
            }
            visit(field, rest, create, set)
        }
        _ => Err(format!(
            "a value stands where `{}` is looked for",
            path.replace('/', ".")
        )),
    }
}
