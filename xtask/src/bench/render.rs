//! `render`: from `platform.yaml` to repositories and to findings, as whole processes, at three sizes.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Bench;
use super::measure::{Runs, timed};
use super::report::Table;
use super::trees;

pub fn run(bench: &Bench) -> Result<()> {
    let mut rows = Vec::new();
    for count in [10, 100, 1000] {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        trees::write_platform(folder, count)?;
        let out = folder.join("out");
        let rounds = if count == 1000 { 5 } else { 11 };
        let [mut check, mut render, mut again, mut checked_again]: [Runs; 4] = Default::default();
        for _ in 0..rounds {
            check.push(becket(bench, folder, &["check"])?);
            if out.exists() {
                std::fs::remove_dir_all(&out)?;
            }
            render.push(becket(bench, folder, &["render", "--to", "out"])?);
        }
        // With the repositories committed, as they lie in daily use.
        becket(bench, folder, &["render"])?;
        for round in 0..rounds {
            change(folder, count / 2, round)?;
            checked_again.push(becket(bench, folder, &["check"])?);
            again.push(becket(bench, folder, &["render", "--to", "out"])?);
        }
        let files = trees::read(&out)?.len();
        rows.push(vec![
            format!("{count} services ({files} files)"),
            check.to_string(),
            render.to_string(),
            checked_again.to_string(),
            again.to_string(),
        ]);
    }
    let heads = [
        "1 environment",
        "`check`, nothing committed",
        "`render --to` an empty folder",
        "`check` after one line changed, over what is committed",
        "`render --to` after one line changed",
    ];
    Table {
        measure: "render",
        heads: heads.map(str::to_owned).to_vec(),
        rows,
        notes: vec![bench.note()],
    }
    .publish()
}

fn becket(bench: &Bench, folder: &Path, arguments: &[&str]) -> Result<std::time::Duration> {
    let mut command = Command::new(&bench.becket);
    Ok(timed(command.current_dir(folder).args(arguments))?.0)
}

/// Gives one service another configuration.
fn change(folder: &Path, number: usize, round: usize) -> Result<()> {
    let file = folder.join("platform.yaml");
    let text = std::fs::read_to_string(&file)?;
    let at = text
        .find(&format!("  {}:\n", trees::service(number)))
        .context("the service is there")?;
    let (before, after) = text.split_at(at);
    let from = after
        .find("PAGE_SIZE: \"")
        .context("its configuration is there")?
        + "PAGE_SIZE: \"".len();
    let to = from + after[from..].find('"').context("its value ends")?;
    let next = format!("{before}{}{}{}", &after[..from], 100 + round, &after[to..]);
    std::fs::write(file, next)?;
    Ok(())
}
