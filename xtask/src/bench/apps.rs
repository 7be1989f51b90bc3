//! `apps`: a thousand apps in one commit, until each is synced. Their Deployments want no pods, so that it is Git,
//! Kustomize and the engine that are measured, and not the machine's processes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Bench;
use super::measure::{Runs, machine};
use super::report::Table;
use super::trees;
use crate::process::output;

const COUNT: usize = 1000;
const ROUNDS: usize = 3;

pub fn run(bench: &Bench) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    trees::write_platform(folder, COUNT)?;
    // A migration is a pod.
    let file = folder.join("platform.yaml");
    let text = std::fs::read_to_string(&file)?;
    let without: Vec<&str> = text.lines().filter(|line| !line.contains("database:")).collect();
    std::fs::write(&file, without.join("\n") + "\n")?;
    let becket =
        |arguments: &[&str]| output(Command::new(&bench.becket).arg("-C").arg(folder).args(arguments));
    becket(&["render"])?;
    let clone = folder.join("clone");
    let bare = folder.join(".becket/git/gitops.git");
    output(
        Command::new("git")
            .args(["clone", "--quiet"])
            .arg(&bare)
            .arg(&clone),
    )?;
    release(&clone)?;
    let outcome = becket(&["up", "--until", "healthy", "--timeout", "300s", "--port", "18643"])
        .and_then(|_| measure(bench, folder, &clone));
    becket(&["down"])?;
    Table {
        measure: "apps",
        heads: ["what", "becket"].map(str::to_owned).to_vec(),
        rows: vec![vec![
            format!("from the end of the push of {COUNT} apps to all of them synced and healthy, no pods"),
            outcome?.to_string(),
        ]],
        notes: vec![
            "The board is asked for by a `becket status` each time, whose own time is in the figure."
                .to_owned(),
            format!("becket {}. {}.", bench.version, machine()),
        ],
    }
    .publish()
}

/// Releases all, with no replicas.
fn release(clone: &Path) -> Result<()> {
    let files = trees::read(clone)?;
    let released = trees::first_release(&files, &[trees::STAGE])?;
    for (path, contents) in released.iter() {
        let path = clone.join(path);
        std::fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        let text = String::from_utf8(contents.to_vec())?;
        let overlay = path.ends_with(format!("overlays/{}/kustomization.yaml", trees::STAGE));
        let lines = text.lines().map(|line| match line.split_once("count: ") {
            Some((before, _)) if overlay => format!("{before}count: 0\n"),
            _ => format!("{line}\n"),
        });
        std::fs::write(path, lines.collect::<String>())?;
    }
    git(clone, &["add", "--all"])?;
    git(clone, &["commit", "--quiet", "--message", "all of them"])?;
    git(clone, &["push", "--quiet", "origin", "HEAD:main"])?;
    Ok(())
}

fn measure(bench: &Bench, folder: &Path, clone: &Path) -> Result<Runs> {
    let mut runs = Runs::default();
    for _ in 0..ROUNDS {
        git(clone, &["rm", "-r", "--quiet", "apps/*/overlays/*/release"])?;
        git(clone, &["commit", "--quiet", "--message", "none of them"])?;
        git(clone, &["push", "--quiet", "origin", "HEAD:main"])?;
        wait(bench, folder, clone, 0)?;
        git(clone, &["revert", "--no-edit", "HEAD"])?;
        git(clone, &["push", "--quiet", "origin", "HEAD:main"])?;
        runs.push(wait(bench, folder, clone, COUNT)?);
    }
    Ok(runs)
}

/// How long from now until the engine has read the clone's head, and `count` apps are synced and healthy.
fn wait(bench: &Bench, folder: &Path, clone: &Path, count: usize) -> Result<Duration> {
    let head = git(clone, &["rev-parse", "HEAD"])?;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(2) {
        let mut status = Command::new(&bench.becket);
        let said = status
            .arg("-C")
            .arg(folder)
            .args(["status", "--format", "json"])
            .output()?;
        let board: Value = serde_json::from_slice(&said.stdout)?;
        let apps = board["apps"].as_array().map(Vec::as_slice).unwrap_or_default();
        let fine = apps
            .iter()
            .filter(|app| app["sync"] == "Synced" && app["health"] == "Healthy");
        if board["revision"] == head.trim() && apps.len() == count && fine.count() == count {
            return Ok(begin.elapsed());
        }
    }
    bail!("the engine does not come to {count} apps within two minutes")
}

fn git(clone: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(clone);
    command.args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"]);
    output(command.args(arguments))
}
