//! Writes fragments as YAML: new text in the house style, or in the style of the text that it replaces.
//!
//! What is there already is the example for what is written: its columns, its quotes, its brackets, and the comments
//! and lines of the parts that stay. Where to put the text is decided in [`crate::edit`].

use indexmap::IndexMap;

use crate::fragment::Fragment;
use crate::lines::{column as column_of, pad, start_of_line};
use crate::node::{Entry, Kind, Node, Style};
use crate::scalar::{Quotes, literal, one_line};

/// The fragment as a text of its own, indented by `indent` columns, each line ended: mappings by two columns, lists
/// under a key by two columns, nothing in brackets but what is empty.
pub fn emit(fragment: &Fragment, indent: usize) -> String {
    let writer = Writer {
        text: "",
        layout: Layout::default(),
    };
    let mut out = " ".repeat(indent);
    if let Some(value) = writer.inline(fragment, Like::NOTHING, false, indent) {
        out.push_str(&value);
    } else {
        let mut comments = String::new();
        for comment in hoisted(fragment) {
            pad(&mut comments, indent);
            push_comment(&mut comments, comment, indent);
            comments.push('\n');
        }
        out.insert_str(0, &comments);
        writer.lines(&mut out, fragment, Like::NOTHING, indent, true);
    }
    out.push('\n');
    out
}

/// The columns of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// By how much a mapping is indented under its key.
    pub(crate) step: usize,
    /// By how much a list is indented under its key.
    pub(crate) list: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self { step: 2, list: 2 }
    }
}

impl Layout {
    /// The columns of a text, from the first places that show them.
    pub(crate) fn of(text: &str, trees: &[Node]) -> Self {
        let mut layout = (None, None);
        for tree in trees {
            Self::look(text, tree, &mut layout);
        }
        let usual = Self::default();
        Self {
            step: layout.0.unwrap_or(usual.step),
            list: layout.1.unwrap_or(usual.list),
        }
    }

    fn look(text: &str, node: &Node, found: &mut (Option<usize>, Option<usize>)) {
        if node.style != Style::Block || (found.0.is_some() && found.1.is_some()) {
            return;
        }
        for entry in node.entries() {
            let column =
                column_of(text, entry.value.span.start).checked_sub(column_of(text, entry.key.span.start));
            match &entry.value.kind {
                _ if entry.value.style != Style::Block => {}
                Kind::Mapping(entries) if !entries.is_empty() => {
                    found.0 = found.0.or(column.filter(|step| *step > 0));
                }
                Kind::Sequence(items) if !items.is_empty() => found.1 = found.1.or(column),
                _ => {}
            }
            Self::look(text, &entry.value, found);
        }
        for item in node.items() {
            Self::look(text, item, found);
        }
    }
}

/// What is there already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Like<'a> {
    /// The node that shows the style.
    pub(crate) node: Option<&'a Node>,
    /// Whether it is what the written value takes the place of, so that its comments stay.
    pub(crate) replaced: bool,
}

impl<'a> Like<'a> {
    /// Nothing is there.
    pub(crate) const NOTHING: Self = Self {
        node: None,
        replaced: false,
    };

    /// `node` is replaced.
    pub(crate) fn replacing(node: &'a Node) -> Self {
        Self {
            node: Some(node),
            replaced: true,
        }
    }

    /// The block that is replaced: lines of it may stay.
    fn replaced_block(self) -> Option<&'a Node> {
        self.node
            .filter(|node| self.replaced && node.style == Style::Block)
    }

    /// `node` shows how.
    pub(crate) fn style_of(node: Option<&'a Node>) -> Self {
        Self {
            node,
            replaced: false,
        }
    }
}

/// Writes in the style of a text.
pub(crate) struct Writer<'a> {
    /// The text that nodes have their places in.
    pub(crate) text: &'a str,
    /// Its columns.
    pub(crate) layout: Layout,
}

impl<'a> Writer<'a> {
    /// The fragment as it stands on its key's line; none where it is a block below. `column` is that of the key.
    pub(crate) fn inline(
        &self,
        fragment: &Fragment,
        like: Like<'_>,
        in_flow: bool,
        column: usize,
    ) -> Option<String> {
        match fragment {
            Fragment::Scalar(value) => {
                if let Some(text) = value.as_str().filter(|text| text.contains('\n') && !in_flow)
                    && let Some(literal) = literal(text, column + self.layout.step)
                {
                    return Some(literal);
                }
                Some(one_line(value, self.quotes(like), in_flow))
            }
            Fragment::Sequence(items) if items.is_empty() => Some("[]".to_owned()),
            Fragment::Mapping(entries) if entries.is_empty() => Some("{}".to_owned()),
            _ if in_flow => Some(self.flow(fragment, like)),
            _ => {
                let brackets = like.node.is_some_and(|node| is_flow_like(node, fragment));
                (brackets && !fragment.has_comments()).then(|| self.flow(fragment, like))
            }
        }
    }

    fn quotes(&self, like: Like<'_>) -> Quotes {
        like.node
            .filter(|node| node.style == Style::Quoted)
            .and_then(|node| self.text.get(node.span.start..node.span.end))
            .map_or(Quotes::Needed, Quotes::of)
    }

    /// The fragment in brackets, on one line.
    fn flow(&self, fragment: &Fragment, like: Like<'_>) -> String {
        let inside = |value: &Fragment, node: Option<&Node>| {
            self.inline(value, Like::style_of(node), true, 0)
                .unwrap_or_default()
        };
        match fragment {
            Fragment::Scalar(value) => one_line(value, self.quotes(like), true),
            Fragment::Sequence(items) => {
                let items: Vec<String> = items
                    .iter()
                    .enumerate()
                    .map(|(index, (_, item))| inside(item, item_like(like.node, index, item)))
                    .collect();
                format!("[{}]", items.join(", "))
            }
            Fragment::Mapping(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, (_, value))| {
                        let value = inside(value, entry_like(like.node, key, value));
                        format!("{}: {value}", key_text(key, true))
                    })
                    .collect();
                let tight = like
                    .node
                    .filter(|node| node.style == Style::Flow && !node.entries().is_empty())
                    .and_then(|node| self.text.get(node.span.start + 1..))
                    .is_some_and(|inside| !inside.starts_with([' ', '\n']));
                let entries = entries.join(", ");
                if tight {
                    format!("{{{entries}}}")
                } else {
                    format!("{{ {entries} }}")
                }
            }
        }
    }

    /// The fragment as a block at `column`, begun by a line break unless its first line goes on one that is there.
    /// The comment above the first entry is the caller's in that case ([`hoisted`]).
    pub(crate) fn lines(
        &self,
        out: &mut String,
        fragment: &Fragment,
        like: Like<'_>,
        column: usize,
        goes_on: bool,
    ) {
        match fragment {
            Fragment::Scalar(value) => out.push_str(&one_line(value, self.quotes(like), false)),
            Fragment::Sequence(items) => self.sequence(out, items, like, column, goes_on),
            Fragment::Mapping(entries) => self.mapping(out, entries, like, column, goes_on),
        }
    }

    fn mapping(
        &self,
        out: &mut String,
        entries: &IndexMap<String, (Option<String>, Fragment)>,
        like: Like<'_>,
        column: usize,
        goes_on: bool,
    ) {
        let replaced = like.replaced_block();
        for (position, (key, (comment, value))) in entries.iter().enumerate() {
            let old = replaced.and_then(|node| node.entry(key));
            if position > 0 || !goes_on {
                let above = old.and_then(|old| self.above(replaced, old.key.span.start));
                begin_line(out, comment.as_deref(), above, column);
            }
            match old {
                Some(old)
                    if self.is_kept(&old.value, value)
                        && column_of(self.text, old.key.span.start) == column =>
                {
                    out.push_str(&self.text[old.key.span.start..self.end_of_line(old.value.span.end)]);
                }
                _ => self.entry(out, key, value, old, entry_like(like.node, key, value), column),
            }
        }
    }

    /// A key and its value. `old` is the entry that it takes the place of.
    pub(crate) fn entry(
        &self,
        out: &mut String,
        key: &str,
        value: &Fragment,
        old: Option<&Entry>,
        style: Option<&Node>,
        column: usize,
    ) {
        match old {
            Some(old) => out.push_str(&self.text[old.key.span.start..old.key.span.end]),
            None => out.push_str(&key_text(key, false)),
        }
        out.push(':');
        let comment = old.map_or("", |old| self.comment_of(old));
        let like = old.map_or(Like::style_of(style), |old| Like::replacing(&old.value));
        if let Some(inline) = self.inline(value, like, false, column) {
            out.push(' ');
            if inline.contains('\n') && !comment.is_empty() {
                out.push_str(&one_line(&value.to_value(), Quotes::Double, false));
            } else {
                out.push_str(&inline);
            }
            out.push_str(comment);
        } else {
            out.push_str(comment);
            self.lines(out, value, like, self.column_below(value, like, column), false);
        }
    }

    /// The column of a block under a key at `column`.
    pub(crate) fn column_below(&self, value: &Fragment, like: Like<'_>, column: usize) -> usize {
        let old = like
            .node
            .filter(|node| like.replaced && is_block_like(node, value));
        match (old, value) {
            (Some(old), _) => column_of(self.text, old.span.start),
            (None, Fragment::Sequence(_)) => column + self.layout.list,
            (None, _) => column + self.layout.step,
        }
    }

    fn sequence(
        &self,
        out: &mut String,
        items: &[(Option<String>, Fragment)],
        like: Like<'_>,
        column: usize,
        goes_on: bool,
    ) {
        let replaced = like.replaced_block();
        let old_items = replaced.map_or(&[][..], Node::items);
        for (index, (comment, item)) in items.iter().enumerate() {
            let old = old_items
                .get(index)
                .filter(|old| self.is_kept(old, item))
                .or_else(|| old_items.iter().find(|old| self.is_kept(old, item)));
            let dash = old.and_then(|old| Some((old, self.dash(old.span.start)?)));
            let dash = dash.filter(|(_, dash)| column_of(self.text, *dash) == column);
            if index > 0 || !goes_on {
                let above = dash.and_then(|(_, dash)| self.above(replaced, dash));
                begin_line(out, comment.as_deref(), above, column);
                if dash.is_none() {
                    for comment in hoisted(item) {
                        push_comment(out, comment, column);
                        out.push('\n');
                        pad(out, column);
                    }
                }
            }
            if let Some((old, dash)) = dash {
                out.push_str(&self.text[dash..self.end_of_line(old.span.end)]);
                continue;
            }
            out.push_str("- ");
            let style = Like::style_of(item_like(like.node, index, item));
            match self.inline(item, style, false, column) {
                Some(inline) => out.push_str(&inline),
                None => self.lines(out, item, style, column + 2, true),
            }
        }
    }

    /// Whether the lines of `old` can stay for `new`.
    fn is_kept(&self, old: &Node, new: &Fragment) -> bool {
        let kept_newlines = old.style == Style::Text
            && self.text[old.span.start..old.span.end]
                .lines()
                .next()
                .is_some_and(|header| header.contains('+'));
        !new.has_comments() && !kept_newlines && new.is_value_of(old)
    }

    /// The blank lines and comments above the line of `at`, inside of `parent`; none where there are none.
    fn above(&self, parent: Option<&Node>, at: usize) -> Option<&'a str> {
        let line = start_of_line(self.text, at);
        let mut start = line;
        for above in self.text[..line].split_inclusive('\n').rev() {
            let text = above.trim();
            if !(text.is_empty() || text.starts_with('#')) {
                break;
            }
            start -= above.len();
        }
        if parent.is_some_and(|parent| at == parent.span.start) {
            // Above the first entry, blank lines do not part it from anything.
            let skip =
                self.text[start..line].len() - self.text[start..line].trim_start_matches(['\n', '\r']).len();
            start += skip;
        }
        (start < line).then(|| &self.text[start..line])
    }

    /// The comment on the line of an entry's key, where its value is below, else behind its value; with the space before it.
    fn comment_of(&self, entry: &Entry) -> &'a str {
        let value = &entry.value;
        let block = value.style == Style::Block && !value.span.is_empty() && value.is_collection();
        let at = if block || value.span.is_empty() {
            self.after_colon(entry)
        } else {
            Some(value.span.end)
        };
        at.map_or("", |at| self.comment_at(at))
    }

    /// The comment that follows `at` on its line, with the space before it.
    pub(crate) fn comment_at(&self, at: usize) -> &'a str {
        let rest = self.rest_of_line(at);
        if rest.trim_start().starts_with('#') {
            rest
        } else {
            ""
        }
    }

    /// What follows `at` on its line.
    pub(crate) fn rest_of_line(&self, at: usize) -> &'a str {
        &self.text[at..self.end_of_line(at)]
    }

    /// The place behind the colon of an entry.
    pub(crate) fn after_colon(&self, entry: &Entry) -> Option<usize> {
        let behind = &self.text[entry.key.span.end..];
        let colon = behind.find(|character: char| !character.is_whitespace())?;
        behind[colon..]
            .starts_with(':')
            .then_some(entry.key.span.end + colon + 1)
    }

    /// The place of the dash of an item that begins at `at`.
    pub(crate) fn dash(&self, at: usize) -> Option<usize> {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.ends_with('-').then(|| before.len() - 1)
    }

    /// The end of the line of `at`, without the line break.
    pub(crate) fn end_of_line(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline);
        if end > at && self.text[..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }
}

/// The comments that belong above the first line of a block that begins behind a dash.
pub(crate) fn hoisted(fragment: &Fragment) -> Vec<&str> {
    match fragment {
        Fragment::Scalar(_) => Vec::new(),
        Fragment::Mapping(entries) => {
            let first = entries.first().and_then(|(_, (comment, _))| comment.as_deref());
            first.into_iter().collect()
        }
        Fragment::Sequence(items) => items.first().map_or_else(Vec::new, |(comment, item)| {
            comment.as_deref().into_iter().chain(hoisted(item)).collect()
        }),
    }
}

/// Breaks the line, writes what stands above an entry, and indents for it.
fn begin_line(out: &mut String, comment: Option<&str>, above: Option<&str>, column: usize) {
    out.push('\n');
    match (comment, above) {
        (Some(comment), _) => {
            pad(out, column);
            push_comment(out, comment, column);
            out.push('\n');
        }
        (None, Some(above)) => out.push_str(above),
        (None, None) => {}
    }
    pad(out, column);
}

/// The comment's lines, the first where the text stands, the others at `column`; without a line break at the end.
pub(crate) fn push_comment(out: &mut String, comment: &str, column: usize) {
    for (index, line) in comment.lines().enumerate() {
        if index > 0 {
            out.push('\n');
            pad(out, column);
        }
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
    }
}

pub(crate) fn key_text(key: &str, in_flow: bool) -> String {
    one_line(
        &serde_json::Value::String(key.to_owned()),
        Quotes::Needed,
        in_flow,
    )
}

/// The node that shows how the value of `key` is written: its own, else the last of its kind beside it.
pub(crate) fn entry_like<'n>(node: Option<&'n Node>, key: &str, value: &Fragment) -> Option<&'n Node> {
    let node = node?;
    let own = node.get(key);
    own.or_else(|| {
        let mut values = node.entries().iter().rev().map(|entry| &entry.value);
        values.find(|other| is_same_kind(other, value))
    })
}

/// The node that shows how the item at `index` is written.
pub(crate) fn item_like<'n>(node: Option<&'n Node>, index: usize, item: &Fragment) -> Option<&'n Node> {
    let items = node?.items();
    let own = items.get(index).filter(|other| is_same_kind(other, item));
    own.or_else(|| items.iter().rev().find(|other| is_same_kind(other, item)))
}

fn is_same_kind(node: &Node, fragment: &Fragment) -> bool {
    match fragment {
        Fragment::Scalar(_) => !node.is_collection(),
        Fragment::Sequence(_) => matches!(node.kind, Kind::Sequence(_)),
        Fragment::Mapping(_) => matches!(node.kind, Kind::Mapping(_)),
    }
}

fn is_flow_like(node: &Node, fragment: &Fragment) -> bool {
    node.style == Style::Flow && !node.is_empty_collection() && is_same_kind(node, fragment)
}

fn is_block_like(node: &Node, fragment: &Fragment) -> bool {
    node.style == Style::Block && !node.is_empty_collection() && is_same_kind(node, fragment)
}
