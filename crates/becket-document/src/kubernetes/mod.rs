//! YAML as Kubernetes' tools write and read it, which is YAML 1.1 of Go's libraries: `kubectl`, Helm, Argo CD, and the
//! output of `kustomize build`.
//!
//! Written with keys sorted, lists not indented under their key, scalars quoted only where they must be, lines folded past
//! 80 columns. Read so that `yes` and `on` are booleans and `010` is eight.

mod emit;
mod keys;
mod read;
mod scalar;

use serde_json::Value;

pub use read::to_value;
pub use scalar::{is_key, is_text_in_yaml_1_1, resolve, text};

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
