//! How values are written as `terraform fmt` leaves them; `=` is aligned afterwards, in [`super::align`].

use serde_json::Value;

use crate::fragment::Fragment;
use crate::lines::pad;
use crate::node::{Kind, Node};

/// A collection that would be longer than this on one line is given a line per item.
const WIDTH: usize = 100;

/// Writes `value` in the place of `like`, on a line that is indented by `indent` and has `before` characters already.
pub(super) fn value(
    value: &Fragment,
    like: Option<&Node>,
    text: &str,
    indent: usize,
    before: usize,
) -> String {
    let mut out = String::new();
    Writer { text }.put(&mut out, value, like, indent, before, true);
    out
}

/// `name` as the key of an object: bare where it may be.
pub(super) fn key(name: &str) -> String {
    let mut characters = name.chars();
    let bare = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-')
        && !["null", "true", "false", "for"].contains(&name);
    if bare { name.to_owned() } else { quoted(name) }
}

struct Writer<'t> {
    /// The text that `like` was read from.
    text: &'t str,
}

impl Writer<'_> {
    fn put(
        &self,
        out: &mut String,
        value: &Fragment,
        like: Option<&Node>,
        indent: usize,
        before: usize,
        outermost: bool,
    ) {
        if !self.wants_lines(value, like, outermost)
            && let Some(line) = one_line(value)
            && (before + line.chars().count() <= WIDTH || !is_collection(value))
        {
            out.push_str(&line);
            return;
        }
        let inner = indent + 2;
        match value {
            Fragment::Scalar(value) => out.push_str(&scalar(value)),
            Fragment::Sequence(items) => {
                out.push_str("[\n");
                for (index, (comment, item)) in items.iter().enumerate() {
                    comment_lines(out, comment.as_deref(), inner);
                    pad(out, inner);
                    let like = like.and_then(|like| like.items().get(index).or(like.items().first()));
                    self.put(out, item, like, inner, inner + 1, false);
                    out.push_str(",\n");
                }
                pad(out, indent);
                out.push(']');
            }
            Fragment::Mapping(map) => {
                out.push_str("{\n");
                for (name, (comment, value)) in map {
                    comment_lines(out, comment.as_deref(), inner);
                    pad(out, inner);
                    let key = key(name);
                    out.push_str(&key);
                    out.push_str(" = ");
                    let like = like.and_then(|like| {
                        let first = like.entries().first().map(|entry| &entry.value);
                        like.get(name).or(first)
                    });
                    let before = inner + key.chars().count() + 3;
                    self.put(out, value, like, inner, before, false);
                    out.push('\n');
                }
                pad(out, indent);
                out.push('}');
            }
        }
    }

    /// Whether a collection gets a line per item, as the one that it takes the place of; without one, an object that is
    /// the whole of an attribute does, and one of objects.
    fn wants_lines(&self, value: &Fragment, like: Option<&Node>, outermost: bool) -> bool {
        if value.has_comments() {
            return true;
        }
        let like = like.filter(|like| like.is_collection() && !like.is_empty_collection());
        if let Some(like) = like {
            let same = matches!(
                (value, &like.kind),
                (Fragment::Sequence(_), Kind::Sequence(_)) | (Fragment::Mapping(_), Kind::Mapping(_))
            );
            if same {
                let written = self.text.get(like.span.start..like.span.end);
                return written.is_some_and(|written| written.contains('\n')) && !is_empty(value);
            }
        }
        match value {
            Fragment::Scalar(_) => false,
            Fragment::Sequence(items) => items.iter().any(|(_, item)| is_collection(item)),
            Fragment::Mapping(map) => {
                !map.is_empty()
                    && (outermost
                        || map
                            .values()
                            .any(|(_, value)| matches!(value, Fragment::Mapping(_))))
            }
        }
    }
}

fn is_collection(value: &Fragment) -> bool {
    !matches!(value, Fragment::Scalar(_))
}

fn is_empty(value: &Fragment) -> bool {
    match value {
        Fragment::Scalar(_) => false,
        Fragment::Sequence(items) => items.is_empty(),
        Fragment::Mapping(map) => map.is_empty(),
    }
}

/// The value on one line; none where it has comments.
fn one_line(value: &Fragment) -> Option<String> {
    if value.has_comments() {
        return None;
    }
    Some(match value {
        Fragment::Scalar(value) => scalar(value),
        Fragment::Sequence(items) => {
            let items: Option<Vec<_>> = items.iter().map(|(_, item)| one_line(item)).collect();
            format!("[{}]", items?.join(", "))
        }
        Fragment::Mapping(map) if map.is_empty() => "{}".to_owned(),
        Fragment::Mapping(map) => {
            let entries: Option<Vec<_>> = map
                .iter()
                .map(|(name, (_, value))| Some(format!("{} = {}", key(name), one_line(value)?)))
                .collect();
            format!("{{ {} }}", entries?.join(", "))
        }
    })
}

/// A scalar; what is no scalar in plain data is written as one line too.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => one_line(&value.clone().into()).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// `text` in quotes, so that nothing in it is an interpolation.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            _ if character.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

fn comment_lines(out: &mut String, comment: Option<&str>, indent: usize) {
    for line in comment.iter().flat_map(|comment| comment.lines()) {
        pad(out, indent);
        out.push_str("# ");
        out.push_str(line);
        out.push('\n');
    }
}
