//! Reads YAML into trees. Writing is `becket-kustomize`'s for whole streams and [`crate::edit`]'s for parts of a text.
//!
//! The grammar is read by `saphyr-parser`; what a plain scalar means is decided here, as Kubernetes' parser decides it:
//! the YAML 1.2 core schema, so that `yes` and `on` are text. Merge keys (`<<`) are carried out.

use std::collections::BTreeMap;

use becket_source::Span;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::Number;

use crate::node::{Entry, Kind, Node, Style};

/// How deep collections may nest; past it is an error instead of an exhausted stack.
const DEPTH: usize = 128;

/// How many nodes the aliases of one stream may add; past it is an error instead of an exhausted memory.
const ALIASED_NODES: usize = 100_000;

/// What a text holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// A tree per document, in order. Of a document with a syntax error, none.
    pub documents: Vec<Node>,
    /// What is no YAML. The text behind the first such place is not read.
    pub errors: Vec<SyntaxError>,
}

/// A place that is no YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in a lower-case phrase.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl Parsed {
    /// The first document, or an error; for files that hold one document.
    pub fn into_single(mut self) -> Result<Node, SyntaxError> {
        if !self.errors.is_empty() {
            return Err(self.errors.swap_remove(0));
        }
        let wrong = |message: &str, span| SyntaxError {
            message: message.to_owned(),
            span,
        };
        match self.documents.len() {
            0 => Err(wrong("the file holds nothing", Span::default())),
            1 => Ok(self.documents.swap_remove(0)),
            _ => Err(wrong(
                "a second document begins here, and one is allowed",
                self.documents[1].span,
            )),
        }
    }
}

/// Reads all documents of `text`. Documents that hold nothing (a stray `---`) are left out.
pub fn parse(text: &str) -> Parsed {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        offsets: Offsets::of(text),
        text,
        anchors: BTreeMap::new(),
        aliased: 0,
        behind: 0,
    };
    let mut parsed = Parsed::default();
    if let Err(error) = reader.documents(&mut parsed.documents) {
        parsed.errors.push(error);
    }
    parsed
}

/// Byte offsets of a text whose parser counts characters.
enum Offsets {
    /// Every character is one byte.
    Ascii(usize),
    /// The byte at which each character begins, and the end.
    Table(Vec<usize>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        Self::Table(
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect(),
        )
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii(end) => character.min(*end),
            Self::Table(table) => table.get(character).or(table.last()).copied().unwrap_or(0),
        }
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    offsets: Offsets,
    text: &'a str,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    /// Where the last event ended.
    behind: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), SyntaxError> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, self.offsets.span(span))),
            Some(Err(error)) => {
                let at = self.offsets.byte(error.marker().index());
                Err(SyntaxError {
                    message: error.info().to_owned(),
                    span: Span::new(at, at),
                })
            }
            None => Ok((Event::StreamEnd, Span::new(self.text.len(), self.text.len()))),
        }
    }

    fn documents(&mut self, documents: &mut Vec<Node>) -> Result<(), SyntaxError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), _) => self.anchors.clear(),
                (Event::DocumentEnd | Event::StreamStart | Event::Nothing, _) => {}
                (event, span) => {
                    let node = self.node(event, span, 0)?;
                    if node.kind != Kind::Null || !node.span.is_empty() {
                        documents.push(node);
                    }
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, SyntaxError> {
        if depth > DEPTH {
            return Err(SyntaxError {
                message: format!("nested deeper than {DEPTH} levels"),
                span,
            });
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (self.scalar(&text, style, tag.as_deref(), span), anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(span, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(span, depth)?, anchor),
            Event::Alias(anchor) => (self.alias(anchor, span)?, 0),
            _ => {
                return Err(SyntaxError {
                    message: "a value is missing".to_owned(),
                    span,
                });
            }
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn child(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, SyntaxError> {
        let node = self.node(event, span, depth + 1)?;
        self.behind = node.span.end;
        Ok(node)
    }

    /// The anchored node, at the place of the alias.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, SyntaxError> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(SyntaxError {
                message: "an alias inside its own anchor".to_owned(),
                span,
            });
        };
        self.aliased += count(node);
        if self.aliased > ALIASED_NODES {
            return Err(SyntaxError {
                message: "aliases expand to more than 100,000 nodes".to_owned(),
                span,
            });
        }
        Ok(Node { span, ..node.clone() })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let start = self.behind_properties(span.start).min(span.end);
        let span = Span::new(start, span.end);
        let (style, span) = match style {
            ScalarStyle::Plain if text.is_empty() => (Style::Plain, Span::new(span.start, span.start)),
            ScalarStyle::Plain => (Style::Plain, span),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Style::Quoted, self.quoted(span)),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::Text, self.block_text(span)),
        };
        let forced_text = tag.is_some_and(|tag| tag.suffix == "str" || tag.suffix == "binary");
        let kind = if style == Style::Plain && !forced_text {
            resolve(text)
        } else {
            Kind::String(text.to_owned())
        };
        Node { kind, span, style }
    }

    /// The place of a quoted scalar: up to its closing quote. The parser's own end is that of the next token.
    fn quoted(&self, span: Span) -> Span {
        let text = &self.text.as_bytes()[span.start..];
        let quote = text.first().copied().unwrap_or_default();
        let mut at = 1;
        while at < text.len() {
            match text[at] {
                b'\\' if quote == b'"' => at += 1,
                byte if byte == quote && quote == b'\'' && text.get(at + 1) == Some(&quote) => at += 1,
                byte if byte == quote => return Span::new(span.start, span.start + at + 1),
                _ => {}
            }
            at += 1;
        }
        span
    }

    /// The place of a block scalar: from its `|` or `>`, which the parser leaves out, without the lines' end.
    fn block_text(&self, span: Span) -> Span {
        let end = span.start + self.text[span.start..span.end].trim_end().len();
        let header = self.text[self.behind..span.start].find(['|', '>']);
        Span::new(header.map_or(span.start, |at| self.behind + at), end)
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node, SyntaxError> {
        let mut start = start;
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    let (span, style) = self.collection(start, end, items.last());
                    return Ok(Node {
                        kind: Kind::Sequence(items),
                        span,
                        style,
                    });
                }
                (event, span) => {
                    let astray = start.start == span.start || !self.text[start.start..].starts_with('-');
                    if items.is_empty() && start.is_empty() && astray {
                        // Of a list at its key's own column, the parser gives the place of the first item.
                        start.start = self.dash_before(start.start);
                        start.end = start.start;
                    }
                    let mut item = self.child(event, span, depth)?;
                    if item.span.is_empty() {
                        let dash = items.last().map_or(start.start, |last: &Node| last.span.end);
                        let dash = self.behind_comments(self.behind_properties(dash));
                        let at = if self.text[dash..].starts_with('-') {
                            dash + 1
                        } else {
                            item.span.start
                        };
                        item.span = Span::new(at, at);
                        self.behind = at;
                    }
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let (span, style) = self.collection(start, span, entries.last().map(|entry| &entry.value));
                merge(&mut entries, merged);
                return Ok(Node {
                    kind: Kind::Mapping(entries),
                    span,
                    style,
                });
            }
            let key = self.child(event, span, depth)?;
            let (event, span) = self.next()?;
            let mut value = self.child(event, span, depth)?;
            if value.span.is_empty() {
                let colon = self.behind_comments(key.span.end);
                let at = if self.text[colon..].starts_with(':') {
                    colon + 1
                } else {
                    key.span.end
                };
                value.span = Span::new(at, at);
                self.behind = at;
            }
            if key.style == Style::Plain && key.as_str() == Some("<<") {
                merged.push(value);
                continue;
            }
            let entry = Entry { key, value };
            if let Some(first) = entries.iter().find(|other| other.name() == entry.name()) {
                let line = becket_source::line_column(self.text, first.key.span.start).line;
                let message = format!(
                    "the key `{}` stands here a second time, first on line {line}",
                    entry.name()
                );
                return Err(SyntaxError {
                    message,
                    span: entry.key.span,
                });
            }
            entries.push(entry);
        }
    }

    /// The place of a collection. A block ends where its last item does: the parser's own end is that of the next token.
    fn collection(&self, start: Span, end: Span, last: Option<&Node>) -> (Span, Style) {
        let begin = self.behind_properties(start.start);
        if !start.is_empty() && self.text[begin..].starts_with(['[', '{']) {
            return (Span::new(begin, end.start + 1), Style::Flow);
        }
        let end = last.map_or(begin, |last| last.span.end);
        (Span::new(begin, end.max(begin)), Style::Block)
    }

    /// The place of the dash before `at`, past blanks, line breaks and comments; `at` where there is none.
    fn dash_before(&self, at: usize) -> usize {
        let mut before = self.text[..at].trim_end();
        loop {
            if before.ends_with('-') {
                return before.len() - 1;
            }
            let line = before.rfind('\n').map_or(0, |newline| newline + 1);
            let Some(comment) = before[line..].find('#') else {
                return at;
            };
            before = before[..line + comment].trim_end();
        }
    }

    /// The place behind the anchor and the tag at `at`; `at` where there are none.
    fn behind_properties(&self, at: usize) -> usize {
        let mut at = at;
        while self.text[at..].starts_with(['&', '!']) {
            let end = self.text[at..].find(char::is_whitespace);
            at = self.behind_comments(end.map_or(self.text.len(), |end| at + end));
        }
        at
    }

    /// The place behind the blanks, line breaks and comments at `at`.
    fn behind_comments(&self, at: usize) -> usize {
        let mut rest = self.text[at..].trim_start();
        while rest.starts_with('#') {
            rest = rest
                .find('\n')
                .map_or("", |newline| &rest[newline..])
                .trim_start();
        }
        self.text.len() - rest.len()
    }
}

/// Adds what merge keys bring; keys that are there win, of several sources the first.
fn merge(entries: &mut Vec<Entry>, sources: Vec<Node>) {
    for source in sources {
        let nodes = match source.kind {
            Kind::Sequence(items) => items,
            _ => vec![source],
        };
        for entry in nodes.into_iter().flat_map(|node| node.entries().to_vec()) {
            if !entries.iter().any(|other| other.name() == entry.name()) {
                entries.push(entry);
            }
        }
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Sequence(items) => items.iter().map(count).sum(),
        Kind::Mapping(entries) => entries.iter().map(|entry| 1 + count(&entry.value)).sum::<usize>(),
        _ => 0,
    }
}

/// What a plain scalar means by the core schema of YAML 1.2.
pub fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Kind::String(text.to_owned()), Kind::Number)
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().find(|byte| !matches!(byte, b'+' | b'-'))?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = text.strip_prefix('+').unwrap_or(text);
        if let Ok(number) = plain.parse::<i64>() {
            return Some(number.into());
        }
        if let Ok(number) = plain.parse::<u64>() {
            return Some(number.into());
        }
    }
    let decimal = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && unsigned.bytes().any(|byte| byte.is_ascii_digit());
    if !decimal {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> serde_json::Value {
        parse(text).into_single().unwrap().to_value()
    }

    fn at(text: &str, path: &str) -> String {
        let node = parse(text).into_single().unwrap();
        let span = node.at(&path.parse().unwrap()).unwrap().span;
        text[span.start..span.end].to_owned()
    }

    #[test]
    fn scalars_mean_what_kubernetes_takes_them_to_mean() {
        assert_eq!(
            value(
                "[1, -2, 1.5, 1e3, 0x10, yes, on, ~, null, True, 1.2.3, 10.0.0.0/16, 1_000, '1', .5, 12e, --, +]"
            ),
            json!([
                1,
                -2,
                1.5,
                1000.0,
                16,
                "yes",
                "on",
                null,
                null,
                true,
                "1.2.3",
                "10.0.0.0/16",
                "1_000",
                "1",
                0.5,
                "12e",
                "--",
                "+"
            ])
        );
    }

    #[test]
    fn places_cover_a_value_and_nothing_else() {
        let text = "a: ö # note\nlist:\n  - x: 1\n    y: \"two\" # no\n  - [p, q]\ntext: |\n  one\n  two\nlast: end\n";
        assert_eq!(at(text, "a"), "ö");
        assert_eq!(at(text, "list[0]"), "x: 1\n    y: \"two\"");
        assert_eq!(at(text, "list[0].y"), "\"two\"");
        assert_eq!(at(text, "list[1]"), "[p, q]");
        assert_eq!(at(text, "last"), "end");
        assert_eq!(at(text, "text"), "|\n  one\n  two");
        assert!(at(text, "list").starts_with("- x"), "{:?}", at(text, "list"));
        assert_eq!(at("a: 1\nb:\nc: 2\n", "b"), "");
        let flow =
            "flow: { a: 1, b: [ x, y ] } # note\nanchored: &x !!map { c: \"d\" }\nlist: &y # [\n  - e\n";
        assert_eq!(at(flow, "flow"), "{ a: 1, b: [ x, y ] }");
        assert_eq!(at(flow, "flow.b"), "[ x, y ]");
        assert_eq!(at(flow, "anchored"), "{ c: \"d\" }");
        assert_eq!(at(flow, "list"), "- e");
        assert_eq!(at("a: &x 'b' # c\n", "a"), "'b'");
        assert_eq!(at("a: # c\n- b\nc:\n- # d\n  e: 1\n", "a"), "- b");
        assert_eq!(at("a: # c\n- b\nc:\n- # d\n  e: 1\n", "c"), "- # d\n  e: 1");
        let empty = parse("- # one\n-\n- &x\n  a: 1\n- {b, c: 2}\n")
            .into_single()
            .unwrap();
        assert_eq!(empty.items()[0].span, Span::new(1, 1));
        assert_eq!(empty.items()[1].span, Span::new(9, 9));
        assert_eq!(empty.items()[2].span.start, 17);
        assert_eq!(
            empty.items()[3].get("b").map(|node| node.span),
            Some(Span::new(26, 26))
        );
        assert_eq!(
            parse("b:\nc: 2\n").into_single().unwrap().get("b").unwrap().span,
            Span::new(2, 2)
        );
    }

    #[test]
    fn a_stream_holds_several_documents_and_stray_separators_none() {
        let parsed = parse("---\na: 1\n---\n---\nb: 2\n...\n");
        assert_eq!(parsed.errors, []);
        let values: Vec<_> = parsed.documents.iter().map(Node::to_value).collect();
        assert_eq!(values, [json!({"a": 1}), json!({"b": 2})]);
    }

    #[test]
    fn documents_before_a_syntax_error_are_kept() {
        let parsed = parse("a: 1\n---\nb: [1,\n");
        assert_eq!(parsed.documents.len(), 1);
        assert_eq!(parsed.errors.len(), 1);
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_at_the_second() {
        let parsed = parse("a: 1\nb: 2\na: 3\n");
        assert_eq!(
            parsed.errors[0].message,
            "the key `a` stands here a second time, first on line 1"
        );
        assert_eq!(parsed.errors[0].span, Span::new(10, 11));
    }

    #[test]
    fn anchors_and_merge_keys_are_carried_out() {
        assert_eq!(
            value("base: &base {a: 1, b: 2}\nuse: {<<: *base, b: 3}\nagain: *base\n"),
            json!({"base": {"a": 1, "b": 2}, "use": {"b": 3, "a": 1}, "again": {"a": 1, "b": 2}})
        );
    }

    #[test]
    fn what_would_exhaust_stack_or_memory_is_an_error() {
        assert!(parse(&"[".repeat(10_000)).errors.len() == 1);
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.extend([format!("a{level}: &a{level} [{items}]\n")]);
        }
        assert!(parse(&bomb).errors[0].message.contains("100,000"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            parse(&text);
        }
    }
}
