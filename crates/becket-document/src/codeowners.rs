//! `CODEOWNERS`: a line per pattern with its owners, of which the last one that fits decides.
//!
//! As a tree it is a mapping from patterns to lists of owners. An edit changes lines and leaves every other byte as it was.
//! What a pattern fits, and whether an owner exists, is not known here.

use std::sync::Arc;

use becket_source::Span;

use crate::edit::EditError;
use crate::fragment::Fragment;
use crate::lines::{head_comment, with_line_breaks_of};
use crate::node::{Entry, Kind, Node, Style};
use crate::path::{KeyPath, Segment};

/// A text that was read, ready to be edited, any number of times. A clone shares it.
#[derive(Debug, Clone)]
pub struct Document {
    read: Arc<Read>,
}

#[derive(Debug)]
struct Read {
    text: String,
    tree: Node,
}

impl Document {
    /// Reads `text`. There is none that cannot be read.
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let mut entries = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let mut words = words(line, start);
            if !words.is_empty() {
                let key = words.remove(0);
                let end = words.last().map_or(key.span.end, |last| last.span.end);
                let owners = Node {
                    span: Span::new(words.first().map_or(end, |first| first.span.start), end),
                    kind: Kind::Sequence(words),
                    style: Style::Flow,
                };
                entries.push(Entry { key, value: owners });
            }
            start += line.len();
        }
        let tree = Node {
            kind: Kind::Mapping(entries),
            span: Span::new(0, text.len()),
            style: Style::Block,
        };
        Self {
            read: Arc::new(Read { text, tree }),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.read.text
    }

    /// Patterns with their owners.
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
        }
    }
}

/// Changes to one text.
#[derive(Debug, Clone)]
pub struct Editor {
    document: Document,
    splices: Vec<(Span, String)>,
}

impl Editor {
    /// Gives the pattern at `path` other owners, by a list of them; or, by a mapping from patterns to owners, puts a line
    /// for each in the place of its line.
    pub fn set(&mut self, path: &KeyPath, value: &Fragment) -> Result<(), EditError> {
        let entry = find(&self.document, path)?;
        let wrong = || EditError::WrongKind {
            path: path.clone(),
            wanted: "list of owners, or mapping of patterns to such lists",
        };
        match value {
            Fragment::Sequence(_) => {
                let owners = owners(value).ok_or_else(wrong)?;
                self.splices.push((entry.value.span, owners));
            }
            Fragment::Mapping(lines) => {
                let lines: Option<Vec<_>> = lines
                    .iter()
                    .map(|(pattern, (_, value))| Some(format!("{pattern} {}", owners(value)?)))
                    .collect();
                let span = Span::new(entry.key.span.start, entry.value.span.end);
                self.splices.push((span, lines.ok_or_else(wrong)?.join("\n")));
            }
            Fragment::Scalar(_) => return Err(wrong()),
        }
        Ok(())
    }

    /// Removes the line of the pattern at `path`, with the comment lines directly above it and the blank line above those.
    pub fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        let document = self.document.clone();
        let key = find(&document, path)?.key.span;
        let text = document.text();
        let mut start = key.start;
        let lines = text[..key.start].split_inclusive('\n').rev();
        let mut above = lines.skip_while(|line| {
            let comment = line.starts_with('#');
            start -= if comment { line.len() } else { 0 };
            comment
        });
        if let Some(blank) = above.next().filter(|line| line.trim().is_empty()) {
            start -= blank.len();
        }
        let end = text[key.end..]
            .find('\n')
            .map_or(text.len(), |end| key.end + end + 1);
        self.splices.push((Span::new(start, end), String::new()));
        Ok(())
    }

    /// Replaces the comment at the head of the text: the lines with `#` that it begins with.
    pub fn set_head_comment(&mut self, comment: &str) {
        let lines = comment
            .lines()
            .map(|line| format!("# {line}").trim_end().to_owned() + "\n");
        self.splices.push((self.document.head_comment(), lines.collect()));
    }

    /// The text with all edits made.
    pub fn finish(mut self) -> Result<String, EditError> {
        let text = self.document.text();
        self.splices.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (span, new) in &self.splices {
            if span.start < at {
                return Err(EditError::Overlap(span.start));
            }
            out.push_str(&text[at..span.start]);
            out.push_str(&with_line_breaks_of(text, new));
            at = span.end;
        }
        out.push_str(&text[at..]);
        Ok(out)
    }
}

/// The words of a line that begins at `start`, up to a comment.
fn words(line: &str, start: usize) -> Vec<Node> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in line.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end();
        if trimmed.starts_with('#') {
            break;
        }
        if !trimmed.is_empty() {
            words.push(Node {
                kind: Kind::String(trimmed.to_owned()),
                span: Span::new(start + at, start + at + trimmed.len()),
                style: Style::Plain,
            });
        }
        at += word.len();
    }
    words
}

fn find<'d>(document: &'d Document, path: &KeyPath) -> Result<&'d Entry, EditError> {
    let entry = match path.segments() {
        [Segment::Key(pattern)] => document.tree().entry(pattern),
        _ => None,
    };
    entry.ok_or_else(|| EditError::NoPlace(path.clone()))
}

/// A list of owners as a line has it.
fn owners(value: &Fragment) -> Option<String> {
    let Fragment::Sequence(items) = value else {
        return None;
    };
    let owners: Option<Vec<_>> = items
        .iter()
        .map(|(_, item)| match item {
            Fragment::Scalar(serde_json::Value::String(owner)) => Some(owner.as_str()),
            _ => None,
        })
        .collect();
    Some(owners?.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "# The last one decides.\n* @acme/all\n/apps/x/  @acme/x @bob # not alone\n\n# By whom.\n/prod/ @acme/y\n";

    fn path(pattern: &str) -> KeyPath {
        KeyPath::of_keys([pattern])
    }

    #[track_caller]
    fn check(edit: impl FnOnce(&mut Editor) -> Result<(), EditError>, expected: &str) {
        let mut editor = Document::parse(TEXT).edit();
        edit(&mut editor).unwrap();
        assert_eq!(editor.finish().unwrap(), expected);
    }

    #[test]
    fn a_line_is_a_pattern_and_its_owners() {
        let document = Document::parse(TEXT);
        let tree = document.tree();
        assert_eq!(
            tree.to_value(),
            json!({ "*": ["@acme/all"], "/apps/x/": ["@acme/x", "@bob"], "/prod/": ["@acme/y"] })
        );
        let place = tree.get("/apps/x/").unwrap().span;
        assert_eq!(&TEXT[place.start..place.end], "@acme/x @bob");
        assert_eq!(
            Document::parse("/free/\n").tree().to_value(),
            json!({ "/free/": [] })
        );
    }

    #[test]
    fn owners_are_replaced_and_the_rest_stays() {
        let owners = Fragment::from(json!(["@acme/z", "@ann"]));
        check(
            |editor| editor.set(&path("/apps/x/"), &owners),
            &TEXT.replace("@acme/x @bob", "@acme/z @ann"),
        );
    }

    #[test]
    fn a_mapping_is_a_line_each() {
        let lines = Fragment::from(json!({ "/apps/a/": ["@acme/a"], "/apps/b/": ["@acme/b", "@ann"] }));
        check(
            |editor| editor.set(&path("/apps/x/"), &lines),
            &TEXT.replace(
                "/apps/x/  @acme/x @bob",
                "/apps/a/ @acme/a\n/apps/b/ @acme/b @ann",
            ),
        );
    }

    #[test]
    fn what_is_removed_takes_its_comment_along() {
        check(
            |editor| editor.remove(&path("/prod/")),
            "# The last one decides.\n* @acme/all\n/apps/x/  @acme/x @bob # not alone\n",
        );
        check(
            |editor| editor.remove(&path("/apps/x/")),
            &TEXT.replace("/apps/x/  @acme/x @bob # not alone\n", ""),
        );
    }

    #[test]
    fn what_is_no_owner_is_refused() {
        let mut editor = Document::parse(TEXT).edit();
        let set = editor.set(&path("/prod/"), &Fragment::from(json!([1])));
        assert!(matches!(set, Err(EditError::WrongKind { .. })));
        let set = editor.set(&path("/other/"), &Fragment::from(json!(["@ann"])));
        assert!(matches!(set, Err(EditError::NoPlace(_))));
    }
}
