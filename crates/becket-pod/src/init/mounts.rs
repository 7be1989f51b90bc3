//! The mounts that all containers of a pod share, and steps that a container's root is made of.
//!
//! Everything lies in a tmpfs over [`STAGING`] in the pod's own mount namespace: the machine sees none of it, and the
//! kernel takes it away with the pod's last process.

use std::fs::{self, File};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use rustix::fs::StatVfsMountFlags;
use rustix::mount::{MountFlags, MountPropagationFlags};

use crate::spec::{Volume, VolumeSource};
use crate::wire::{Boot, Fault, Step};

/// The one folder that every Linux machine has and no image lies in. The pod's mount namespace has it covered.
pub(super) const STAGING: &str = "/sys";

/// Devices that a container may use; the rest of `/dev` stays outside.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// Parts of `/proc` that change the machine; containers may read them.
const READ_ONLY: [&str; 5] = ["sys", "sysrq-trigger", "irq", "bus", "fs"];
/// Files of `/proc` that tell about the machine; containers see them empty.
const MASKED: [&str; 5] = ["kcore", "keys", "timer_list", "sched_debug", "latency_stats"];

/// A path below the staging folder.
pub(super) fn staged(path: &str) -> PathBuf {
    Path::new(STAGING).join(path)
}

/// Makes what containers share. Answers `/etc/hosts`, open for rewriting.
pub(super) fn prepare(boot: &Boot) -> Result<File, Fault> {
    rustix::mount::mount_change(
        "/",
        MountPropagationFlags::REC | MountPropagationFlags::DOWNSTREAM,
    )
    .step(|| "keep mounts to this pod".to_owned())?;
    tmpfs(Path::new(STAGING), "mode=0755")?;
    prepare_proc()?;
    prepare_dev()?;
    folder(&staged("container"))?;
    folder(&staged("volumes"))?;
    folder(&staged("etc"))?;
    write(&staged("etc/resolv.conf"), boot.resolv_conf.as_bytes(), 0o644)?;
    write(
        &staged("etc/hostname"),
        format!("{}\n", boot.hostname).as_bytes(),
        0o644,
    )?;
    write(&staged("etc/hosts"), boot.hosts.as_bytes(), 0o644)?;
    for volume in &boot.volumes {
        prepare_volume(volume)?;
    }
    let hosts = staged("etc/hosts");
    File::options()
        .write(true)
        .open(&hosts)
        .step(|| format!("open {}", hosts.display()))
}

fn prepare_proc() -> Result<(), Fault> {
    let proc = staged("proc");
    folder(&proc)?;
    rustix::mount::mount(
        "proc",
        &proc,
        "proc",
        MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC,
        None,
    )
    .step(|| "mount /proc (within another container, it must not hide parts of its own /proc)".to_owned())?;
    // As container runtimes on clusters do: an ordinary user may listen on any port, because the network is the pod's.
    let ports = proc.join("sys/net/ipv4/ip_unprivileged_port_start");
    fs::write(&ports, "0").step(|| format!("write {}", ports.display()))?;
    for name in READ_ONLY {
        let path = proc.join(name);
        if path.exists() {
            bind(&path, &path, true)?;
        }
    }
    for name in MASKED {
        let path = proc.join(name);
        if path.exists() {
            bind(Path::new("/dev/null"), &path, false)?;
        }
    }
    Ok(())
}

fn prepare_dev() -> Result<(), Fault> {
    let dev = staged("dev");
    folder(&dev)?;
    tmpfs(&dev, "mode=0755,size=64k")?;
    for device in DEVICES {
        let (outside, inside) = (Path::new("/dev").join(device), dev.join(device));
        if outside.exists() {
            write(&inside, b"", 0o666)?;
            rustix::mount::mount_bind(&outside, &inside).step(|| format!("mount /dev/{device}"))?;
        }
    }
    let links = [
        ("fd", "/proc/self/fd"),
        ("stdin", "fd/0"),
        ("stdout", "fd/1"),
        ("stderr", "fd/2"),
    ];
    for (name, target) in links {
        symlink(target, dev.join(name)).step(|| format!("link /dev/{name}"))?;
    }
    let shm = dev.join("shm");
    folder(&shm)?;
    read_only(&dev, MountFlags::NOSUID | MountFlags::NOEXEC)?;
    tmpfs(&shm, "mode=1777,size=64m")
}

fn prepare_volume(volume: &Volume) -> Result<(), Fault> {
    let path = staged("volumes").join(single(&volume.name)?);
    folder(&path)?;
    match &volume.source {
        VolumeSource::Empty { limit } => {
            let size = limit.map(|bytes| format!(",size={bytes}")).unwrap_or_default();
            tmpfs(&path, &format!("mode=0777{size}"))
        }
        VolumeSource::Files(files) => {
            for (name, file) in files {
                let inside = below(&path, name)?;
                if let Some(parent) = inside.parent() {
                    fs::create_dir_all(parent).step(|| format!("make {}", parent.display()))?;
                }
                write(&inside, file.contents.bytes(), file.mode)?;
            }
            bind(&path, &path, true)
        }
        VolumeSource::Folder(outside) => rustix::mount::mount_bind_recursive(outside, &path)
            .step(|| format!("mount volume {}: {}", volume.name, outside.display())),
    }
}

/// `base` and a relative path that stays below it.
pub(super) fn below(base: &Path, path: &str) -> Result<PathBuf, Fault> {
    let relative = Path::new(path.trim_start_matches('/'));
    let stays = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if stays {
        Ok(base.join(relative))
    } else {
        refuse(format!("path {path:?} must not go upwards with `..`"))
    }
}

/// A name that is one part of a path.
fn single(name: &str) -> Result<&str, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !name.is_empty() && name.chars().all(allowed) && !name.starts_with('.') {
        Ok(name)
    } else {
        refuse(format!(
            "volume name {name:?} may have letters, digits, `-`, `_` and `.` only"
        ))
    }
}

/// A fault that is not the kernel's.
pub(super) fn refuse<T>(message: String) -> Result<T, Fault> {
    Err(Fault {
        step: "read the specification".to_owned(),
        errno: None,
        message,
    })
}

/// Makes a folder and those above it.
pub(super) fn folder(path: &Path) -> Result<(), Fault> {
    fs::create_dir_all(path).step(|| format!("make {}", path.display()))
}

/// Writes a file with these permissions, whatever the umask.
pub(super) fn write(path: &Path, contents: &[u8], mode: u32) -> Result<(), Fault> {
    let file = || -> std::io::Result<()> {
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(path)?;
        std::io::Write::write_all(&mut file, contents)?;
        file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))
    };
    file().step(|| format!("write {}", path.display()))
}

/// Mounts an empty file system in memory.
pub(super) fn tmpfs(path: &Path, options: &str) -> Result<(), Fault> {
    let options = std::ffi::CString::new(options)
        .map_err(std::io::Error::other)
        .step(|| "mount".to_owned())?;
    rustix::mount::mount(
        "tmpfs",
        path,
        "tmpfs",
        MountFlags::NOSUID | MountFlags::NODEV,
        Some(options.as_c_str()),
    )
    .step(|| format!("mount a file system in memory on {}", path.display()))
}

/// Makes `from` appear at `to`, for reading only when asked.
pub(super) fn bind(from: &Path, to: &Path, reading: bool) -> Result<(), Fault> {
    rustix::mount::mount_bind(from, to).step(|| format!("mount {} on {}", from.display(), to.display()))?;
    if reading {
        read_only(to, MountFlags::empty())
    } else {
        Ok(())
    }
}

/// Makes a mount read-only. What else the mount already forbids must be said again, or the kernel refuses.
pub(super) fn read_only(path: &Path, also: MountFlags) -> Result<(), Fault> {
    let step = || format!("make {} read-only", path.display());
    let has = rustix::fs::statvfs(path).step(step)?.f_flag;
    let kept = [
        (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
    ];
    let kept = kept
        .into_iter()
        .filter(|(flag, _)| has.contains(*flag))
        .map(|(_, flag)| flag);
    let flags = MountFlags::BIND | MountFlags::RDONLY | also | kept.collect();
    rustix::mount::mount_remount(path, flags, "").step(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_their_base() {
        let base = Path::new("/base");
        assert_eq!(
            below(base, "/etc/app.toml").unwrap(),
            Path::new("/base/etc/app.toml")
        );
        assert_eq!(below(base, "a/./b").unwrap(), Path::new("/base/a/b"));
        assert!(below(base, "a/../../b").is_err());
    }

    #[test]
    fn volume_names_are_one_part_of_a_path() {
        assert!(single("config-1").is_ok());
        for name in ["", "..", "a/b", ".hidden", "a b"] {
            assert!(single(name).is_err(), "{name}");
        }
    }
}
