//! The tables in `docs/benchmarks.md`: each stands between two marks, and only what is between them is written.

use anyhow::{Context, Result};

use crate::process::root;

const FILE: &str = "docs/benchmarks.md";

/// One measure's table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The measure's name, which the marks bear.
    pub measure: &'static str,
    /// The heads of the columns.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// What was measured, with versions and machine: a line under the table each.
    pub notes: Vec<String>,
}

impl Table {
    fn text(&self) -> String {
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = row(&self.heads);
        text.push_str(&format!("|{}\n", "---|".repeat(self.heads.len())));
        for cells in &self.rows {
            text.push_str(&row(cells));
        }
        if !self.notes.is_empty() {
            text.push('\n');
            for note in &self.notes {
                text.push_str(&format!("{note}  \n"));
            }
        }
        text
    }

    /// Prints the table, and writes it into the document.
    pub fn publish(&self) -> Result<()> {
        println!("{}", self.text());
        let path = root().join(FILE);
        let document = std::fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
        let document = put(&document, self.measure, &self.text())
            .with_context(|| format!("{FILE} has no place for `{}`", self.measure))?;
        std::fs::write(path, document)?;
        Ok(())
    }
}

/// `document` with `text` between the marks of `measure`; none where there are no such marks.
fn put(document: &str, measure: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- bench: {measure} -->\n");
    let end = "<!-- end -->";
    let from = document.find(&begin)? + begin.len();
    let to = from + document[from..].find(end)?;
    Some(format!("{}\n{text}\n{}", &document[..from], &document[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_written() {
        let document = "a\n<!-- bench: x -->\nold\n<!-- end -->\nb\n<!-- bench: y -->\nkept\n<!-- end -->\n";
        let written = put(document, "x", "new\n");
        assert_eq!(
            written.as_deref(),
            Some("a\n<!-- bench: x -->\n\nnew\n\n<!-- end -->\nb\n<!-- bench: y -->\nkept\n<!-- end -->\n")
        );
        assert_eq!(put(document, "z", "new\n"), None);
    }
}
