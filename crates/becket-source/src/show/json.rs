//! Findings as JSON, one a line.

use serde_json::{Value, json};

use crate::{Diagnostic, FileSet, Location, line_column};

/// A line per finding: code, level, message, place, related, notes, help, fix. Places carry bytes, lines and columns.
pub fn json_lines(findings: &[Diagnostic], files: &FileSet) -> String {
    let mut lines = String::new();
    for finding in findings {
        lines.push_str(&one(finding, files).to_string());
        lines.push('\n');
    }
    lines
}

fn one(finding: &Diagnostic, files: &FileSet) -> Value {
    json!({
        "code": finding.code,
        "level": finding.level,
        "message": finding.message,
        "place": place(&finding.place, files),
        "related": finding.related.iter().map(|other| place(other, files)).collect::<Vec<_>>(),
        "notes": finding.notes,
        "help": finding.help,
        "fix": finding.fix,
    })
}

fn place(location: &Location, files: &FileSet) -> Value {
    let text = files.text(&location.path).and_then(Result::ok);
    let position = |offset| text.map(|text| line_column(text, offset));
    json!({
        "path": location.path,
        "span": location.span,
        "start": location.span.and_then(|span| position(span.start)),
        "end": location.span.and_then(|span| position(span.end)),
        "label": location.label,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn a_line_holds_everything_a_tool_needs() {
        let files: FileSet = [("a.yaml", "x: 1\ny: 2\n".as_bytes())].into_iter().collect();
        let finding = Diagnostic::warning("BK0001", "odd", Location::new("a.yaml", Span::new(8, 9)));
        insta::assert_snapshot!(json_lines(&[finding], &files), @r#"{"code":"BK0001","level":"warning","message":"odd","place":{"path":"a.yaml","span":{"start":8,"end":9},"start":{"line":2,"column":4},"end":{"line":2,"column":5},"label":""},"related":[],"notes":[],"help":[],"fix":null}"#);
    }
}
