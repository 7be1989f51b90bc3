//! What is printed, and how. Nothing outside this file writes to stdout or stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

use becket_source::show::{self, Colours};
use becket_source::{Diagnostic, FileSet, Level};

use crate::cli::Format;
use crate::error::CommandError;

/// Why stdout takes no more, since it does not: an empty text where the reader went away, which is its own affair.
static LOST: OnceLock<String> = OnceLock::new();

/// Why results could not be printed: `None` where they were, or where nobody wanted them any more.
pub(crate) fn failed() -> Option<&'static str> {
    LOST.get().map(String::as_str).filter(|why| !why.is_empty())
}

/// Whether nobody can read any more what is printed.
pub(crate) fn nobody_reads() -> bool {
    LOST.get().is_some()
}

/// To stdout. Where it is full or closed, the first reason is kept, and the rest is left out.
fn put(text: std::fmt::Arguments) {
    if nobody_reads() {
        return;
    }
    let mut stdout = anstream::stdout().lock();
    if let Err(error) = stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        let why = match error.kind() {
            ErrorKind::BrokenPipe => String::new(),
            _ => error.to_string(),
        };
        drop(LOST.set(why));
    }
}

/// To stderr. Where that fails there is nobody left to tell.
fn say(text: std::fmt::Arguments) {
    drop(anstream::stderr().lock().write_fmt(text));
}

/// Prints results: to stdout, in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub format: Format,
}

impl Output {
    /// A line for people; nothing where a program listens.
    pub(crate) fn line(self, text: impl std::fmt::Display) {
        if self.format == Format::Text {
            put(format_args!("{text}\n"));
        }
    }

    /// Text as it is, for people and programs alike.
    #[expect(
        clippy::unused_self,
        reason = "printing is what an output does, whatever its form"
    )]
    pub(crate) fn raw(self, text: &str) {
        put(format_args!("{text}"));
    }

    /// A result: `text` for people, `value` for programs.
    pub(crate) fn result(self, text: impl std::fmt::Display, value: &serde_json::Value) {
        match self.format {
            Format::Json => put(format_args!("{value}\n")),
            _ => put(format_args!("{text}\n")),
        }
    }

    /// What is going on, for people who wait; to stderr.
    pub(crate) fn progress(self, text: impl std::fmt::Display) {
        if self.format == Format::Text {
            say(format_args!("{text}\n"));
        }
    }

    /// A line of the log of something that serves, to stderr: for programs, whatever was asked for.
    #[expect(
        clippy::unused_self,
        reason = "printing is what an output does, whatever its form"
    )]
    pub(crate) fn log(self, line: &serde_json::Value) {
        say(format_args!("{line}\n"));
    }

    /// Progress of long work, as a line that changes where a person looks at a terminal.
    pub(crate) fn status_line(self) -> StatusLine {
        StatusLine {
            shown: self.format == Format::Text,
            terminal: std::io::stderr().is_terminal(),
            passing: false,
        }
    }

    /// Shows findings, sorted by place. Says whether one of them is an error.
    pub(crate) fn findings(self, findings: &mut [Diagnostic], files: &FileSet) -> bool {
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        match self.format {
            Format::Text => {
                for finding in &*findings {
                    let text = show::terminal(finding, files, Colours::Yes);
                    say(format_args!("{}\n\n", text.trim_end_matches('\n')));
                }
            }
            Format::Json => put(format_args!("{}", show::json_lines(findings, files))),
            Format::Github => put(format_args!("{}", show::github(findings, files))),
            Format::Sarif => {
                let rules = crate::rules::all();
                let rules: Vec<_> = rules.iter().collect();
                let sarif = show::sarif(findings, files, &rules, env!("CARGO_PKG_VERSION"));
                put(format_args!("{sarif}\n"));
            }
        }
        findings.iter().any(|finding| finding.level == Level::Error)
    }

    /// Shows why a command failed.
    pub(crate) fn error(self, error: &CommandError) {
        if error.message.is_empty() {
            return;
        }
        if self.format == Format::Json {
            let value = serde_json::json!({ "error": error.message, "help": error.hints });
            put(format_args!("{value}\n"));
            return;
        }
        say(format_args!("\u{1b}[1;31merror\u{1b}[0m: {}\n", error.message));
        for hint in &error.hints {
            say(format_args!("  \u{1b}[1;36mhelp\u{1b}[0m: {hint}\n"));
        }
    }
}

/// Progress on stderr: lasting lines, and on a terminal one passing line below them.
#[derive(Debug)]
pub(crate) struct StatusLine {
    shown: bool,
    terminal: bool,
    passing: bool,
}

impl StatusLine {
    /// A line that stays.
    pub(crate) fn lasting(&mut self, text: &str) {
        self.clear();
        if self.shown {
            say(format_args!("{text}\n"));
        }
    }

    /// A line that the next one takes the place of; left out where nobody looks.
    pub(crate) fn passing(&mut self, text: &str) {
        if self.shown && self.terminal {
            self.clear();
            say(format_args!("{text}"));
            self.passing = true;
        }
    }

    /// Takes the passing line away.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.passing) {
            say(format_args!("\r\u{1b}[2K"));
        }
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `1 error`, `3 errors and 1 warning`; nothing where there is none.
pub(crate) fn counts(findings: &[Diagnostic]) -> Option<String> {
    let count = |level, one: &str| match findings.iter().filter(|finding| finding.level == level).count() {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    match (count(Level::Error, "error"), count(Level::Warning, "warning")) {
        (Some(errors), Some(warnings)) => Some(format!("{errors} and {warnings}")),
        (errors, warnings) => errors.or(warnings),
    }
}

/// A digest as people tell it apart.
pub(crate) fn short(digest: &str) -> &str {
    let hex = digest.trim_start_matches("sha256:");
    hex.get(..12).unwrap_or(hex)
}
