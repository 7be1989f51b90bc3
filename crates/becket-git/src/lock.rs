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

/// Moves `main` from `expected` to `next`, or fails with where it is.
pub(crate) fn move_main(
    repository: &Repository,
    expected: Option<CommitId>,
    next: CommitId,
    reason: &str,
) -> Result<(), Error> {
    let failed = |error: &std::io::Error| Error::Repository {
        doing: "lock `becket-commit`",
        path: repository.path().to_owned(),
        reason: error.to_string(),
    };
    let end = Instant::now() + PATIENCE;
    let mut note = take(repository, end)?;
    let mut dead = String::new();
    // A note that is no text was cut short by a crash of the machine: it names no commit.
    let _ = note.read_to_string(&mut dead);
    if !dead.trim().is_empty() {
        remove_lock_of(repository, dead.trim());
    }
    write(&mut note, &format!("{next}\n")).map_err(|error| failed(&error))?;
    let moved = compare_and_swap(repository, expected, next, reason, end);
    write(&mut note, "").map_err(|error| failed(&error))?;
    moved
}

fn take(repository: &Repository, end: Instant) -> Result<File, Error> {
    let path = repository.path().join("becket-commit");
    let failed = |error: &std::io::Error| Error::Repository {
        doing: "lock `becket-commit`",
        path: repository.path().to_owned(),
        reason: error.to_string(),
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| failed(&error))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => return Err(Error::Busy { path }),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
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
                // The head is read again, and the loop tells the two apart.
                git2::ErrorCode::Modified | git2::ErrorCode::Exists => {}
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
