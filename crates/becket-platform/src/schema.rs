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
