//! Findings as SARIF 2.1.0, which code hosts and editors read.

use serde_json::{Value, json};

use crate::{Diagnostic, FileSet, Level, Location, Rule, line_column};

/// One SARIF log with one run. `rules` are all there are; `version` is the program's.
pub fn sarif(findings: &[Diagnostic], files: &FileSet, rules: &[&Rule], version: &str) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "becket",
                "version": version,
                "rules": rules.iter().map(|rule| json!({
                    "id": rule.code,
                    "shortDescription": { "text": rule.title },
                    "fullDescription": { "text": rule.documentation },
                    "defaultConfiguration": { "level": level(rule.level) },
                })).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|finding| result(finding, files)).collect::<Vec<_>>(),
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn result(finding: &Diagnostic, files: &FileSet) -> Value {
    let mut text = finding.message.clone();
    for line in finding.notes.iter().chain(&finding.help) {
        text += "\n";
        text += line;
    }
    json!({
        "ruleId": finding.code,
        "level": level(finding.level),
        "message": { "text": text },
        "locations": [location(&finding.place, files)],
        "relatedLocations": finding.related.iter().map(|other| location(other, files)).collect::<Vec<_>>(),
    })
}

fn location(location: &Location, files: &FileSet) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": location.path } });
    if let (Some(span), Some(Ok(text))) = (location.span, files.text(&location.path)) {
        let (start, end) = (line_column(text, span.start), line_column(text, span.end));
        physical["region"] = json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        });
    }
    let mut shown = json!({ "physicalLocation": physical });
    if !location.label.is_empty() {
        shown["message"] = json!({ "text": location.label });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn a_result_names_its_rule_and_region() {
        let files: FileSet = [("a.yaml", "x: 1\ny: 2\n".as_bytes())].into_iter().collect();
        let finding = Diagnostic::error("BK0001", "odd", Location::new("a.yaml", Span::new(8, 9)));
        let log = sarif(&[finding], &files, &[], "1");
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "BK0001");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            *region,
            json!({ "startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 5 })
        );
    }
}
