//! The rendered folder, and how Ansible's programs are run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::reference;

/// The reference platform's `iac/ansible`, beside the rest of `iac`, in a folder of its own.
pub fn rendered() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    reference::write(&reference::rendered("{}", None), "iac", folder.path());
    let ansible = folder.path().join("iac/ansible");
    (folder, ansible)
}

/// Runs `command`, and returns what it said; fails where it does.
#[track_caller]
pub fn said(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

/// Ansible's own programs call each other by name.
pub fn ansible(program: &Path, folder: &Path) -> Command {
    let real = program.canonicalize().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = real.parent().unwrap().to_owned();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(real);
    command
        .current_dir(folder)
        .env("PATH", path)
        .env("ANSIBLE_NOCOLOR", "1")
        .env("ANSIBLE_PIPELINING", "1")
        .env("ANSIBLE_HOME", folder.join(".ansible"));
    command
}

/// What a run came to: `changed` and `failed` of the one host.
pub fn recap(said: &str, what: &str) -> u32 {
    let line = said.lines().rfind(|line| line.contains("unreachable=")).unwrap();
    let field = line.split_whitespace().find_map(|word| word.strip_prefix(what));
    field.unwrap().trim_start_matches('=').parse().unwrap()
}
