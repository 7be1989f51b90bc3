//! The reference platform's `iac` repository, rendered into a folder of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::reference;

/// A Git repository with one commit.
pub struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// That of the reference platform with these `capabilities`, as YAML in one line.
    pub fn render(capabilities: &str) -> Self {
        let files = reference::rendered(capabilities, None);
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        reference::write(&files, "iac", repository.folder.path());
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit();
        repository
    }

    /// Its root.
    pub fn root(&self) -> PathBuf {
        self.at("")
    }

    /// A path in it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("iac").join(path)
    }

    /// Commits all that is there.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.root());
        git.args(["-c", "user.name=test", "-c", "user.email=test@acme.example"]);
        said(git.args(arguments));
    }
}

/// Runs `command` and returns what it wrote to its output; fails where it does.
#[track_caller]
pub fn said(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}\n{wrong}");
    said
}

/// Output without escapes.
pub fn without_color(command: &mut Command) -> &mut Command {
    command.env("NO_COLOR", "1").env("ANSI_COLORS_DISABLED", "1")
}
