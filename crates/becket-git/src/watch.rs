//! Sees `main` move, whoever moves it.
//!
//! The kernel reports changes of `refs/heads/` and of `packed-refs`; on each the head is read again, and only a head
//! that differs is passed on. Heads that come quicker than they are looked at are skipped but for the last.

use std::path::{Path, PathBuf};

use notify::{EventKind, RecursiveMode, Watcher as _};
use tokio::sync::watch;

use crate::error::Error;
use crate::id::CommitId;
use crate::repository::{Repository, head_of, open_handle};

/// Reports new heads until it is dropped.
pub struct Watch {
    heads: watch::Receiver<Option<CommitId>>,
    _watcher: notify::RecommendedWatcher,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("head", &*self.heads.borrow())
            .finish_non_exhaustive()
    }
}

impl Watch {
    /// The head as it is, and a wake-up when it is another: `changed().await`, then `borrow_and_update()`.
    pub fn heads(&self) -> watch::Receiver<Option<CommitId>> {
        self.heads.clone()
    }
}

impl Repository {
    /// Watches `main`. The first value is the head as it is when this returns.
    pub fn watch(&self) -> Result<Watch, Error> {
        let handle = open_handle(self.path())?;
        let (sender, heads) = watch::channel(None);
        let reported = sender.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if matters(&event) {
                report(&handle, &reported);
            }
        })
        .map_err(|error| watch_error(self.path(), &error))?;
        for folder in [self.path().to_owned(), self.path().join("refs/heads")] {
            watcher
                .watch(&folder, RecursiveMode::NonRecursive)
                .map_err(|error| watch_error(&folder, &error))?;
        }
        // Read only now: what moved before the watch began is in it, what moves from here on is reported.
        self.head()?;
        report(&self.git(), &sender);
        Ok(Watch {
            heads,
            _watcher: watcher,
        })
    }
}

/// Whether an event may mean another head. Lost events may.
fn matters(event: &notify::Result<notify::Event>) -> bool {
    let Ok(event) = event else { return true };
    if event.need_rescan() {
        return true;
    }
    let written = !matches!(event.kind, EventKind::Access(_));
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name == "main" || name == "packed-refs")
    };
    written && event.paths.iter().any(named)
}

/// Reads the head while nobody else reports one, so that an older one never comes last.
fn report(git: &git2::Repository, heads: &watch::Sender<Option<CommitId>>) {
    heads.send_if_modified(|last| match head_of(git) {
        Ok(head) if *last != head => {
            *last = head;
            true
        }
        // A head that cannot be read now is read at the next event.
        Ok(_) | Err(_) => false,
    });
}

fn watch_error(path: &Path, error: &notify::Error) -> Error {
    let reason = match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the kernel's limit of watches is reached; raise it: sysctl fs.inotify.max_user_watches=524288"
                .to_owned()
        }
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(24) => {
            "the kernel's limit of watchers is reached; raise it: sysctl fs.inotify.max_user_instances=512"
                .to_owned()
        }
        _ => error.to_string(),
    };
    Error::Watch {
        path: path.to_owned(),
        reason,
    }
}
