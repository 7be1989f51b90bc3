//! What a tree means to a parser of YAML 1.1.

use serde_json::{Map, Value};

use super::scalar;
use crate::node::{Kind, Node, Style};

/// The plain data of `node`, read from `text`, as YAML 1.1 has it: [`Node::to_value`] is that of YAML 1.2.
pub fn to_value(node: &Node, text: &str) -> Value {
    match &node.kind {
        Kind::Sequence(items) => items.iter().map(|item| to_value(item, text)).collect(),
        Kind::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                let key = match to_value(&entry.key, text) {
                    Value::Bool(key) => key.to_string(),
                    Value::Number(key) => scalar::show(&key),
                    _ => entry.name().into_owned(),
                };
                map.insert(key, to_value(&entry.value, text));
            }
            Value::Object(map)
        }
        _ if node.style == Style::Plain => plain(node, text).unwrap_or_else(|| node.to_value()),
        _ => node.to_value(),
    }
}

/// A scalar without quotes, where it is no text.
fn plain(node: &Node, text: &str) -> Option<Value> {
    // The place of an alias is not that of the scalar it stands for.
    let written = match &node.kind {
        Kind::String(written) => written,
        _ => text.get(node.span.start..node.span.end)?,
    };
    let tagged = text.get(..node.span.start)?.trim_end().ends_with("!!str");
    if tagged || scalar::is_text_in_yaml_1_1(written) {
        return None;
    }
    match written {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Value::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Value::Bool(false)),
        _ => scalar::number(written, false).map(Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::to_value;
    use crate::yaml::parse;
    use serde_json::json;

    #[test]
    fn old_booleans_and_numbers_are_what_go_takes_them_for() {
        let text = "a: [yes, No, on, y, 010, 0x10, 1_000, 'yes', !!str yes, ~, true, 1.5, 12:30, 2024-01-01]\non: x\nb: &b off\nc: *b\n";
        let node = parse(text).into_single().unwrap();
        assert_eq!(
            to_value(&node, text),
            json!({
                "a": [true, false, true, true, 8, 16, 1000, "yes", "yes", null, true, 1.5, "12:30", "2024-01-01"],
                "true": "x",
                "b": false,
                "c": false,
            })
        );
    }
}
