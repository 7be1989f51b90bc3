//! The one model of a finding.

use serde::Serialize;

use crate::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It will not work.
    Error,
    /// It works and will hurt.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The file's path in its set.
    pub path: String,
    /// Where in the file; none means the file as a whole.
    pub span: Option<Span>,
    /// What stands there, in a phrase; may be empty.
    pub label: String,
}

impl Location {
    /// A place without a label.
    pub fn new(path: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Self {
            path: path.into(),
            span: span.into(),
            label: String::new(),
        }
    }

    /// The same place with a label.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

/// A replacement that is certain to be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fix {
    /// The file to change.
    pub path: String,
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// A finding: what, where, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The rule, such as `BK0042`; `becket explain` prints its documentation.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in a lower-case phrase that stands alone.
    pub message: String,
    /// Where.
    pub place: Location,
    /// Other places that explain it.
    pub related: Vec<Location>,
    /// Why it matters; a sentence each.
    pub notes: Vec<String>,
    /// What to do; a phrase each.
    pub help: Vec<String>,
    /// A change that mends it, where one is certain.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `level` with nothing but what and where.
    pub fn new(code: &'static str, level: Level, message: impl Into<String>, place: Location) -> Self {
        Self {
            code,
            level,
            message: message.into(),
            place,
            related: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>, place: Location) -> Self {
        Self::new(code, Level::Error, message, place)
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>, place: Location) -> Self {
        Self::new(code, Level::Warning, message, place)
    }

    /// With another place that explains it.
    #[must_use]
    pub fn related(mut self, location: Location) -> Self {
        self.related.push(location);
        self
    }

    /// With a reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// With a remedy that can be carried out: replacing `span` of the place's file by `replacement`.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            path: self.place.path.clone(),
            span,
            replacement: replacement.into(),
        });
        self
    }

    /// The order in which findings are shown: by file, by place, by code.
    pub fn sort_key(&self) -> (&str, Option<Span>, &'static str, &str) {
        (&self.place.path, self.place.span, self.code, &self.message)
    }
}
