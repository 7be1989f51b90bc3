//! Sprig's functions on regular expressions and versions. Go's syntax of expressions is that of the crate `regex`.

use regex::{NoExpand, Regex};

use super::semver::{Constraint, Version};
use super::{Answer, Function, fixed, text, whole};
use crate::error::Fail;
use crate::eval::Machine;
use crate::value::{Object, Value};
use std::rc::Rc;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("regexMatch", 2, |_, given| {
        Ok(Value::Bool(regex(text(given, 0)?).is_ok_and(|regex| {
            text(given, 1).is_ok_and(|text| regex.is_match(text))
        })))
    }),
    fixed("mustRegexMatch", 2, |_, given| {
        Ok(Value::Bool(regex(text(given, 0)?)?.is_match(text(given, 1)?)))
    }),
    fixed("regexFind", 2, find),
    fixed("mustRegexFind", 2, find),
    fixed("regexFindAll", 3, find_all),
    fixed("mustRegexFindAll", 3, find_all),
    fixed("regexReplaceAll", 3, replace),
    fixed("mustRegexReplaceAll", 3, replace),
    fixed("regexReplaceAllLiteral", 3, replace_literal),
    fixed("mustRegexReplaceAllLiteral", 3, replace_literal),
    fixed("regexSplit", 3, split),
    fixed("mustRegexSplit", 3, split),
    fixed("regexQuoteMeta", 1, |_, given| {
        let quoted = text(given, 0)?.chars().fold(String::new(), |mut out, character| {
            if r"\.+*?()|[]{}^$".contains(character) {
                out.push('\\');
            }
            out.push(character);
            out
        });
        Ok(Value::str(quoted))
    }),
    fixed("semver", 1, |_, given| {
        let version = Version::parse(text(given, 0)?)?;
        Ok(Value::Object(Rc::new(version)))
    }),
    fixed("semverCompare", 2, |_, given| {
        let constraint = Constraint::parse(text(given, 0)?)?;
        Ok(Value::Bool(constraint.allows(&Version::parse(text(given, 1)?)?)))
    }),
];

fn regex(pattern: &str) -> Result<Regex, Fail> {
    regex::RegexBuilder::new(&translated(pattern))
        .size_limit(4 << 20)
        .build()
        .map_err(|error| {
            let why = last_line(&error.to_string());
            Fail::from(format!("`{pattern}` is no regular expression: {why}"))
        })
}

/// An expression of Go's in the words of the crate `regex`: Perl's classes mean ASCII, and in a class `[`, `&&`, `--` and
/// `~~` are plain characters.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
                Some('b') if !in_class => out.push_str("(?-u:\\b)"),
                Some('Q') => {
                    let quoted: String = rest.by_ref().collect();
                    let (literal, after) = quoted.split_once("\\E").unwrap_or((&quoted, ""));
                    return out + &regex::escape(literal) + &translated(after);
                }
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket that closes at once is a plain one.
                if rest.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                for character in rest.by_ref() {
                    out.push(character);
                    if character == ']' {
                        break;
                    }
                }
            }
            '[' | '&' | '~' if in_class => out.extend(['\\', character]),
            '-' if in_class && rest.peek() == Some(&'-') => out.push_str("\\-"),
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// How many of something a count asks for; below zero all.
fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find(_: &mut Machine, given: &[Value]) -> Answer {
    let found = regex(text(given, 0)?)?;
    let found = found.find(text(given, 1)?).map_or("", |found| found.as_str());
    Ok(Value::str(found))
}

fn find_all(_: &mut Machine, given: &[Value]) -> Answer {
    let regex = regex(text(given, 0)?)?;
    let found = regex.find_iter(text(given, 1)?).take(limit(whole(given, 2)?));
    Ok(Value::strings(found.map(|found| found.as_str())))
}

fn replace(_: &mut Machine, given: &[Value]) -> Answer {
    let regex = regex(text(given, 0)?)?;
    let (text, with) = (text(given, 1)?, text(given, 2)?);
    bounded(text, with)?;
    Ok(Value::str(regex.replace_all(text, with)))
}

fn replace_literal(_: &mut Machine, given: &[Value]) -> Answer {
    let regex = regex(text(given, 0)?)?;
    let (text, with) = (text(given, 1)?, text(given, 2)?);
    bounded(text, with)?;
    Ok(Value::str(regex.replace_all(text, NoExpand(with))))
}

fn bounded(text: &str, with: &str) -> Result<(), Fail> {
    let references = with.matches('$').count();
    let most = (text.len() + 1).saturating_mul(with.len() + 1 + references.saturating_mul(text.len()));
    if most > crate::print::TEXT * 64 {
        return Err("the text would grow too long".into());
    }
    Ok(())
}

/// Go's `Regexp.Split`: an empty match at the very beginning cuts nothing off.
fn split(_: &mut Machine, given: &[Value]) -> Answer {
    let regex = regex(text(given, 0)?)?;
    let (text, count) = (text(given, 1)?, whole(given, 2)?);
    if count == 0 {
        return Ok(Value::strings::<&str>([]));
    }
    if text.is_empty() && !regex.as_str().is_empty() {
        return Ok(Value::strings([""]));
    }
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in regex.find_iter(text).take(limit(count)) {
        if count > 0 && parts.len() + 1 == limit(count) {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(&text[begin..end]);
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(&text[begin..]);
    }
    Ok(Value::strings(parts))
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        "*semver.Version"
    }

    fn member(&self, name: &str, _: &[Value]) -> Option<Result<Value, Fail>> {
        let number = |number: u64| Value::int64(i64::try_from(number).unwrap_or(i64::MAX));
        Some(Ok(match name {
            "Major" => number(self.major),
            "Minor" => number(self.minor),
            "Patch" => number(self.patch),
            "Prerelease" => Value::str(&self.prerelease),
            "Metadata" => Value::str(&self.metadata),
            "Original" => Value::str(&self.original),
            "String" => Value::str(self.to_string()),
            _ => return None,
        }))
    }

    fn data(&self) -> serde_json::Value {
        serde_json::Value::String(self.to_string())
    }
}
