//! This program started again to become PostgreSQL: as a user that is not root, and ending when its parent ends.
//!
//! PostgreSQL refuses to run as root. Where root runs the platform, its programs see themselves as another user in a
//! user namespace in which nobody else exists; outside of it they are still root without its powers, so that the data
//! may lie in root's own folders and belongs to who runs the platform. An ordinary user needs none of this.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{getegid, geteuid};

use super::PostgresError;

/// The first argument that makes a program become PostgreSQL.
pub const ARGUMENT: &str = "postgres-init";

/// What is given for a user when it stays the one it is.
const SAME: &str = "same";

/// Becomes PostgreSQL when the arguments ask for it, and returns only otherwise or when that fails. To be called first
/// thing in `main`, before any thread is started.
pub fn main_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == ARGUMENT).then(|| main(arguments))
}

/// Becomes the program that `arguments`, those after [`ARGUMENT`], name.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match become_program(arguments) {
        Ok(never) => match never {},
        Err(reason) => {
            // Standard error is the log that whoever started this reads.
            let _ = io::Write::write_all(&mut io::stderr(), format!("{reason}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn become_program(mut arguments: impl Iterator<Item = OsString>) -> Result<std::convert::Infallible, String> {
    let mut number = |what: &str| {
        let argument = arguments.next().and_then(|argument| argument.into_string().ok());
        argument.ok_or_else(|| format!("{ARGUMENT} needs {what}"))
    };
    let parent = number("a parent")?;
    let (user, group) = (number("a user")?, number("a group")?);
    let program = arguments
        .next()
        .ok_or_else(|| format!("{ARGUMENT} needs a program"))?;
    if user != SAME {
        enter_user_namespace(&user, &group)?;
    }
    // After the namespace: entering it would undo this. An immediate shutdown is safe, the log is replayed.
    prctl::set_pdeathsig(Signal::SIGQUIT).map_err(|error| format!("cannot end with the parent: {error}"))?;
    if parent_id().to_string() != parent {
        return Err("the parent is gone".to_owned());
    }
    let error = Command::new(&program).args(arguments).exec();
    Err(format!("cannot run {}: {error}", program.to_string_lossy()))
}

fn enter_user_namespace(user: &str, group: &str) -> Result<(), String> {
    let (outer_user, outer_group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(|error| {
        format!(
            "cannot make a user namespace, in which PostgreSQL runs where root starts it: {error}\n\
             run this as an ordinary user, or allow it: sysctl -w user.max_user_namespaces=10000"
        )
    })?;
    let write = |file: &str, text: String| fs::write(file, &text).map_err(|error| format!("{file}: {error}"));
    write("/proc/self/setgroups", "deny".to_owned())?;
    write("/proc/self/gid_map", format!("{group} {outer_group} 1"))?;
    write("/proc/self/uid_map", format!("{user} {outer_user} 1"))
}

/// How PostgreSQL's programs are started.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    program: PathBuf,
    user: String,
    group: String,
}

impl Launch {
    /// By `program`, which calls [`main_if_asked`].
    pub(super) fn new(program: &Path) -> Result<Self, PostgresError> {
        let same = Self {
            program: program.to_owned(),
            user: SAME.to_owned(),
            group: SAME.to_owned(),
        };
        if !geteuid().is_root() {
            return Ok(same);
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        // initdb looks its user up, so it has to be one that exists.
        let (user, group) = somebody(&users).ok_or_else(|| PostgresError::System {
            doing: "run PostgreSQL as root".to_owned(),
            reason: "`/etc/passwd` names no other user that it could run as; add one: `useradd postgres`"
                .to_owned(),
        })?;
        Ok(Self { user, group, ..same })
    }

    /// A command that becomes `program`. It ends when the thread that starts it ends.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(ARGUMENT)
            .arg(std::process::id().to_string())
            .args([&self.user, &self.group])
            .arg(program);
        command
    }
}

/// The user and group id to be seen as: `postgres`, else `nobody`, else the first that is not root.
fn somebody(users: &str) -> Option<(String, String)> {
    let all: Vec<Vec<&str>> = users.lines().map(|line| line.split(':').collect()).collect();
    let usable = |user: &&Vec<&str>| {
        let id = |at: usize| user.get(at).and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
        id(2) > 0 && id(3) > 0
    };
    let named = |name: &str| all.iter().filter(usable).find(|user| user[0] == name);
    let user = named("postgres")
        .or_else(|| named("nobody"))
        .or_else(|| all.iter().find(usable))?;
    Some((user[2].to_owned(), user[3].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_that_is_not_root() {
        let some = |user: &str, group: &str| Some((user.to_owned(), group.to_owned()));
        let root = "root:x:0:0:root:/root:/bin/sh\n";
        let daemon = "daemon:x:1:1::/:/bin/false\n";
        let nobody = "nobody:x:65534:65534::/:/bin/false\n";
        let postgres = "postgres:x:101:104::/:/bin/sh\n";
        assert_eq!(
            somebody(&[root, daemon, nobody, postgres].concat()),
            some("101", "104")
        );
        assert_eq!(somebody(&[root, daemon, nobody].concat()), some("65534", "65534"));
        assert_eq!(somebody(&[root, daemon].concat()), some("1", "1"));
        assert_eq!(somebody(root), None);
        assert_eq!(somebody("postgres\n:::\npostgres:x:0:0\n"), None);
    }
}
