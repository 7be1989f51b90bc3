//! Whether this machine lets this user make pods, and what to type when it does not.
//!
//! Asked by trying: settings alone do not tell, because a profile or a capability may allow what they forbid.

use std::fs;
use std::process::{Command, Stdio};

use crate::init::ARGUMENT;
use crate::spec::Init;
use crate::wire::Fault;

/// The kernel, or something around this process, forbids what a pod needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}\n  to allow it: {remedy}")]
pub struct Unsupported {
    /// What forbids it.
    pub reason: String,
    /// What to type or do.
    pub remedy: String,
}

/// Tries to make a pod's namespaces.
pub fn preflight(init: &Init) -> Result<(), Unsupported> {
    let tried = Command::new(program(init))
        .args([ARGUMENT, "probe"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match tried {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Readings::of_this_machine().explain()),
        Err(error) => Err(Unsupported {
            reason: format!("the program that becomes a pod's own processes cannot be started: {error}"),
            remedy: "make sure that /proc is mounted and the program may be executed".to_owned(),
        }),
    }
}

/// Raises this process's limit of open files to what the kernel lets it have, and answers it. A pod takes about fifteen
/// and one for each address on which somebody listens for it; the usual limit of 1024 ends at some fifty pods.
pub fn raise_open_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
    getrlimit(Resource::Nofile).current
}

pub(crate) fn program(init: &Init) -> std::path::PathBuf {
    match init {
        Init::Itself => "/proc/self/exe".into(),
        Init::Program(path) => path.clone(),
    }
}

/// Settings of the kernel that decide about user namespaces; absent where the kernel does not have them.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    unprivileged_userns_clone: Option<String>,
    max_user_namespaces: Option<String>,
    apparmor_restrict_unprivileged_userns: Option<String>,
    inside_container: bool,
}

impl Readings {
    pub(crate) fn of_this_machine() -> Self {
        let read = |name: &str| {
            fs::read_to_string(format!("/proc/sys/{name}"))
                .ok()
                .map(|text| text.trim().to_owned())
        };
        Self {
            unprivileged_userns_clone: read("kernel/unprivileged_userns_clone"),
            max_user_namespaces: read("user/max_user_namespaces"),
            apparmor_restrict_unprivileged_userns: read("kernel/apparmor_restrict_unprivileged_userns"),
            inside_container: ["/.dockerenv", "/run/.containerenv"]
                .iter()
                .any(|path| fs::exists(path).unwrap_or(false)),
        }
    }

    /// Why a pod could not be made, with the step that was refused.
    pub(crate) fn refused(&self, fault: &Fault) -> Unsupported {
        let mut unsupported = self.explain();
        unsupported.reason = format!(
            "{} (cannot {}: {})",
            unsupported.reason, fault.step, fault.message
        );
        unsupported
    }

    /// Why a pod could not be made, given that it could not.
    pub(crate) fn explain(&self) -> Unsupported {
        let sysctl = |reason: &str, setting: &str| Unsupported {
            reason: reason.to_owned(),
            remedy: format!(
                "sudo sysctl -w {setting}   (for good: echo '{setting}' | sudo tee /etc/sysctl.d/60-user-namespaces.conf)"
            ),
        };
        if self.unprivileged_userns_clone.as_deref() == Some("0") {
            sysctl(
                "this kernel forbids user namespaces to ordinary users (kernel.unprivileged_userns_clone is 0)",
                "kernel.unprivileged_userns_clone=1",
            )
        } else if self.max_user_namespaces.as_deref() == Some("0") {
            sysctl(
                "this kernel allows no user namespaces (user.max_user_namespaces is 0)",
                "user.max_user_namespaces=15000",
            )
        } else if self.apparmor_restrict_unprivileged_userns.as_deref() == Some("1") {
            sysctl(
                "AppArmor forbids user namespaces to ordinary users (kernel.apparmor_restrict_unprivileged_userns is 1)",
                "kernel.apparmor_restrict_unprivileged_userns=0",
            )
        } else if self.inside_container {
            Unsupported {
                reason: "the container around this process forbids user namespaces".to_owned(),
                remedy: "run outside of it, or start it with `--security-opt seccomp=unconfined \
                         --security-opt apparmor=unconfined --security-opt systempaths=unconfined`"
                    .to_owned(),
            }
        } else {
            Unsupported {
                reason: "the kernel refuses user, mount, PID or network namespaces to this process".to_owned(),
                remedy: "see what `unshare --user --map-root-user --mount --pid --net --fork true` says; a seccomp \
                         filter or a security module forbids it"
                    .to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_that_forbids_is_named_with_the_command_that_allows() {
        let cases = [
            (
                Readings {
                    unprivileged_userns_clone: Some("0".to_owned()),
                    ..Readings::default()
                },
                "sudo sysctl -w kernel.unprivileged_userns_clone=1",
            ),
            (
                Readings {
                    max_user_namespaces: Some("0".to_owned()),
                    ..Readings::default()
                },
                "sudo sysctl -w user.max_user_namespaces=15000",
            ),
            (
                Readings {
                    apparmor_restrict_unprivileged_userns: Some("1".to_owned()),
                    unprivileged_userns_clone: Some("1".to_owned()),
                    max_user_namespaces: Some("96365".to_owned()),
                    ..Readings::default()
                },
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
            ),
            (
                Readings {
                    inside_container: true,
                    ..Readings::default()
                },
                "--security-opt seccomp=unconfined",
            ),
            (Readings::default(), "unshare --user"),
        ];
        for (readings, remedy) in cases {
            let unsupported = readings.explain();
            assert!(unsupported.remedy.contains(remedy), "{unsupported}");
            assert!(
                !unsupported.reason.contains('\n'),
                "the first line stands alone: {unsupported}"
            );
        }
    }

    #[test]
    fn the_whole_text() {
        let readings = Readings {
            max_user_namespaces: Some("0".to_owned()),
            ..Readings::default()
        };
        assert_eq!(
            readings.explain().to_string(),
            "this kernel allows no user namespaces (user.max_user_namespaces is 0)\n  to allow it: sudo sysctl -w \
             user.max_user_namespaces=15000   (for good: echo 'user.max_user_namespaces=15000' | sudo tee \
             /etc/sysctl.d/60-user-namespaces.conf)"
        );
    }
}
