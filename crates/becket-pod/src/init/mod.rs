//! A pod's own processes: this program, started again with a first argument that says which.
//!
//! `outer` makes the namespaces and waits; `first` is the first process of the new PID namespace, prepares what the
//! containers share and answers the process that started the pod; `container` makes a container's root and becomes its
//! program. Each is single-threaded from its start, which the kernel asks of who makes a user namespace. None of them
//! prints: what fails is reported over the socket that is their standard input.

mod container;
mod first;
pub(crate) mod gateway;
mod inside;
mod loopback;
mod mounts;
mod netlink;
mod outer;

use std::ffi::OsString;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};

use crate::wire::{Fault, Step, USER_NAMESPACE};

/// The first argument that makes a program one of a pod's own processes.
pub const ARGUMENT: &str = "pod-init";

/// Runs one of a pod's own processes when the arguments ask for it. To be called first thing in `main`, before any
/// thread is started.
pub fn main_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == ARGUMENT).then(|| main(arguments))
}

/// Runs the process that `arguments`, those after [`ARGUMENT`], name.
pub fn main(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let done = match arguments.next().as_deref().and_then(|stage| stage.to_str()) {
        Some("outer") => outer::run(),
        Some("first") => first::run(),
        Some("container") => container::run(),
        Some("probe") => outer::probe(),
        _ => false,
    };
    if done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// This program again, as another of the pod's processes, with the socket as its standard input.
fn stage(name: &str, socket: OwnedFd) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.args([ARGUMENT, name]).env_clear().stdin(socket);
    command
}

/// The socket that is standard input, on a number of its own that programs started later do not get.
fn socket() -> Result<OwnedFd, Fault> {
    rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).step(|| "take the socket".to_owned())
}

/// Makes standard input read as empty.
fn close_stdin(null: &Path) -> Result<(), Fault> {
    let null = fs::File::open(null).step(|| format!("open {}", null.display()))?;
    rustix::stdio::dup2_stdin(&null).step(|| "close standard input".to_owned())
}

/// Moves into a new user namespace, and others, in which the user is `user` and nobody else exists.
fn enter_user_namespace(others: CloneFlags, user: u32, group: u32) -> Result<(), Fault> {
    let (outer_user, outer_group) = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    unshare(CloneFlags::CLONE_NEWUSER | others).step(|| USER_NAMESPACE.to_owned())?;
    let write = |file: &str, text: &str| fs::write(file, text).step(|| format!("write {text:?} to {file}"));
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/gid_map", &format!("{group} {outer_group} 1"))?;
    write("/proc/self/uid_map", &format!("{user} {outer_user} 1"))
}
