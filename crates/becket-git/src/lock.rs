//! Moves `main`, one Becket at a time, and clears away what a killed one left.
//!
//! Git's own lock, `refs/heads/main.lock`, guards against every other git, but outlives a killed process. So whoever
//! moves `main` first takes a kernel lock on the file `becket-commit`, which dies with the process, and notes there
//! the commit it is about to move to. The next one who finds a note knows that its writer was killed: a `main.lock`
//! that holds exactly that commit is the dead one's, and is removed. Any other lock file is somebody else's.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::id::CommitId;
use crate::repository::{MAIN, Repository, head_of};

/// How long to wait for another git before saying so. A push holds the lock for a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(2);

/// The right to move `main`, of all Beckets; it ends with the value or with the process.
pub(crate) struct Turn {
    note: File,
}

impl Turn {
    /// Waits for the right.
    pub(crate) fn take(repository: &Repository) -> Result<Self, Error> {
        Self::take_within(PATIENCE, repository)
    }

    fn take_within(patience: Duration, repository: &Repository) -> Result<Self, Error> {
        let path = repository.path().join("becket-commit");
        let failed = |error: &std::io::Error| note_error(repository, error);
        let note = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(&error))?;
        let end = Instant::now() + patience;
        loop {
            match note.try_lock() {
                Ok(()) => return Ok(Self { note }),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= end => return Err(Error::Busy { path }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            }
        }
    }

    /// Moves `main` from `expected` to `next`, or fails with where it is.
    pub(crate) fn move_main(
        self,
        repository: &Repository,
        expected: Option<CommitId>,
        next: CommitId,
        reason: &str,
    ) -> Result<(), Error> {
        self.move_within(PATIENCE, repository, expected, next, reason)
    }

    fn move_within(
        mut self,
        patience: Duration,
        repository: &Repository,
        expected: Option<CommitId>,
        next: CommitId,
        reason: &str,
    ) -> Result<(), Error> {
        let mut dead = String::new();
        // A note that is no text was cut short by a crash of the machine: it names no commit.
        let _ = self.note.read_to_string(&mut dead);
        if !dead.trim().is_empty() {
            remove_lock_of(repository, dead.trim());
        }
        write(&mut self.note, &format!("{next}\n")).map_err(|error| note_error(repository, &error))?;
        let moved = compare_and_swap(repository, expected, next, reason, Instant::now() + patience);
        write(&mut self.note, "").map_err(|error| note_error(repository, &error))?;
        moved
    }
}

fn note_error(repository: &Repository, error: &std::io::Error) -> Error {
    repository.io_error("lock `becket-commit`", error)
}

fn write(note: &mut File, text: &str) -> std::io::Result<()> {
    note.set_len(0)?;
    note.seek(SeekFrom::Start(0))?;
    note.write_all(text.as_bytes())
}

fn lock_file(repository: &Repository) -> PathBuf {
    repository.path().join(format!("{MAIN}.lock"))
}

/// Removes `main.lock` if the process that noted `dead` left it. One that it made and had not yet written to is empty:
/// it is removed when it stays so for longer than any git needs between the two.
fn remove_lock_of(repository: &Repository, dead: &str) {
    let lock = lock_file(repository);
    let end = Instant::now() + Duration::from_secs(1);
    while let Ok(contents) = std::fs::read_to_string(&lock) {
        if contents.trim() == dead || (contents.is_empty() && Instant::now() >= end) {
            // Failing to remove it shows at the next step, as a lock.
            let _ = std::fs::remove_file(&lock);
            return;
        }
        if !contents.is_empty() {
            return;
        }
        thread::sleep(PAUSE);
    }
}

fn compare_and_swap(
    repository: &Repository,
    expected: Option<CommitId>,
    next: CommitId,
    reason: &str,
    end: Instant,
) -> Result<(), Error> {
    let git = repository.git();
    loop {
        let found = head_of(&git).map_err(|error| repository.error("read `main`", &error))?;
        if found != expected {
            return Err(Error::Moved { expected, found });
        }
        let moved = match expected {
            Some(expected) => git.reference_matching(MAIN, next.0, true, expected.0, reason),
            None => git.reference(MAIN, next.0, false, reason),
        };
        match moved {
            Ok(_) => return Ok(()),
            Err(error) => match error.code() {
                // Somebody moved it just now: reading the head again tells where to. A branch below `main/` in its
                // way looks the same, but does not go away.
                git2::ErrorCode::Modified | git2::ErrorCode::Exists if Instant::now() < end => {
                    thread::sleep(PAUSE);
                }
                git2::ErrorCode::Locked if Instant::now() >= end => {
                    return Err(Error::Locked {
                        lock: lock_file(repository),
                    });
                }
                git2::ErrorCode::Locked => thread::sleep(PAUSE),
                _ => return Err(repository.error("move `main`", &error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Author, Commit, Edits, Time};

    /// A repository with one commit, and a second commit that nothing refers to yet.
    fn repository() -> (tempfile::TempDir, Repository, CommitId, CommitId) {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::open_or_init(folder.path()).unwrap();
        let commit = Commit {
            message: "x".to_owned(),
            author: Author {
                name: "Ann".to_owned(),
                email: "ann@acme.example".to_owned(),
            },
            time: Time {
                seconds: 0,
                offset: 0,
            },
        };
        let mut edits = Edits::new();
        edits.put("a", b"1".as_slice());
        let first = repository.commit(None, &edits, &commit).unwrap().head().unwrap();
        edits.put("a", b"2".as_slice());
        let second = crate::write::write_commit(&repository, Some(first), &edits, &commit)
            .unwrap()
            .unwrap();
        (folder, repository, first, second)
    }

    #[test]
    fn the_lock_of_a_killed_becket_is_removed() {
        let (folder, repository, first, second) = repository();
        for contents in [first.to_string(), String::new()] {
            std::fs::write(folder.path().join("becket-commit"), format!("{first}\n")).unwrap();
            std::fs::write(lock_file(&repository), contents).unwrap();
            let head = repository.head().unwrap();
            let next = if head == Some(first) { second } else { first };
            Turn::take(&repository)
                .unwrap()
                .move_main(&repository, head, next, "test")
                .unwrap();
            assert_eq!(repository.head().unwrap(), Some(next));
            assert!(!lock_file(&repository).exists());
            assert_eq!(
                std::fs::read_to_string(folder.path().join("becket-commit")).unwrap(),
                ""
            );
        }
    }

    #[test]
    fn the_lock_of_another_git_is_respected_and_named() {
        let (folder, repository, first, second) = repository();
        for (note, lock) in [(String::new(), first), (format!("{first}\n"), second)] {
            std::fs::write(folder.path().join("becket-commit"), note).unwrap();
            std::fs::write(lock_file(&repository), lock.to_string()).unwrap();
            let turn = Turn::take(&repository).unwrap();
            let error = turn
                .move_within(Duration::ZERO, &repository, Some(first), second, "test")
                .unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains("refs/heads/main.lock is there: another git process moves"),
                "{text}"
            );
            assert!(text.ends_with("remove that file and repeat"), "{text}");
            assert!(lock_file(&repository).exists());
            assert_eq!(repository.head().unwrap(), Some(first));
        }
    }

    #[test]
    fn a_branch_in_the_way_of_main_is_an_error_in_time() {
        let (_folder, repository, first, second) = repository();
        repository.git().find_reference(MAIN).unwrap().delete().unwrap();
        repository
            .git()
            .reference("refs/heads/main/in-the-way", first.0, false, "test")
            .unwrap();
        let turn = Turn::take(&repository).unwrap();
        let error = turn
            .move_within(Duration::ZERO, &repository, None, second, "test")
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Repository {
                    doing: "move `main`",
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_becket_that_commits_for_too_long_is_named() {
        let (folder, repository, ..) = repository();
        let held = File::create(folder.path().join("becket-commit")).unwrap();
        held.lock().unwrap();
        let error = Turn::take_within(Duration::ZERO, &repository).err().unwrap();
        assert!(matches!(error, Error::Busy { path } if path == folder.path().join("becket-commit")));
    }
}
