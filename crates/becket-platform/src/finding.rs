//! Findings in the platform file while their places are still symbolic.
//!
//! A rule names places by path; the spans are looked up in the tree once, at the end. Nothing here decides what is wrong.

use std::collections::BTreeSet;

use becket_document::{KeyPath, Kind, Node, Segment, Style};
use becket_source::{Diagnostic, Level, Location, Rule, Span};

/// A place in the platform file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The value at the path; of a block the key above it, so that a finding does not cover a page.
    Value(KeyPath),
    /// The key at the path.
    Key(KeyPath),
    /// These bytes, of a text that could not be read as a tree.
    Bytes(Span),
}

impl From<KeyPath> for Place {
    fn from(path: KeyPath) -> Self {
        Self::Value(path)
    }
}

impl From<&KeyPath> for Place {
    fn from(path: &KeyPath) -> Self {
        Self::Value(path.clone())
    }
}

/// What a rule has to say about a place.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    rule: &'static Rule,
    level: Level,
    message: String,
    place: Place,
    label: String,
    related: Vec<(Place, String)>,
    notes: Vec<String>,
    help: Vec<String>,
    replacement: Option<String>,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level,
            message: message.into(),
            place: place.into(),
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            replacement: None,
        }
    }

    /// What stands at the place, in a phrase.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn related(mut self, place: impl Into<Place>, label: impl Into<String>) -> Self {
        self.related.push((place.into(), label.into()));
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What is certain to be right in the place of what stands there.
    pub(crate) fn replace_by(mut self, replacement: impl Into<String>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// "did you mean": the help, and the fix.
    pub(crate) fn did_you_mean<'a>(
        self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Self {
        if let Some(meant) = becket_source::did_you_mean(name, candidates.clone()) {
            return self.help(format!("did you mean `{meant}`?")).replace_by(meant);
        }
        let known: Vec<_> = candidates
            .into_iter()
            .map(|candidate| format!("`{candidate}`"))
            .collect();
        match known.as_slice() {
            [] => self,
            [only] => self.help(format!("there is {only}")),
            _ => self.help(format!("one of {}", known.join(", "))),
        }
    }

    fn diagnostic(self, file: &str, root: Option<&Node>) -> Diagnostic {
        let locate = |place: &Place| span(place, root);
        let at = locate(&self.place);
        let mut diagnostic = Diagnostic::new(
            self.rule.code,
            self.level,
            self.message,
            Location::new(file, at).labelled(self.label),
        );
        for (place, label) in &self.related {
            diagnostic = diagnostic.related(Location::new(file, locate(place)).labelled(label));
        }
        diagnostic.notes = self.notes;
        diagnostic.help = self.help;
        match (self.replacement, at) {
            (Some(replacement), Some(at)) => diagnostic.fix(at, replacement),
            _ => diagnostic,
        }
    }
}

/// What reading and checking have found so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    /// What stands at these paths could not be read; a placeholder or nothing stands in the typed platform.
    broken: BTreeSet<KeyPath>,
    /// Items that were left out of lists; paths of the typed platform count without them.
    dropped: BTreeSet<KeyPath>,
    /// Fields that are given and that this version does not act on.
    pub(crate) later: Vec<KeyPath>,
}

impl Findings {
    /// Adds what a rule found in the typed platform, unless it is about a value that could not be read: of that one
    /// enough has been said.
    pub(crate) fn push(&mut self, mut finding: Finding) {
        let places = std::iter::once(&mut finding.place);
        for place in places.chain(finding.related.iter_mut().map(|(place, _)| place)) {
            if let Place::Value(path) | Place::Key(path) = place {
                *path = in_the_text(path, &self.dropped);
            }
        }
        let about = match &finding.place {
            Place::Value(path) | Place::Key(path) => Some(path.clone()),
            Place::Bytes(_) => None,
        };
        let mut ancestors = std::iter::successors(about, KeyPath::parent);
        if !ancestors.any(|path| self.broken.contains(&path)) {
            self.list.push(finding);
        }
    }

    /// Adds what was found while reading, at a place of the text.
    pub(crate) fn push_read(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// What stands at `at` is certainly meant and was not found there: rules conclude nothing from its absence.
    pub(crate) fn mark_broken(&mut self, at: KeyPath) {
        self.broken.insert(at);
    }

    /// Adds what was found about a value that cannot be read.
    pub(crate) fn push_broken(&mut self, at: &KeyPath, finding: Finding) {
        self.broken.insert(at.clone());
        self.list.push(finding);
    }

    pub(crate) fn drop_item(&mut self, at: KeyPath) {
        self.dropped.insert(at);
    }

    /// Whether the value at `at`, or a part of it, could not be read: a rule that concludes from what is missing there
    /// stays silent.
    pub(crate) fn is_broken(&self, at: &KeyPath) -> bool {
        self.broken
            .range(at..)
            .next()
            .is_some_and(|path| path.segments().starts_with(at.segments()))
    }

    /// Whether any value that `matches` could not be read.
    pub(crate) fn any_broken(&self, matches: impl Fn(&[Segment]) -> bool) -> bool {
        self.broken.iter().any(|path| matches(path.segments()))
    }

    /// What is known to be broken, and nothing found yet.
    pub(crate) fn without_findings(&self) -> Self {
        Self {
            list: Vec::new(),
            ..self.clone()
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.level == Level::Error)
    }

    /// The findings with spans, in the order in which they are shown.
    pub(crate) fn into_diagnostics(self, file: &str, root: Option<&Node>) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<_> = self
            .list
            .into_iter()
            .map(|finding| finding.diagnostic(file, root))
            .collect();
        diagnostics.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        diagnostics.dedup();
        diagnostics
    }
}

fn span(place: &Place, root: Option<&Node>) -> Option<Span> {
    match place {
        Place::Bytes(span) => Some(*span),
        Place::Key(path) => root?.key_span(path).or_else(|| place_in(root?, path)),
        Place::Value(path) => place_in(root?, path),
    }
}

/// The place of the value at `path`, of a block that of its key; where there is none, that of what would hold it.
pub(crate) fn place_in(root: &Node, path: &KeyPath) -> Option<Span> {
    let mut path = path.clone();
    loop {
        let found = root.at(&path).and_then(|node| match (&node.kind, node.style) {
            (Kind::Mapping(_) | Kind::Sequence(_), Style::Block) => root.key_span(&path),
            _ => Some(node.span),
        });
        if found.is_some() {
            return found;
        }
        path = path.parent()?;
    }
}

/// The path with indexes as the text counts them.
fn in_the_text(path: &KeyPath, dropped: &BTreeSet<KeyPath>) -> KeyPath {
    let mut real = KeyPath::root();
    for segment in path.segments() {
        real = match segment {
            Segment::Key(key) => real.key(key),
            Segment::Index(index) => {
                let mut index = *index;
                let mut at = 0;
                while at <= index {
                    if dropped.contains(&real.index(at)) {
                        index += 1;
                    }
                    at += 1;
                }
                real.index(index)
            }
        };
    }
    real
}
