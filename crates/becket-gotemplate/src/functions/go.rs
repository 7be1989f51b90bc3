//! The functions that Go's `text/template` brings itself.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::{Answer, Function, fixed, open, text};
use crate::error::Fail;
use crate::eval::Machine;
use crate::print;
use crate::value::{IntType, List, Value};
use std::rc::Rc;

pub(crate) const FUNCTIONS: &[Function] = &[
    // `and` and `or` evaluate their arguments one by one; the evaluator does it.
    open("and", 1, |_, _| Ok(Value::Missing)),
    open("or", 1, |_, _| Ok(Value::Missing)),
    fixed("not", 1, |_, given| Ok(Value::Bool(!given[0].truth()))),
    open("call", 1, |_, _| Err("no value here is a function".into())),
    open("html", 0, |_, given| Ok(Value::str(html(&joined(given))))),
    open("js", 0, |_, given| Ok(Value::str(js(&joined(given))))),
    open("urlquery", 0, |_, given| {
        Ok(Value::str(url_query(&joined(given))))
    }),
    open("index", 1, index),
    open("slice", 1, slice),
    fixed("len", 1, len),
    open("print", 0, |_, given| Ok(Value::str(print::sprint(given)))),
    open("printf", 1, |_, given| {
        Ok(Value::str(print::sprintf(text(given, 0)?, &given[1..])))
    }),
    open("println", 0, |_, given| Ok(Value::str(print::sprintln(given)))),
    open("eq", 1, eq),
    fixed("ne", 2, |_, given| Ok(Value::Bool(!equal(&given[0], &given[1])?))),
    fixed("lt", 2, |_, given| {
        Ok(Value::Bool(order(given)? == Ordering::Less))
    }),
    fixed("le", 2, |_, given| {
        Ok(Value::Bool(order(given)? != Ordering::Greater))
    }),
    fixed("gt", 2, |_, given| {
        Ok(Value::Bool(order(given)? == Ordering::Greater))
    }),
    fixed("ge", 2, |_, given| {
        Ok(Value::Bool(order(given)? != Ordering::Less))
    }),
];

/// What the escaping functions escape.
fn joined(given: &[Value]) -> String {
    let shown: Vec<Value> = given
        .iter()
        .map(|value| {
            if value.is_nil() {
                Value::str("<no value>")
            } else {
                value.clone()
            }
        })
        .collect();
    print::sprint(&shown)
}

fn len(_: &mut Machine, given: &[Value]) -> Answer {
    let length = match &given[0] {
        Value::Str(text) => text.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.borrow().len(),
        Value::Nil | Value::Missing => return Err("nothing has no length".into()),
        other => return Err(format!("a value of type {} has no length", other.type_name()).into()),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn position(value: &Value, length: usize) -> Result<usize, Fail> {
    let Value::Int(number, _) = value else {
        return Err(Fail::Advice(
            format!(
                "a list cannot be indexed with a value of type {}",
                value.type_name()
            ),
            "numbers of values are float64; convert it with `int`".to_owned(),
        ));
    };
    usize::try_from(*number)
        .ok()
        .filter(|at| *at <= length)
        .ok_or_else(|| format!("the index {number} lies outside: there are {length}").into())
}

fn index(_: &mut Machine, given: &[Value]) -> Answer {
    let mut value = given[0].clone();
    if value.is_nil() {
        return Err("nothing cannot be indexed".into());
    }
    for key in &given[1..] {
        value = match &value {
            Value::List(list) => {
                let at = position(key, list.items.len())?;
                match list.items.get(at) {
                    Some(item) => item.clone(),
                    None => {
                        return Err(
                            format!("the index {at} lies outside: there are {}", list.items.len()).into(),
                        );
                    }
                }
            }
            Value::Str(text) => {
                let at = position(key, text.len())?;
                match text.as_bytes().get(at) {
                    Some(byte) => Value::Int(i64::from(*byte), IntType::Uint8),
                    None => {
                        return Err(format!("the index {at} lies outside: there are {}", text.len()).into());
                    }
                }
            }
            Value::Map(map) => match key {
                Value::Str(key) => map.entries.borrow().get(&**key).cloned().unwrap_or(
                    if map.element == crate::value::Element::Str {
                        Value::str("")
                    } else {
                        Value::Nil
                    },
                ),
                other => {
                    return Err(format!("a dict's keys are strings, not {}", other.type_name()).into());
                }
            },
            Value::Nil | Value::Missing => return Err("nothing cannot be indexed".into()),
            other => return Err(format!("a value of type {} cannot be indexed", other.type_name()).into()),
        };
    }
    Ok(value)
}

/// Go's `slice`; Sprig's of the same name hides it in Helm and Argo CD.
fn slice(_: &mut Machine, given: &[Value]) -> Answer {
    if given.len() > 4 {
        return Err(format!("{} indexes are too many", given.len() - 1).into());
    }
    let length = match &given[0] {
        Value::Str(text) => text.len(),
        Value::List(list) => list.items.len(),
        other => return Err(format!("a value of type {} cannot be sliced", other.type_name()).into()),
    };
    let mut bounds = Vec::new();
    for key in &given[1..] {
        bounds.push(position(key, length)?);
    }
    let start = bounds.first().copied().unwrap_or(0);
    let end = bounds.get(1).copied().unwrap_or(length);
    if start > end {
        return Err(format!("the start {start} lies behind the end {end}").into());
    }
    match &given[0] {
        Value::List(list) => Ok(Value::List(Rc::new(List {
            items: list.items[start..end].to_vec(),
            element: list.element,
        }))),
        Value::Str(_) if given.len() == 4 => Err("a string cannot be sliced with three indexes".into()),
        Value::Str(text) => match text.get(start..end) {
            Some(part) => Ok(Value::str(part)),
            None => Ok(Value::str(String::from_utf8_lossy(&text.as_bytes()[start..end]))),
        },
        _ => Ok(Value::Missing),
    }
}

fn eq(_: &mut Machine, given: &[Value]) -> Answer {
    if given.len() < 2 {
        return Err("a second value to compare with is missing".into());
    }
    for other in &given[1..] {
        if equal(&given[0], other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn basic(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bool(_) => "bool",
        Value::Int(_, IntType::Uint8) => "uint",
        Value::Int(..) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "string",
        _ => return None,
    })
}

/// Go's `eq` of two values: numbers of different types, and a number and a text, cannot be compared.
fn equal(a: &Value, b: &Value) -> Result<bool, Fail> {
    if a.is_nil() || b.is_nil() {
        return Ok(a.is_nil() && b.is_nil());
    }
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a == b),
        #[expect(clippy::float_cmp, reason = "as Go compares")]
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        (a, b) => match (basic(a), basic(b)) {
            (Some(_), Some(_)) => Err(incompatible(a, b)),
            _ => Err(format!(
                "values of type {} cannot be compared",
                if basic(a).is_none() {
                    a.type_name()
                } else {
                    b.type_name()
                }
            )
            .into()),
        },
    }
}

fn incompatible(a: &Value, b: &Value) -> Fail {
    let message = format!("{} and {} cannot be compared", a.type_name(), b.type_name());
    let numbers = |value: &Value| matches!(value, Value::Int(..) | Value::Float(_));
    if numbers(a) && numbers(b) {
        return Fail::Advice(
            message,
            "numbers of values are float64, and numbers without a decimal point are int; convert one with `int` or `float64`".to_owned(),
        );
    }
    message.into()
}

fn order(given: &[Value]) -> Result<Ordering, Fail> {
    match (&given[0], &given[1]) {
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a.cmp(b)),
        // Against NaN nothing is less; Go says the same of `lt` and differs in `le` alone.
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b).unwrap_or(Ordering::Greater)),
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        (a, b) => Err(incompatible(a, b)),
    }
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            control if (control as u32) < 0x20 => {
                let _ = write!(out, "\\u00{:02X}", control as u32);
            }
            other => out.push(other),
        }
    }
    out
}

fn url_query(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
