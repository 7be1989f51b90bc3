//! YAML as kustomize writes it, which is `becket-document`'s, as Helm's and Argo CD's is the same.

pub(crate) use becket_document::kubernetes::{is_key, is_text_in_yaml_1_1, resolve, text};
pub use becket_document::kubernetes::{to_string, write};

/// The first character of `text` that kustomize 5.8.2 loses or fails on when it writes what it has read and reads it again.
pub(crate) fn unwritable(text: &str) -> Option<char> {
    text.chars()
        .find(|character| matches!(character, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}

/// Why there must be no such character.
pub(crate) const UNWRITABLE: &str = "kustomize 5.8.2 loses it or fails on it";
