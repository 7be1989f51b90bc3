//! Sprig's functions on dicts. A dict is shared: `set` changes it for all who hold it, as in Go.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Answer, Function, entries, fixed, map, open, text};
use crate::error::Fail;
use crate::eval::Machine;
use crate::print;
use crate::value::{List, Map, NESTING, PARTS, Value};

pub(crate) const FUNCTIONS: &[Function] = &[
    open("dict", 0, |_, given| {
        let mut entries = BTreeMap::new();
        for pair in given.chunks(2) {
            let value = pair.get(1).cloned().unwrap_or_else(|| Value::str(""));
            entries.insert(print::plain(&pair[0]), nil(value));
        }
        Ok(Value::map(entries))
    }),
    fixed("get", 2, |_, given| {
        let found = entries(given, 0)?.remove(text(given, 1)?);
        Ok(found.unwrap_or_else(|| Value::str("")))
    }),
    fixed("set", 3, |_, given| {
        let key = text(given, 1)?.to_owned();
        map(given, 0)?
            .entries
            .borrow_mut()
            .insert(key, nil(given[2].clone()));
        Ok(given[0].clone())
    }),
    fixed("unset", 2, |_, given| {
        let removed = map(given, 0)?.entries.borrow_mut().remove(text(given, 1)?);
        drop(removed);
        Ok(given[0].clone())
    }),
    fixed("hasKey", 2, |_, given| {
        Ok(Value::Bool(entries(given, 0)?.contains_key(text(given, 1)?)))
    }),
    open("pluck", 1, |_, given| {
        let mut found = Vec::new();
        for at in 1..given.len() {
            found.extend(entries(given, at)?.remove(text(given, 0)?));
        }
        Ok(Value::list(found))
    }),
    // Go's order is by chance; ours is sorted.
    open("keys", 0, |_, given| {
        let mut keys = Vec::new();
        for at in 0..given.len() {
            keys.extend(entries(given, at)?.into_keys());
        }
        Ok(Value::strings(keys))
    }),
    fixed("values", 1, |_, given| {
        Ok(Value::list(entries(given, 0)?.into_values().collect()))
    }),
    open("pick", 1, |_, given| chosen(given, true)),
    open("omit", 1, |_, given| chosen(given, false)),
    open("merge", 1, |_, given| merge(given, false)),
    open("mustMerge", 1, |_, given| merge(given, false)),
    open("mergeOverwrite", 1, |_, given| merge(given, true)),
    open("mustMergeOverwrite", 1, |_, given| merge(given, true)),
    fixed("deepCopy", 1, deep_copy),
    fixed("mustDeepCopy", 1, deep_copy),
    open("dig", 3, dig),
];

fn nil(value: Value) -> Value {
    match value {
        Value::Missing => Value::Nil,
        value => value,
    }
}

fn chosen(given: &[Value], wanted: bool) -> Answer {
    let mut keys = Vec::new();
    for at in 1..given.len() {
        keys.push(text(given, at)?);
    }
    let mut entries = entries(given, 0)?;
    entries.retain(|key, _| keys.contains(&key.as_str()) == wanted);
    Ok(Value::map(entries))
}

/// Merges all dicts into the first. What is empty there counts as absent; with `overwrite` what comes later wins, even
/// what is empty.
fn merge(given: &[Value], overwrite: bool) -> Answer {
    let mut parts = 0;
    for at in 1..given.len() {
        merge_into(map(given, 0)?, map(given, at)?, overwrite, &mut parts, 0)?;
    }
    map(given, 0)?;
    Ok(given[0].clone())
}

fn merge_into(
    into: &Rc<Map>,
    from: &Rc<Map>,
    overwrite: bool,
    parts: &mut usize,
    depth: usize,
) -> Result<(), Fail> {
    if Rc::ptr_eq(into, from) {
        return Ok(());
    }
    let entries: Vec<(String, Value)> = from
        .entries
        .borrow()
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for (key, value) in entries {
        *parts += 1;
        if *parts > PARTS || depth > NESTING {
            return Err("a dict is too large to be merged or refers to itself".into());
        }
        let there = into.entries.borrow().get(&key).cloned();
        match (&there, &value) {
            (Some(Value::Map(inner)), Value::Map(other)) => {
                merge_into(inner, other, overwrite, parts, depth + 1)?;
            }
            (Some(there), value) => {
                if overwrite || (!there.truth() && !value.is_nil()) {
                    into.entries.borrow_mut().insert(key, value.clone());
                }
            }
            (None, value) => {
                if overwrite || !value.is_nil() {
                    into.entries.borrow_mut().insert(key, value.clone());
                }
            }
        }
    }
    Ok(())
}

fn deep_copy(_: &mut Machine, given: &[Value]) -> Answer {
    if given[0].is_nil() {
        return Err("nothing cannot be copied".into());
    }
    let mut parts = 0;
    copy(&given[0], &mut parts, 0)
}

fn copy(value: &Value, parts: &mut usize, depth: usize) -> Answer {
    *parts += 1;
    if *parts > PARTS || depth > NESTING {
        return Err("a value is too large to be copied or refers to itself".into());
    }
    Ok(match value {
        Value::List(list) => Value::List(Rc::new(List {
            items: list
                .items
                .iter()
                .map(|item| copy(item, parts, depth + 1))
                .collect::<Result<_, _>>()?,
            element: list.element,
        })),
        Value::Map(map) => {
            let mut entries = BTreeMap::new();
            for (key, value) in &*map.entries.borrow() {
                entries.insert(key.clone(), copy(value, parts, depth + 1)?);
            }
            Value::Map(Rc::new(Map {
                entries: std::cell::RefCell::new(entries),
                element: map.element,
            }))
        }
        other => other.clone(),
    })
}

fn dig(_: &mut Machine, given: &[Value]) -> Answer {
    let (keys, default) = (&given[..given.len() - 2], &given[given.len() - 2]);
    let mut value = given[given.len() - 1].clone();
    map(given, given.len() - 1)?;
    for at in 0..keys.len() {
        let key = text(keys, at)?;
        let Value::Map(map) = &value else {
            return Err(format!("before `{key}` stands no dict, but {}", value.type_name()).into());
        };
        let found = map.entries.borrow().get(key).cloned();
        match found {
            Some(found) => value = found,
            None => return Ok(default.clone()),
        }
    }
    Ok(value)
}
