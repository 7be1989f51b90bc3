//! YAML as kustomize writes it, which is `becket-document`'s, as Helm's and Argo CD's is the same.

pub(crate) use becket_document::kubernetes::{is_key, is_text_in_yaml_1_1, resolve, text};
pub use becket_document::kubernetes::{to_string, write};
