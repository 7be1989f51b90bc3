//! What a rule says of itself, whichever crate it lives in.

use serde::Serialize;

use crate::Level;

/// A rule: data that `explain` prints and the manual's chapter is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Such as `BK0042`; never used again for another rule.
    pub code: &'static str,
    /// How bad a finding of it is.
    pub level: Level,
    /// What it looks for, in a lower-case phrase.
    pub title: &'static str,
    /// What, why, what to do, and an example, in Markdown.
    pub documentation: &'static str,
}

impl Rule {
    /// A rule whose findings are errors.
    pub const fn error(code: &'static str, title: &'static str, documentation: &'static str) -> Self {
        Self {
            code,
            level: Level::Error,
            title,
            documentation,
        }
    }
}
