//! What is said of a commit, and what came of it. Nothing here makes one.

use crate::id::CommitId;

/// Who commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name as people read it.
    pub name: String,
    /// The address.
    pub email: String,
}

impl Author {
    /// Who commits on this machine, as git itself has it: `GIT_AUTHOR_NAME` and `GIT_AUTHOR_EMAIL`, else `user.name` and
    /// `user.email` of the user's settings, else the user's name on this machine.
    pub fn of_user() -> Self {
        let settings = git2::Config::open_default().ok();
        let setting = |variable: &str, key: &str| {
            std::env::var(variable)
                .ok()
                .or_else(|| settings.as_ref()?.get_string(key).ok())
                .filter(|value| !value.trim().is_empty())
        };
        let user = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
        Self {
            email: setting("GIT_AUTHOR_EMAIL", "user.email").unwrap_or_else(|| format!("{user}@localhost")),
            name: setting("GIT_AUTHOR_NAME", "user.name").unwrap_or(user),
        }
    }
}

/// When a commit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Seconds since 1970, UTC.
    pub seconds: i64,
    /// Minutes that the author's clock is ahead of UTC.
    pub offset: i32,
}

/// What is said of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Subject, body and trailers.
    pub message: String,
    /// Who made it.
    pub author: Author,
    /// When, by the caller's clock.
    pub time: Time,
}

impl Commit {
    pub(crate) fn signature(&self) -> Result<git2::Signature<'static>, git2::Error> {
        let time = git2::Time::new(self.time.seconds, self.time.offset);
        // Git's format has no room for these characters.
        let clean = |text: &str, empty: &str| {
            let text: String = text
                .chars()
                .filter(|c| !matches!(c, '<' | '>' | '\n' | '\0'))
                .collect();
            let text = text.trim();
            if text.is_empty() {
                empty.to_owned()
            } else {
                text.to_owned()
            }
        };
        git2::Signature::new(
            &clean(&self.author.name, "unknown"),
            &clean(&self.author.email, "unknown@localhost"),
            &time,
        )
    }

    /// The message with one newline at its end, as `git commit` leaves it.
    pub(crate) fn text(&self) -> String {
        let text: String = self.message.chars().filter(|c| *c != '\0').collect();
        format!("{}\n", text.trim_end())
    }
}

/// What came of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// A new commit, which `main` is at now.
    New(CommitId),
    /// The files were so already: no commit was made.
    Unchanged(Option<CommitId>),
}

impl Committed {
    /// The commit that has the files as wanted; none where the repository has no commit.
    pub fn head(self) -> Option<CommitId> {
        match self {
            Self::New(id) => Some(id),
            Self::Unchanged(id) => id,
        }
    }
}
