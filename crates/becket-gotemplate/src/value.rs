//! Values as Go has them: numbers know their type, maps and lists are shared, and what is missing is not what is nil.
//!
//! Data comes in and goes out as [`serde_json::Value`]. As in Helm and Argo CD, every number that comes in is a float64.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map as JsonMap, Number, Value as Json};

use crate::error::Fail;

/// How many parts a value may have when it is walked as a whole.
pub(crate) const PARTS: usize = 1_000_000;
/// How deep a value may nest when it is walked as a whole.
pub(crate) const NESTING: usize = 100;

/// A value.
#[derive(Clone, Default)]
pub(crate) enum Value {
    /// Nothing at all: the key of no entry. Go's zero `reflect.Value`.
    #[default]
    Missing,
    /// A nil that stands somewhere.
    Nil,
    Bool(bool),
    Int(i64, IntType),
    Float(f64),
    Str(Rc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
    Object(Rc<dyn Object>),
}

/// Go's type of a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntType {
    Int,
    Int64,
    Uint8,
}

/// What a list or map was made to hold; Go's functions tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Any,
    Str,
    Int,
}

pub(crate) struct List {
    pub(crate) items: Vec<Value>,
    pub(crate) element: Element,
}

pub(crate) struct Map {
    pub(crate) entries: RefCell<BTreeMap<String, Value>>,
    pub(crate) element: Element,
}

/// A value with methods or with a closed set of fields.
pub(crate) trait Object {
    /// Go's name of its type.
    fn type_name(&self) -> &'static str;
    /// The field or method `name`, given `arguments`; none where there is no such thing.
    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, Fail>>;
    /// As plain data.
    fn data(&self) -> Json;
}

// Chains of thousands of nested values would exhaust the stack if each dropped the next one.
impl Drop for List {
    fn drop(&mut self) {
        take_apart(std::mem::take(&mut self.items));
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        take_apart(std::mem::take(self.entries.get_mut()).into_values().collect());
    }
}

fn take_apart(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(list) => {
                if let Some(mut list) = Rc::into_inner(list) {
                    values.append(&mut list.items);
                }
            }
            Value::Map(map) => {
                if let Some(mut map) = Rc::into_inner(map) {
                    values.extend(std::mem::take(map.entries.get_mut()).into_values());
                }
            }
            _ => {}
        }
    }
}

impl Value {
    pub(crate) fn str(text: impl AsRef<str>) -> Self {
        Self::Str(text.as_ref().into())
    }

    pub(crate) fn int(number: i64) -> Self {
        Self::Int(number, IntType::Int)
    }

    pub(crate) fn int64(number: i64) -> Self {
        Self::Int(number, IntType::Int64)
    }

    pub(crate) fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(List {
            items,
            element: Element::Any,
        }))
    }

    pub(crate) fn strings<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::List(Rc::new(List {
            items: items.into_iter().map(Value::str).collect(),
            element: Element::Str,
        }))
    }

    pub(crate) fn map(entries: BTreeMap<String, Value>) -> Self {
        Self::Map(Rc::new(Map {
            entries: RefCell::new(entries),
            element: Element::Any,
        }))
    }

    pub(crate) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Float(number.as_f64().unwrap_or_default()),
            Json::String(text) => Self::str(text),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => Self::map(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from_json(value)))
                    .collect(),
            ),
        }
    }

    /// As plain data, as Go's `encoding/json` would write it: whole floats become whole numbers.
    pub(crate) fn to_json(&self) -> Result<Json, Fail> {
        let mut parts = 0;
        self.json_within(&mut parts, 0)
    }

    fn json_within(&self, parts: &mut usize, depth: usize) -> Result<Json, Fail> {
        *parts += 1;
        if *parts > PARTS || depth > NESTING {
            return Err("a value is too large or refers to itself".into());
        }
        Ok(match self {
            Self::Missing | Self::Nil => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(number, _) => Json::Number((*number).into()),
            Self::Float(number) => json_number(*number)?,
            Self::Str(text) => Json::String(text.to_string()),
            Self::List(list) => Json::Array(
                list.items
                    .iter()
                    .map(|item| item.json_within(parts, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Map(map) => {
                let mut entries = JsonMap::new();
                for (key, value) in &*map.entries.borrow() {
                    entries.insert(key.clone(), value.json_within(parts, depth + 1)?);
                }
                Json::Object(entries)
            }
            Self::Object(object) => object.data(),
        })
    }

    /// Go's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_, IntType::Int) => "int",
            Self::Int(_, IntType::Int64) => "int64",
            Self::Int(_, IntType::Uint8) => "uint8",
            Self::Float(_) => "float64",
            Self::Str(_) => "string",
            Self::List(list) => match list.element {
                Element::Any => "[]interface {}",
                Element::Str => "[]string",
                Element::Int => "[]int",
            },
            Self::Map(map) => match map.element {
                Element::Str => "map[string]string",
                _ => "map[string]interface {}",
            },
            Self::Object(object) => object.type_name(),
        }
    }

    /// Go's kind of the type.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "invalid",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Object(_) => "struct",
            other => other.type_name(),
        }
    }

    /// Whether it counts as true: neither false, nor zero, nor nil, nor empty.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(number, _) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => !map.entries.borrow().is_empty(),
            Self::Object(_) => true,
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }

    /// How many parts it has, counted up to `limit`.
    pub(crate) fn parts(&self, limit: usize) -> usize {
        let mut waiting = vec![self.clone()];
        let mut count = 0;
        while let Some(value) = waiting.pop() {
            count += 1;
            if count >= limit {
                break;
            }
            let room = limit - count;
            match value {
                Value::List(list) => waiting.extend(list.items.iter().take(room).cloned()),
                Value::Map(map) => waiting.extend(map.entries.borrow().values().take(room).cloned()),
                _ => {}
            }
        }
        count
    }

    /// Go's `reflect.DeepEqual`. Values too large to be walked are unequal.
    pub(crate) fn deep_equal(&self, other: &Value) -> bool {
        let mut parts = 0;
        self.equal_within(other, &mut parts, 0)
    }

    fn equal_within(&self, other: &Value, parts: &mut usize, depth: usize) -> bool {
        *parts += 1;
        if *parts > PARTS || depth > NESTING {
            return false;
        }
        match (self, other) {
            (Self::Missing | Self::Nil, Self::Missing | Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a, s), Self::Int(b, t)) => a == b && s == t,
            #[expect(clippy::float_cmp, reason = "as Go compares")]
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.element == b.element
                    && a.items.len() == b.items.len()
                    && a.items
                        .iter()
                        .zip(&b.items)
                        .all(|(a, b)| a.equal_within(b, parts, depth + 1))
            }
            (Self::Map(a), Self::Map(b)) => {
                if Rc::ptr_eq(a, b) {
                    return true;
                }
                let (a_entries, b_entries) = (a.entries.borrow(), b.entries.borrow());
                a.element == b.element
                    && a_entries.len() == b_entries.len()
                    && a_entries
                        .iter()
                        .zip(b_entries.iter())
                        .all(|((k, a), (l, b))| k == l && a.equal_within(b, parts, depth + 1))
            }
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// A float as `encoding/json` writes it: the shortest digits that read back, and zeros.
fn json_number(number: f64) -> Result<Json, Fail> {
    if number.fract() == 0.0 && number.abs() < 1e21 {
        let digits = format!("{number}");
        if let Ok(whole) = digits.parse::<i64>() {
            return Ok(whole.into());
        }
        if let Ok(whole) = digits.parse::<u64>() {
            return Ok(whole.into());
        }
    }
    Number::from_f64(number)
        .map(Json::Number)
        .ok_or_else(|| Fail::from("a number that is not finite cannot be written as JSON"))
}
