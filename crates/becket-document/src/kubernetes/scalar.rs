//! What a plain scalar means to kustomize, and which texts may stand without quotes in what it prints.
//!
//! It reads resources by a parser that knows YAML 1.2 and the old octal numbers, and prints by one of YAML 1.1.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// What `plain` means as a scalar without quotes in a resource; none where Go writes no JSON for it (`.inf`, a time whose zone
/// is a day away).
pub fn resolve(plain: &str) -> Option<Value> {
    Some(match plain {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return None,
        _ => match number(plain, true) {
            Some(number) => Value::Number(number),
            None => match timestamp(plain) {
                Some(moment) if is_a_day_away(&moment) => return None,
                Some(moment) => Value::String(moment),
                None => Value::String(plain.to_owned()),
            },
        },
    })
}

/// Whether `plain` is text to a parser of YAML 1.1, which prints the output and reads kustomization files.
pub fn is_text_in_yaml_1_1(plain: &str) -> bool {
    let Some(first) = plain.bytes().next() else {
        return false;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => !matches!(
            plain,
            "y" | "Y"
                | "yes"
                | "Yes"
                | "YES"
                | "on"
                | "On"
                | "ON"
                | "n"
                | "N"
                | "no"
                | "No"
                | "NO"
                | "off"
                | "Off"
                | "OFF"
                | "true"
                | "True"
                | "TRUE"
                | "false"
                | "False"
                | "FALSE"
                | "~"
                | "null"
                | "Null"
                | "NULL"
        ),
        b'.' | b'+' | b'-' | b'0'..=b'9' => {
            !matches!(
                plain,
                ".nan"
                    | ".NaN"
                    | ".NAN"
                    | ".inf"
                    | ".Inf"
                    | ".INF"
                    | "+.inf"
                    | "+.Inf"
                    | "+.INF"
                    | "-.inf"
                    | "-.Inf"
                    | "-.INF"
            ) && number(plain, false).is_none()
                && !is_timestamp(plain)
                && !is_base_60(plain)
        }
        _ => true,
    }
}

/// Whether `key` is still text when kustomize has written it without quotes and read it again.
pub fn is_key(key: &str) -> bool {
    key != "<<" && matches!(resolve(key), Some(Value::String(text)) if text == key)
}

/// A scalar as the text that stands for it.
pub fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => Cow::Owned(show(number)),
        Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
    }
}

pub(super) fn number(plain: &str, octal_1_2: bool) -> Option<Number> {
    let first = plain.bytes().next()?;
    if first == b'.' {
        return float(plain);
    }
    if !matches!(first, b'+' | b'-' | b'0'..=b'9') || is_timestamp(plain) {
        return None;
    }
    let joined: Cow<'_, str> = if plain.contains('_') {
        Cow::Owned(plain.replace('_', ""))
    } else {
        Cow::Borrowed(plain)
    };
    let (negative, digits) = match joined.as_bytes().first()? {
        b'-' => (true, &joined[1..]),
        b'+' => (false, &joined[1..]),
        _ => (false, &*joined),
    };
    if let Some(number) = integer(digits, negative, octal_1_2) {
        return Some(number);
    }
    float(&joined)
}

fn integer(digits: &str, negative: bool, octal_1_2: bool) -> Option<Number> {
    let prefixed = |radix: u32, rest: &str| {
        if rest.starts_with(['+', '-']) {
            return None;
        }
        u64::from_str_radix(rest, radix).ok()
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let magnitude = match lower.as_deref() {
        Some("0x") => prefixed(16, &digits[2..])?,
        Some("0b") => prefixed(2, &digits[2..])?,
        // Go reads `0o17` in either version when no radix is given.
        Some("0o") if octal_1_2 || digits.len() > 2 => prefixed(8, &digits[2..])?,
        _ if digits.len() > 1 && digits.starts_with('0') => prefixed(8, &digits[1..])?,
        _ => prefixed(10, digits)?,
    };
    if !negative {
        return Some(magnitude.into());
    }
    let signed = i128::from(magnitude).checked_neg()?;
    i64::try_from(signed).ok().map(Number::from)
}

/// Decimal numbers of the form that YAML's own definition allows.
fn float(plain: &str) -> Option<Number> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    if !mantissa_fits || !exponent_fits {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then(|| normal(value)).flatten()
}

/// A decimal number as it comes back from JSON: a whole one without its point is an integer.
fn normal(value: f64) -> Option<Number> {
    if value.fract() == 0.0 && value.abs() < 1e21 {
        let digits = format!("{value:.0}");
        if let Ok(whole) = digits.parse::<i64>() {
            return Some(whole.into());
        }
        if let Ok(whole) = digits.parse::<u64>() {
            return Some(whole.into());
        }
    }
    Number::from_f64(value)
}

/// A number as Go prints it: the shortest digits, with an exponent below 1e-4 and from 1e6.
pub(super) fn show(number: &Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    let Some(value) = number.as_f64() else {
        return number.to_string();
    };
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Whether `text` is a point in time to a parser of YAML 1.1.
fn is_timestamp(text: &str) -> bool {
    timestamp(text).is_some()
}

/// A point in time in the form of RFC 3339; none where `text` is no such.
fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let (month, rest) = text.get(5..)?.split_once('-')?;
    let day_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(day_end);
    let date = date(&text[..4], month, day)?;
    match time.as_bytes().first() {
        None => Some(format!("{date}T00:00:00Z")),
        Some(b'T' | b't') => Some(format!("{date}T{}", clock(&time[1..], true)?)),
        Some(b' ') => Some(format!("{date}T{}", clock(&time[1..], false)?)),
        _ => None,
    }
}

/// Whether the zone of a point in time is 24 hours or more.
fn is_a_day_away(moment: &str) -> bool {
    moment
        .rsplit_once(['+', '-'])
        .is_some_and(|(_, zone)| zone == "23:60" || zone.starts_with("24:"))
}

/// A number of one or two digits, at most `most`.
fn small(text: &str, most: u32) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| fits && *number <= most)
}

fn date(year: &str, month: &str, day: &str) -> Option<String> {
    let month = small(month, 12).filter(|month| *month > 0)?;
    let number: u32 = year.parse().ok()?;
    let leap = number.is_multiple_of(4) && (!number.is_multiple_of(100) || number.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = small(day, days).filter(|day| *day > 0)?;
    Some(format!("{year}-{month:02}-{day:02}"))
}

/// Hours, minutes, seconds with a fraction, and a zone where one is due.
fn clock(text: &str, zoned: bool) -> Option<String> {
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let zone = match zone.as_bytes() {
        [] if !zoned => "Z",
        [b'Z'] if zoned => "Z",
        [b'+' | b'-', a, b, b':', c, d]
            if zoned && [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) =>
        {
            small(&zone[1..3], 24)?;
            small(&zone[4..6], 60)?;
            if matches!(zone, "+00:00" | "-00:00") {
                "Z"
            } else {
                zone
            }
        }
        _ => return None,
    };
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (whole, fraction) = match seconds.split_once(['.', ',']) {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (seconds, ""),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let (hours, minutes, whole) = (small(hours, 23)?, small(minutes, 59)?, small(whole, 59)?);
    Some(format!(
        "{hours:02}:{minutes:02}:{whole:02}{point}{fraction}{zone}"
    ))
}

/// Whether `text` is a number to the base of 60 to a parser of YAML 1.1, such as `12:30`.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let Some(first) = parts.next() else {
        return false;
    };
    if !first.starts_with(|c: char| c.is_ascii_digit())
        || !first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else {
        return false;
    };
    let below_60 = |text: &str| match text.as_bytes() {
        [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|part| below_60(part))
        && below_60(last)
        && fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}
