//! `apps`: a thousand apps in one push, until each is synced; then one of them changed. They have no pods, so that it is
//! Git, Kustomize and the engine that are measured, and not the machine's processes. The engine's own example does it.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use super::measure::Runs;
use super::report::Table;
use crate::process::{output, root};

const ROUNDS: usize = 3;

pub fn run(bench: &Bench) -> Result<()> {
    let (mut all, mut one) = (Runs::default(), Runs::default());
    for _ in 0..ROUNDS {
        let said = output(Command::new(env!("CARGO")).current_dir(root()).args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "becket-engine",
            "--example",
            "thousand",
        ]))?;
        all.push(after(&said, "1000 apps synced ")?);
        one.push(after(&said, "one of 1000 apps synced ")?);
    }
    let row = |what: &str, runs: &Runs| vec![what.to_owned(), runs.to_string()];
    Table {
        measure: "apps",
        heads: ["what", "becket"].map(str::to_owned).to_vec(),
        rows: vec![
            row(
                "from the begin of the push of 1,000 apps to all of them synced",
                &all,
            ),
            row(
                "from the begin of the push of a change to one of them until it is synced",
                &one,
            ),
        ],
        notes: vec![bench.note()],
    }
    .publish()
}

/// The milliseconds that stand behind `words`.
fn after(said: &str, words: &str) -> Result<Duration> {
    let rest = said.lines().find_map(|line| line.strip_prefix(words));
    let number = rest
        .and_then(|rest| rest.split(' ').next())
        .and_then(|number| number.parse().ok());
    Ok(Duration::from_millis(number.with_context(|| {
        format!("the example does not say `{words}`:\n{said}")
    })?))
}
