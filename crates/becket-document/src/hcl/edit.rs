//! Changes an HCL text at places that a path names, and leaves every other byte as it was, but for the columns of `=` and
//! of comments in the lines around.
//!
//! A path goes through block types, labels and attribute names, then into objects and lists, as [`Body::to_node`] has
//! them. What comes out is read again and must hold what was meant.

use std::sync::Arc;

use becket_source::Span;

use super::tree::Body;
use super::{align, emit, parse};
use crate::edit::EditError;
use crate::fragment::Fragment;
use crate::lines::{column, head_comment, start_of_line, with_line_breaks_of};
use crate::node::{Kind, Node, Style};
use crate::path::{KeyPath, Segment};
use crate::yaml::SyntaxError;

/// A text that was read, ready to be edited, any number of times. A clone shares it.
#[derive(Debug, Clone)]
pub struct Document {
    read: Arc<Read>,
}

#[derive(Debug)]
struct Read {
    text: String,
    body: Body,
    tree: Node,
}

impl Document {
    /// Reads `text`.
    pub fn parse(text: impl Into<String>) -> Result<Self, SyntaxError> {
        let text = text.into();
        let mut parsed = parse(&text);
        if !parsed.errors.is_empty() {
            return Err(parsed.errors.swap_remove(0));
        }
        let tree = parsed.body.to_node(&text);
        let body = parsed.body;
        Ok(Self {
            read: Arc::new(Read { text, body, tree }),
        })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.read.text
    }

    /// Its blocks and attributes.
    pub fn body(&self) -> &Body {
        &self.read.body
    }

    /// The same as keys and values.
    pub fn tree(&self) -> &Node {
        &self.read.tree
    }

    /// The place of the comment at the head of the text, with its line breaks; empty where there is none.
    pub fn head_comment(&self) -> Span {
        head_comment(self.text())
    }

    /// An editor over this text.
    pub fn edit(&self) -> Editor {
        Editor {
            document: self.clone(),
            splices: Vec::new(),
            intended: Vec::new(),
            removed: Vec::new(),
        }
    }
}

/// Changes to one text.
#[derive(Debug, Clone)]
pub struct Editor {
    document: Document,
    splices: Vec<(Span, String)>,
    /// What shall stand where.
    intended: Vec<(KeyPath, Fragment)>,
    removed: Vec<KeyPath>,
}

impl Editor {
    /// Replaces the value at `path`, an attribute or what is in one, by `value`, in the style that it has. What holds it
    /// already stays byte by byte.
    pub fn set(&mut self, path: &KeyPath, value: &Fragment) -> Result<(), EditError> {
        let document = self.document.clone();
        let node = find(&document, path)?;
        if node.style == Style::Block {
            return Err(EditError::WrongKind {
                path: path.clone(),
                wanted: "attribute, but a block",
            });
        }
        self.intended.push((path.clone(), value.clone()));
        if node.style != Style::Plain && value.is_value_of(node)
            || value.is_value_of(node) && !matches!(node.kind, Kind::String(_))
        {
            return Ok(());
        }
        let text = document.text();
        let line = start_of_line(text, node.span.start);
        let indent = text[line..].chars().take_while(|one| *one == ' ').count();
        let before = column(text, node.span.start);
        let written = emit::value(value, Some(node), text, indent, before);
        self.splices.push((node.span, written));
        Ok(())
    }

    /// Removes the attribute, block or entry at `path`, with the comment lines directly above it.
    pub fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        let document = self.document.clone();
        let node = find(&document, path)?;
        let key = document.tree().key_span(path);
        if self.removed.contains(path) {
            return Ok(());
        }
        self.removed.push(path.clone());
        let text = document.text();
        let start = key.map_or(node.span.start, |key| {
            if node.style == Style::Block {
                block_start(text, node, key)
            } else {
                key.start
            }
        });
        let line = start_of_line(text, start);
        let end = end_of_line(text, node.span.end);
        let behind = text[node.span.end..end].trim_start();
        let alone = text[line..start].trim().is_empty()
            && (behind.is_empty() || behind.starts_with([',', '#']) || behind.starts_with("//"));
        if alone {
            self.splices.push((lines_of(text, line, end), String::new()));
        } else {
            self.splices.push((
                between_commas(text, Span::new(start, node.span.end)),
                String::new(),
            ));
        }
        Ok(())
    }

    /// Replaces the comment at the head of the text: the lines with `#` that it begins with. Without one, a comment is put
    /// above all else.
    pub fn set_head_comment(&mut self, comment: &str) {
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        self.splices.push((self.document.head_comment(), text));
    }

    /// The text with all edits made.
    pub fn finish(mut self) -> Result<String, EditError> {
        let document = self.document.clone();
        let text = document.text();
        self.splices.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = String::with_capacity(text.len() + 256);
        let mut touched = Vec::new();
        let mut at = 0;
        for (span, new) in &self.splices {
            if span.start < at {
                return Err(EditError::Overlap(span.start));
            }
            out.push_str(&text[at..span.start]);
            let start = out.len();
            out.push_str(&with_line_breaks_of(text, new));
            touched.push(Span::new(start, out.len()));
            at = span.end;
        }
        out.push_str(&text[at..]);
        let parsed = parse(&out);
        if !parsed.errors.is_empty() {
            return Err(EditError::Unfit);
        }
        let out = align::align(&out, &parsed.body, &touched);
        let parsed = parse(&out);
        let tree = parsed.body.to_node(&out);
        let holds = |(path, value): &(KeyPath, Fragment)| {
            let gone = self.removed.iter().any(|removed| may_move(removed, path));
            gone || tree.at(path).is_some_and(|node| value.is_value_of(node))
        };
        if !parsed.errors.is_empty() || !self.intended.iter().all(holds) {
            return Err(EditError::Unfit);
        }
        Ok(out)
    }
}

/// Whether taking `removed` away takes `path` away or gives it another index.
fn may_move(removed: &KeyPath, path: &KeyPath) -> bool {
    path.segments().starts_with(removed.segments())
        || removed.parent().is_some_and(|parent| {
            matches!(removed.segments().last(), Some(Segment::Index(_)))
                && path.segments().starts_with(parent.segments())
        })
}

fn find<'d>(document: &'d Document, path: &KeyPath) -> Result<&'d Node, EditError> {
    document
        .tree()
        .at(path)
        .ok_or_else(|| EditError::NoPlace(path.clone()))
}

/// Where a block begins whose last label, or type, is `key`: its span says, unless it is one of several.
fn block_start(text: &str, node: &Node, key: Span) -> usize {
    if node.span.start <= key.start {
        start_of_line(text, node.span.start) + indentation(text, node.span.start)
    } else {
        key.start
    }
}

fn indentation(text: &str, at: usize) -> usize {
    let line = start_of_line(text, at);
    text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len()
}

fn end_of_line(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The lines from `start` to `end` with the comments directly above, and one of the blank lines around them.
fn lines_of(text: &str, start: usize, end: usize) -> Span {
    let mut start = start;
    for above in text[..start].split_inclusive('\n').rev() {
        let comment = above.trim_start();
        if !(comment.starts_with('#') || comment.starts_with("//")) {
            break;
        }
        start -= above.len();
    }
    let above = &text[..start];
    let blank_above =
        start == 0 || above.ends_with("\n\n") || above.ends_with("\n\r\n") || above.trim_end().ends_with('{');
    let below = text[end..].split_inclusive('\n').next().unwrap_or_default();
    let closes = below.trim_start().starts_with('}');
    if closes && above.ends_with("\n\n") {
        return Span::new(start - 1, end);
    }
    if blank_above && !below.is_empty() && below.trim().is_empty() {
        return Span::new(start, end + below.len());
    }
    if start > 0 && end == text.len() {
        return Span::new(
            above.trim_end().len() + above[above.trim_end().len()..].find('\n').map_or(0, |at| at + 1),
            end,
        );
    }
    Span::new(start, end)
}

/// The place of an item in a one-line list or object, with one of the commas around it.
fn between_commas(text: &str, span: Span) -> Span {
    let behind = &text[span.end..];
    let rest = behind.trim_start();
    if let Some(after) = rest.strip_prefix(',') {
        return Span::new(span.start, text.len() - after.trim_start_matches(' ').len());
    }
    let before = text[..span.start].trim_end();
    match before.strip_suffix(',') {
        Some(before) => Span::new(before.len(), span.end),
        None => span,
    }
}
