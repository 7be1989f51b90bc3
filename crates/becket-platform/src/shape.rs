//! The one source of a field's shape: from it come the decoder with its findings, and the JSON Schema.
//!
//! [`record!`] and [`choice!`] declare a type; its documentation comments are the schema's descriptions. Decoding never
//! stops at the first fault: what cannot be read is reported, a placeholder takes its place, and the rest is read. What
//! values mean together is the rules' business.

use becket_document::{KeyPath, Kind, Node, Style};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Findings, Place};
use crate::rules::{MISSING_FIELD, UNKNOWN_FIELD, WRONG_TYPE, WRONG_VALUE};

/// A type that stands in the platform file.
pub(crate) trait Shape: Sized {
    /// Its JSON Schema; what has a name of its own is put into `definitions` and referred to.
    fn schema(definitions: &mut Map<String, Value>) -> Value;

    /// Reads it from `node`, which stands at `at`; none after a finding was added.
    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self>;

    /// What it is where the field is not given; none where it must be given.
    fn absent() -> Option<Self> {
        None
    }

    /// What stands for a value that cannot be read, so that the rest can be checked.
    fn placeholder() -> Self;
}

/// A text that follows rules of its own.
pub(crate) trait Format: Sized {
    /// The rules as a regular expression for editors.
    const PATTERN: &'static str;
    /// What it is, with an example: `a range such as 10.10.0.0/16`.
    const EXPECTED: &'static str;

    /// Reads it.
    fn parse(text: &str) -> Result<Self, Wrong>;

    /// See [`Shape::placeholder`].
    fn placeholder() -> Self;
}

/// Why a text is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// A phrase that follows the text: `is longer than 53 characters`.
    pub(crate) reason: String,
    /// The text that was certainly meant.
    pub(crate) meant: Option<String>,
}

impl Wrong {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            meant: None,
        }
    }

    pub(crate) fn meant(reason: impl Into<String>, meant: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            meant: Some(meant.into()),
        }
    }
}

/// What stands at `node`, for messages.
fn found(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Null => "nothing",
        Kind::Bool(_) => "true or false",
        Kind::Number(_) => "a number",
        Kind::String(_) => "text",
        Kind::Sequence(_) => "a list",
        Kind::Mapping(_) => "a mapping",
    }
}

/// The value at `at` is of another type.
pub(crate) fn wrong_type(expected: &str, node: &Node, at: &KeyPath, findings: &mut Findings) {
    let place = if at.segments().is_empty() {
        "the file".to_owned()
    } else {
        format!("`{at}`")
    };
    let finding = Finding::new(
        &WRONG_TYPE,
        at,
        format!("{place}: expected {expected}, found {}", found(node)),
    )
    .label(format!("expected {expected}"));
    findings.push_broken(at, finding);
}

/// The value at `at` is of the right type, and not one it can have.
pub(crate) fn wrong_value(finding: Finding, at: &KeyPath, findings: &mut Findings) {
    findings.push_broken(at, finding);
}

/// Text; a number or a truth value in its place is told to be quoted, as `1.30` would otherwise become `1.3`.
pub(crate) fn text<'a>(node: &'a Node, at: &KeyPath, findings: &mut Findings) -> Option<&'a str> {
    match &node.kind {
        Kind::String(text) => Some(text),
        Kind::Number(_) | Kind::Bool(_) => {
            let finding = Finding::new(
                &WRONG_TYPE,
                at,
                format!("`{at}`: expected text, found {}", found(node)),
            )
            .label("expected text")
            .help("put it in quotes");
            findings.push_broken(at, finding);
            None
        }
        _ => {
            wrong_type("text", node, at, findings);
            None
        }
    }
}

impl<T: Format> Shape for T {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "type": "string", "pattern": T::PATTERN })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let text = text(node, at, findings)?;
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let message = format!("`{at}`: `{text}` {}", wrong.reason);
                let mut finding =
                    Finding::new(&WRONG_VALUE, at, message).label(format!("expected {}", T::EXPECTED));
                if let Some(meant) = wrong.meant {
                    let quote = if node.style == Style::Quoted { "\"" } else { "" };
                    finding = finding
                        .help(format!("did you mean `{meant}`?"))
                        .replace_by(format!("{quote}{meant}{quote}"));
                }
                wrong_value(finding, at, findings);
                None
            }
        }
    }

    fn placeholder() -> Self {
        T::placeholder()
    }
}

impl Shape for bool {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "type": "boolean" })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        if let Kind::Bool(value) = node.kind {
            return Some(value);
        }
        wrong_type("true or false", node, at, findings);
        None
    }

    fn placeholder() -> Self {
        false
    }
}

/// A whole number from `min` to `max`.
pub(crate) fn whole(
    node: &Node,
    at: &KeyPath,
    (min, max): (u32, u32),
    findings: &mut Findings,
) -> Option<u32> {
    let Kind::Number(number) = &node.kind else {
        wrong_type("a number", node, at, findings);
        return None;
    };
    let value = number.as_u64().and_then(|value| u32::try_from(value).ok());
    let value = value.filter(|value| (min..=max).contains(value));
    if value.is_none() {
        let message = format!("`{at}`: {number} is not a whole number from {min} to {max}");
        let finding = Finding::new(&WRONG_VALUE, at, message).label(format!("expected {min} to {max}"));
        wrong_value(finding, at, findings);
    }
    value
}

impl Shape for u32 {
    fn schema(_: &mut Map<String, Value>) -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": 10_000 })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        whole(node, at, (0, 10_000), findings)
    }

    fn placeholder() -> Self {
        0
    }
}

impl<T: Shape> Shape for Option<T> {
    fn schema(definitions: &mut Map<String, Value>) -> Value {
        T::schema(definitions)
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        T::decode(node, at, findings).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn placeholder() -> Self {
        None
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema(definitions: &mut Map<String, Value>) -> Value {
        json!({ "type": "array", "items": T::schema(definitions) })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let Kind::Sequence(items) = &node.kind else {
            wrong_type("a list", node, at, findings);
            return None;
        };
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            match T::decode(item, &at, findings) {
                Some(item) => list.push(item),
                None => findings.drop_item(at),
            }
        }
        Some(list)
    }

    fn placeholder() -> Self {
        Self::new()
    }
}

impl<K: Format + Eq + std::hash::Hash, T: Shape> Shape for IndexMap<K, T> {
    fn schema(definitions: &mut Map<String, Value>) -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": K::PATTERN },
            "additionalProperties": T::schema(definitions),
        })
    }

    fn decode(node: &Node, at: &KeyPath, findings: &mut Findings) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            wrong_type("a mapping", node, at, findings);
            return None;
        };
        let mut map = Self::new();
        for entry in entries {
            let name = entry.name();
            let at = at.key(&*name);
            let value = T::decode(&entry.value, &at, findings);
            match K::parse(&name) {
                Ok(key) => map.extend(value.map(|value| (key, value))),
                Err(wrong) => {
                    let mut finding = Finding::new(
                        &WRONG_VALUE,
                        Place::Key(at.clone()),
                        format!("the name `{name}` {}", wrong.reason),
                    )
                    .label(format!("expected {}", K::EXPECTED));
                    if let Some(meant) = wrong.meant {
                        finding = finding.help(format!("did you mean `{meant}`?")).replace_by(meant);
                    }
                    findings.push_broken(&at, finding);
                }
            }
        }
        Some(map)
    }

    fn placeholder() -> Self {
        Self::new()
    }
}

/// Reports the keys of `node` that `known` does not hold.
pub(crate) fn unknown_fields(node: &Node, at: &KeyPath, known: &[&str], findings: &mut Findings) {
    for entry in node.entries() {
        let name = entry.name();
        if known.contains(&&*name) {
            continue;
        }
        let of = if at.segments().is_empty() {
            "the platform".to_owned()
        } else {
            format!("`{at}`")
        };
        let finding = Finding::new(
            &UNKNOWN_FIELD,
            Place::Key(at.key(&*name)),
            format!("{of} has no field `{name}`"),
        )
        .label("unknown field")
        .did_you_mean(&name, known.iter().copied());
        findings.push_read(finding);
        if let Some(meant) = becket_source::did_you_mean(&name, known.iter().copied()) {
            findings.mark_broken(at.key(meant));
        }
    }
}

/// Reads the field `name` of the record at `at`, or takes what stands for it.
pub(crate) fn field<T: Shape>(
    node: &Node,
    at: &KeyPath,
    name: &'static str,
    default: Option<T>,
    findings: &mut Findings,
) -> T {
    let path = at.key(name);
    if let Some(value) = node.get(name) {
        return T::decode(value, &path, findings).unwrap_or_else(T::placeholder);
    }
    if let Some(value) = default.or_else(T::absent) {
        return value;
    }
    if findings.is_broken(&path) {
        return T::placeholder();
    }
    let of = if at.segments().is_empty() {
        "the platform".to_owned()
    } else {
        format!("`{at}`")
    };
    let place = if at.segments().is_empty() {
        Place::Value(path.clone())
    } else {
        Place::Key(at.clone())
    };
    let finding = Finding::new(&MISSING_FIELD, place, format!("{of} has no `{name}`"))
        .label(format!("`{name}` is missing"))
        .help(format!("add `{name}:`"));
    findings.push_broken(&path, finding);
    T::placeholder()
}

/// The documentation comments' lines as one text.
pub(crate) fn description(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// The schema of a record from its fields: name, documentation, schema, whether it must be given.
pub(crate) fn record_schema(description: &str, fields: Vec<(&'static str, String, Value, bool)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, description, mut schema, must) in fields {
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), description.into());
        }
        properties.insert(name.to_owned(), schema);
        if must {
            required.push(Value::from(name));
        }
    }
    let mut schema = json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// Declares a mapping with known fields. A field is `name: Type`, with `= default` where it need not be given and
/// `; later` where this version does not act on it. `Option` fields need not be given. A field whose name is no Rust
/// name says `as "name"`. The record knows its place: `at`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident $(as $key:literal)? : $type:ty $(= $default:expr)? $(; $later:ident)?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                pub $field: $type,
            )*
            /// Where it stands in the platform file.
            pub at: becket_document::KeyPath,
        }

        impl $crate::shape::Shape for $name {
            fn schema(definitions: &mut serde_json::Map<String, serde_json::Value>) -> serde_json::Value {
                let name = stringify!($name);
                if !definitions.contains_key(name) {
                    definitions.insert(name.to_owned(), serde_json::Value::Null);
                    let fields = vec![$({
                        let default: Option<$type> = None$(.or(Some($default)))?;
                        let must = default.is_none() && <$type as $crate::shape::Shape>::absent().is_none();
                        (
                            $crate::shape::field_name!($field $($key)?),
                            $crate::shape::description(&[$($field_doc),*]),
                            <$type as $crate::shape::Shape>::schema(definitions),
                            must,
                        )
                    }),*];
                    let schema = $crate::shape::record_schema(&$crate::shape::description(&[$($doc),*]), fields);
                    definitions.insert(name.to_owned(), schema);
                }
                serde_json::json!({ "$ref": format!("#/$defs/{name}") })
            }

            fn decode(
                node: &becket_document::Node,
                at: &becket_document::KeyPath,
                findings: &mut $crate::finding::Findings,
            ) -> Option<Self> {
                if !matches!(node.kind, becket_document::Kind::Mapping(_)) {
                    $crate::shape::wrong_type("a mapping", node, at, findings);
                    return None;
                }
                $crate::shape::unknown_fields(node, at, &[$($crate::shape::field_name!($field $($key)?)),*], findings);
                Some(Self {
                    $($field: {
                        let default: Option<$type> = None$(.or(Some($default)))?;
                        let name = $crate::shape::field_name!($field $($key)?);
                        $($crate::shape::$later(node, at, name, findings);)?
                        $crate::shape::field(node, at, name, default, findings)
                    },)*
                    at: at.clone(),
                })
            }

            fn placeholder() -> Self {
                Self {
                    $($field: {
                        let default: Option<$type> = None$(.or(Some($default)))?;
                        default
                            .or_else(<$type as $crate::shape::Shape>::absent)
                            .unwrap_or_else(<$type as $crate::shape::Shape>::placeholder)
                    },)*
                    at: becket_document::KeyPath::root(),
                }
            }
        }
    };
}

/// Notes that the field `name` is given and not acted on yet; given and empty is as not given.
pub(crate) fn later(node: &Node, at: &KeyPath, name: &'static str, findings: &mut Findings) {
    let given = node.get(name).is_some_and(|value| match &value.kind {
        Kind::Mapping(entries) => !entries.is_empty(),
        Kind::Sequence(items) => !items.is_empty(),
        _ => true,
    });
    if given {
        findings.later.push(at.key(name));
    }
}

/// Declares a text that is one of a set. The first one is what stands for a wrong one.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:literal])*
                $variant:ident = $text:literal,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(
                $(#[doc = $variant_doc])*
                $variant,
            )*
        }

        impl $name {
            /// All of them, as they stand in the platform file.
            pub const ALL: &'static [&'static str] = &[$($text),*];

            /// As it stands in the platform file.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl $crate::shape::Shape for $name {
            fn schema(_: &mut serde_json::Map<String, serde_json::Value>) -> serde_json::Value {
                serde_json::json!({ "oneOf": [
                    $({ "const": $text, "description": $crate::shape::description(&[$($variant_doc),*]) }),*
                ] })
            }

            fn decode(
                node: &becket_document::Node,
                at: &becket_document::KeyPath,
                findings: &mut $crate::finding::Findings,
            ) -> Option<Self> {
                let text = $crate::shape::text(node, at, findings)?;
                match text {
                    $($text => return Some(Self::$variant),)*
                    _ => {}
                }
                $crate::shape::not_in_set(text, Self::ALL, at, findings);
                None
            }

            fn placeholder() -> Self {
                [$(Self::$variant),*][0]
            }
        }
    };
}

/// The text at `at` is none of `set`.
pub(crate) fn not_in_set(text: &str, set: &[&str], at: &KeyPath, findings: &mut Findings) {
    let finding = Finding::new(&WRONG_VALUE, at, format!("`{at}`: `{text}` is not known"))
        .did_you_mean(text, set.iter().copied());
    wrong_value(finding, at, findings);
}

/// A field's name in the file.
macro_rules! field_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

pub(crate) use {choice, field_name, record};
