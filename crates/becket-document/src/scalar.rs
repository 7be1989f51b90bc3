//! How scalars are written: plain where every reader takes them for what they are, else in quotes.
//!
//! Text that a YAML 1.1 reader would take for something else (`yes`, `1_000`, `2026-11-01`) is quoted too: the files
//! are read by more tools than Kubernetes.

use serde_json::Value;

use crate::node::Kind;
use crate::yaml::resolve;

/// How a text is quoted where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Only where it must be.
    Needed,
    /// In single quotes, where they can hold it.
    Single,
    /// In double quotes.
    Double,
}

impl Quotes {
    /// The quotes that `text`, a scalar as it is written, has.
    pub(crate) fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'\'') => Self::Single,
            Some(b'"') => Self::Double,
            _ => Self::Needed,
        }
    }
}

/// `value`, a scalar, on one line. Collections are not written here and come out as JSON, which is YAML too.
pub(crate) fn one_line(value: &Value, quotes: Quotes, in_flow: bool) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    match quotes {
        Quotes::Needed if is_plain(text, in_flow) => text.clone(),
        Quotes::Single if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

/// `text` as a literal block whose lines are indented by `column`; none where only quotes can hold it.
pub(crate) fn literal(text: &str, column: usize) -> Option<String> {
    let (body, header) = match text.strip_suffix('\n') {
        Some(body) => (body, "|"),
        None => (text, "|-"),
    };
    let fits = body.contains('\n') || header == "|";
    let clean = |line: &str| line.chars().all(is_printable) && !line.ends_with([' ', '\t']);
    if !fits || body.starts_with([' ', '\t', '\n']) || body.ends_with('\n') || body.is_empty() {
        return None;
    }
    let mut out = header.to_owned();
    for line in body.split('\n') {
        if !clean(line) {
            return None;
        }
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', column));
            out.push_str(line);
        }
    }
    Some(out)
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if is_printable(character) => out.push(character),
            _ => out.push_str(&escaped(u32::from(character))),
        }
    }
    out.push('"');
    out
}

fn escaped(character: u32) -> String {
    match character {
        0..0x100 => format!("\\x{character:02x}"),
        0x100..0x1_0000 => format!("\\u{character:04x}"),
        _ => format!("\\U{character:08x}"),
    }
}

/// Whether a character may stand in a YAML text as it is, on a line.
fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{1_0000}'..)
}

/// Whether `text` without quotes reads back as the same text, in every YAML reader.
pub(crate) fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    if !matches!(resolve(text), Kind::String(_)) || is_special_in_yaml_1_1(text) {
        return false;
    }
    let indicator = ",[]{}#&*!|>'\"%@`?:=".contains(first) || text == "-" || text.starts_with("- ");
    let document_mark = text.starts_with("---") || text.starts_with("...");
    if indicator || document_mark || text.starts_with(' ') || text.ends_with([' ', ':']) {
        return false;
    }
    if text.contains(": ") || text.contains(" #") || !text.chars().all(is_printable) {
        return false;
    }
    !in_flow || !(text.contains([',', '[', ']', '{', '}']) || text.ends_with('-'))
}

/// What a YAML 1.1 reader takes for a boolean, a number or a date.
fn is_special_in_yaml_1_1(text: &str) -> bool {
    const WORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "<<", "="];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if matches!(unsigned, ".inf" | ".nan") || unsigned.starts_with("0b") || unsigned.starts_with("0x") {
        return true;
    }
    let starts_a_number = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let date = unsigned.len() >= 8
        && unsigned.as_bytes().get(4) == Some(&b'-')
        && unsigned[..4].bytes().all(|byte| byte.is_ascii_digit());
    let grouped = unsigned.contains(['_', ':'])
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b':' | b'.' | b'e' | b'+' | b'-'));
    starts_a_number && (date || grouped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_that_reads_as_something_else_is_quoted() {
        for text in [
            "8080",
            "0",
            "1.36",
            "true",
            "null",
            "~",
            "",
            "yes",
            "On",
            "1_000",
            "12:30",
            "2026-11-01",
            "0x1f",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "a:",
            "*",
            "&a",
            "---",
            ".inf",
            "@a",
            "`a`",
            "a\u{7f}",
        ] {
            assert!(!is_plain(text, false), "{text:?}");
        }
        for text in [
            "orders",
            "10.10.0.0/16",
            "1.2.3",
            "http://catalog:8080",
            "ENVIRONMENT=qa",
            "sha256:9f86",
            "64Mi",
            "-x",
            "m7i.large",
            "a#b",
            "ü",
        ] {
            assert!(is_plain(text, false), "{text:?}");
        }
        assert!(!is_plain("a,b", true) && is_plain("a,b", false));
    }

    #[test]
    fn text_of_several_lines_is_a_literal_block() {
        assert_eq!(literal("a\n\nb\n", 2).unwrap(), "|\n  a\n\n  b");
        assert_eq!(literal("a\nb", 4).unwrap(), "|-\n    a\n    b");
        assert_eq!(literal("a", 2), None);
        assert_eq!(literal("a\n\n", 2), None);
        assert_eq!(literal(" a\nb", 2), None);
    }

    proptest! {
        #[test]
        fn a_scalar_reads_back_as_it_was(text in any::<String>(), in_flow: bool, style in 0..3_usize) {
            let quotes = [Quotes::Needed, Quotes::Single, Quotes::Double][style];
            let value = Value::String(text);
            let written = one_line(&value, quotes, in_flow);
            let document = if in_flow { format!("a: [{written}, {{ k: {written} }}]\n") } else { format!("a:\n  - {written}\n  - k: {written} # c\n") };
            let read = crate::yaml::parse(&document).into_single().unwrap().to_value();
            prop_assert_eq!(&read["a"][0], &value);
            prop_assert_eq!(&read["a"][1]["k"], &value);
        }

        #[test]
        fn a_literal_block_reads_back_as_it_was(text in "([a-z #:-]{0,4}\n){0,4}[a-z]{0,2}") {
            if let Some(written) = literal(&text, 4) {
                let read = crate::yaml::parse(&format!("a:\n  b: {written}\nc: 1\n")).into_single().unwrap().to_value();
                prop_assert_eq!(read["a"]["b"].as_str().unwrap(), text);
            }
        }
    }
}
