//! Commits on `main`: from a known place, or again and again until nobody came in between.

use becket_source::FileSet;

use crate::commit::{Author, Commit, Committed, Time};
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
        Ok(Edits::between(&self.files_before(parent)?, files))
    }

    /// The files that a commit on `parent` starts from.
    fn files_before(&self, parent: Option<CommitId>) -> Result<FileSet, Error> {
        let files = parent.map(|parent| self.files(parent)).transpose()?;
        Ok(files.unwrap_or_default())
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
            let before = self.files_before(head)?;
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
