//! `kustomize`: builds beside the real binary, in the same run and turn by turn, on the same trees; what they print is
//! compared before any time is believed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use super::measure::{Runs, timed, times};
use super::report::Table;
use super::trees;
use crate::process::{find, output, root};

pub fn run(bench: &Bench) -> Result<()> {
    let judge = judge()?;
    let mut rows = Vec::new();
    let notes = vec![format!(
        "becket {} against kustomize {} (`kustomize build`). {}.",
        bench.version,
        output(Command::new(&judge).arg("version"))?.trim(),
        bench.machine
    )];
    let folder = tempfile::tempdir()?;
    let shop = trees::released(
        &bench.becket,
        &root().join("examples/storefront"),
        folder.path(),
        &trees::STAGES,
    )?;
    let overlay = shop.join("apps/orders/overlays/qa");
    let (ours, other) = side_by_side(bench, &judge, &overlay, 21)?;
    rows.push(row(
        "one overlay (`orders` in `qa`), a process each",
        &ours,
        &other,
    ));
    for count in [100, 1000] {
        let folder = tempfile::tempdir()?;
        trees::write_platform(folder.path(), count)?;
        let out = folder.path().join("out");
        let gitops = trees::released(&bench.becket, folder.path(), &out, &[trees::STAGE])?;
        let other_rounds = if count == 100 { 3 } else { 1 };

        let ours = loop_of(&bench.becket, &["kustomize", "build"], &gitops, count, 1)?;
        let other = loop_of(&judge, &["build"], &gitops, count, other_rounds)?;
        rows.push(row(&format!("{count} apps, a process per app"), &ours, &other));

        let mut together = Runs::default();
        for _ in 0..3 {
            let mut command = Command::new(&bench.xtask);
            together.push(timed(command.arg("bench").arg(BUILDS).arg(&gitops))?.0);
        }
        rows.push(row(
            &format!("{count} apps in one process; kustomize has no such mode, so a process per app"),
            &together,
            &other,
        ));

        let umbrella = umbrella(&gitops, count)?;
        let (ours, other) = side_by_side(bench, &judge, &umbrella, other_rounds)?;
        rows.push(row(
            &format!("{count} apps as the resources of one kustomization"),
            &ours,
            &other,
        ));
    }
    Table {
        measure: "kustomize",
        heads: ["what", "becket", "kustomize", "ratio"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes,
    }
    .publish()
}

fn row(what: &str, ours: &Runs, other: &Runs) -> Vec<String> {
    vec![
        what.to_owned(),
        ours.to_string(),
        other.to_string(),
        times(ours, other),
    ]
}

/// Builds one folder with both, turn by turn; they must print the same.
fn side_by_side(bench: &Bench, judge: &Path, folder: &Path, rounds: usize) -> Result<(Runs, Runs)> {
    let (mut ours, mut other) = (Runs::default(), Runs::default());
    for _ in 0..rounds {
        let (time, mine) = timed(
            Command::new(&bench.becket)
                .args(["kustomize", "build"])
                .arg(folder),
        )?;
        ours.push(time);
        let (time, theirs) = timed(Command::new(judge).arg("build").arg(folder))?;
        other.push(time);
        if mine != theirs {
            bail!(
                "becket and kustomize print different things for {}",
                folder.display()
            );
        }
    }
    Ok((ours, other))
}

/// A process per app, one after the other.
fn loop_of(program: &Path, arguments: &[&str], gitops: &Path, count: usize, rounds: usize) -> Result<Runs> {
    let mut runs = Runs::default();
    for _ in 0..rounds {
        let mut whole = Duration::ZERO;
        for number in 0..count {
            let overlay = gitops.join(overlay(number));
            whole += timed(Command::new(program).args(arguments).arg(overlay))?.0;
        }
        runs.push(whole);
    }
    Ok(runs)
}

fn overlay(number: usize) -> String {
    format!("apps/{}/overlays/{}", trees::service(number), trees::STAGE)
}

/// One kustomization with all overlays as its resources.
fn umbrella(gitops: &Path, count: usize) -> Result<PathBuf> {
    let folder = gitops.join("umbrella");
    std::fs::create_dir_all(&folder)?;
    let mut text =
        String::from("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
    for number in 0..count {
        text.push_str(&format!("  - ../{}\n", overlay(number)));
    }
    std::fs::write(folder.join("kustomization.yaml"), text)?;
    Ok(folder)
}

/// The real binary: in `$BECKET_TOOLS`, in the cache of `cargo xtask tools`, in the lab's, or on the `PATH`.
fn judge() -> Result<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    let folders = [
        std::env::var_os("BECKET_TOOLS").map(PathBuf::from),
        crate::process::cache().ok().map(|cache| cache.join("tools/bin")),
        Some(home.join(".cache/becket-lab/bin")),
    ];
    let there = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join("kustomize"));
    there
        .filter(|file| file.is_file())
        .chain(find("kustomize"))
        .next()
        .context("there is no kustomize to compare with; run `cargo xtask tools`")
}

/// The name under which this program calls itself, as a release build, to build every overlay of a tree in one process.
pub const BUILDS: &str = "--builds-in-one-process";

/// Reads a tree from the disk, builds every overlay on its own and writes what comes out to nowhere, as the engine and
/// `check` do it.
pub fn builds(gitops: &Path) -> Result<()> {
    let begin = Instant::now();
    let files = trees::read(gitops)?;
    let mut cache = becket_kustomize::Cache::new();
    let (mut apps, mut bytes) = (0, 0);
    for unit in becket_release::units(&files) {
        let overlay = format!("apps/{unit}/overlays/{}", trees::STAGE);
        let built = becket_kustomize::build_with(&files, &overlay, &mut cache)
            .map_err(|findings| anyhow::anyhow!("{overlay} does not build: {findings:?}"))?;
        apps += 1;
        bytes += built.to_yaml().len();
    }
    println!("{apps} apps, {bytes} bytes, {:?}", begin.elapsed());
    Ok(())
}
