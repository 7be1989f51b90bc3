//! Functions that write and read data: JSON, YAML, base64, base32, hashes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use becket_document::kubernetes;
use serde_json::Value as Json;
use sha2::Digest as _;

use super::{Answer, Function, fixed, text};
use crate::error::Fail;
use crate::value::{NESTING, Value};

pub(crate) const SPRIG: &[Function] = &[
    fixed("toJson", 1, |_, given| Ok(Value::str(json(&given[0])?))),
    fixed("mustToJson", 1, |_, given| Ok(Value::str(json(&given[0])?))),
    fixed("toRawJson", 1, |_, given| {
        Ok(Value::str(given[0].to_json()?.to_string()))
    }),
    fixed("mustToRawJson", 1, |_, given| {
        Ok(Value::str(given[0].to_json()?.to_string()))
    }),
    fixed("toPrettyJson", 1, |_, given| Ok(Value::str(pretty(&given[0])?))),
    fixed("mustToPrettyJson", 1, |_, given| {
        Ok(Value::str(pretty(&given[0])?))
    }),
    fixed("fromJson", 1, |_, given| {
        Ok(read_json(text(given, 0)?).unwrap_or(Value::Nil))
    }),
    fixed("mustFromJson", 1, |_, given| read_json(text(given, 0)?)),
    fixed("b64enc", 1, |_, given| {
        Ok(Value::str(STANDARD.encode(text(given, 0)?)))
    }),
    fixed("b64dec", 1, |_, given| {
        let text = text(given, 0)?.replace(['\n', '\r'], "");
        Ok(match STANDARD.decode(&text) {
            Ok(bytes) => Value::str(String::from_utf8_lossy(&bytes)),
            Err(_) => Value::str(format!(
                "illegal base64 data at input byte {}",
                illegal_byte(&text)
            )),
        })
    }),
    fixed("b32enc", 1, |_, given| {
        Ok(Value::str(base32(text(given, 0)?.as_bytes())))
    }),
    fixed("sha1sum", 1, |_, given| {
        Ok(Value::str(hex(&sha1::Sha1::digest(text(given, 0)?))))
    }),
    fixed("sha256sum", 1, |_, given| {
        Ok(Value::str(hex(&sha2::Sha256::digest(text(given, 0)?))))
    }),
    fixed("sha512sum", 1, |_, given| {
        Ok(Value::str(hex(&sha2::Sha512::digest(text(given, 0)?))))
    }),
    fixed("adler32sum", 1, |_, given| {
        Ok(Value::str(adler32(text(given, 0)?).to_string()))
    }),
];

/// Helm's own, which hide Sprig's of the same name: what cannot be read comes back as a text about it.
pub(crate) const HELM: &[Function] = &[
    fixed("toYaml", 1, |_, given| Ok(Value::str(yaml(&given[0])?))),
    fixed("mustToYaml", 1, |_, given| Ok(Value::str(yaml(&given[0])?))),
    fixed("fromJson", 1, |_, given| {
        let read = read_json(text(given, 0)?);
        Ok(match read {
            Ok(value @ Value::Map(_)) => value,
            Ok(Value::Nil) => Value::map(std::collections::BTreeMap::default()),
            Ok(other) => error_map(format!(
                "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                json_kind(&other)
            )),
            Err(Fail::Message(message)) => error_map(message),
            Err(fail) => return Err(fail),
        })
    }),
    fixed("fromJsonArray", 1, |_, given| {
        let read = read_json(text(given, 0)?);
        Ok(match read {
            Ok(value @ Value::List(_)) => value,
            Ok(Value::Nil) => Value::list(Vec::new()),
            Ok(other) => Value::list(vec![Value::str(format!(
                "json: cannot unmarshal {} into Go value of type []interface {{}}",
                json_kind(&other)
            ))]),
            Err(Fail::Message(message)) => Value::list(vec![Value::str(message)]),
            Err(fail) => return Err(fail),
        })
    }),
    fixed("fromYaml", 1, |_, given| {
        Ok(match read_yaml(text(given, 0)?) {
            Ok(value @ Value::Map(_)) => value,
            Ok(Value::Nil | Value::Missing) => Value::map(std::collections::BTreeMap::default()),
            Ok(other) => error_map(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                json_kind(&other)
            )),
            Err(message) => error_map(message),
        })
    }),
    fixed("fromYamlArray", 1, |_, given| {
        Ok(match read_yaml(text(given, 0)?) {
            Ok(value @ Value::List(_)) => value,
            Ok(Value::Nil | Value::Missing) => Value::list(Vec::new()),
            Ok(other) => Value::list(vec![Value::str(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type []interface {{}}",
                json_kind(&other)
            ))]),
            Err(message) => Value::list(vec![Value::str(message)]),
        })
    }),
];

/// Argo CD's own: what cannot be read is an error.
pub(crate) const ARGO_CD: &[Function] = &[
    fixed("toYaml", 1, |_, given| Ok(Value::str(yaml(&given[0])?))),
    fixed("fromYaml", 1, |_, given| match read_yaml(text(given, 0)?)? {
        value @ Value::Map(_) => Ok(value),
        Value::Nil | Value::Missing => Ok(Value::map(std::collections::BTreeMap::default())),
        _ => Err("the text is no YAML mapping".into()),
    }),
    fixed("fromYamlArray", 1, |_, given| match read_yaml(text(given, 0)?)? {
        value @ Value::List(_) => Ok(value),
        Value::Nil | Value::Missing => Ok(Value::list(Vec::new())),
        _ => Err("the text is no YAML list".into()),
    }),
];

fn error_map(message: String) -> Value {
    Value::map(std::collections::BTreeMap::from([(
        "Error".to_owned(),
        Value::str(message),
    )]))
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Str(_) => "string",
        Value::Float(_) | Value::Int(..) => "number",
        Value::Bool(_) => "bool",
        Value::List(_) => "array",
        _ => "object",
    }
}

/// Go's `encoding/json`: `<`, `>` and `&` are written by their numbers.
fn json(value: &Value) -> Result<String, Fail> {
    Ok(escaped(&value.to_json()?.to_string()))
}

fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            '\u{7f}' => out.push('\u{7f}'),
            other => out.push(other),
        }
    }
    out
}

/// The form of `sigs.k8s.io/yaml`, without its last line break.
fn yaml(value: &Value) -> Result<String, Fail> {
    let mut text = kubernetes::to_string(&value.to_json()?);
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn pretty(value: &Value) -> Result<String, Fail> {
    let text =
        serde_json::to_string_pretty(&value.to_json()?).map_err(|error| Fail::from(error.to_string()))?;
    Ok(escaped(&text))
}

fn read_json(text: &str) -> Answer {
    let value: Json = serde_json::from_str(text).map_err(|error| Fail::from(error.to_string()))?;
    Ok(Value::from_json(&value))
}

/// The first document of a text.
fn read_yaml(text: &str) -> Result<Value, String> {
    let mut parsed = becket_document::yaml::parse(text);
    if !parsed.errors.is_empty() {
        return Err(format!(
            "error converting YAML to JSON: yaml: {}",
            parsed.errors.swap_remove(0)
        ));
    }
    Ok(match parsed.documents.first() {
        Some(document) => Value::from_json(&kubernetes::to_value(document, text)),
        None => Value::Nil,
    })
}

/// Where Go's decoder stumbles.
fn illegal_byte(text: &str) -> usize {
    let bytes = text.as_bytes();
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let Some(at) = bytes.iter().position(|byte| !letter(byte)) else {
        return bytes.len() - bytes.len() % 4;
    };
    match (bytes[at], at % 4) {
        (b'=', 2) if bytes.get(at + 1) == Some(&b'=') => at + 2,
        (b'=', 2 | 3) => at + 1,
        _ => at,
    }
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut bits = [0u8; 5];
        bits[..chunk.len()].copy_from_slice(chunk);
        let number = bits
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let letters = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            if place < letters {
                out.push(char::from(LETTERS[(number >> (35 - 5 * place) & 31) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn adler32(text: &str) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in text.bytes() {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    b << 16 | a
}

const _: () = assert!(NESTING <= 120, "serde_json reads no deeper than 128 levels");
