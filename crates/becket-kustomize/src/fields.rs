//! Reads the fields of a kustomization file into types, and says at each place what does not fit. A field that does not
//! fit is left out, so that all findings of a file come at once.

use becket_document::{Kind, Node, Style};
use becket_source::{Diagnostic, Location, Span, did_you_mean};

use crate::codes;
use crate::yaml;

/// A text, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Span,
}

/// A file that is read, and what was found in it.
pub(crate) struct Reader<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) findings: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        let place = Location::new(self.path, span);
        self.findings
            .push(Diagnostic::error(code, message, place).help(help));
    }

    /// Says of every field of `node` that is not in `known` that there is none.
    pub(crate) fn only(
        &mut self,
        node: &Node,
        what: &str,
        known: &[&'static str],
        unsupported: &[(&'static str, &str)],
    ) {
        for entry in node.entries() {
            let name = entry.name();
            if known.contains(&&*name) {
                continue;
            }
            let place = Location::new(self.path, entry.key.span);
            if let Some((_, remedy)) = unsupported.iter().find(|(field, _)| *field == name) {
                let message = format!("`{name}` of {what} is not carried out here");
                self.findings
                    .push(Diagnostic::error(codes::UNSUPPORTED_FIELD, message, place).help(*remedy));
                continue;
            }
            let all = known
                .iter()
                .copied()
                .chain(unsupported.iter().map(|(field, _)| *field));
            let message = format!("{what} has no field `{name}`");
            let finding = Diagnostic::error(codes::UNKNOWN_FIELD, message, place);
            self.findings.push(match did_you_mean(&name, all) {
                Some(meant) => finding
                    .help(format!("did you mean `{meant}`?"))
                    .fix(entry.key.span, meant),
                None => finding.help(format!("its fields are {}", known.join(", "))),
            });
        }
    }

    /// Whether `node` is a mapping; an absent value is none, silently.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Node> {
        match &node.kind {
            Kind::Mapping(_) => Some(node),
            Kind::Null => None,
            _ => {
                self.error(
                    codes::FORMAT,
                    format!("{what} is not a mapping"),
                    node.span,
                    "write `key: value` lines",
                );
                None
            }
        }
    }

    /// The items of a list; none where there is no value.
    pub(crate) fn items<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Node] {
        match node.map(|node| (&node.kind, node)) {
            None | Some((Kind::Null, _)) => &[],
            Some((Kind::Sequence(items), _)) => items,
            Some((_, node)) => {
                self.error(
                    codes::FORMAT,
                    format!("{what} is not a list"),
                    node.span,
                    "write each item behind a `- `",
                );
                &[]
            }
        }
    }

    /// A text; what reads as a number or a truth value is none.
    pub(crate) fn text(&mut self, node: &Node, what: &str) -> Option<Text> {
        let written = self.written(node);
        let is_text = match &node.kind {
            Kind::String(_) => {
                node.style != Style::Plain || yaml::is_text_in_yaml_1_1(written) || is_date(written)
            }
            Kind::Null => return None,
            _ => false,
        };
        if let (true, Some(value)) = (is_text, node.as_str()) {
            if let Some(character) = yaml::unwritable(value) {
                let message = format!("{what} holds the character `{}`", character.escape_unicode());
                let place = Location::new(self.path, node.span);
                let finding = Diagnostic::error(codes::FORMAT, message, place);
                self.findings
                    .push(finding.note(yaml::UNWRITABLE).help("remove it"));
                return None;
            }
            return Some(Text {
                value: value.to_owned(),
                span: node.span,
            });
        }
        if matches!(node.kind, Kind::Sequence(_) | Kind::Mapping(_)) {
            self.error(
                codes::FORMAT,
                format!("{what} is not text"),
                node.span,
                "write one value",
            );
        } else {
            let quoted = format!("\"{written}\"");
            let place = Location::new(self.path, node.span);
            let finding = Diagnostic::error(codes::FORMAT, format!("{what} is not text: `{written}`"), place)
                .note("kustomize reads it as a number or a truth value")
                .help(format!("put it in quotes: `{quoted}`"));
            self.findings.push(finding.fix(node.span, quoted));
        }
        None
    }

    /// The text of a field; none where it is absent or empty.
    pub(crate) fn field(&mut self, node: &Node, name: &str, what: &str) -> Option<Text> {
        let text = self.text(node.get(name)?, &format!("`{name}` of {what}"))?;
        (!text.value.is_empty()).then_some(text)
    }

    /// The texts of a list.
    pub(crate) fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<Text> {
        let items = self.items(node, what);
        items
            .iter()
            .filter_map(|item| {
                if item.kind == Kind::Null {
                    self.error(
                        codes::FORMAT,
                        format!("an item of {what} is empty"),
                        item.span,
                        "remove it or fill it in",
                    );
                    return None;
                }
                self.text(item, &format!("an item of {what}"))
            })
            .collect()
    }

    /// A mapping of texts, sorted by key.
    pub(crate) fn pairs(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, String)> {
        let Some(node) = node.and_then(|node| self.mapping(node, what)) else {
            return Vec::new();
        };
        let mut pairs: Vec<(String, String)> = node
            .entries()
            .iter()
            .filter_map(|entry| {
                let key = entry.name().into_owned();
                if !self.is_key(&entry.key) {
                    let place = Location::new(self.path, entry.key.span);
                    let message = format!("the key `{key}` of {what} is not text to kustomize");
                    self.findings.push(
                        Diagnostic::error(codes::FORMAT, message, place)
                            .note("kustomize 5.8.2 takes it for a number or a truth value, and fails")
                            .help("put it in quotes, or give it another name where it still fails"),
                    );
                    return None;
                }
                if entry.value.kind == Kind::Null {
                    return Some((key, String::new()));
                }
                let value = self.text(&entry.value, &format!("`{key}` of {what}"))?;
                Some((key, value.value))
            })
            .collect();
        pairs.sort();
        pairs
    }

    /// A truth value; absent is false.
    pub(crate) fn truth(&mut self, node: &Node, name: &str, what: &str) -> bool {
        let Some(node) = node.get(name) else {
            return false;
        };
        match &node.kind {
            Kind::Bool(value) => *value,
            Kind::Null => false,
            Kind::String(text) if node.style == Style::Plain && !yaml::is_text_in_yaml_1_1(text) => {
                matches!(
                    text.as_str(),
                    "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON"
                )
            }
            _ => {
                self.error(
                    codes::FORMAT,
                    format!("`{name}` of {what} is neither true nor false"),
                    node.span,
                    "write `true` or `false`",
                );
                false
            }
        }
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, node: &Node, what: &str) -> Option<i64> {
        if let Kind::Number(_) = node.kind
            && let Some(serde_json::Value::Number(number)) = yaml::resolve(self.written(node))
            && let Some(number) = number.as_i64()
        {
            return Some(number);
        }
        self.error(
            codes::FORMAT,
            format!("{what} is not a whole number"),
            node.span,
            "write digits without quotes",
        );
        None
    }

    /// Whether a key is text on the whole way through kustomize, which takes its quotes off.
    fn is_key(&self, key: &Node) -> bool {
        let plain = key.style == Style::Plain;
        let Some(text) = key.as_str() else {
            return false;
        };
        yaml::is_key(text) && (!plain || yaml::is_text_in_yaml_1_1(self.written(key)))
    }

    fn written(&self, node: &Node) -> &str {
        self.text.get(node.span.start..node.span.end).unwrap_or_default()
    }
}

/// A date is kept as the text that it is written as.
fn is_date(written: &str) -> bool {
    written.contains('-') && matches!(yaml::resolve(written), Some(serde_json::Value::String(_)))
}
