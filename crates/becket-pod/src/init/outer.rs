//! The outer process of a pod: makes the namespaces, starts the first process in them, and waits for it.
//!
//! It stays, so that whoever started the pod has one child to wait for; when the first process ends, the kernel has
//! already ended everything else in the pod.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;

use nix::sched::CloneFlags;
use rustix::mount::{MountFlags, MountPropagationFlags};
use rustix::process::{Pid, PidfdFlags};

use super::{close_stdin, enter_user_namespace, socket, stage};
use crate::wire::{self, Fault, Report, Step};

/// Runs until the pod has ended.
pub(super) fn run() -> bool {
    let Ok(socket) = socket() else { return false };
    match start(&socket) {
        Ok(mut first) => {
            drop(socket);
            first.wait().is_ok()
        }
        Err(fault) => {
            let _ = wire::send(socket.as_fd(), &Report::Ready(Err(fault)), &[]);
            false
        }
    }
}

/// Tries whether the kernel lets this user make a pod at all: namespaces, and the right to mount in them.
pub(super) fn probe() -> bool {
    let mount = || -> Result<(), Fault> {
        enter_user_namespace(namespaces(), 0, 0)?;
        rustix::mount::mount_change(
            "/",
            MountPropagationFlags::REC | MountPropagationFlags::DOWNSTREAM,
        )
        .step(String::new)?;
        rustix::mount::mount(
            "tmpfs",
            super::mounts::STAGING,
            "tmpfs",
            MountFlags::empty(),
            None,
        )
        .step(String::new)
    };
    mount().is_ok()
}

fn namespaces() -> CloneFlags {
    CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
}

fn start(socket: &OwnedFd) -> Result<std::process::Child, Fault> {
    close_strangers(socket);
    enter_user_namespace(namespaces(), 0, 0)?;
    let theirs = socket.try_clone().step(|| "copy the socket".to_owned())?;
    let mut first = stage("first", theirs)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .step(|| "start the pod's first process".to_owned())?;
    let born = || -> Result<(), Fault> {
        let pid = i32::try_from(first.id())
            .map_err(std::io::Error::other)
            .step(|| "read the pid".to_owned())?;
        let handle = Pid::from_raw(pid)
            .ok_or(rustix::io::Errno::SRCH)
            .and_then(|pid| rustix::process::pidfd_open(pid, PidfdFlags::empty()))
            .step(|| "open the pod's first process".to_owned())?;
        wire::send(socket.as_fd(), &Report::Born { pid }, &[handle.as_fd()])
            .step(|| "report the pod's first process".to_owned())?;
        close_stdin(Path::new("/dev/null"))
    }();
    if let Err(fault) = born {
        let _ = first.kill();
        let _ = first.wait();
        return Err(fault);
    }
    Ok(first)
}

/// Closes file descriptors that the program which started us forgot to keep from its children. The pod must not hold a
/// stranger's listener or lock.
fn close_strangers(socket: &OwnedFd) {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
        return;
    };
    let numbers: Vec<i32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    // Nothing else of ours is open in a process that has only just begun. A stranger may have had 3 before our socket.
    let ours = |number: i32| number <= 2 || number == socket.as_raw_fd();
    for number in numbers.into_iter().filter(|&number| !ours(number)) {
        let _ = nix::unistd::close(number);
    }
}
