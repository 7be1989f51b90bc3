//! Terraform or OpenTofu, run in one root: what it did, and why it did not.
//!
//! Of the environment it is given what it needs to find its providers, and nothing of AWS but the local one: no run of a
//! test can reach an account.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::events::{Counts, Event, Problem};
use super::process::{Group, command};
use crate::error::CommandError;

/// The program, and the folder that it keeps providers in.
#[derive(Debug)]
pub(super) struct Terraform {
    program: PathBuf,
    providers: PathBuf,
    endpoint: String,
}

/// How a run ended.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub succeeded: bool,
    /// Whether a plan that was asked for a detailed exit code would change something.
    pub differs: bool,
    pub problems: Vec<Problem>,
    /// What was done in the end.
    pub counts: Counts,
}

impl Terraform {
    /// The program at `program`, for a local AWS at `endpoint`; providers are kept in `cache`.
    pub(super) fn new(program: PathBuf, cache: &Path, endpoint: String) -> Result<Self, CommandError> {
        let providers = cache.join("terraform-providers");
        std::fs::create_dir_all(&providers).map_err(|error| crate::folder::unwritable(&providers, &error))?;
        Ok(Self {
            program,
            providers,
            endpoint,
        })
    }

    /// Its name and version, such as `Terraform v1.11.4`.
    pub(super) async fn version(&self) -> Result<String, CommandError> {
        let said = self.output(Path::new("."), &["version"]).await?;
        let line = String::from_utf8_lossy(&said);
        Ok(line.lines().next().unwrap_or_default().to_owned())
    }

    /// Waits until no other root, of this or another run, has its providers brought, and keeps them waiting while the file
    /// is held: Terraform does not look whether somebody else puts a provider into the folder that they share.
    async fn alone(&self) -> Result<File, CommandError> {
        let path = self.providers.with_extension("lock");
        let file = File::create(&path).map_err(|error| crate::folder::unwritable(&path, &error))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(TryLockError::Error(error)) => return Err(crate::folder::unwritable(&path, &error)),
            }
        }
    }

    /// Brings the providers of `root`; one root after the other.
    pub(super) async fn init(&self, root: &Path) -> Result<Ran, CommandError> {
        let _alone = self.alone().await?;
        let mut group = self.spawn(root, &["init", "-input=false", "-no-color"])?;
        let (mut said, mut failed) = (String::new(), String::new());
        if let (Some(mut stdout), Some(mut stderr)) = (group.child.stdout.take(), group.child.stderr.take()) {
            let read = tokio::join!(
                stdout.read_to_string(&mut said),
                stderr.read_to_string(&mut failed)
            );
            read.0.and(read.1).map_err(|error| self.broken(&error))?;
        }
        let succeeded = group
            .child
            .wait()
            .await
            .map_err(|error| self.broken(&error))?
            .success();
        let unavailable = [
            "Failed to query available provider packages",
            "Failed to install provider",
        ];
        if !succeeded && unavailable.iter().any(|text| failed.contains(text)) {
            return Err(CommandError::machine(format!(
                "{} cannot have a provider:\n{}",
                self.program.display(),
                plain(&failed)
            ))
            .hint("providers come from the registry over the network, or from a mirror that the file at $TF_CLI_CONFIG_FILE names"));
        }
        let problem = Problem {
            summary: "init failed".to_owned(),
            place: None,
            detail: plain(&failed),
        };
        Ok(Ran {
            succeeded,
            differs: false,
            problems: if succeeded { Vec::new() } else { vec![problem] },
            counts: Counts::default(),
        })
    }

    /// Runs `arguments`, a command that knows `-json`, and hands each event to `seen`.
    pub(super) async fn run(
        &self,
        root: &Path,
        arguments: &[&str],
        seen: &mut dyn FnMut(&Event),
    ) -> Result<Ran, CommandError> {
        let mut group = self.spawn(root, arguments)?;
        let mut ran = Ran::default();
        let mut other = String::new();
        if let (Some(stdout), Some(mut stderr)) = (group.child.stdout.take(), group.child.stderr.take()) {
            let events = async {
                let mut lines = BufReader::new(stdout).lines();
                while let Some(line) = lines.next_line().await? {
                    let Some(event) = Event::parse(&line) else {
                        continue;
                    };
                    seen(&event);
                    match event {
                        Event::Problem(problem) => ran.problems.push(problem),
                        Event::Changed(counts) => ran.counts = counts,
                        Event::Planned(_) | Event::Done(_) => {}
                    }
                }
                Ok(())
            };
            let read = tokio::join!(events, stderr.read_to_string(&mut other));
            read.0
                .and(read.1.map(|_| ()))
                .map_err(|error| self.broken(&error))?;
        }
        let status = group.child.wait().await.map_err(|error| self.broken(&error))?;
        ran.differs = status.code() == Some(2) && arguments.contains(&"-detailed-exitcode");
        ran.succeeded = status.success() || ran.differs;
        if !ran.succeeded && ran.problems.is_empty() {
            ran.problems.push(Problem {
                summary: format!("{} ended with {status}", self.program.display()),
                place: None,
                detail: plain(&other),
            });
        }
        Ok(ran)
    }

    /// The outputs of `root` by name, those that are null left out.
    pub(super) async fn outputs(&self, root: &Path) -> Result<serde_json::Map<String, Value>, CommandError> {
        let outputs = self.json(root, &["output", "-json"]).await?;
        let mut values = serde_json::Map::new();
        for (name, output) in outputs.as_object().into_iter().flatten() {
            values.insert(name.clone(), output["value"].clone());
        }
        Ok(values)
    }

    /// What a program prints as JSON.
    pub(super) async fn json(&self, root: &Path, arguments: &[&str]) -> Result<Value, CommandError> {
        let said = self.output(root, arguments).await?;
        serde_json::from_slice(&said).map_err(|error| self.broken(&error))
    }

    async fn output(&self, root: &Path, arguments: &[&str]) -> Result<Vec<u8>, CommandError> {
        let mut group = self.spawn(root, arguments)?;
        let (mut said, mut failed) = (Vec::new(), String::new());
        if let (Some(mut stdout), Some(mut stderr)) = (group.child.stdout.take(), group.child.stderr.take()) {
            let read = tokio::join!(stdout.read_to_end(&mut said), stderr.read_to_string(&mut failed));
            read.0.and(read.1).map_err(|error| self.broken(&error))?;
        }
        let status = group.child.wait().await.map_err(|error| self.broken(&error))?;
        if status.success() {
            Ok(said)
        } else {
            let why = match plain(&failed) {
                said if said.is_empty() => format!("it ended with {status}"),
                said => said,
            };
            Err(self.broken(&format!("`{}`: {why}", arguments.join(" "))))
        }
    }

    fn spawn(&self, root: &Path, arguments: &[&str]) -> Result<Group, CommandError> {
        let mut command = command(self.program.as_os_str());
        command
            .args(arguments)
            .current_dir(root)
            .env_clear()
            .envs(inherited())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // The user's own settings may say that an endpoint of the environment does not count.
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            // What does not answer at once is gone: nothing is between.
            .env("AWS_MAX_ATTEMPTS", "4")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if std::env::var_os("TF_PLUGIN_CACHE_DIR").is_none() {
            command
                .env("TF_PLUGIN_CACHE_DIR", &self.providers)
                // A copy without a lock file has none to break.
                .env("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "1");
        }
        Group::spawn(&mut command).map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> CommandError {
        CommandError::machine(format!("{}: {error}", self.program.display()))
    }
}

/// The environment without what would lead Terraform elsewhere: AWS, variables, a workspace, further arguments.
fn inherited() -> impl Iterator<Item = (OsString, OsString)> {
    let passed_on = [
        "TF_CLI_CONFIG_FILE",
        "TF_PLUGIN_CACHE_DIR",
        "TF_LOG",
        "TF_LOG_PATH",
    ];
    std::env::vars_os().filter(move |(name, _)| {
        let name = name.to_string_lossy();
        passed_on.contains(&&*name) || !(name.starts_with("AWS_") || name.starts_with("TF_"))
    })
}

/// What a program said, without frames, colours and empty lines.
fn plain(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches(['│', '╷', '╵', ' ']).trim_end());
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Terraform;

    #[tokio::test]
    async fn runs_of_one_cache_bring_providers_one_after_the_other() {
        let cache = tempfile::tempdir().unwrap();
        let terraform = || Terraform::new("terraform".into(), cache.path(), String::new()).unwrap();
        let (one, other) = (terraform(), terraform());
        let held = one.alone().await.unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(10), other.alone()).await;
        assert!(waits.is_err());
        drop(held);
        other.alone().await.unwrap();
    }
}
