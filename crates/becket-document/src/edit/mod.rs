//! Changes a YAML text at places that a path names, and leaves every other byte as it was.
//!
//! An [`Editor`] collects changes against one reading of a text ([`Document`], which may be read once and edited often)
//! and splices them all in [`Editor::finish`]. Of a text that somebody else wrote, the result is read again and must hold
//! what was meant; for texts of our own ([`Document::edit`]) that is left to tests, for speed.

mod intended;
mod remove;

use std::collections::BTreeMap;
use std::sync::Arc;

use becket_source::Span;
use indexmap::IndexMap;
use serde_json::Value;

use crate::emit::{Layout, Like, Writer, entry_like, hoisted, item_like, key_text, push_comment};
use crate::fragment::Fragment;
use crate::lines::{column, head_comment, pad, start_of_line, with_line_breaks_of};
use crate::node::{Entry, Kind, Node, Style};
use crate::path::{KeyPath, Segment};
use crate::scalar::{Quotes, one_line};
use crate::yaml::{self, SyntaxError};

/// A text that was read, ready to be edited, any number of times. A clone shares it.
#[derive(Debug, Clone)]
pub struct Document {
    read: Arc<Read>,
}

#[derive(Debug)]
struct Read {
    text: String,
    trees: Vec<Node>,
    layout: Layout,
}

impl Document {
    /// Reads `text`, a stream of one or more documents.
    pub fn parse(text: impl Into<String>) -> Result<Self, SyntaxError> {
        let text = text.into();
        let mut parsed = yaml::parse(&text);
        if !parsed.errors.is_empty() {
            return Err(parsed.errors.swap_remove(0));
        }
        let layout = Layout::of(&text, &parsed.documents);
        let read = Read {
            text,
            trees: parsed.documents,
            layout,
        };
        Ok(Self { read: Arc::new(read) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.read.text
    }

    /// A tree per document that holds anything.
    pub fn trees(&self) -> &[Node] {
        &self.read.trees
    }

    /// The place of the comment at the head of the text, with its line breaks; empty where there is none.
    pub fn head_comment(&self) -> Span {
        head_comment(self.text())
    }

    /// An editor over this text, for texts of our own: what it writes is not read again.
    pub fn edit(&self) -> Editor {
        Editor {
            document: self.clone(),
            current: 0,
            splices: Vec::new(),
            removals: BTreeMap::new(),
            grown: Vec::new(),
            intended: None,
        }
    }
}

/// Where an entry is put in a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<'k> {
    /// Behind the entry of this key.
    After(&'k str),
    /// Behind all that is there.
    End,
}

/// An edit that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text has no such document.
    #[error("there is no document {0}, counted from zero")]
    NoDocument(usize),
    /// Nothing stands at the path.
    #[error("nothing stands at `{0}`")]
    NoPlace(KeyPath),
    /// What stands at the path is of another kind than the edit needs.
    #[error("at `{path}` stands no {wanted}")]
    WrongKind {
        /// The place.
        path: KeyPath,
        /// What the edit needs there.
        wanted: &'static str,
    },
    /// The key to insert is there already.
    #[error("`{0}` is there already")]
    Exists(KeyPath),
    /// The place is shared by an anchor, an alias or a merge key, so that changing it would change others.
    #[error("`{0}` is shared by an anchor: write the value out, then change it")]
    Shared(KeyPath),
    /// The text is written in a way that edits do not get right; nothing was changed.
    #[error("the text is written in a way that cannot be edited in place: change it by hand")]
    Unfit,
    /// Two edits change the same bytes.
    #[error("two edits change the same place, at byte {0}")]
    Overlap(usize),
}

/// Changes to one text.
#[derive(Debug, Clone)]
pub struct Editor {
    document: Document,
    current: usize,
    splices: Vec<Splice>,
    removals: BTreeMap<(usize, KeyPath), Vec<Segment>>,
    grown: Vec<(usize, KeyPath)>,
    /// What the documents shall hold, where that is checked; without what is removed.
    intended: Option<Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Splice {
    span: Span,
    /// Of two at one place, the lower one comes first: what belongs to a value, then what comes behind it.
    rank: u8,
    text: String,
}

/// A place that a path led to.
#[derive(Clone, Copy)]
struct Place<'d> {
    node: &'d Node,
    /// The entry whose value it is; none for an item and the root.
    entry: Option<&'d Entry>,
    in_flow: bool,
    /// Whether it is an item of a list.
    is_item: bool,
    /// The node that it is in.
    parent: Option<&'d Node>,
}

impl Editor {
    /// Reads `text` and edits it. Edits go to its first document unless [`Editor::document`] names another. What comes out
    /// is read again: [`Editor::finish`] gives what was meant, or an error.
    pub fn new(text: &str) -> Result<Self, SyntaxError> {
        let mut editor = Document::parse(text)?.edit();
        editor.intended = Some(editor.document.trees().iter().map(Node::to_value).collect());
        Ok(editor)
    }

    /// From here on, edits go to the document at `index`, counted from zero; documents that hold nothing do not count.
    pub fn document(&mut self, index: usize) -> Result<&mut Self, EditError> {
        if index >= self.document.trees().len() {
            return Err(EditError::NoDocument(index));
        }
        self.current = index;
        Ok(self)
    }

    /// Replaces the value at `path`, which must be there. A scalar keeps its quotes where the new one can have them, a
    /// collection its brackets or its columns; comments behind it, and those of entries that stay, are kept. Setting what
    /// is there already changes nothing.
    pub fn set(&mut self, path: &KeyPath, value: &Fragment) -> Result<(), EditError> {
        let document = self.document.clone();
        let place = self.find(&document, path)?;
        if value.is_value_of(place.node) && !value.has_comments() {
            return Ok(());
        }
        self.replace(&document, place, value, path)?;
        self.intend(path, |_| value.to_value());
        Ok(())
    }

    /// Adds `key` with `value` to the mapping at `parent`, which must be there and not have it.
    pub fn insert(
        &mut self,
        parent: &KeyPath,
        key: &str,
        value: &Fragment,
        position: Position<'_>,
    ) -> Result<(), EditError> {
        let document = self.document.clone();
        let place = self.find(&document, parent)?;
        let node = place.node;
        if node.get(key).is_some() {
            return Err(EditError::Exists(parent.key(key)));
        }
        if node.entries().is_empty() {
            if !(node.kind == Kind::Null || matches!(node.kind, Kind::Mapping(_))) {
                return Err(wrong_kind(parent, "mapping"));
            }
            let whole = IndexMap::from([(key.to_owned(), (None, value.clone()))]);
            self.replace(&document, place, &Fragment::Mapping(whole), parent)?;
            self.grow(parent, |mapping| {
                intended::with_entry(mapping, key, value.to_value())
            });
            return Ok(());
        }
        let behind = match position {
            Position::End => node.entries().last(),
            Position::After(other) => node.entry(other),
        };
        let missing = || match position {
            Position::After(other) => EditError::NoPlace(parent.key(other)),
            Position::End => EditError::NoPlace(parent.clone()),
        };
        let behind = behind.ok_or_else(missing)?;
        let writer = document.writer();
        let style = entry_like(Some(node), key, value);
        let mut text = String::new();
        let at = if node.style == Style::Flow {
            let value = writer
                .inline(value, Like::style_of(style), true, 0)
                .unwrap_or_default();
            text = format!(", {}: {value}", key_text(key, true));
            behind.value.span.end.max(behind.key.span.end)
        } else {
            let column = column(document.text(), node.span.start);
            text.push('\n');
            pad(&mut text, column);
            writer.entry(&mut text, key, value, None, style, column);
            writer.end_of_line(behind.value.span.end)
        };
        self.splice(Span::new(at, at), 1, text);
        self.grow(parent, |mapping| {
            intended::with_entry(mapping, key, value.to_value())
        });
        Ok(())
    }

    /// Adds an item at the end of the list at `path`, which must be there.
    pub fn append(&mut self, path: &KeyPath, item: &Fragment) -> Result<(), EditError> {
        let document = self.document.clone();
        let place = self.find(&document, path)?;
        let node = place.node;
        let Some(last) = node.items().last() else {
            if !(node.kind == Kind::Null || matches!(node.kind, Kind::Sequence(_))) {
                return Err(wrong_kind(path, "list"));
            }
            let whole = Fragment::Sequence(vec![(None, item.clone())]);
            self.replace(&document, place, &whole, path)?;
            self.grow(path, |list| intended::with_item(list, item.to_value()));
            return Ok(());
        };
        let writer = document.writer();
        let style = Like::style_of(item_like(Some(node), node.items().len(), item));
        let mut text = String::new();
        let at = if node.style == Style::Flow {
            text.push_str(", ");
            text.push_str(&writer.inline(item, style, true, 0).unwrap_or_default());
            last.span.end
        } else {
            let column = column(document.text(), node.span.start);
            for comment in hoisted(item) {
                text.push('\n');
                pad(&mut text, column);
                push_comment(&mut text, comment, column);
            }
            text.push('\n');
            pad(&mut text, column);
            text.push_str("- ");
            match writer.inline(item, style, false, column) {
                Some(inline) => text.push_str(&inline),
                None => writer.lines(&mut text, item, style, column + 2, true),
            }
            writer.end_of_line(last.span.end)
        };
        self.splice(Span::new(at, at), 1, text);
        self.grow(path, |list| intended::with_item(list, item.to_value()));
        Ok(())
    }

    /// Replaces the comment at the head of the text: the lines with `#` that it begins with. Without one, a comment is put
    /// above all else.
    pub fn set_head_comment(&mut self, comment: &str) {
        let document = self.document.clone();
        let mut text = String::new();
        push_comment(&mut text, comment, 0);
        text.push('\n');
        self.splice(Span::new(0, document.head_comment().end), 0, text);
    }

    /// Removes the entry or item at `path`, with the comment lines directly above it. A collection that loses all it has
    /// becomes `{}` or `[]`.
    pub fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        let document = self.document.clone();
        self.find(&document, path)?;
        let (Some((last, _)), Some(parent)) = (path.segments().split_last(), path.parent()) else {
            return Err(wrong_kind(path, "entry or item, but the document itself"));
        };
        let gone = self.removals.entry((self.current, parent)).or_default();
        if !gone.contains(last) {
            gone.push(last.clone());
        }
        Ok(())
    }

    /// The text with all edits made.
    pub fn finish(mut self) -> Result<String, EditError> {
        let document = self.document.clone();
        let intended = self
            .intended
            .take()
            .map(|values| intended::without(values, &self.removals));
        for ((index, parent), gone) in std::mem::take(&mut self.removals) {
            self.current = index;
            self.remove_from(&document, &parent, &gone)?;
        }
        self.splices
            .sort_by_key(|splice| (splice.span.start, splice.span.end, splice.rank));
        let text = document.text();
        let mut out = String::with_capacity(text.len() + 256);
        let mut at = 0;
        for splice in &self.splices {
            if splice.span.start < at {
                return Err(EditError::Overlap(splice.span.start));
            }
            out.push_str(&text[at..splice.span.start]);
            out.push_str(&with_line_breaks_of(text, &splice.text));
            at = splice.span.end;
        }
        out.push_str(&text[at..]);
        match intended {
            Some(intended) if !intended::is_in(&out, &intended) => Err(EditError::Unfit),
            _ => Ok(out),
        }
    }

    /// Notes that the collection at `path` has more than it had.
    fn grow(&mut self, path: &KeyPath, change: impl FnOnce(Value) -> Value) {
        self.grown.push((self.current, path.clone()));
        self.intend(path, change);
    }

    fn splice(&mut self, span: Span, rank: u8, text: String) {
        self.splices.push(Splice { span, rank, text });
    }

    fn find<'a>(&self, document: &'a Document, path: &KeyPath) -> Result<Place<'a>, EditError> {
        let root = document
            .trees()
            .get(self.current)
            .ok_or(EditError::NoDocument(self.current))?;
        let mut place = Place {
            node: root,
            entry: None,
            in_flow: false,
            is_item: false,
            parent: None,
        };
        for segment in path.segments() {
            let parent = place.node;
            let (node, entry) = match segment {
                Segment::Key(key) => {
                    let entry = parent.entry(key);
                    (entry.map(|entry| &entry.value), entry)
                }
                Segment::Index(index) => (parent.items().get(*index), None),
            };
            let node = node.ok_or_else(|| EditError::NoPlace(path.clone()))?;
            place = Place {
                node,
                entry,
                in_flow: parent.style == Style::Flow,
                is_item: entry.is_none(),
                parent: Some(parent),
            };
            if is_shared(document, place) {
                return Err(EditError::Shared(path.clone()));
            }
        }
        Ok(place)
    }

    fn replace(
        &mut self,
        document: &Document,
        place: Place<'_>,
        value: &Fragment,
        path: &KeyPath,
    ) -> Result<(), EditError> {
        let writer = document.writer();
        let like = Like::replacing(place.node);
        let Some(entry) = place.entry else {
            self.replace_item(&writer, place, value);
            return Ok(());
        };
        let old = place.node.span;
        let key_column = column(document.text(), entry.key.span.start);
        let inline = writer.inline(value, like, place.in_flow, key_column);
        let Some(colon) = writer.after_colon(entry) else {
            if let Some(inline) = inline.filter(|_| place.in_flow) {
                self.splice(
                    Span::new(entry.key.span.end, entry.key.span.end),
                    0,
                    format!(": {inline}"),
                );
                return Ok(());
            }
            return Err(EditError::NoPlace(path.clone()));
        };
        let old_block = place.node.style == Style::Block && place.node.is_collection();
        match inline {
            Some(inline) if old_block => {
                let inline = beside_comment(
                    !writer.rest_of_line(colon).is_empty(),
                    value,
                    place.in_flow,
                    inline,
                );
                self.splice(Span::new(colon, colon), 0, format!(" {inline}"));
                self.splice(below(&writer, colon, old), 0, String::new());
            }
            Some(inline) => {
                let commented = !writer.rest_of_line(old.end.max(colon)).is_empty();
                let inline = beside_comment(commented, value, place.in_flow, inline);
                let space = if old.is_empty() { " " } else { "" };
                let span = if old.is_empty() {
                    Span::new(colon, colon)
                } else {
                    old
                };
                self.splice(span, 0, format!("{space}{inline}"));
            }
            None => {
                let mut lines = String::new();
                let column = writer.column_below(value, like, key_column);
                writer.lines(&mut lines, value, like, column, false);
                let key_line = writer.end_of_line(colon);
                let end = writer.end_of_line(old.end.max(colon));
                if old_block || old.start > key_line {
                    self.splice(Span::new(key_line, end.max(key_line)), 0, lines);
                } else {
                    self.splice(Span::new(colon, old.end.max(colon)), 0, String::new());
                    self.splice(Span::new(end, end), 0, lines);
                }
            }
        }
        Ok(())
    }

    /// Replaces an item, or the whole document.
    fn replace_item(&mut self, writer: &Writer<'_>, place: Place<'_>, value: &Fragment) {
        let like = Like::replacing(place.node);
        let old = place.node.span;
        let old_block = place.node.style == Style::Block && place.node.is_collection();
        let own_column = column(writer.text, old.start);
        let dash = writer.dash(old.start).filter(|_| place.is_item);
        let dash_column = dash.map(|dash| column(writer.text, dash));
        let space = if old.is_empty() && writer.text[..old.start].ends_with('-') {
            " "
        } else {
            ""
        };
        let end = if old_block || writer.rest_of_line(old.end).trim().is_empty() {
            writer.end_of_line(old.end)
        } else {
            old.end
        };
        let inline_column = dash_column.unwrap_or(if place.is_item { own_column } else { 0 });
        if let Some(inline) = writer.inline(value, like, place.in_flow, inline_column) {
            let commented = !old_block && !writer.rest_of_line(old.end).is_empty();
            let inline = beside_comment(commented, value, place.in_flow, inline);
            self.splice(Span::new(old.start, end), 0, format!("{space}{inline}"));
            return;
        }
        let column = match dash_column {
            Some(dash) if old.is_empty() => dash + 2,
            _ => own_column,
        };
        let comment = if old_block { "" } else { writer.comment_at(old.end) };
        let on_next_line = !comment.is_empty();
        let mut lines = String::new();
        writer.lines(&mut lines, value, like, column, !on_next_line);
        if on_next_line {
            let end = writer.end_of_line(old.end);
            self.splice(old, 0, String::new());
            self.splice(Span::new(end, end), 0, lines);
            return;
        }
        let comments = hoisted(value);
        if !comments.is_empty() {
            let at = dash.unwrap_or(old.start);
            let start = start_of_line(writer.text, at);
            if writer.text[start..at].trim().is_empty() {
                let mut above = String::new();
                for comment in comments {
                    push_comment(&mut above, comment, at - start);
                    above.push('\n');
                    pad(&mut above, at - start);
                }
                self.splice(Span::new(at, at), 0, above);
            }
        }
        self.splice(Span::new(old.start, end), 0, format!("{space}{lines}"));
    }
}

impl Document {
    fn writer(&self) -> Writer<'_> {
        Writer {
            text: &self.read.text,
            layout: self.read.layout,
        }
    }
}

fn wrong_kind(path: &KeyPath, wanted: &'static str) -> EditError {
    EditError::WrongKind {
        path: path.clone(),
        wanted,
    }
}

/// A literal block cannot stand before a comment, nor before blanks: then the text goes in quotes.
fn beside_comment(commented: bool, value: &Fragment, in_flow: bool, inline: String) -> String {
    match value {
        Fragment::Scalar(value) if commented && inline.contains('\n') => {
            one_line(value, Quotes::Double, in_flow)
        }
        _ => inline,
    }
}

/// The lines of a block below its key, from the end of the key's line.
fn below(writer: &Writer<'_>, colon: usize, block: Span) -> Span {
    let start = writer.end_of_line(colon);
    Span::new(start, writer.end_of_line(block.end).max(start))
}

/// Whether a place is an alias, inside of one, brought by a merge key, or anchored.
fn is_shared(document: &Document, place: Place<'_>) -> bool {
    let (Some(parent), span) = (place.parent, place.node.span) else {
        return false;
    };
    if span.start < parent.span.start || span.end > parent.span.end {
        return true;
    }
    let before = match place.entry {
        Some(entry) if entry.key.span.start < parent.span.start => return true,
        Some(entry) => entry.key.span.end.min(span.start),
        None => document.text()[..span.start]
            .rfind(['-', '[', ',', '\n'])
            .map_or(0, |at| at + 1),
    };
    document.text()[span.start..].starts_with('*') || {
        let between = document.text()[before..span.start].trim_start_matches([':', ' ']);
        between.starts_with('&')
    }
}

#[cfg(test)]
mod tests;
