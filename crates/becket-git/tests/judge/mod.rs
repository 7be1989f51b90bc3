//! A repository in a folder of its own, and the real git beside it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::unused_self,
    clippy::missing_panics_doc,
    reason = "it fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use becket_git::{Author, Commit, CommitId, Next, Repository, Time};
use becket_source::FileSet;

pub struct Judge {
    folder: tempfile::TempDir,
}

pub struct Clone {
    path: PathBuf,
}

impl Judge {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn repository(&self) -> Repository {
        Repository::open_or_init(self.bare()).unwrap()
    }

    pub fn bare(&self) -> PathBuf {
        self.path().join("gitops.git")
    }

    /// What git says in the bare repository.
    pub fn git(&self, arguments: &[&str]) -> String {
        run(&self.bare(), arguments)
    }

    /// Git finds nothing wrong.
    pub fn fsck(&self) {
        self.git(&["fsck", "--strict", "--no-dangling"]);
    }

    /// A clone as a person has it.
    pub fn clone_of(&self, name: &str) -> Clone {
        run(self.path(), &["clone", "-q", "gitops.git", name]);
        Clone {
            path: self.path().join(name),
        }
    }

    /// Commits files on top of those that are there.
    pub fn put(&self, repository: &Repository, files: &[(&str, &str)]) -> CommitId {
        repository
            .update(&author(), time(), |before| {
                let mut next = before.clone();
                for (path, text) in files {
                    next.insert_text(*path, text);
                }
                Ok::<_, std::convert::Infallible>(Next {
                    files: next,
                    message: "put: files\n\nBecket-Unit: a\n".to_owned(),
                })
            })
            .unwrap()
            .head()
            .unwrap()
    }

    /// How many files below `folder` end in `extension`.
    pub fn count(&self, folder: &str, extension: &str) -> usize {
        std::fs::read_dir(self.bare().join(folder))
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|found| found == extension)
            })
            .count()
    }
}

impl Clone {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        run(&self.path, arguments)
    }

    /// Whether git did it.
    pub fn try_git(&self, arguments: &[&str]) -> bool {
        call(&self.path, arguments).status.success()
    }

    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path.join(path), text).unwrap();
    }

    /// Commits a file and pushes it.
    pub fn push(&self, path: &str, text: &str) -> CommitId {
        self.write(path, text);
        self.git(&["add", path]);
        self.git(&["commit", "-qm", path]);
        self.git(&["push", "-q"]);
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = call(folder, arguments);
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {text}{errors}");
    text
}

fn call(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Bob", "-c", "user.email=bob@acme.example"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap()
}

pub fn author() -> Author {
    Author {
        name: "Ann".to_owned(),
        email: "ann@acme.example".to_owned(),
    }
}

pub fn time() -> Time {
    Time {
        seconds: 1_700_000_000,
        offset: 60,
    }
}

pub fn commit(message: &str) -> Commit {
    Commit {
        message: message.to_owned(),
        author: author(),
        time: time(),
    }
}

pub fn files(files: &[(&str, &str)]) -> FileSet {
    files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect()
}
