//! The JSON Schema of the platform file, for editors; made from the same declarations as the reader.

use serde_json::{Map, Value, json};

use crate::model::Platform;
use crate::shape::Shape;

/// The line at the top of a platform file that makes editors use the schema.
///
/// The address holds the format's number, not the program's version: what format 1 means is never taken away from.
pub const SCHEMA_LINE: &str =
    "# yaml-language-server: $schema=https://becket.dev/schema/1/platform.schema.json";

/// The JSON Schema (draft 2020-12), indented, with a newline at the end.
pub fn schema() -> String {
    let mut definitions = Map::new();
    let root = Platform::schema(&mut definitions);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://becket.dev/schema/1/platform.schema.json",
        "title": "Becket platform",
        "$ref": root.get("$ref").cloned().unwrap_or(Value::Null),
        "$defs": definitions,
    });
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/platform.schema.json");

    #[test]
    fn the_committed_schema_is_the_one_of_this_code() {
        let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            committed == schema(),
            "schema/platform.schema.json is old: run `cargo xtask gen`"
        );
    }

    #[test]
    fn every_field_is_described() {
        fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
            let Value::Object(schema) = schema else { return };
            if let Some(Value::Object(properties)) = schema.get("properties") {
                for (name, property) in properties {
                    let described = property.get("description").is_some_and(|text| text != "");
                    if !described && name != "default" {
                        found.push(format!("{path}.{name}"));
                    }
                }
            }
        }
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let mut found = Vec::new();
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            undescribed(definition, name, &mut found);
        }
        assert_eq!(found, Vec::<String>::new());
    }
}
