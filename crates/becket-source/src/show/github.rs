//! Findings as workflow commands, which GitHub shows as annotations of a pull request.

use crate::{Diagnostic, FileSet, Level, line_column};

/// A line per finding, in the form of GitHub's workflow commands (`::error file=…,line=…::…`).
pub fn github(findings: &[Diagnostic], files: &FileSet) -> String {
    let mut lines = String::new();
    for finding in findings {
        let command = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut place = format!("file={}", property(&finding.place.path));
        if let (Some(span), Some(Ok(text))) = (finding.place.span, files.text(&finding.place.path)) {
            let (start, end) = (line_column(text, span.start), line_column(text, span.end));
            place += &format!(",line={},col={},endLine={}", start.line, start.column, end.line);
            if start.line == end.line {
                place += &format!(",endColumn={}", end.column);
            }
        }
        let text: Vec<&str> = std::iter::once(finding.message.as_str())
            .chain(finding.notes.iter().map(String::as_str))
            .chain(finding.help.iter().map(String::as_str))
            .collect();
        lines += &format!(
            "::{command} {place},title={}::{}\n",
            finding.code,
            message(&text.join("\n"))
        );
    }
    lines
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Span};

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let files: FileSet = [("a,b.yaml", "x: 1\ny: 2\n".as_bytes())].into_iter().collect();
        let finding =
            Diagnostic::error("BK0001", "100% odd", Location::new("a,b.yaml", Span::new(8, 9))).help("mend");
        assert_eq!(
            github(&[finding], &files),
            "::error file=a%2Cb.yaml,line=2,col=4,endLine=2,endColumn=5,title=BK0001::100%25 odd%0Amend\n"
        );
    }
}
