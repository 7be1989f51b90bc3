//! What a patch's `target` selects: by expressions over kind, name and namespace, and by labels and annotations.

use regex::Regex;
use serde_json::Value;

use crate::fields::Text;
use crate::kustomization::Target;
use crate::resource::{Resource, group_version};
use crate::yaml;

/// A `target`, ready to be compared.
pub(crate) struct Selector {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

/// What one label must be.
#[derive(Debug, PartialEq, Eq)]
enum Requirement {
    Exists(String),
    Absent(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Above(String, i64),
    Below(String, i64),
}

/// What in a `target` is wrong, and the text that is.
pub(crate) type Wrong<'a> = (String, &'a Text);

impl Selector {
    pub(crate) fn new(target: &Target) -> Result<Self, Wrong<'_>> {
        Ok(Self {
            group: expression(target.group.as_ref())?,
            version: expression(target.version.as_ref())?,
            kind: expression(target.kind.as_ref())?,
            name: expression(target.name.as_ref())?,
            namespace: expression(target.namespace.as_ref())?,
            labels: requirements(target.label_selector.as_ref())?,
            annotations: requirements(target.annotation_selector.as_ref())?,
        })
    }

    pub(crate) fn selects(&self, resource: &Resource) -> bool {
        let fits = |expression: &Option<Regex>, text: &str| {
            expression.as_ref().is_none_or(|regex| regex.is_match(text))
        };
        let api_version = resource.api_version();
        let (group, version) = group_version(&api_version);
        if !(fits(&self.group, group) && fits(&self.version, version) && fits(&self.kind, &resource.kind())) {
            return false;
        }
        let original = resource.original();
        (fits(&self.name, &original.name) || fits(&self.name, &resource.name()))
            && (fits(&self.namespace, &original.namespace)
                || fits(&self.namespace, &resource.effective_namespace()))
            && meets(&self.labels, resource.value.pointer("/metadata/labels"))
            && meets(&self.annotations, resource.value.pointer("/metadata/annotations"))
    }
}

/// An expression for a whole text.
fn expression(text: Option<&Text>) -> Result<Option<Regex>, Wrong<'_>> {
    let Some(text) = text else {
        return Ok(None);
    };
    Regex::new(&format!("^(?:{})$", text.value))
        .map(Some)
        .map_err(|_| (format!("`{}` is no regular expression", text.value), text))
}

fn meets(requirements: &[Requirement], pairs: Option<&Value>) -> bool {
    requirements.iter().all(|requirement| {
        let value = |key: &str| pairs.and_then(|pairs| pairs.get(key)).map(yaml::text);
        let number = |key: &str| value(key).and_then(|value| value.parse::<i64>().ok());
        match requirement {
            Requirement::Exists(key) => value(key).is_some(),
            Requirement::Absent(key) => value(key).is_none(),
            Requirement::In(key, values) => {
                value(key).is_some_and(|value| values.iter().any(|other| *other == value))
            }
            Requirement::NotIn(key, values) => {
                value(key).is_none_or(|value| !values.iter().any(|other| *other == value))
            }
            Requirement::Above(key, limit) => number(key).is_some_and(|number| number > *limit),
            Requirement::Below(key, limit) => number(key).is_some_and(|number| number < *limit),
        }
    })
}

fn requirements(text: Option<&Text>) -> Result<Vec<Requirement>, Wrong<'_>> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    parts(&text.value)
        .into_iter()
        .map(|part| {
            requirement(part).ok_or_else(|| (format!("`{part}` is no requirement of a selector"), text))
        })
        .collect()
}

/// What commas separate, but for those in parentheses.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

fn requirement(part: &str) -> Option<Requirement> {
    let end = part.find(|c: char| c.is_whitespace() || "=!<>(),".contains(c));
    let (key, rest) = match end {
        Some(0) => {
            let key = part.strip_prefix('!')?.trim();
            return is_key(key).then(|| Requirement::Absent(key.to_owned()));
        }
        Some(at) => (&part[..at], part[at..].trim()),
        None => (part, ""),
    };
    if !is_key(key) {
        return None;
    }
    let key = key.to_owned();
    let one = |value: &str| {
        let value = value.trim();
        is_value(value).then(|| vec![value.to_owned()])
    };
    let several = |list: &str| -> Option<Vec<String>> {
        let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
        list.split(',')
            .map(|value| is_value(value.trim()).then(|| value.trim().to_owned()))
            .collect()
    };
    if rest.is_empty() {
        Some(Requirement::Exists(key))
    } else if let Some(value) = rest.strip_prefix("==").or_else(|| rest.strip_prefix('=')) {
        Some(Requirement::In(key, one(value)?))
    } else if let Some(value) = rest.strip_prefix("!=") {
        Some(Requirement::NotIn(key, one(value)?))
    } else if let Some(value) = rest.strip_prefix('>') {
        Some(Requirement::Above(key, value.trim().parse().ok()?))
    } else if let Some(value) = rest.strip_prefix('<') {
        Some(Requirement::Below(key, value.trim().parse().ok()?))
    } else if let Some(list) = rest.strip_prefix("notin") {
        Some(Requirement::NotIn(key, several(list)?))
    } else if let Some(list) = rest.strip_prefix("in") {
        Some(Requirement::In(key, several(list)?))
    } else {
        None
    }
}

/// A label's name with its domain.
fn is_key(key: &str) -> bool {
    let name = match key.split_once('/') {
        Some((domain, name)) if is_domain(domain) => name,
        Some(_) => return false,
        None => key,
    };
    !name.is_empty() && name.len() <= 63 && is_value(name)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(inner)
    };
    domain.len() <= 253 && domain.split('.').all(is_label)
}

fn is_value(value: &str) -> bool {
    let edge = |character: Option<char>| character.is_none_or(|character| character.is_ascii_alphanumeric());
    value.len() <= 63
        && value
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))
        && edge(value.chars().next())
        && edge(value.chars().next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_as_kubernetes_writes_them() {
        let read = |text: &str| {
            parts(text)
                .into_iter()
                .map(requirement)
                .collect::<Option<Vec<_>>>()
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(
            read("a=b, c != d,e in (x, y),!f,g"),
            Some(vec![
                Requirement::In(text("a"), vec![text("b")]),
                Requirement::NotIn(text("c"), vec![text("d")]),
                Requirement::In(text("e"), vec![text("x"), text("y")]),
                Requirement::Absent(text("f")),
                Requirement::Exists(text("g")),
            ])
        );
        assert_eq!(read("a=b c"), None);
        assert_eq!(read("=b"), None);
        assert!(read("example.com/a").is_some());
        assert_eq!(read("Example.com/a"), None);
    }
}
