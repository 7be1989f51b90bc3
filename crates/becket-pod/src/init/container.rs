//! A container's process before it becomes the container's program: makes the root, gives up every right, starts it.
//!
//! The root is an overlay: the image below, above it a skeleton in memory that holds the mount points, so that volumes
//! can appear anywhere although nothing is ever written to the image.

use std::ffi::CString;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sched::{CloneFlags, unshare};
use rustix::fs::{FileType, Mode};
use rustix::mount::{MountFlags, UnmountFlags};
use rustix::thread::CapabilitySet;

use super::inside;
use super::mounts::{below, bind, folder, read_only, refuse, staged, tmpfs, write};
use super::{close_stdin, enter_user_namespace, socket};
use crate::spec::{ContainerSpec, Mount};
use crate::wire::{self, Fault, Launch, Step};

/// Becomes the container's program; comes back only when that failed.
pub(super) fn run() -> bool {
    let Ok(socket) = socket() else { return false };
    if let Err(fault) = become_program(&socket) {
        let _ = wire::send(socket.as_fd(), &Launch::Failed(fault), &[]);
    }
    false
}

fn become_program(socket: &OwnedFd) -> Result<(), Fault> {
    let spec = specification(socket)?;
    unshare(CloneFlags::CLONE_NEWNS).step(|| "make a mount namespace".to_owned())?;
    let namespace = fs::metadata("/proc/self/ns/mnt").step(|| "read the mount namespace".to_owned())?;
    wire::send(socket.as_fd(), &Launch::Mounts(namespace.ino()), &[]).step(|| "report".to_owned())?;
    let root = make_root(&spec)?;
    enter(&root)?;
    rustix::process::setsid().step(|| "make a session".to_owned())?;
    close_stdin(Path::new("/dev/null"))?;
    enter_user_namespace(CloneFlags::empty(), spec.user, spec.group)?;
    give_up_rights()?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let workdir = workdir(&spec);
    std::env::set_current_dir(workdir).step(|| format!("change to {workdir}"))?;
    let Some((program, arguments)) = spec.command.split_first() else {
        return refuse("the command is empty".to_owned());
    };
    let error = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(spec.env)
        .exec();
    Err(error).step(|| format!("start {program}"))
}

fn specification(socket: &OwnedFd) -> Result<ContainerSpec, Fault> {
    let step = || "receive the specification".to_owned();
    let received = wire::receive::<()>(socket.as_fd()).step(step)?;
    let ((), fds) = received.ok_or(rustix::io::Errno::PIPE).step(step)?;
    let [file] = wire::take(fds).step(step)?;
    wire::value_of(file).step(step)
}

fn workdir(spec: &ContainerSpec) -> &str {
    if spec.workdir.is_empty() {
        "/"
    } else {
        &spec.workdir
    }
}

/// Makes the root in memory of this mount namespace alone. Answers where it is.
fn make_root(spec: &ContainerSpec) -> Result<PathBuf, Fault> {
    let base = staged("container");
    tmpfs(&base, "mode=0755")?;
    let (skeleton, work, root) = (base.join("skeleton"), base.join("work"), base.join("root"));
    for path in [&skeleton, &work, &root] {
        folder(path)?;
    }
    let shared = [("proc", "proc"), ("dev", "dev")];
    let files = ["etc/hosts", "etc/hostname", "etc/resolv.conf"];
    for (_, inside) in shared {
        folder(&skeleton.join(inside))?;
    }
    for inside in files {
        mount_point(&staged(inside), &skeleton.join(inside))?;
    }
    folder(&below(&skeleton, workdir(spec))?)?;
    let held = base.join("mounts");
    folder(&held)?;
    let mut mounts = Vec::new();
    for (number, mount) in spec.mounts.iter().enumerate() {
        let held = held.join(number.to_string());
        hold(mount, &held)?;
        mount_point(&held, &below(&skeleton, &mount.path)?)?;
        mounts.push((held, &mount.path));
    }
    overlay(spec, &skeleton, &work, &root)?;
    for (outside, inside) in shared {
        let inside = root.join(inside);
        rustix::mount::mount_bind_recursive(staged(outside), &inside)
            .step(|| format!("mount {}", inside.display()))?;
    }
    for inside in files {
        bind(&staged(inside), &root.join(inside), true)?;
    }
    for (held, path) in mounts {
        inside::move_to(&held, &inside::in_root(&root, path)?)?;
    }
    Ok(root)
}

/// Mounts what a container is to see of a volume where no container can change the way to it.
fn hold(mount: &Mount, at: &Path) -> Result<(), Fault> {
    let volume = below(&staged("volumes"), &mount.volume)?;
    let opened = inside::in_volume(&volume, mount.sub_path.as_deref().unwrap_or_default())?;
    let kind = rustix::fs::fstat(&opened).step(|| format!("look at volume {}", mount.volume))?;
    if FileType::from_raw_mode(kind.st_mode).is_dir() {
        folder(at)?;
    } else {
        write(at, b"", 0o644)?;
    }
    inside::attach(&opened, at)?;
    if mount.read_only {
        read_only(at, MountFlags::empty())?;
    }
    Ok(())
}

/// An empty file or folder, whichever `from` is.
fn mount_point(from: &Path, at: &Path) -> Result<(), Fault> {
    let kind = fs::metadata(from).step(|| format!("look for {}", from.display()))?;
    if kind.is_dir() {
        return folder(at);
    }
    if let Some(parent) = at.parent() {
        folder(parent)?;
    }
    if at.exists() {
        Ok(())
    } else {
        write(at, b"", 0o644)
    }
}

fn overlay(spec: &ContainerSpec, skeleton: &Path, work: &Path, root: &Path) -> Result<(), Fault> {
    let step = || format!("mount the root {}", spec.root.display());
    fs::read_dir(&spec.root).step(|| format!("read the root {}", spec.root.display()))?;
    let mut options = b"userxattr,lowerdir=".to_vec();
    if spec.writable_root {
        escape(&spec.root, &mut options);
        options.extend(b",upperdir=");
        escape(skeleton, &mut options);
        options.extend(b",workdir=");
        escape(work, &mut options);
    } else {
        escape(skeleton, &mut options);
        options.push(b':');
        escape(&spec.root, &mut options);
    }
    let options = CString::new(options).map_err(std::io::Error::other).step(step)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    let flags = if spec.writable_root {
        flags
    } else {
        flags | MountFlags::RDONLY
    };
    rustix::mount::mount("overlay", root, "overlay", flags, Some(options.as_c_str())).step(step)
}

/// Writes a path so that overlay reads none of its characters as its own.
fn escape(path: &Path, options: &mut Vec<u8>) {
    for &byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'\\' | b':' | b',') {
            options.push(b'\\');
        }
        options.push(byte);
    }
}

/// Makes `root` the root, and the machine's unreachable.
fn enter(root: &Path) -> Result<(), Fault> {
    let step = || "enter the root".to_owned();
    std::env::set_current_dir(root).step(step)?;
    rustix::process::pivot_root(".", ".").step(step)?;
    rustix::mount::unmount(".", UnmountFlags::DETACH).step(step)?;
    std::env::set_current_dir("/").step(step)
}

/// After this no program started from here has a capability, not even over its own user namespace.
fn give_up_rights() -> Result<(), Fault> {
    for capability in (0..64).map(|bit| CapabilitySet::from_bits_retain(1 << bit)) {
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            // A capability that this kernel does not know.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => return Err(error).step(|| "give up capabilities".to_owned()),
        }
    }
    rustix::thread::set_no_new_privs(true).step(|| "refuse new privileges".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlay_reads_none_of_a_paths_characters_as_its_own() {
        let mut options = Vec::new();
        escape(Path::new("/a:b,c\\d"), &mut options);
        assert_eq!(options, b"/a\\:b\\,c\\\\d");
    }
}
