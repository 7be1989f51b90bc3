//! YAML as kustomize writes it: keys sorted, lists not indented under their key, scalars quoted only where they must be,
//! lines folded past 80 columns. Reading is `becket-document`'s; only what a plain scalar means to kustomize is here.

mod emit;
mod keys;
mod scalar;

use serde_json::Value;

pub(crate) use scalar::{is_key, is_text_in_yaml_1_1, resolve, text};

/// `value` as one document, in the form in which `kustomize build` prints it. Ends in a line break.
pub fn to_string(value: &Value) -> String {
    let mut out = String::with_capacity(1024);
    write(value, &mut out);
    out
}

/// Appends `value` as one document to `out`, in the form of [`to_string`].
pub fn write(value: &Value, out: &mut String) {
    emit::Emitter::new(out).document(value);
}
