//! Why a command did not do what it was asked, and what to type next. All conversions and hints are here.

use std::fmt::Display;
use std::process::ExitCode;

/// What kind of failure it was; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Findings, or not healthy in time: 1.
    Findings,
    /// The command was used wrongly: 2.
    Usage,
    /// A tool or the machine failed: 3.
    Machine,
}

/// A failure as the user sees it.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub kind: Kind,
    /// What went wrong, in a lower-case phrase; empty where findings were already shown.
    pub message: String,
    /// What to do, a phrase each.
    pub hints: Vec<String>,
}

impl CommandError {
    pub(crate) fn new(kind: Kind, message: impl Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            hints: Vec::new(),
        }
    }

    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn machine(message: impl Display) -> Self {
        Self::new(Kind::Machine, message)
    }

    /// What is wrong was shown already.
    pub(crate) fn shown() -> Self {
        Self::new(Kind::Findings, "")
    }

    /// With something to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Findings => 1,
            Kind::Usage => 2,
            Kind::Machine => 3,
        })
    }
}

/// An error of a library as the whole chain of its causes.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
