//! Faulty platform files, and all that is said of each.

use std::fmt::Write;

use becket_source::{Diagnostic, line_column};

use crate::{Date, parse};

mod cloud;
mod databases;
mod reading;
mod rules;

const BASE: &str = "\
name: shop
organisation: acme
domain: shop.example
clusters:
  nonprod: { cidr: 10.10.0.0/16 }
  prod: { cidr: 10.20.0.0/16 }
environments:
  dev: { clusters: [nonprod] }
  prod: { clusters: [prod], approvers: [leads] }
services:
  web: { source: web, host: www, needs: [orders] }
  orders: { source: orders, database: { engine: postgres } }
teams:
  shop: { owns: [web, orders], role: developer }
  leads: { role: releaser }
";

/// The base with each of `changes` made: what stands there, and what takes its place.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in\n{text}");
        text.replace(from, to)
    })
}

fn show(text: &str, findings: &[Diagnostic]) -> String {
    let mut shown = String::new();
    let at = |span: Option<becket_source::Span>| match span {
        Some(span) => {
            let place = line_column(text, span.start);
            format!("{}:{} {}", place.line, place.column, &text[span.start..span.end])
        }
        None => "nowhere".to_owned(),
    };
    for finding in findings.iter().filter(|finding| finding.code != "BK0007") {
        let level = format!("{:?}", finding.level).to_lowercase();
        writeln!(shown, "{} {level}: {}", finding.code, finding.message).unwrap();
        let label = if finding.place.label.is_empty() {
            String::new()
        } else {
            format!(" ({})", finding.place.label)
        };
        writeln!(shown, "  at {}{label}", at(finding.place.span)).unwrap();
        for related in &finding.related {
            writeln!(shown, "  and {} ({})", at(related.span), related.label).unwrap();
        }
        for note in &finding.notes {
            writeln!(shown, "  note: {note}").unwrap();
        }
        for help in &finding.help {
            writeln!(shown, "  help: {help}").unwrap();
        }
        if let Some(fix) = &finding.fix {
            writeln!(shown, "  fix: {}", fix.replacement).unwrap();
        }
    }
    shown
}

fn check(changes: &[(&str, &str)]) -> String {
    let text = changed(changes);
    let findings = parse("platform.yaml", &text).check(Date::constant(2026, 11, 23));
    show(&text, &findings)
}
