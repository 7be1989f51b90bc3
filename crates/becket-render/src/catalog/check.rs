//! Example values that no binding takes the place of: they would come out in everybody's platform.

use becket_source::{Diagnostic, Location, Span};

use crate::rules;

/// What example values in the catalog are made of: names, domains, accounts and addresses that are kept for examples.
const EXAMPLES: [&str; 8] = [
    "example-",
    "example_",
    "EXAMPLE_",
    "example.com",
    "example.org",
    "111122223333",
    "192.0.2.",
    "198.51.100.",
];

/// A finding for each example value in the catalog's file `path` outside of the `bound` places.
pub(super) fn examples(path: &str, text: &str, bound: &[Span]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for example in EXAMPLES {
        for (start, _) in text.match_indices(example) {
            if bound.iter().any(|span| (span.start..span.end).contains(&start)) {
                continue;
            }
            let rest = &text[start..];
            let end = rest
                .find(|c: char| c.is_whitespace() || "\"',]}".contains(c))
                .unwrap_or(rest.len());
            let place = Location::new(format!("catalog/{path}"), Span::new(start, start + end));
            let finding = Diagnostic::error(
                rules::EXAMPLE.code,
                format!("`{}` is an example, and nothing takes its place", &rest[..end]),
                place,
            );
            findings.push(
                finding.help("bind the place in component.yaml, or write a value that is right for all"),
            );
        }
    }
    findings
}
