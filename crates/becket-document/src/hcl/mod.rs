//! HCL, the language of Terraform and `OpenTofu`: a tree with places, and edits that keep comments and layout.
//!
//! The grammar is read by `hcl-edit`. [`Body`] is what a front end walks over: blocks, attributes, expressions, and what
//! they refer to. [`Body::to_node`] gives the same file as keys and values, so that a
//! [`KeyPath`](crate::KeyPath) names a place in it, and [`Editor`] changes a text by such a path. Nothing here knows what
//! a block means, or evaluates anything.

mod align;
mod edit;
mod emit;
mod node;
mod read;
mod reference;
#[cfg(test)]
mod tests;
mod tree;

pub use edit::{Document, Editor};
pub use reference::{Part, Reference};
pub use tree::{Attribute, Block, Body, Expression, For, Item, Name, Object, ObjectItem, Step, Term};

use becket_source::Span;

use crate::yaml::SyntaxError;

/// What a text holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The file's body; of a file with a syntax error, an empty one.
    pub body: Body,
    /// What is no HCL: at most one, since the text behind the first such place is not read.
    pub errors: Vec<SyntaxError>,
}

/// Reads `text`, a `.tf`, `.tfvars` or other HCL file.
pub fn parse(text: &str) -> Parsed {
    let (without_mark, shift) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, text.len() - rest.len()),
        None => (text, 0),
    };
    match hcl_edit::parser::parse_body(without_mark) {
        Ok(body) => Parsed {
            body: read::Reader { text, shift }.file(&body),
            errors: Vec::new(),
        },
        Err(error) => {
            let mut at = (error.location().offset() + shift).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            Parsed {
                body: Body::default(),
                errors: vec![SyntaxError {
                    message: error.message().replace("; ", ", ").trim().to_owned(),
                    span: Span::new(at, at),
                }],
            }
        }
    }
}
