//! Values as text, as Go's package `fmt` writes them: `%v` and the other verbs, flags, widths and precisions.

use crate::value::{IntType, Value};

/// How long a text may get.
pub(crate) const TEXT: usize = 16 << 20;
const DEPTH: usize = 100;

/// `%v`.
pub(crate) fn plain(value: &Value) -> String {
    let mut out = String::new();
    write_plain(&mut out, value, 0);
    out
}

/// Go's `fmt.Sprint`: a space between operands where neither is a string.
pub(crate) fn sprint(values: &[Value]) -> String {
    let mut out = String::new();
    let mut text_before = false;
    for (position, value) in values.iter().enumerate() {
        let text = matches!(value, Value::Str(_));
        if position > 0 && !text && !text_before {
            out.push(' ');
        }
        write_plain(&mut out, value, 0);
        text_before = text;
    }
    out
}

/// Go's `fmt.Sprintln`: a space between all operands, and a newline.
pub(crate) fn sprintln(values: &[Value]) -> String {
    let mut out = values.iter().map(plain).collect::<Vec<_>>().join(" ");
    out.push('\n');
    out
}

fn write_plain(out: &mut String, value: &Value, depth: usize) {
    if depth > DEPTH || out.len() > TEXT {
        return;
    }
    match value {
        Value::Missing | Value::Nil => out.push_str("<nil>"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(number, _) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => out.push_str(text),
        Value::List(list) => {
            out.push('[');
            for (position, item) in list.items.iter().enumerate() {
                if position > 0 {
                    out.push(' ');
                }
                write_plain(out, item, depth + 1);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (position, (key, item)) in map.entries.borrow().iter().enumerate() {
                if position > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                write_plain(out, item, depth + 1);
            }
            out.push(']');
        }
        Value::Object(object) => write_plain(out, &Value::from_json(&object.data()), depth + 1),
    }
}

/// A float as `%v` and `%g` write it: the shortest digits that read back, with an exponent below -4 and from 6 on.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        return format!("{digits}e{}", exponent_digits(exponent));
    }
    format!("{number}")
}

fn exponent_digits(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.unsigned_abs())
}

#[derive(Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are five flags in Go too")]
struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Go's `fmt.Sprintf`.
pub(crate) fn sprintf(format: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut next = 0;
    let mut reordered = false;
    let mut rest = format.chars().peekable();
    while let Some(character) = rest.next() {
        if out.len() > TEXT {
            return out;
        }
        if character != '%' {
            out.push(character);
            continue;
        }
        let mut flags = Flags::default();
        loop {
            match rest.peek() {
                Some('+') => flags.plus = true,
                Some('-') => flags.minus = true,
                Some('#') => flags.sharp = true,
                Some(' ') => flags.space = true,
                Some('0') => flags.zero = true,
                _ => break,
            }
            rest.next();
        }
        argument_number(&mut rest, &mut next, &mut reordered);
        if rest.peek() == Some(&'*') {
            rest.next();
            match width_of(values.get(next)) {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.width = Some(usize::try_from(width.unsigned_abs()).unwrap_or_default());
                }
                None => out.push_str("%!(BADWIDTH)"),
            }
            next += 1;
        } else {
            flags.width = digits(&mut rest);
        }
        if rest.peek() == Some(&'.') {
            rest.next();
            if rest.peek() == Some(&'*') {
                rest.next();
                match width_of(values.get(next)).and_then(|width| usize::try_from(width).ok()) {
                    Some(precision) => flags.precision = Some(precision),
                    None => out.push_str("%!(BADPREC)"),
                }
                next += 1;
            } else {
                flags.precision = Some(digits(&mut rest).unwrap_or(0));
            }
        }
        argument_number(&mut rest, &mut next, &mut reordered);
        let Some(verb) = rest.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        match values.get(next) {
            None => {
                out.push_str("%!");
                out.push(verb);
                out.push_str(if reordered { "(BADINDEX)" } else { "(MISSING)" });
            }
            Some(value) => format_one(&mut out, verb, &flags, value, 0),
        }
        next += 1;
    }
    if !reordered && next < values.len() {
        out.push_str("%!(EXTRA ");
        let extra: Vec<String> = values[next..]
            .iter()
            .map(|value| match value {
                Value::Nil | Value::Missing => "<nil>".to_owned(),
                value => format!("{}={}", value.type_name(), plain(value)),
            })
            .collect();
        out.push_str(&extra.join(", "));
        out.push(')');
    }
    out
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// `[2]` before a verb names the operand.
fn argument_number(rest: &mut Characters<'_>, next: &mut usize, reordered: &mut bool) {
    if rest.peek() != Some(&'[') {
        return;
    }
    let mut ahead = rest.clone();
    ahead.next();
    if let (Some(number), Some(']')) = (digits(&mut ahead), ahead.next()) {
        *next = number.saturating_sub(1);
        *reordered = true;
        *rest = ahead;
    }
}

fn digits(rest: &mut Characters<'_>) -> Option<usize> {
    let mut number = None;
    while let Some(digit) = rest.peek().and_then(|character| character.to_digit(10)) {
        rest.next();
        number = Some((number.unwrap_or(0usize) * 10 + digit as usize).min(1_000_000));
    }
    number
}

fn width_of(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Int(number, _)) if number.abs() <= 1_000_000 => Some(*number),
        _ => None,
    }
}

fn format_one(out: &mut String, verb: char, flags: &Flags, value: &Value, depth: usize) {
    if depth > DEPTH || out.len() > TEXT {
        return;
    }
    if verb == 'T' {
        return pad(out, flags, value.type_name());
    }
    // `%+v` is about the fields of structs, not about signs.
    let without_sign;
    let flags = if verb == 'v' && flags.plus {
        without_sign = Flags {
            plus: false,
            ..flags.clone()
        };
        &without_sign
    } else {
        flags
    };
    match value {
        Value::Missing | Value::Nil => match verb {
            'v' => pad(out, flags, "<nil>"),
            _ if depth > 0 => out.push_str("%!v(<nil>)".replace('v', &verb.to_string()).as_str()),
            _ => out.push_str(&format!("%!{verb}(<nil>)")),
        },
        Value::Bool(value) if matches!(verb, 't' | 'v') => {
            pad(out, flags, if *value { "true" } else { "false" });
        }
        Value::Int(number, kind) => integer(out, verb, flags, *number, *kind, value),
        Value::Float(number) => floating(out, verb, flags, *number, value),
        Value::Str(text) => string(out, verb, flags, text, value),
        Value::List(list) => {
            let bracket = if flags.sharp && verb == 'v' {
                return out.push_str(&go_syntax(value, 0));
            } else {
                ('[', ']')
            };
            out.push(bracket.0);
            for (position, item) in list.items.iter().enumerate() {
                if position > 0 {
                    out.push(' ');
                }
                format_one(out, verb, flags, item, depth + 1);
            }
            out.push(bracket.1);
        }
        Value::Map(map) => {
            if flags.sharp && verb == 'v' {
                return out.push_str(&go_syntax(value, 0));
            }
            out.push_str("map[");
            for (position, (key, item)) in map.entries.borrow().iter().enumerate() {
                if position > 0 {
                    out.push(' ');
                }
                format_one(out, verb, flags, &Value::str(key), depth + 1);
                out.push(':');
                format_one(out, verb, flags, item, depth + 1);
            }
            out.push(']');
        }
        Value::Object(_) if verb == 'v' => pad(out, flags, &plain(value)),
        _ => bad_verb(out, verb, value),
    }
}

fn bad_verb(out: &mut String, verb: char, value: &Value) {
    out.push_str(&format!("%!{verb}({}={})", value.type_name(), plain(value)));
}

/// `%#v`.
fn go_syntax(value: &Value, depth: usize) -> String {
    if depth > DEPTH {
        return String::new();
    }
    match value {
        Value::Nil | Value::Missing if depth > 0 => "interface {}(nil)".to_owned(),
        Value::Str(text) => quote(text),
        Value::List(list) => {
            let items: Vec<String> = list.items.iter().map(|item| go_syntax(item, depth + 1)).collect();
            format!("{}{{{}}}", value.type_name(), items.join(", "))
        }
        Value::Map(map) => {
            let entries: Vec<String> = map
                .entries
                .borrow()
                .iter()
                .map(|(key, item)| format!("{}:{}", quote(key), go_syntax(item, depth + 1)))
                .collect();
            format!("{}{{{}}}", value.type_name(), entries.join(", "))
        }
        other => plain(other),
    }
}

/// Fills `text` up to the width.
fn pad(out: &mut String, flags: &Flags, text: &str) {
    let missing = flags.width.unwrap_or(0).saturating_sub(text.chars().count());
    if flags.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else {
        out.extend(std::iter::repeat_n(if flags.zero { '0' } else { ' ' }, missing));
        out.push_str(text);
    }
}

fn integer(out: &mut String, verb: char, flags: &Flags, number: i64, kind: IntType, value: &Value) {
    let magnitude = number.unsigned_abs();
    let digits = match verb {
        'v' if flags.sharp && kind == IntType::Uint8 => format!("0x{magnitude:x}"),
        'd' | 'v' => magnitude.to_string(),
        'b' => format!("{magnitude:b}"),
        'o' | 'O' => format!("{magnitude:o}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        'c' => return pad(out, flags, &character(number).to_string()),
        'q' => return pad(out, flags, &quote_character(character(number))),
        'U' => return pad(out, flags, &format!("U+{magnitude:04X}")),
        _ => return bad_verb(out, verb, value),
    };
    let mut body = digits;
    if let Some(precision) = flags.precision {
        if precision == 0 && number == 0 {
            body.clear();
        }
        while body.len() < precision {
            body.insert(0, '0');
        }
    }
    let prefix = match (verb, flags.sharp) {
        ('x', true) => "0x",
        ('X', true) => "0X",
        ('o', true) => "0",
        ('b', true) => "0b",
        ('O', _) => "0o",
        _ => "",
    };
    let sign = sign_of(number < 0, flags);
    if flags.zero && !flags.minus && flags.precision.is_none() {
        let width = flags.width.unwrap_or(0).saturating_sub(sign.len());
        while body.len() < width {
            body.insert(0, '0');
        }
        out.push_str(sign);
        out.push_str(prefix);
        out.push_str(&body);
        return;
    }
    let spaces = Flags {
        zero: false,
        ..flags.clone()
    };
    pad(out, &spaces, &format!("{sign}{prefix}{body}"));
}

fn sign_of(negative: bool, flags: &Flags) -> &'static str {
    match (negative, flags.plus, flags.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

fn character(number: i64) -> char {
    u32::try_from(number)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn floating(out: &mut String, verb: char, flags: &Flags, number: f64, value: &Value) {
    if !number.is_finite() && matches!(verb, 'v' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G') {
        let text = if number.is_nan() {
            "NaN"
        } else if number < 0.0 {
            "-Inf"
        } else {
            "+Inf"
        };
        return pad(
            out,
            &Flags {
                zero: false,
                ..flags.clone()
            },
            text,
        );
    }
    let magnitude = number.abs();
    let body = match (verb, flags.precision) {
        ('v' | 'g' | 'G', None) => float(magnitude),
        ('v' | 'g' | 'G', Some(precision)) => significant(magnitude, precision),
        ('f' | 'F', precision) => format!("{magnitude:.*}", precision.unwrap_or(6)),
        ('e' | 'E', precision) => {
            let scientific = format!("{magnitude:.*e}", precision.unwrap_or(6));
            let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            format!(
                "{digits}e{}",
                exponent_digits(exponent.parse().unwrap_or_default())
            )
        }
        _ => return bad_verb(out, verb, value),
    };
    let mut body = if verb.is_uppercase() {
        body.to_uppercase()
    } else {
        body
    };
    let sign = sign_of(number.is_sign_negative(), flags);
    if flags.zero && !flags.minus {
        let width = flags.width.unwrap_or(0).saturating_sub(sign.len());
        while body.len() < width {
            body.insert(0, '0');
        }
        out.push_str(sign);
        return out.push_str(&body);
    }
    pad(out, flags, &format!("{sign}{body}"));
}

/// `%.3g`.
fn significant(number: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let scientific = format!("{number:.*e}", precision - 1);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let trim = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= limit {
        return format!("{}e{}", trim(digits), exponent_digits(exponent));
    }
    let decimals = usize::try_from(limit - 1 - exponent).unwrap_or_default();
    trim(&format!("{number:.decimals$}"))
}

fn string(out: &mut String, verb: char, flags: &Flags, text: &str, value: &Value) {
    let cut = |text: &str| match flags.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    match verb {
        'v' if flags.sharp => pad(out, flags, &quote(text)),
        's' | 'v' => pad(out, flags, &cut(text)),
        'q' => pad(out, flags, &quote(&cut(text))),
        'x' | 'X' => {
            let hex: Vec<String> = text
                .bytes()
                .take(flags.precision.unwrap_or(usize::MAX))
                .map(|byte| {
                    if verb == 'x' {
                        format!("{byte:02x}")
                    } else {
                        format!("{byte:02X}")
                    }
                })
                .collect();
            pad(out, flags, &hex.join(if flags.space { " " } else { "" }));
        }
        _ => bad_verb(out, verb, value),
    }
}

/// Go's `strconv.Quote`.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        escape(&mut out, character, '"');
    }
    out.push('"');
    out
}

fn quote_character(character: char) -> String {
    let mut out = "'".to_owned();
    escape(&mut out, character, '\'');
    out.push('\'');
    out
}

fn escape(out: &mut String, character: char, quote: char) {
    match character {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\u{b}' => out.push_str("\\v"),
        character if character == quote => {
            out.push('\\');
            out.push(character);
        }
        character if (character as u32) < 0x20 || character == '\u{7f}' => {
            out.push_str(&format!("\\x{:02x}", character as u32));
        }
        character if unprintable(character) => {
            let code = character as u32;
            if code <= 0xffff {
                out.push_str(&format!("\\u{code:04x}"));
            } else {
                out.push_str(&format!("\\U{code:08x}"));
            }
        }
        character => out.push(character),
    }
}

/// What Go's `strconv.IsPrint` refuses: controls, other spaces than the plain one, formats, surrogates, private use.
fn unprintable(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character as u32, 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff | 0xf0000..)
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({})", self.type_name(), plain(self))
    }
}
