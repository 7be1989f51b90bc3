//! Processes that end with this one, however it ends: where it can still do so it kills them with all that they started,
//! and where it is killed itself, the kernel tells them to stop.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::ExitCode;

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};
use tokio::process::{Child, Command};

/// The argument that makes this program become another one that ends with its parent.
const ARGUMENT: &str = "end-with-parent";

/// Becomes the program that was asked for; none where none was.
pub(crate) fn main_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let error = become_program(arguments);
    // Standard error is what whoever started this reads.
    drop(io::Write::write_all(
        &mut io::stderr(),
        format!("{error}\n").as_bytes(),
    ));
    Some(ExitCode::FAILURE)
}

fn become_program(mut arguments: impl Iterator<Item = OsString>) -> io::Error {
    let parent = arguments.next().unwrap_or_default();
    let program = arguments.next().unwrap_or_default();
    if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
        return error.into();
    }
    if parent != OsStr::new(&parent_id().to_string()) {
        return io::Error::other("the parent is gone");
    }
    std::process::Command::new(program).args(arguments).exec()
}

/// A command that runs `program` so that it ends with this process.
pub(super) fn command(program: &OsStr) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command
        .arg(ARGUMENT)
        .arg(std::process::id().to_string())
        .arg(program);
    // The terminal's Ctrl-C is not for it: this process ends it.
    command.process_group(0);
    command
}

/// A running process and all that it started; killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group {
    pub child: Child,
    leader: Option<Pid>,
}

impl Group {
    pub(super) fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self { child, leader })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            let _gone = kill_process_group(leader, Signal::KILL);
        }
    }
}
