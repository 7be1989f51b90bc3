//! Sprig's functions on texts.

use super::{Answer, Function, fixed, open, text, whole};
use crate::error::Fail;
use crate::print;
use crate::value::{Element, List, Map, Value};
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("trim", 1, |_, given| Ok(Value::str(text(given, 0)?.trim()))),
    fixed("upper", 1, |_, given| {
        Ok(Value::str(text(given, 0)?.to_uppercase()))
    }),
    fixed("lower", 1, |_, given| {
        Ok(Value::str(text(given, 0)?.to_lowercase()))
    }),
    fixed("trimall", 2, trim_all),
    fixed("trimAll", 2, trim_all),
    fixed("trimSuffix", 2, |_, given| {
        let (suffix, text) = (text(given, 0)?, text(given, 1)?);
        Ok(Value::str(text.strip_suffix(suffix).unwrap_or(text)))
    }),
    fixed("trimPrefix", 2, |_, given| {
        let (prefix, text) = (text(given, 0)?, text(given, 1)?);
        Ok(Value::str(text.strip_prefix(prefix).unwrap_or(text)))
    }),
    fixed("contains", 2, |_, given| {
        Ok(Value::Bool(text(given, 1)?.contains(text(given, 0)?)))
    }),
    fixed("hasPrefix", 2, |_, given| {
        Ok(Value::Bool(text(given, 1)?.starts_with(text(given, 0)?)))
    }),
    fixed("hasSuffix", 2, |_, given| {
        Ok(Value::Bool(text(given, 1)?.ends_with(text(given, 0)?)))
    }),
    fixed("replace", 3, |_, given| {
        let (old, new, text) = (text(given, 0)?, text(given, 1)?, text(given, 2)?);
        bounded(text.len().saturating_add(1).saturating_mul(new.len() + 1))?;
        Ok(Value::str(text.replace(old, new)))
    }),
    fixed("repeat", 2, |_, given| {
        let (count, text) = (whole(given, 0)?, text(given, 1)?);
        let count = usize::try_from(count)
            .map_err(|_| Fail::from("a text cannot be repeated a negative number of times"))?;
        bounded(count.saturating_mul(text.len()))?;
        Ok(Value::str(text.repeat(count)))
    }),
    fixed("trunc", 2, |_, given| {
        let (count, text) = (whole(given, 0)?, text(given, 1)?);
        let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
        Ok(if count < 0 && length + count > 0 {
            bytes(text, length + count, length)
        } else if count >= 0 && length > count {
            bytes(text, 0, count)
        } else {
            Value::str(text)
        })
    }),
    fixed("substr", 3, |_, given| {
        let (start, end, text) = (whole(given, 0)?, whole(given, 1)?, text(given, 2)?);
        let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
        let (from, to) = if start < 0 {
            (0, end)
        } else if end < 0 || end > length {
            (start, length)
        } else {
            (start, end)
        };
        if from > to || to > length || to < 0 {
            return Err(format!("{start} to {end} lies outside a text of {length} bytes").into());
        }
        Ok(bytes(text, from, to))
    }),
    fixed("abbrev", 2, |_, given| {
        let (width, text) = (whole(given, 0)?, text(given, 1)?);
        if width < 4 {
            return Ok(Value::str(text));
        }
        Ok(Value::str(abbreviate(text, 0, width)))
    }),
    fixed("abbrevboth", 3, |_, given| {
        let (left, right, text) = (whole(given, 0)?, whole(given, 1)?, text(given, 2)?);
        if right < 4 || left > 0 && right < 7 {
            return Ok(Value::str(text));
        }
        Ok(Value::str(abbreviate(text, left, right)))
    }),
    fixed("indent", 2, |_, given| Ok(Value::str(indent(given)?))),
    fixed("nindent", 2, |_, given| {
        Ok(Value::str(format!("\n{}", indent(given)?)))
    }),
    open("quote", 0, |_, given| {
        let quoted: Vec<String> = present(given)
            .map(|value| print::quote(&print::plain(value)))
            .collect();
        Ok(Value::str(quoted.join(" ")))
    }),
    open("squote", 0, |_, given| {
        let quoted: Vec<String> = present(given)
            .map(|value| format!("'{}'", print::plain(value)))
            .collect();
        Ok(Value::str(quoted.join(" ")))
    }),
    open("cat", 0, |_, given| {
        let texts: Vec<String> = present(given).map(print::plain).collect();
        Ok(Value::str(texts.join(" ")))
    }),
    fixed("plural", 3, |_, given| {
        let (one, many, count) = (text(given, 0)?, text(given, 1)?, whole(given, 2)?);
        Ok(Value::str(if count == 1 { one } else { many }))
    }),
    fixed("toString", 1, |_, given| Ok(Value::str(print::plain(&given[0])))),
    fixed("toStrings", 1, |_, given| Ok(Value::strings(strings(&given[0])))),
    fixed("join", 2, |_, given| {
        Ok(Value::str(strings(&given[1]).join(text(given, 0)?)))
    }),
    fixed("splitList", 2, |_, given| {
        Ok(Value::strings(split(text(given, 0)?, text(given, 1)?, -1)))
    }),
    fixed("split", 2, |_, given| {
        Ok(numbered(&split(text(given, 0)?, text(given, 1)?, -1)))
    }),
    fixed("splitn", 3, |_, given| {
        Ok(numbered(&split(
            text(given, 0)?,
            text(given, 2)?,
            whole(given, 1)?,
        )))
    }),
    fixed("wrap", 2, |_, given| {
        Ok(Value::str(wrap(text(given, 1)?, whole(given, 0)?, "\n", false)))
    }),
    fixed("wrapWith", 3, |_, given| {
        Ok(Value::str(wrap(
            text(given, 2)?,
            whole(given, 0)?,
            text(given, 1)?,
            true,
        )))
    }),
    fixed("base", 1, |_, given| Ok(Value::str(path_base(text(given, 0)?)))),
    fixed("dir", 1, |_, given| Ok(Value::str(path_dir(text(given, 0)?)))),
    fixed("clean", 1, |_, given| Ok(Value::str(path_clean(text(given, 0)?)))),
    fixed("ext", 1, |_, given| Ok(Value::str(path_ext(text(given, 0)?)))),
    fixed("isAbs", 1, |_, given| {
        Ok(Value::Bool(text(given, 0)?.starts_with('/')))
    }),
    fixed("osBase", 1, |_, given| Ok(Value::str(path_base(text(given, 0)?)))),
    fixed("osDir", 1, |_, given| Ok(Value::str(path_dir(text(given, 0)?)))),
    fixed("osClean", 1, |_, given| {
        Ok(Value::str(path_clean(text(given, 0)?)))
    }),
    fixed("osExt", 1, |_, given| Ok(Value::str(path_ext(text(given, 0)?)))),
    fixed("osIsAbs", 1, |_, given| {
        Ok(Value::Bool(text(given, 0)?.starts_with('/')))
    }),
];

/// Refuses what would not fit.
fn bounded(length: usize) -> Result<(), Fail> {
    if length > print::TEXT {
        return Err(format!("the text would be longer than {} MiB", print::TEXT >> 20).into());
    }
    Ok(())
}

fn present(given: &[Value]) -> impl Iterator<Item = &Value> {
    given.iter().filter(|value| !value.is_nil())
}

/// The bytes from `start` to `end`; a character that is cut in half becomes U+FFFD.
fn bytes(text: &str, start: i64, end: i64) -> Value {
    let at = |number: i64| usize::try_from(number).unwrap_or(0).min(text.len());
    let part = &text.as_bytes()[at(start)..at(end).max(at(start))];
    Value::str(String::from_utf8_lossy(part))
}

fn trim_all(_: &mut crate::eval::Machine, given: &[Value]) -> Answer {
    let cut: Vec<char> = text(given, 0)?.chars().collect();
    Ok(Value::str(text(given, 1)?.trim_matches(cut.as_slice())))
}

fn indent(given: &[Value]) -> Result<String, Fail> {
    let (width, text) = (whole(given, 0)?, text(given, 1)?);
    let width =
        usize::try_from(width).map_err(|_| Fail::from("a text cannot be indented by a negative width"))?;
    let lines = text.matches('\n').count() + 1;
    bounded(width.saturating_mul(lines).saturating_add(text.len()))?;
    let pad = " ".repeat(width);
    Ok(format!("{pad}{}", text.replace('\n', &format!("\n{pad}"))))
}

fn abbreviate(text: &str, offset: i64, width: i64) -> String {
    let characters: Vec<char> = text.chars().collect();
    let length = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let part = |from: i64, to: i64| -> String {
        let at = |number: i64| usize::try_from(number).unwrap_or(0).min(characters.len());
        characters[at(from)..at(to).max(at(from))].iter().collect()
    };
    if length <= width {
        return text.to_owned();
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return part(0, width - 3) + "...";
    }
    if offset + width - 3 < length {
        return format!("...{}", abbreviate(&part(offset, length), 0, width - 3));
    }
    format!("...{}", part(length - (width - 3), length))
}

/// What a value is as a list of texts; nil items are left out.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::List(list) => present(&list.items).map(print::plain).collect(),
        Value::Nil | Value::Missing => Vec::new(),
        other => vec![print::plain(other)],
    }
}

/// Go's `strings.SplitN`.
fn split(separator: &str, text: &str, count: i64) -> Vec<String> {
    match count {
        0 => Vec::new(),
        _ if separator.is_empty() => text.chars().map(String::from).collect(),
        count if count > 0 => text
            .splitn(usize::try_from(count).unwrap_or(usize::MAX), separator)
            .map(str::to_owned)
            .collect(),
        _ => text.split(separator).map(str::to_owned).collect(),
    }
}

fn numbered(parts: &[String]) -> Value {
    let entries = parts
        .iter()
        .enumerate()
        .map(|(at, part)| (format!("_{at}"), Value::str(part)))
        .collect();
    Value::Map(Rc::new(Map {
        entries: RefCell::new(entries),
        element: Element::Str,
    }))
}

/// Breaks lines at spaces so that they are no longer than `width`; words that are longer are cut where `cut` says so.
fn wrap(text: &str, width: i64, newline: &str, cut: bool) -> String {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let newline = if newline.is_empty() { "\n" } else { newline };
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while characters.len() - at > width {
        if characters[at] == ' ' {
            at += 1;
            continue;
        }
        let space = (at..=at + width).rev().find(|place| characters[*place] == ' ');
        let end = match space {
            Some(space) if space >= at => space,
            _ if cut => {
                out.extend(&characters[at..at + width]);
                out.push_str(newline);
                at += width;
                continue;
            }
            _ => {
                let Some(space) = (at + width..characters.len()).find(|place| characters[*place] == ' ')
                else {
                    out.extend(&characters[at..]);
                    return out;
                };
                space
            }
        };
        out.extend(&characters[at..end]);
        out.push_str(newline);
        at = end + 1;
    }
    out.extend(&characters[at..]);
    out
}

/// Go's `path.Base`.
pub(crate) fn path_base(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/".to_owned();
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed).to_owned()
}

fn path_ext(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.')
        .map(|at| name[at..].to_owned())
        .unwrap_or_default()
}

fn path_dir(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => path_clean(&path[..=at]),
        None => ".".to_owned(),
    }
}

/// Go's `path.Clean`.
fn path_clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Argo CD's `normalize`: a name that DNS allows.
pub(crate) fn sanitize_name(name: &str) -> String {
    let mut clean: String = name
        .to_lowercase()
        .chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' | '-' | '.' => character,
            _ => '-',
        })
        .collect();
    clean.truncate(253);
    clean.trim_matches(['-', '.']).to_owned()
}

/// A list of the same kind with other items.
pub(super) fn like(list: &List, items: Vec<Value>) -> Value {
    Value::List(Rc::new(List {
        items,
        element: list.element,
    }))
}
