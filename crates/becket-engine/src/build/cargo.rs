//! Cargo: which package and binary a folder holds, and the build of all packages of one workspace in one call.
//!
//! Programs are linked statically by `+crt-static` on the machine's own target. The target is named even so, because
//! flags then stay away from build scripts and macros, which have to be loaded dynamically.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::process::{self, Stream};
use super::{BuildError, Progress};

const STATIC: [&str; 2] = ["-C", "target-feature=+crt-static"];

/// What is built for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) service: String,
    id: String,
    name: String,
    binary: String,
    workspace: PathBuf,
    /// Where cargo puts what it makes of the workspace.
    target: PathBuf,
    /// The names of all packages of the workspace.
    members: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
    default_run: Option<String>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// A line of `--message-format json`, as far as it is of interest.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact {
        package_id: String,
        target: Target,
        executable: Option<PathBuf>,
    },
    #[serde(rename = "compiler-message")]
    Finding { message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// What cargo has said of workspaces, so that each is asked about once.
#[derive(Default)]
pub(super) struct Workspaces(Vec<Metadata>);

impl Workspaces {
    fn package(&self, manifest: &Path) -> Option<(&MetadataPackage, &Metadata)> {
        self.0.iter().find_map(|workspace| {
            let package = workspace
                .packages
                .iter()
                .find(|package| package.manifest_path == manifest)?;
            Some((package, workspace))
        })
    }
}

/// The package in `folder` and the binary that is the service.
pub(super) async fn package(
    cargo: &Path,
    service: &str,
    folder: &Path,
    known: &mut Workspaces,
) -> Result<Package, BuildError> {
    let wrong = |reason: String| BuildError::Source {
        service: service.to_owned(),
        folder: folder.to_owned(),
        reason,
    };
    let manifest = fs::canonicalize(folder.join("Cargo.toml"))
        .map_err(|_| wrong("there is no `Cargo.toml`".to_owned()))?;
    if known.package(&manifest).is_none() {
        let mut command = Command::new(cargo);
        command
            .args([
                "metadata",
                "--format-version",
                "1",
                "--no-deps",
                "--manifest-path",
            ])
            .arg(&manifest)
            // Where it is built too, so that the same configuration files are in force.
            .current_dir(folder);
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
        let output = output.map_err(|error| no_cargo(service, folder, &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(wrong(format!("cargo cannot read it\n{}", said.trim())));
        }
        let metadata = serde_json::from_slice(&output.stdout).map_err(|error| wrong(error.to_string()))?;
        known.0.push(metadata);
    }
    let (package, workspace) = known.package(&manifest).ok_or_else(|| {
        wrong(
            "its `Cargo.toml` is a workspace without a package of its own\nname the folder of one of its members"
                .to_owned(),
        )
    })?;
    Ok(Package {
        service: service.to_owned(),
        id: package.id.clone(),
        name: package.name.clone(),
        binary: binary_of(package, service).map_err(wrong)?,
        workspace: workspace.workspace_root.clone(),
        target: workspace.target_directory.clone(),
        members: workspace
            .packages
            .iter()
            .map(|package| package.name.clone())
            .collect(),
    })
}

/// The one binary, else the default one, else the one named like the package or the service.
fn binary_of(package: &MetadataPackage, service: &str) -> Result<String, String> {
    let is_binary = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
    let binaries: Vec<&str> = package
        .targets
        .iter()
        .filter(is_binary)
        .map(|target| target.name.as_str())
        .collect();
    let wanted = [
        package.default_run.as_deref(),
        Some(package.name.as_str()),
        Some(service),
    ];
    match binaries.as_slice() {
        [] => Err(format!(
            "the package `{}` has no binary\nadd a `src/main.rs`",
            package.name
        )),
        [one] => Ok((*one).to_owned()),
        several => wanted
            .into_iter()
            .flatten()
            .find(|name| several.contains(name))
            .map(str::to_owned)
            .ok_or_else(|| {
                let list = several.join("`, `");
                format!(
                    "the package `{}` has several binaries, `{list}`\nset `default-run` in its `Cargo.toml`",
                    package.name
                )
            }),
    }
}

/// Packages that one call can build: of one workspace, and without two binaries of one name, which would take each
/// other's place.
pub(super) fn groups(packages: Vec<Package>) -> Vec<Vec<Package>> {
    let mut groups: Vec<Vec<Package>> = Vec::new();
    for package in packages {
        let fits = |group: &&mut Vec<Package>| {
            group[0].workspace == package.workspace
                && group
                    .iter()
                    .all(|other| other.id == package.id || other.binary != package.binary)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(package),
            None => groups.push(vec![package]),
        }
    }
    groups
}

/// Builds a group; the binaries by service.
pub(super) async fn build(
    cargo: &Path,
    group: &[Package],
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<(String, PathBuf)>, BuildError> {
    let Some(first) = group.first() else {
        return Ok(Vec::new());
    };
    let services: Vec<String> = group.iter().map(|package| package.service.clone()).collect();
    let missing = |error: io::Error| no_cargo(&first.service, &first.workspace, &error);
    let target = host(cargo).await.map_err(missing)?;
    forget_others(cargo, first, &target).await.map_err(missing)?;
    let mut command = Command::new(cargo);
    command.current_dir(&first.workspace).args([
        "build",
        "--release",
        "--message-format",
        "json",
        "--target",
        &target,
    ]);
    for package in group {
        command.args(["--package", &package.id, "--bin", &package.binary]);
    }
    link_statically(&mut command, &target);
    // The bar is the one place where cargo says how much there is to do.
    command
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100");
    command.env("CARGO_TERM_COLOR", "never");

    let mut built: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
    let (mut findings, mut said) = (String::new(), String::new());
    let status = process::run(command, |stream, line| match stream {
        Stream::Output => match serde_json::from_str(line) {
            Ok(Message::Artifact {
                package_id,
                target,
                executable: Some(file),
            }) => {
                built.insert((package_id, target.name), file);
            }
            Ok(Message::Finding { message }) if message.level.starts_with("error") => {
                findings.push_str(&message.rendered.unwrap_or_default());
            }
            _ => {}
        },
        Stream::Error => {
            if let Some((done, total)) = units(line) {
                return progress(Progress::Units { done, total });
            }
            let line = line.trim_end();
            said.push_str(line);
            said.push('\n');
            progress(Progress::Line(line.trim_start().to_owned()));
        }
    });
    let status = status.await.map_err(missing)?;
    if !status.success() {
        let output = if findings.is_empty() { said } else { findings };
        return Err(BuildError::Failed {
            services,
            output: output.trim_end().to_owned(),
        });
    }
    group
        .iter()
        .map(|package| {
            let file = built.get(&(package.id.clone(), package.binary.clone())).cloned();
            let file = file.ok_or_else(|| BuildError::Failed {
                services: vec![package.service.clone()],
                output: format!(
                    "cargo built no binary `{}` of the package `{}`",
                    package.binary, package.name
                ),
            })?;
            Ok((package.service.clone(), file))
        })
        .collect()
}

/// Removes what a shared target folder holds of packages that have the names of ours and come from elsewhere: cargo
/// tells packages of two workspaces apart by name and place within the workspace only, and where their files are older
/// than what was built of the other's, takes that for theirs (seen with 1.95).
async fn forget_others(cargo: &Path, package: &Package, target: &str) -> io::Result<()> {
    if package.target.starts_with(&package.workspace) {
        return Ok(());
    }
    let notes = package.target.join(target).join("becket");
    fs::create_dir_all(&notes)?;
    let ours = package.workspace.as_os_str().as_encoded_bytes();
    let others: Vec<&String> = package
        .members
        .iter()
        .filter(|name| fs::read(notes.join(name)).ok().as_deref() != Some(ours))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(cargo);
    command
        .current_dir(&package.workspace)
        .args(["clean", "--quiet", "--release", "--target", target]);
    for name in &others {
        command.args(["--package", name]);
    }
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("cargo clean failed: {}", said.trim())));
    }
    for name in others {
        fs::write(notes.join(name), ours)?;
    }
    Ok(())
}

/// Adds to the flags that are in force, which stay.
fn link_statically(command: &mut Command, target: &str) {
    let with = |before: OsString, between: &str| {
        let mut flags = before;
        for flag in STATIC {
            if !flags.is_empty() {
                flags.push(between);
            }
            flags.push(flag);
        }
        flags
    };
    // One of these hides all that come after it (The Cargo Book, `build.rustflags`).
    if let Some(flags) = env::var_os("CARGO_ENCODED_RUSTFLAGS") {
        command.env("CARGO_ENCODED_RUSTFLAGS", with(flags, "\u{1f}"));
    } else if let Some(flags) = env::var_os("RUSTFLAGS") {
        command.env("RUSTFLAGS", with(flags, " "));
    } else {
        // Joined with what configuration files say for the target.
        let [kind, feature] = STATIC;
        command.args([
            "--config",
            &format!("target.{target}.rustflags=[\"{kind}\", \"{feature}\"]"),
        ]);
    }
}

/// The target that cargo builds for when nothing is said.
async fn host(cargo: &Path) -> io::Result<String> {
    let output = Command::new(cargo)
        .arg("-vV")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned);
    host.ok_or_else(|| {
        io::Error::other(format!(
            "`cargo -vV` names no host: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    })
}

fn no_cargo(service: &str, folder: &Path, error: &io::Error) -> BuildError {
    if error.kind() == io::ErrorKind::NotFound {
        return BuildError::NoCargo {
            service: service.to_owned(),
        };
    }
    BuildError::Source {
        service: service.to_owned(),
        folder: folder.to_owned(),
        reason: format!("cannot run cargo: {error}"),
    }
}

/// The two numbers in a line such as `    Building [====>      ] 12/345: serde, tokio`.
fn units(line: &str) -> Option<(usize, usize)> {
    let after = line.trim_start().strip_prefix("Building [")?.split_once("] ")?.1;
    let (done, rest) = after.split_once('/')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((done.trim().parse().ok()?, rest[..digits].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_from_cargos_bar() {
        assert_eq!(
            units("    Building [=====>                ] 12/345: serde, tokio(build)"),
            Some((12, 345))
        );
        assert_eq!(units("    Building [                      ] 0/1"), Some((0, 1)));
        assert_eq!(units("   Compiling serde v1.0.0"), None);
        assert_eq!(units("    Building [=>] x/y"), None);
    }

    #[test]
    fn one_call_builds_a_workspace_unless_two_binaries_have_one_name() {
        let package = |service: &str, binary: &str, workspace: &str| Package {
            service: service.into(),
            id: format!("{workspace}#{service}"),
            name: service.into(),
            binary: binary.into(),
            workspace: workspace.into(),
            target: Path::new(workspace).join("target"),
            members: vec![service.into()],
        };
        let groups = groups(vec![
            package("a", "a", "/one"),
            package("x", "a", "/two"),
            package("b", "b", "/one"),
            package("c", "a", "/one"),
        ]);
        let names: Vec<Vec<&str>> = groups
            .iter()
            .map(|group| group.iter().map(|package| package.service.as_str()).collect())
            .collect();
        assert_eq!(names, [vec!["a", "b"], vec!["x"], vec!["c"]]);
    }

    #[test]
    fn the_binary_of_a_package_is_found_or_asked_for() {
        let package = |binaries: &[&str], default_run: Option<&str>| MetadataPackage {
            id: String::new(),
            name: "shop".into(),
            manifest_path: PathBuf::new(),
            default_run: default_run.map(str::to_owned),
            targets: binaries
                .iter()
                .map(|name| Target {
                    name: (*name).into(),
                    kind: vec!["bin".into()],
                })
                .collect(),
        };
        assert_eq!(
            binary_of(&package(&["other"], None), "orders").as_deref(),
            Ok("other")
        );
        assert_eq!(
            binary_of(&package(&["a", "b"], Some("b")), "orders").as_deref(),
            Ok("b")
        );
        assert_eq!(
            binary_of(&package(&["a", "shop"], None), "orders").as_deref(),
            Ok("shop")
        );
        assert_eq!(
            binary_of(&package(&["a", "orders"], None), "orders").as_deref(),
            Ok("orders")
        );
        assert!(
            binary_of(&package(&["a", "b"], None), "orders")
                .unwrap_err()
                .contains("set `default-run`")
        );
        assert!(
            binary_of(&package(&[], None), "orders")
                .unwrap_err()
                .contains("src/main.rs")
        );
    }
}
