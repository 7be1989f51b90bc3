//! PostgreSQL's server binaries on this machine: where distributions put them, and on `PATH`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{OLDEST, fetch};

/// Server binaries of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder that holds `postgres` and `initdb`.
    pub binaries: PathBuf,
    /// The major version.
    pub version: u32,
}

/// What there is that is new enough, the newest first; what was fetched into `cache` goes last.
pub(super) fn installations(cache: Option<&Path>) -> Vec<Installation> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    folders.extend(below("/usr/lib/postgresql", ""));
    folders.extend(below("/usr", "pgsql-"));
    folders.extend(below("/opt", "pgsql-"));
    among(folders, cache)
}

fn among(folders: Vec<PathBuf>, cache: Option<&Path>) -> Vec<Installation> {
    let mut seen = Vec::new();
    let mut found: Vec<Installation> = Vec::new();
    for folder in folders {
        // A link leads to the folder where the rest of the installation is.
        let Ok(program) = fs::canonicalize(folder.join("postgres")) else {
            continue;
        };
        let Some(binaries) = program.parent().map(Path::to_owned) else {
            continue;
        };
        if seen.contains(&binaries) || !binaries.join("initdb").is_file() {
            continue;
        }
        seen.push(binaries.clone());
        if let Some(version) = version_of(&program).filter(|version| *version >= OLDEST) {
            found.push(Installation { binaries, version });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.version));
    let fetched = cache
        .map(fetch::binaries)
        .filter(|binaries| binaries.join("postgres").is_file());
    found.extend(fetched.map(|binaries| Installation {
        binaries,
        version: fetch::VERSION,
    }));
    found
}

/// The `bin` folders of the versions below `parent`.
fn below(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(prefix))
        })
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders
}

fn version_of(program: &Path) -> Option<u32> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    major(str::from_utf8(&output.stdout).ok()?)
}

/// The major version in a line such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL) ")?.1;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18devel"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) x"), None);
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn the_newest_goes_first_and_what_is_too_old_or_lacks_initdb_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, says: &str, initdb: bool| {
            let binaries = folder.path().join(name);
            fs::create_dir(&binaries).unwrap();
            fs::write(binaries.join("postgres"), format!("#!/bin/sh\necho '{says}'\n")).unwrap();
            fs::set_permissions(binaries.join("postgres"), fs::Permissions::from_mode(0o755)).unwrap();
            if initdb {
                fs::write(binaries.join("initdb"), "").unwrap();
            }
            binaries
        };
        let fifteen = make("15", "postgres (PostgreSQL) 15.1", true);
        let seventeen = make("17", "postgres (PostgreSQL) 17.0", true);
        let old = make("13", "postgres (PostgreSQL) 13.9", true);
        let bare = make("16", "postgres (PostgreSQL) 16.0", false);
        let none = folder.path().join("none");
        let found = among(
            vec![
                none,
                fifteen.clone(),
                bare,
                old,
                seventeen.clone(),
                fifteen.clone(),
            ],
            None,
        );
        assert_eq!(
            found,
            [
                Installation {
                    binaries: fs::canonicalize(seventeen).unwrap(),
                    version: 17
                },
                Installation {
                    binaries: fs::canonicalize(fifteen).unwrap(),
                    version: 15
                },
            ]
        );
    }
}
