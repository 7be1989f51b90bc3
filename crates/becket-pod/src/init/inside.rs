//! Paths that lead through what containers wrote. Until a container's root is the root, a symbolic link in a volume would
//! be followed on the machine; so such a path is opened without leaving the volume, and only what was opened is mounted.
//!
//! As on a cluster, a link in a volume may lead to another place of the same volume, and a `subPath` that is missing is
//! made as a folder. A kernel without `openat2` (before 5.6) is refused, never worked around.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{MoveMountFlags, OpenTreeFlags};

use super::mounts::below;
use crate::wire::{Fault, Step};

/// Opens `path` of a volume, whoever wrote the volume.
pub(super) fn in_volume(volume: &Path, path: &str) -> Result<OwnedFd, Fault> {
    below(volume, path)?;
    let base = open_folder(volume)?;
    let links = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match open(&base, path, links) {
        Err(Errno::NOENT) => make(&base, path, links),
        opened => opened,
    }
    .map_err(why)
    .step(|| format!("open {path} in {} without leaving it", volume.display()))
}

/// Opens the place in a new root where a volume is to appear. A volume that is already there may hold the place, but no
/// link may lead to it.
pub(super) fn in_root(root: &Path, path: &str) -> Result<OwnedFd, Fault> {
    below(root, path)?;
    let links = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    open(&open_folder(root)?, path, links)
        .map_err(why)
        .step(|| format!("open {path} in the root without following links"))
}

/// Makes what was opened appear at `to`, which nobody else can write to.
pub(super) fn attach(opened: &OwnedFd, to: &Path) -> Result<(), Fault> {
    let step = || format!("mount on {}", to.display());
    let clone =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
    let tree = rustix::mount::open_tree(opened, "", clone).step(step)?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    rustix::mount::move_mount(&tree, "", CWD, to, flags).step(step)
}

/// Moves the mount at `from` to a place that was opened.
pub(super) fn move_to(from: &Path, opened: &OwnedFd) -> Result<(), Fault> {
    let flags = MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    rustix::mount::move_mount(CWD, from, opened, "", flags)
        .step(|| format!("move the mount {}", from.display()))
}

/// What the kernel means by its numbers here.
fn why(error: Errno) -> io::Error {
    let means = match error {
        Errno::XDEV => "a symbolic link there leads out of the volume",
        Errno::LOOP => "a symbolic link is in the way",
        Errno::NOSYS => "the kernel has no openat2, which Linux has from 5.6 on",
        _ => return error.into(),
    };
    io::Error::other(means)
}

fn open_folder(path: &Path) -> Result<OwnedFd, Fault> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).step(|| format!("look for {}", path.display()))
}

fn open(base: impl AsFd, path: &str, links: ResolveFlags) -> rustix::io::Result<OwnedFd> {
    let relative = match path.trim_start_matches('/') {
        "" => ".",
        relative => relative,
    };
    rustix::fs::openat2(
        base,
        relative,
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
        links,
    )
}

/// Makes the folders of `path` that are missing, with the permissions of the volume.
fn make(base: &OwnedFd, path: &str, links: ResolveFlags) -> rustix::io::Result<OwnedFd> {
    let mode = Mode::from_raw_mode(rustix::fs::fstat(base)?.st_mode & 0o7777);
    let mut reached = String::new();
    let mut parent = base
        .try_clone()
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        reached.push_str(part);
        parent = match open(base, &reached, links) {
            Err(Errno::NOENT) => {
                let before = rustix::process::umask(Mode::empty());
                let outcome = rustix::fs::mkdirat(&parent, part, mode);
                rustix::process::umask(before);
                // Where nothing can be made, what is wrong is that it is not there.
                outcome.map_err(|error| if error == Errno::ROFS { Errno::NOENT } else { error })?;
                open(base, &reached, links)?
            }
            opened => opened?,
        };
        reached.push('/');
    }
    Ok(parent)
}
