//! Taking entries and items out of a text, with the comment lines that are theirs.

use becket_source::Span;
use indexmap::IndexMap;

use super::{Document, EditError, Editor};
use crate::fragment::Fragment;
use crate::lines::{column, start_of_line};
use crate::node::{Kind, Node, Style};
use crate::path::{KeyPath, Segment};

impl Editor {
    /// Removes the parts `gone` of the collection at `parent`.
    pub(super) fn remove_from(
        &mut self,
        document: &Document,
        parent: &KeyPath,
        gone: &[Segment],
    ) -> Result<(), EditError> {
        let place = self.find(document, parent)?;
        let node = place.node;
        let spans: Vec<(Span, bool)> = match &node.kind {
            Kind::Mapping(entries) => entries
                .iter()
                .map(|entry| {
                    let whole = Span::new(entry.key.span.start, entry.value.span.end.max(entry.key.span.end));
                    (whole, gone.contains(&Segment::Key(entry.name().into_owned())))
                })
                .collect(),
            Kind::Sequence(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (item.span, gone.contains(&Segment::Index(index))))
                .collect(),
            _ => Vec::new(),
        };
        let grown = self.grown.contains(&(self.current, parent.clone()));
        let none_left = spans.iter().all(|(_, gone)| *gone);
        if none_left && !grown {
            let nothing = match node.kind {
                Kind::Sequence(_) => Fragment::Sequence(Vec::new()),
                _ => Fragment::Mapping(IndexMap::new()),
            };
            return self.replace(document, place, &nothing, parent);
        }
        if node.style == Style::Flow {
            let kept: Vec<&str> = spans
                .iter()
                .filter(|(_, gone)| !gone)
                .map(|(span, _)| &document.text()[span.start..span.end])
                .collect();
            let (open, close) = if matches!(node.kind, Kind::Sequence(_)) {
                ("[", "]")
            } else {
                ("{ ", " }")
            };
            self.splice(node.span, 0, format!("{open}{}{close}", kept.join(", ")));
            return Ok(());
        }
        self.remove_lines(document, node, &spans);
        Ok(())
    }

    fn remove_lines(&mut self, document: &Document, node: &Node, spans: &[(Span, bool)]) {
        let writer = document.writer();
        let text = document.text();
        let is_list = matches!(node.kind, Kind::Sequence(_));
        let begin = |span: Span| {
            if is_list {
                writer.dash(span.start).unwrap_or(span.start)
            } else {
                span.start
            }
        };
        let mut rest = spans;
        if let Some((first, true)) = spans.first().copied() {
            let at = begin(first);
            let line = start_of_line(text, at);
            if let Some(kept) = spans.iter().position(|(_, gone)| !gone)
                && !text[line..at].trim().is_empty()
            {
                // The first entry stands behind a dash: the first that stays moves there.
                self.splice(Span::new(at, begin(spans[kept].0)), 0, String::new());
                rest = &spans[kept..];
            }
        }
        for (span, _) in rest.iter().filter(|(_, gone)| *gone) {
            let at = begin(*span);
            let mut start = start_of_line(text, at);
            for above in text[..start].split_inclusive('\n').rev() {
                let own = above.trim_start().starts_with('#')
                    && above.len() - above.trim_start().len() == column(text, at);
                if !own {
                    break;
                }
                start -= above.len();
            }
            let end = writer.end_of_line(span.end);
            if start == 0 {
                let behind = text[end..]
                    .find('\n')
                    .map_or(text.len(), |newline| end + newline + 1);
                self.splice(Span::new(0, behind), 2, String::new());
            } else {
                let before = if text[..start].ends_with("\r\n") { 2 } else { 1 };
                self.splice(Span::new(start - before, end), 2, String::new());
            }
        }
    }
}
