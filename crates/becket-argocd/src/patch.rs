//! The `templatePatch` of an ApplicationSet, laid on the Applications that it makes.

use serde_json::{Value, json};

use crate::object::parse;

/// Lays a patch on an Application: mappings are merged, null deletes, lists are replaced but for finalizers, which are
/// joined.
pub(crate) fn apply(manifest: &mut Value, patch: &str) -> Result<(), String> {
    let (mut objects, errors) = parse(patch);
    if let Some(error) = errors.first() {
        return Err(format!("the templatePatch is no YAML: {}", error.message));
    }
    if objects.is_empty() {
        return Ok(());
    }
    let patch = objects.swap_remove(0).0;
    if !patch.is_object() {
        return Err("the templatePatch holds no keys with values".to_owned());
    }
    lay(manifest, &patch, "")
}

fn lay(under: &mut Value, over: &Value, path: &str) -> Result<(), String> {
    let (Some(map), Some(over)) = (under.as_object_mut(), over.as_object()) else {
        *under = over.clone();
        return Ok(());
    };
    for (key, value) in over {
        if key.starts_with("$patch") || key.starts_with("$setElementOrder") || key.starts_with("$retainKeys")
        {
            return Err(format!("`{key}` in a templatePatch is not supported"));
        }
        let path = format!("{path}.{key}");
        match value {
            Value::Null => {
                map.shift_remove(key);
            }
            Value::Object(_) => {
                let there = map.entry(key.clone()).or_insert_with(|| json!({}));
                if !there.is_object() {
                    *there = json!({});
                }
                lay(there, value, &path)?;
            }
            Value::Array(items) if path == ".metadata.finalizers" => {
                let mut joined = items.clone();
                let there = map.get(key).and_then(Value::as_array);
                joined.extend(
                    there
                        .into_iter()
                        .flatten()
                        .filter(|item| !items.contains(item))
                        .cloned(),
                );
                map.insert(key.clone(), Value::Array(joined));
            }
            other => {
                map.insert(key.clone(), other.clone());
            }
        }
    }
    Ok(())
}
