//! A file of the catalog in the language of its tool: YAML, HCL or CODEOWNERS, by its name. All are edited by place.

use becket_document::edit::{self, EditError};
use becket_document::yaml::SyntaxError;
use becket_document::{Fragment, KeyPath, Node, codeowners, hcl};
use becket_source::Span;

/// A file that was read.
#[derive(Debug, Clone)]
pub(crate) enum Native {
    Yaml(edit::Document),
    Hcl(hcl::Document),
    Codeowners(codeowners::Document),
}

/// Changes to one.
#[derive(Debug, Clone)]
pub(crate) enum NativeEditor {
    Yaml(edit::Editor),
    Hcl(hcl::Editor),
    Codeowners(codeowners::Editor),
}

/// Whether the file at `path` is HCL.
pub(crate) fn is_hcl(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("tf" | "tfvars" | "hcl"))
}

impl Native {
    pub(crate) fn parse(path: &str, text: String) -> Result<Self, SyntaxError> {
        if is_hcl(path) {
            hcl::Document::parse(text).map(Self::Hcl)
        } else if path.ends_with("/CODEOWNERS") {
            Ok(Self::Codeowners(codeowners::Document::parse(text)))
        } else {
            edit::Document::parse(text).map(Self::Yaml)
        }
    }

    /// The file as keys and values; of several documents the first.
    pub(crate) fn tree(&self) -> Option<&Node> {
        match self {
            Self::Yaml(document) => document.trees().first(),
            Self::Hcl(document) => Some(document.tree()),
            Self::Codeowners(document) => Some(document.tree()),
        }
    }

    pub(crate) fn head_comment(&self) -> Span {
        match self {
            Self::Yaml(document) => document.head_comment(),
            Self::Hcl(document) => document.head_comment(),
            Self::Codeowners(document) => document.head_comment(),
        }
    }

    pub(crate) fn edit(&self) -> NativeEditor {
        match self {
            Self::Yaml(document) => NativeEditor::Yaml(document.edit()),
            Self::Hcl(document) => NativeEditor::Hcl(document.edit()),
            Self::Codeowners(document) => NativeEditor::Codeowners(document.edit()),
        }
    }
}

impl NativeEditor {
    pub(crate) fn set(&mut self, path: &KeyPath, value: &Fragment) -> Result<(), EditError> {
        match self {
            Self::Yaml(editor) => editor.set(path, value),
            Self::Hcl(editor) => editor.set(path, value),
            Self::Codeowners(editor) => editor.set(path, value),
        }
    }

    pub(crate) fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        match self {
            Self::Yaml(editor) => editor.remove(path),
            Self::Hcl(editor) => editor.remove(path),
            Self::Codeowners(editor) => editor.remove(path),
        }
    }

    /// Adds an item to a list of YAML; a list of the others is bound whole.
    pub(crate) fn append(&mut self, path: &KeyPath, item: &Fragment) -> Result<(), EditError> {
        match self {
            Self::Yaml(editor) => editor.append(path, item),
            Self::Hcl(_) | Self::Codeowners(_) => Err(EditError::Unfit),
        }
    }

    pub(crate) fn set_head_comment(&mut self, comment: &str) {
        match self {
            Self::Yaml(editor) => editor.set_head_comment(comment),
            Self::Hcl(editor) => editor.set_head_comment(comment),
            Self::Codeowners(editor) => editor.set_head_comment(comment),
        }
    }

    pub(crate) fn finish(self) -> Result<String, EditError> {
        match self {
            Self::Yaml(editor) => editor.finish(),
            Self::Hcl(editor) => editor.finish(),
            Self::Codeowners(editor) => editor.finish(),
        }
    }
}
