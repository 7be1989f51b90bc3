//! Columns as `terraform fmt` sets them: in lines directly below each other, `=` in one column, and comments behind
//! values in another. Only groups of lines that an edit touched are changed.

use becket_source::Span;

use super::tree::{Body, Expression, Item, Step, Term};

/// `text`, whose tree is `body`, with the groups aligned that `touched` reaches or borders on.
pub(super) fn align(text: &str, body: &Body, touched: &[Span]) -> String {
    let mut lines = Lines::of(text);
    lines.body(body);
    let touched: Vec<(usize, usize)> = touched
        .iter()
        .map(|span| (lines.at(span.start).saturating_sub(1), lines.at(span.end) + 1))
        .collect();
    let is_touched =
        |first: usize, last: usize| touched.iter().any(|(from, to)| first <= *to && *from <= last);
    for group in groups(&lines.cells, |cell| cell.equals.is_some()) {
        if !is_touched(group.start, group.end - 1) {
            continue;
        }
        let cells = &mut lines.cells[group];
        let width = cells.iter().map(|cell| columns(&cell.lead)).max().unwrap_or(0);
        for cell in cells {
            cell.pad = width - columns(&cell.lead) + 1;
        }
    }
    for group in groups(&lines.cells, |cell| cell.comment.is_some()) {
        if !is_touched(group.start, group.end - 1) {
            continue;
        }
        let cells = &mut lines.cells[group];
        let width = cells.iter().map(|cell| columns(&cell.code())).max().unwrap_or(0);
        for cell in cells {
            cell.comment_pad = width - columns(&cell.code()) + 1;
        }
    }
    lines.cells.iter().map(Cell::whole).collect()
}

/// A line, taken apart.
struct Cell {
    /// What stands before the blanks before `=`, or the whole code.
    lead: String,
    /// How many blanks stand before `=`.
    pad: usize,
    /// `=` and the value, where a whole value stands on this line.
    equals: Option<String>,
    comment_pad: usize,
    /// The comment behind the code.
    comment: Option<String>,
    /// The line break.
    end: String,
}

impl Cell {
    fn code(&self) -> String {
        match &self.equals {
            None => self.lead.clone(),
            Some(equals) => format!("{}{}{equals}", self.lead, " ".repeat(self.pad)),
        }
    }

    fn whole(&self) -> String {
        let comment = self.comment.as_deref().unwrap_or_default();
        format!(
            "{}{}{comment}{}",
            self.code(),
            " ".repeat(self.comment_pad),
            self.end
        )
    }
}

struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    cells: Vec<Cell>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut starts = Vec::new();
        let mut cells = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_end_matches(['\n', '\r']);
            starts.push(at);
            at += line.len();
            cells.push(Cell {
                lead: code.to_owned(),
                pad: 0,
                equals: None,
                comment_pad: 0,
                comment: None,
                end: line[code.len()..].to_owned(),
            });
        }
        Self { text, starts, cells }
    }

    /// The line of a byte.
    fn at(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    fn body(&mut self, body: &Body) {
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    self.pair(attribute.name.span, attribute.value.span);
                    self.expression(&attribute.value);
                }
                Item::Block(block) => {
                    self.body(&block.body);
                    self.comment(block.span.end);
                }
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.term {
            Term::List(all) | Term::Operation(all) | Term::Call(_, all) => {
                for one in all {
                    self.expression(one);
                    self.comment(one.span.end);
                }
            }
            Term::Object(object) => {
                for item in &object.items {
                    self.pair(item.key.span, item.value.span);
                    self.expression(&item.value);
                }
            }
            Term::Parenthesis(inside) => self.expression(inside),
            Term::Traversal(of, steps) => {
                self.expression(of);
                for step in steps {
                    if let Step::Index(index) = step {
                        self.expression(index);
                    }
                }
            }
            Term::For(each) => {
                self.expression(&each.collection);
                for one in &each.body {
                    self.expression(one);
                }
            }
            Term::Null
            | Term::Bool(_)
            | Term::Number(_)
            | Term::String(_)
            | Term::Template(_)
            | Term::Variable(_) => {}
        }
    }

    /// Takes a line apart where a key begins it and the whole value follows.
    fn pair(&mut self, key: Span, value: Span) {
        self.comment(value.end);
        let index = self.at(key.start);
        let Some(start) = self.starts.get(index).copied() else {
            return;
        };
        let between = self.text.get(key.end..value.start).unwrap_or_default();
        let whole = self.text.get(value.start..value.end).unwrap_or_default();
        let heredoc = whole.starts_with("<<");
        let alone = self
            .text
            .get(start..key.start)
            .is_some_and(|before| before.trim().is_empty());
        let first_line_is_whole = heredoc || !whole.contains('\n');
        if !alone || !between.trim_start().starts_with('=') || between.contains('\n') || !first_line_is_whole
        {
            return;
        }
        let equals = key.end + between.find('=').unwrap_or(0);
        // A comment was cut off already: what is left of the line is code.
        let code_end = start + self.cells[index].code().len();
        let Some(rest) = self.text.get(equals..code_end) else {
            return;
        };
        let cell = &mut self.cells[index];
        cell.pad = equals - key.end;
        cell.equals = Some(rest.to_owned());
        cell.lead.truncate(key.end - start);
    }

    /// Cuts off the comment that follows what ends at `end`, past a comma or brackets.
    fn comment(&mut self, end: usize) {
        let index = self.at(end.saturating_sub(1));
        let (Some(start), Some(cell)) = (self.starts.get(index).copied(), self.cells.get_mut(index)) else {
            return;
        };
        if cell.comment.is_some() || cell.equals.is_some() {
            return;
        }
        let Some(rest) = cell.lead.get(end.saturating_sub(start)..) else {
            return;
        };
        let code = rest.trim_start_matches([' ', '\t', ',', ']', '}', ')']);
        if code.starts_with('#') || code.starts_with("//") {
            let at = cell.lead.len() - code.len();
            cell.comment = Some(code.to_owned());
            let lead = cell.lead[..at].trim_end().len();
            cell.comment_pad = at - lead;
            cell.lead.truncate(lead);
        }
    }
}

/// Runs of lines that have the cell.
fn groups(cells: &[Cell], has: impl Fn(&Cell) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let mut start = None;
    for (index, cell) in cells.iter().enumerate() {
        match (has(cell), start) {
            (true, None) => start = Some(index),
            (false, Some(first)) => {
                groups.push(first..index);
                start = None;
            }
            _ => {}
        }
    }
    groups.extend(start.map(|first| first..cells.len()));
    groups
}

fn columns(text: &str) -> usize {
    text.chars().count()
}
