//! Patches by JSON 6902: operations in order, at places given by JSON pointers.
//!
//! As in kustomize: `replace` makes a key that is not there, and an index below zero counts from the end.

use serde_json::Value;

use crate::yaml::text;

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Value,
}

/// The operations of a patch; none where it is no list of operations.
pub(crate) fn read(patch: &Value) -> Option<Vec<Operation>> {
    patch
        .as_array()?
        .iter()
        .map(|operation| {
            let operation = operation.as_object()?;
            let field = |name| operation.get(name).and_then(Value::as_str).map(str::to_owned);
            Some(Operation {
                op: field("op").unwrap_or_default(),
                path: field("path"),
                from: field("from"),
                value: operation.get("value").cloned().unwrap_or_default(),
            })
        })
        .collect()
}

/// How many values the copies of one patch may add; past it is an error instead of an exhausted memory.
const COPIED: usize = 100_000;

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Carries `operations` out on `resource`.
pub(crate) fn apply(resource: &mut Value, operations: &[Operation]) -> Result<(), String> {
    let mut copied_values = 0;
    for operation in operations {
        let op = operation.op.as_str();
        let path = operation
            .path
            .as_deref()
            .ok_or_else(|| format!("`{op}` has no `path`"))?;
        let wrong = |error: String| format!("`{op}` at `{path}`: {error}");
        let from = || {
            operation
                .from
                .as_deref()
                .ok_or_else(|| wrong("it has no `from`".to_owned()))
        };
        match op {
            "add" => add(resource, path, operation.value.clone()).map_err(wrong)?,
            "remove" => {
                remove(resource, path).map_err(wrong)?;
            }
            "replace" => replace(resource, path, operation.value.clone()).map_err(wrong)?,
            "move" => {
                let moved = remove(resource, from()?).map_err(wrong)?;
                add(resource, path, moved).map_err(wrong)?;
            }
            "copy" => {
                let copied = get(resource, from()?)
                    .map_err(wrong)?
                    .cloned()
                    .unwrap_or_default();
                copied_values += count(&copied);
                if copied_values > COPIED {
                    return Err(wrong(format!("the patch copies more than {COPIED} values")));
                }
                add(resource, path, copied).map_err(wrong)?;
            }
            "test" => {
                let found = if path.is_empty() {
                    Some(&*resource)
                } else {
                    get(resource, path).map_err(wrong)?
                };
                if *found.unwrap_or(&Value::Null) != operation.value {
                    return Err(wrong("something else stands there".to_owned()));
                }
            }
            other => {
                return Err(format!(
                    "`{other}` is no operation: it is add, remove, replace, move, copy or test"
                ));
            }
        }
    }
    Ok(())
}

/// The collection that holds the end of `path`, and that end.
fn container<'a>(resource: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (_, path) = path.split_once('/').ok_or("a path begins with `/`")?;
    let decode = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let mut parts: Vec<String> = path.split('/').map(decode).collect();
    let key = parts.pop().unwrap_or_default();
    let mut at = resource;
    for part in parts {
        at = match at {
            Value::Object(map) => map.get_mut(&part),
            Value::Array(items) => {
                let index = index(&part, items.len(), items.len())?;
                items.get_mut(index)
            }
            _ => None,
        }
        .filter(|value| value.is_object() || value.is_array())
        .ok_or_else(|| format!("there is no collection `{part}`"))?;
    }
    Ok((at, key))
}

/// The index that `text` names in a list of `length`, below `end`.
fn index(text: &str, length: usize, end: usize) -> Result<usize, String> {
    let number: i64 = text
        .parse()
        .map_err(|_| format!("`{text}` is no index of a list"))?;
    let found = if number < 0 {
        usize::try_from(number.unsigned_abs())
            .ok()
            .and_then(|back| length.checked_sub(back))
    } else {
        usize::try_from(number).ok()
    };
    found
        .filter(|index| *index < end)
        .ok_or_else(|| format!("the list has no index {text}"))
}

fn get<'a>(resource: &'a mut Value, path: &str) -> Result<Option<&'a Value>, String> {
    let (container, key) = container(resource, path)?;
    Ok(match container {
        Value::Array(items) => {
            let index = index(&key, items.len(), items.len())?;
            items.get(index)
        }
        other => other.get(&key),
    })
}

fn add(resource: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let (container, key) = container(resource, path)?;
    match container {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let room = items.len() + 1;
            let index = index(&key, room, room)?;
            items.insert(index, value);
        }
        Value::Object(map) => {
            map.insert(key, value);
        }
        other => return Err(format!("`{}` is no collection", text(other))),
    }
    Ok(())
}

fn replace(resource: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        if !value.is_object() {
            return Err("a resource is replaced by a mapping only".to_owned());
        }
        *resource = value;
        return Ok(());
    }
    let (container, key) = container(resource, path)?;
    match container {
        Value::Array(items) => {
            let index = index(&key, items.len(), items.len())?;
            items[index] = value;
        }
        Value::Object(map) => {
            map.insert(key, value);
        }
        other => return Err(format!("`{}` is no collection", text(other))),
    }
    Ok(())
}

fn remove(resource: &mut Value, path: &str) -> Result<Value, String> {
    let (container, key) = container(resource, path)?;
    match container {
        Value::Array(items) => {
            let index = index(&key, items.len(), items.len())?;
            Ok(items.remove(index))
        }
        Value::Object(map) => map
            .shift_remove(&key)
            .ok_or_else(|| format!("there is no key `{key}`")),
        other => Err(format!("`{}` is no collection", text(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(mut resource: Value, patch: &Value) -> Result<Value, String> {
        apply(&mut resource, &read(patch).unwrap()).map(|()| resource)
    }

    #[test]
    fn pointers_escape_slashes_and_count_from_the_end() {
        let patch = json!([
            {"op": "add", "path": "/a~1b", "value": 1},
            {"op": "replace", "path": "/list/-1", "value": "last"},
            {"op": "add", "path": "/list/-", "value": "more"},
        ]);
        assert_eq!(
            patched(json!({"list": [1, 2]}), &patch),
            Ok(json!({"list": [1, "last", "more"], "a/b": 1}))
        );
    }

    #[test]
    fn what_is_not_there_is_said() {
        let error = |patch: Value| patched(json!({"list": [1]}), &patch).unwrap_err();
        assert_eq!(
            error(json!([{"op": "remove", "path": "/x"}])),
            "`remove` at `/x`: there is no key `x`"
        );
        assert_eq!(
            error(json!([{"op": "add", "path": "/list/5", "value": 1}])),
            "`add` at `/list/5`: the list has no index 5"
        );
        assert_eq!(
            error(json!([{"op": "add", "path": "/a/b"}])),
            "`add` at `/a/b`: there is no collection `a`"
        );
    }

    #[test]
    fn copies_that_would_exhaust_memory_are_refused() {
        let doubling: Vec<Value> = (0..64)
            .map(|step| json!({"op": "copy", "from": "/a", "path": format!("/a/{step}")}))
            .collect();
        let error = patched(json!({"a": {}}), &json!(doubling)).unwrap_err();
        assert!(error.contains("more than 100000 values"), "{error}");
    }
}
