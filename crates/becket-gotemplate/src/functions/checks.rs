//! Sprig's functions on defaults, emptiness and types.

use super::{Function, fixed, open, text};
use crate::value::Value;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "default",
        least: 1,
        most: None,
        call: |_, given| {
            Ok(match given.get(1) {
                Some(value) if value.truth() => value.clone(),
                _ => given[0].clone(),
            })
        },
    },
    fixed("empty", 1, |_, given| Ok(Value::Bool(!given[0].truth()))),
    open("coalesce", 0, |_, given| {
        Ok(given
            .iter()
            .find(|value| value.truth())
            .cloned()
            .unwrap_or(Value::Nil))
    }),
    open("all", 0, |_, given| {
        Ok(Value::Bool(given.iter().all(Value::truth)))
    }),
    open("any", 0, |_, given| {
        Ok(Value::Bool(given.iter().any(Value::truth)))
    }),
    fixed("ternary", 3, |_, given| match &given[2] {
        Value::Bool(condition) => Ok(given[usize::from(!condition)].clone()),
        _ => Err(super::wrong(given, 2, "a bool")),
    }),
    fixed("typeOf", 1, |_, given| Ok(Value::str(given[0].type_name()))),
    fixed("typeIs", 2, |_, given| {
        Ok(Value::Bool(text(given, 0)? == given[1].type_name()))
    }),
    fixed("typeIsLike", 2, |_, given| {
        let (wanted, given) = (text(given, 0)?, given[1].type_name());
        Ok(Value::Bool(
            wanted == given || given.strip_prefix('*') == Some(wanted),
        ))
    }),
    fixed("kindOf", 1, |_, given| Ok(Value::str(given[0].kind_name()))),
    fixed("kindIs", 2, |_, given| {
        Ok(Value::Bool(text(given, 0)? == given[1].kind_name()))
    }),
    fixed("deepEqual", 2, |_, given| {
        Ok(Value::Bool(given[0].deep_equal(&given[1])))
    }),
    fixed("hello", 0, |_, _| Ok(Value::str("Hello!"))),
];
