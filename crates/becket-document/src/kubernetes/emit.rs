//! The emitter: block style, two spaces, with the state that decides on blanks and line breaks.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::keys;
use super::scalar::{is_text_in_yaml_1_1, show};

/// Past this column a blank becomes a line break.
const WIDTH: usize = 80;

/// Longer keys are written with a `?` before them.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) struct Emitter<'a> {
    out: &'a mut String,
    column: usize,
    /// Whether the last thing written was white.
    white: bool,
    /// Whether only indentation, dashes and the like stand on this line.
    indention: bool,
}

/// What may be done with a text.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four answers that do not depend on each other"
)]
struct Shape {
    plain: bool,
    single_quotes: bool,
    block: bool,
    multiline: bool,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(out: &'a mut String) -> Self {
        Self {
            out,
            column: 0,
            white: true,
            indention: true,
        }
    }

    pub(super) fn document(&mut self, value: &Value) {
        self.value(value, None, false);
        if self.column > 0 {
            self.line_break();
        }
    }

    /// Writes `value`; `indent` is that of the collection around it.
    fn value(&mut self, value: &Value, indent: Option<usize>, in_mapping: bool) {
        match value {
            Value::Object(map) if map.is_empty() => self.token("{}"),
            Value::Array(items) if items.is_empty() => self.token("[]"),
            Value::Object(map) => self.mapping(map, indent.map_or(0, |indent| indent + 2)),
            Value::Array(items) => {
                let indent = match indent {
                    Some(indent) if in_mapping && !self.indention => indent,
                    Some(indent) => indent + 2,
                    None => 0,
                };
                for item in items {
                    self.indent(indent);
                    self.indicator("-", true);
                    self.value(item, Some(indent), false);
                }
            }
            Value::String(text) => self.text(text, indent),
            Value::Null => self.token("null"),
            Value::Bool(true) => self.token("true"),
            Value::Bool(false) => self.token("false"),
            Value::Number(number) => self.token(&show(number)),
        }
    }

    fn mapping(&mut self, map: &Map<String, Value>, indent: usize) {
        for (key, value) in sorted(map) {
            self.indent(indent);
            let shape = Shape::of(key);
            if key.len() <= LONGEST_SIMPLE_KEY && !shape.multiline {
                self.simple_key(key, &shape, indent);
                self.put(':');
                self.white = false;
                self.indention = false;
            } else {
                self.indicator("?", true);
                self.text(key, Some(indent));
                self.indent(indent);
                self.indicator(":", true);
            }
            self.value(value, Some(indent), true);
        }
    }

    fn simple_key(&mut self, key: &str, shape: &Shape, indent: usize) {
        let plain = !key.is_empty() && shape.plain;
        if !is_text_in_yaml_1_1(key) && !key.is_empty() {
            self.double_quoted(key, indent, false);
        } else if key.is_empty() {
            self.token("\"\"");
        } else if plain {
            self.token(key);
        } else if shape.single_quotes {
            self.single_quoted(key, indent, false);
        } else {
            self.double_quoted(key, indent, false);
        }
    }

    fn text(&mut self, text: &str, indent: Option<usize>) {
        let indent = indent.map_or(2, |indent| indent + 2);
        let shape = Shape::of(text);
        if text.contains('\n') {
            if shape.block {
                self.literal(text, indent);
            } else {
                self.double_quoted(text, indent, true);
            }
        } else if !is_text_in_yaml_1_1(text) {
            self.double_quoted(text, indent, true);
        } else if shape.plain {
            self.plain(text, indent);
        } else if shape.single_quotes {
            self.single_quoted(text, indent, true);
        } else {
            self.double_quoted(text, indent, true);
        }
    }

    fn plain(&mut self, text: &str, indent: usize) {
        self.blank_before();
        if self.column + text.len() <= WIDTH {
            self.out.push_str(text);
            self.column += text.len();
        } else {
            self.folded(text, indent, false);
        }
        self.white = false;
        self.indention = false;
    }

    /// Writes `text` with line breaks for blanks past the width, where they mean the same.
    fn folded(&mut self, text: &str, indent: usize, quoted: bool) {
        let mut after_blank = false;
        let mut after_break = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if character == ' ' {
                let inside = !quoted || (at > 0 && next.is_some());
                if !after_blank && self.column > WIDTH && inside && next != Some(' ') {
                    self.indent(indent);
                } else {
                    self.put(' ');
                }
                after_blank = true;
            } else if is_break(character) {
                self.put_break(character);
                self.indention = true;
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                if quoted && character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                after_blank = false;
                after_break = false;
            }
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.indicator("'", false);
        if fold {
            self.folded(text, indent, true);
        } else {
            let doubled: Cow<'_, str> = text.replace('\'', "''").into();
            self.put_all(&doubled);
        }
        self.put('\'');
        self.white = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, text: &str, indent: usize, fold: bool) {
        self.indicator("\"", false);
        // Behind a byte order mark go-yaml takes every character for one.
        let marked = text.starts_with('\u{feff}');
        let mut after_blank = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if marked
                || !is_printable(character)
                || is_break(character)
                || character == '"'
                || character == '\\'
            {
                self.escape(character);
                after_blank = false;
            } else if character == ' ' {
                if fold && !after_blank && self.column > WIDTH && at > 0 && next.is_some() {
                    self.indent(indent);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_blank = true;
            } else {
                self.put(character);
                after_blank = false;
            }
        }
        self.put('"');
        self.white = false;
        self.indention = false;
    }

    fn escape(&mut self, character: char) {
        self.put('\\');
        let short = match character {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(character);
                let digits = match code {
                    0..=0xff => format!("x{code:02X}"),
                    0x100..=0xffff => format!("u{code:04X}"),
                    _ => format!("U{code:08X}"),
                };
                self.put_all(&digits);
                return;
            }
        };
        self.put(short);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", false);
        let first = text.chars().next();
        if first.is_some_and(|first| first == ' ' || is_break(first)) {
            self.put('2');
        }
        let mut from_end = text.chars().rev();
        match (from_end.next(), from_end.next()) {
            (Some(last), _) if !is_break(last) => self.put('-'),
            (Some(_), None) => self.put('+'),
            (Some(_), Some(before)) if is_break(before) => self.put('+'),
            _ => {}
        }
        self.line_break();
        let mut after_break = true;
        for character in text.chars() {
            if is_break(character) {
                self.put_break(character);
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                self.put(character);
                self.indention = false;
                after_break = false;
            }
        }
    }

    /// Goes to column `indent`, on a new line where this one holds more than that.
    fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.white) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.white = true;
        self.indention = true;
    }

    fn indicator(&mut self, indicator: &str, indention: bool) {
        self.blank_before();
        self.put_all(indicator);
        self.white = false;
        self.indention = self.indention && indention;
    }

    fn token(&mut self, token: &str) {
        self.blank_before();
        self.put_all(token);
        self.white = false;
        self.indention = false;
    }

    fn blank_before(&mut self) {
        if !self.white {
            self.put(' ');
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    fn put_all(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn put_break(&mut self, character: char) {
        if character == '\n' {
            self.line_break();
        } else {
            self.out.push(character);
            self.column = 0;
            self.indention = true;
        }
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.white = true;
        self.indention = true;
    }
}

/// The entries in the order of their keys. That order is no total one for all keys together (by digits `10` is behind `9`,
/// between other characters it is not), which the sorts of the standard library may answer with a panic.
fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<(&String, &Value)> = Vec::with_capacity(map.len());
    for entry in map {
        let at = entries.partition_point(|(key, _)| keys::compare(key, entry.0) != Ordering::Greater);
        entries.insert(at, entry);
    }
    entries
}

impl Shape {
    fn of(text: &str) -> Self {
        let Some(first) = text.chars().next() else {
            return Self {
                plain: true,
                single_quotes: true,
                block: false,
                multiline: false,
            };
        };
        let mut indicators =
            text.starts_with("---") || text.starts_with("...") || begins_otherwise(text, first);
        let mut special = false;
        let (mut multiline, mut blank_after_break, mut break_after_blank) = (false, false, false);
        let (mut after_blank, mut after_break, mut after_white) = (false, false, true);
        let mut characters = text.chars().peekable();
        let mut begin = true;
        while let Some(character) = characters.next() {
            let before_white = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            if !begin {
                indicators |= (character == ':' && before_white) || (character == '#' && after_white);
            }
            begin = false;
            special |= !is_printable(character);
            if character == ' ' {
                blank_after_break |= after_break;
                after_blank = true;
                after_break = false;
            } else if is_break(character) {
                multiline = true;
                break_after_blank |= after_blank;
                after_blank = false;
                after_break = true;
            } else {
                after_blank = false;
                after_break = false;
            }
            after_white = matches!(character, ' ' | '\t' | '\0') || is_break(character);
        }
        let outer_white = first == ' ' || is_break(first) || after_blank || after_break;
        special |= break_after_blank;
        Self {
            plain: !(outer_white || blank_after_break || special || multiline || indicators),
            single_quotes: !(blank_after_break || special),
            block: !(after_blank || special),
            multiline,
        }
    }
}

/// Whether the first character means something else than text.
fn begins_otherwise(text: &str, first: char) -> bool {
    match first {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
            true
        }
        '?' | ':' | '-' => text[1..]
            .chars()
            .next()
            .is_none_or(|next| matches!(next, ' ' | '\t')),
        _ => false,
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(character: char) -> bool {
    matches!(character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
