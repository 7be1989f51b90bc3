//! Commits on `main`: from a known place, or again and again until nobody came in between.

use becket_source::FileSet;

use crate::edits::Edits;
use crate::error::{Error, UpdateError};
use crate::id::CommitId;
use crate::lock::Turn;
use crate::repository::Repository;
use crate::write::write_commit;

/// How often an update is tried before it gives up.
const ATTEMPTS: usize = 20;

/// How often an update is tried before it keeps other Beckets out: a large one would lose to small ones for ever.
const OPEN_ATTEMPTS: usize = 3;

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

/// What an update wants: the files as they shall be, and what to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// All files.
    pub files: FileSet,
    /// Subject, body and trailers.
    pub message: String,
}

impl Repository {
    /// Commits `edits` on top of `parent`, provided that `main` is still at `parent`; else [`Error::Moved`].
    ///
    /// What the edits do not name stays as it is: executable bits, symbolic links and submodules too.
    pub fn commit(
        &self,
        parent: Option<CommitId>,
        edits: &Edits,
        commit: &Commit,
    ) -> Result<Committed, Error> {
        self.commit_in_turn(None, parent, edits, commit)
    }

    fn commit_in_turn(
        &self,
        turn: Option<Turn>,
        parent: Option<CommitId>,
        edits: &Edits,
        commit: &Commit,
    ) -> Result<Committed, Error> {
        let Some(next) = write_commit(self, parent, edits, commit)? else {
            return Ok(Committed::Unchanged(parent));
        };
        let turn = turn.map_or_else(|| Turn::take(self), Ok)?;
        let subject = commit.message.lines().next().unwrap_or_default();
        turn.move_main(self, parent, next, &format!("commit: {subject}"))?;
        Ok(Committed::New(next))
    }

    /// What makes the files at `parent` be exactly `files`.
    pub fn edits_to(&self, parent: Option<CommitId>, files: &FileSet) -> Result<Edits, Error> {
        let before = parent
            .map(|parent| self.files(parent))
            .transpose()?
            .unwrap_or_default();
        Ok(Edits::between(&before, files))
    }

    /// Reads the files at the head, lets `function` make the next ones of them, and commits the difference. When
    /// somebody commits or pushes in between, it is all done again on the new head, so that no update is lost. The function must not commit itself.
    pub fn update<E>(
        &self,
        author: &Author,
        time: Time,
        mut function: impl FnMut(&FileSet) -> Result<Next, E>,
    ) -> Result<Committed, UpdateError<E>> {
        for attempt in 0..ATTEMPTS {
            let turn = (attempt >= OPEN_ATTEMPTS).then(|| Turn::take(self)).transpose()?;
            let head = self.head()?;
            let before = head.map(|head| self.files(head)).transpose()?.unwrap_or_default();
            let next = function(&before).map_err(UpdateError::Refused)?;
            let commit = Commit {
                message: next.message,
                author: author.clone(),
                time,
            };
            match self.commit_in_turn(turn, head, &Edits::between(&before, &next.files), &commit) {
                Err(Error::Moved { .. }) => {}
                other => return Ok(other?),
            }
        }
        Err(UpdateError::Contended { attempts: ATTEMPTS })
    }
}
