//! What can be wrong with a template, and where. Places are byte ranges of the template's own text.

use becket_source::{Diagnostic, Location, Span};

/// A template that cannot be read or carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What is wrong, in a lower-case phrase.
    pub message: String,
    /// The text that holds the place, by the name it was added under.
    pub template: String,
    /// Where in that text.
    pub span: Span,
    /// What to do, where something is known.
    pub help: Option<String>,
    /// The places that led there, the innermost first: what included or called the template that failed.
    pub via: Vec<(String, Span)>,
}

impl Error {
    #[inline(never)]
    #[expect(
        clippy::unnecessary_box_returns,
        reason = "what recurses hands on a pointer, to use little stack"
    )]
    pub(crate) fn new(template: &str, span: Span, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            template: template.to_owned(),
            span,
            help: None,
            via: Vec::new(),
        })
    }

    /// The finding, at its place in the file at `path`. Places in other templates are told as related ones, in files of
    /// their names.
    pub fn diagnostic(&self, code: &'static str, path: impl Into<String>) -> Diagnostic {
        let mut found = Diagnostic::error(code, self.message.clone(), Location::new(path, Some(self.span)));
        for (template, span) in &self.via {
            found = found.related(Location::new(template.clone(), Some(*span)).labelled("called from here"));
        }
        match &self.help {
            Some(help) => found.help(help.clone()),
            None => found,
        }
    }
}

/// Why a function failed; the evaluator adds the place.
#[derive(Debug)]
pub(crate) enum Fail {
    /// The function itself says no.
    Message(String),
    /// It says no and what to do.
    Advice(String, String),
    /// A template that it called failed at a place of its own.
    Inner(Box<Error>),
}

impl From<String> for Fail {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for Fail {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}
