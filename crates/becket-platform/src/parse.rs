//! From text to the typed platform and all there is to say about it.

use becket_document::{KeyPath, Node, yaml};
use becket_source::{Diagnostic, Level, Location};
use jiff::civil::Date;

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;
use crate::rules::{self, NOT_ACTED_ON, SYNTAX};
use crate::shape::Shape;

/// A platform file that has been read.
#[derive(Debug, Clone)]
pub struct Parsed {
    file: String,
    tree: Option<Node>,
    /// What was read; with placeholders where there are errors.
    platform: Platform,
    findings: Findings,
    not_acted_on: Vec<KeyPath>,
}

/// Reads `text`, the platform file at `file`, and checks every rule that needs no date.
pub fn parse(file: &str, text: &str) -> Parsed {
    let mut findings = Findings::default();
    let parsed = yaml::parse(text);
    let several = parsed.documents.get(1).map(|second| second.span);
    for error in &parsed.errors {
        findings.push_read(Finding::new(
            &SYNTAX,
            Place::Bytes(error.span),
            error.message.clone(),
        ));
    }
    if parsed.errors.is_empty() && parsed.documents.is_empty() {
        findings.push_read(
            Finding::new(
                &SYNTAX,
                Place::Bytes(becket_source::Span::default()),
                "the file holds nothing",
            )
            .help("`becket new` makes a platform to start from"),
        );
    }
    if let Some(span) = several {
        findings.push_read(Finding::new(
            &SYNTAX,
            Place::Bytes(span),
            "the file holds a second document",
        ));
    }
    let readable = parsed.errors.is_empty();
    let tree = parsed.documents.into_iter().next().filter(|_| readable);
    let platform = tree
        .as_ref()
        .and_then(|root| {
            let platform = Platform::decode(root, &KeyPath::root(), &mut findings)?;
            rules::check(&platform, &mut findings);
            Some(platform)
        })
        .unwrap_or_else(Platform::placeholder);
    let not_acted_on = std::mem::take(&mut findings.later);
    if let Some(first) = not_acted_on.first() {
        let names = summary(&not_acted_on);
        findings.push_read(Finding::new(
            &NOT_ACTED_ON,
            Place::Key(first.clone()),
            format!("checked, and not acted on by this version: {}", names.join(", ")),
        ));
    }
    Parsed {
        file: file.to_owned(),
        tree,
        platform,
        findings,
        not_acted_on,
    }
}

impl Parsed {
    /// The platform; none while there is an error.
    pub fn platform(&self) -> Option<&Platform> {
        (!self.findings.has_errors()).then_some(&self.platform)
    }

    /// All findings, also those that depend on the date `today`, in the order in which they are shown.
    pub fn check(&self, today: Date) -> Vec<Diagnostic> {
        let mut findings = self.findings.clone();
        if self.tree.is_some() {
            rules::check_at(&self.platform, today, &mut findings);
        }
        self.located(findings)
    }

    /// What is to be said of the sources that services name; `exists` tells whether there is a file or a folder at a
    /// path relative to the platform file.
    pub fn check_files(&self, exists: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
        let mut findings = self.findings.without_findings();
        rules::check_files(&self.platform, exists, &mut findings);
        self.located(findings)
    }

    /// The errors alone; none of them depends on a date.
    pub fn errors(&self) -> Vec<Diagnostic> {
        let mut diagnostics = self.located(self.findings.clone());
        diagnostics.retain(|diagnostic| diagnostic.level == Level::Error);
        diagnostics
    }

    /// The fields that are given, and that this version checks and does not act on.
    pub fn not_acted_on(&self) -> &[KeyPath] {
        &self.not_acted_on
    }

    /// The place in the file of what `path` names, for findings of others: a node's [`at`](Platform::at), or a view
    /// value's origin.
    pub fn locate(&self, path: &KeyPath) -> Location {
        let root = self.tree.as_ref();
        let span = root.and_then(|root| crate::finding::place_in(root, path));
        Location::new(&self.file, span)
    }

    /// The file's tree; none of a text that is no YAML.
    pub fn tree(&self) -> Option<&Node> {
        self.tree.as_ref()
    }

    fn located(&self, findings: Findings) -> Vec<Diagnostic> {
        findings.into_diagnostics(&self.file, self.tree.as_ref())
    }
}

/// The fields by name, each once: `cloud`, `clusters.*.nodes`.
fn summary(paths: &[KeyPath]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in paths {
        let keys: Vec<_> = path
            .segments()
            .iter()
            .enumerate()
            .map(|(depth, segment)| match segment {
                becket_document::Segment::Key(key) if depth != 1 || path.segments().len() < 3 => key.clone(),
                _ => "*".to_owned(),
            })
            .collect();
        let name = format!("`{}`", keys.join("."));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
