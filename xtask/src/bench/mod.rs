//! `bench`: the measures of the design, on whole processes, with the other tool in the same run where there is one. The
//! figures go into `docs/benchmarks.md`; the text around its tables is a person's. No time is ever asserted.

mod apps;
mod kustomize;
mod measure;
mod render;
mod report;
mod state;
pub mod trees;
mod up;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output, root, succeeds};

/// What is measured with.
struct Bench {
    /// `becket`, as a release build.
    becket: PathBuf,
    /// This program, as a release build.
    xtask: PathBuf,
    /// Of becket, with the commit.
    version: String,
    /// The machine, the day and the load before the measure begins.
    machine: String,
}

impl Bench {
    /// What was measured and where, as a note under a table.
    fn note(&self) -> String {
        format!("becket {}. {}.", self.version, self.machine)
    }
}

/// A measure by its name.
type Measure = (&'static str, fn(&Bench) -> Result<()>);

const MEASURES: &[Measure] = &[
    ("kustomize", kustomize::run),
    ("render", render::run),
    ("up", up::up),
    ("commit", up::commit),
    ("idle", up::idle),
    ("apps", apps::run),
    ("state", state::run),
];

/// `cargo xtask bench [--as-built] [WHAT...]`.
pub fn run(arguments: &[String]) -> Result<bool> {
    let (as_built, arguments) = match arguments {
        [first, rest @ ..] if first == "--as-built" => (true, rest),
        all => (false, all),
    };
    if let [mode, folder] = arguments
        && mode == kustomize::BUILDS
    {
        kustomize::builds(folder.as_ref())?;
        return Ok(true);
    }
    for name in arguments {
        if !MEASURES.iter().any(|(measure, _)| measure == name) {
            let names: Vec<&str> = MEASURES.iter().map(|(measure, _)| *measure).collect();
            bail!("there is no measure `{name}`; there are {}", names.join(", "));
        }
    }
    if !as_built {
        build()?;
    }
    let mut bench = prepare()?;
    for (name, measure) in MEASURES {
        let named = arguments.iter().any(|argument| argument == name);
        if named || arguments.is_empty() {
            println!("== {name}");
            bench.machine = measure::machine();
            measure(&bench)?;
        }
    }
    Ok(true)
}

/// Builds what is measured.
fn build() -> Result<()> {
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).args([
        "build",
        "--release",
        "--quiet",
        "--package",
        "becket",
        "--package",
        "xtask",
    ]);
    if !succeeds(build.env_remove("CARGO_TARGET_DIR"))? {
        bail!("the release build failed");
    }
    Ok(())
}

/// Finds what is measured.
fn prepare() -> Result<Bench> {
    let folder = measure::release_folder();
    let becket = folder.join("becket");
    let version = output(Command::new(&becket).arg("--version"))?;
    let commit = output(
        Command::new("git")
            .current_dir(root())
            .args(["rev-parse", "--short", "HEAD"]),
    );
    Ok(Bench {
        version: format!(
            "{} ({})",
            version.trim().trim_start_matches("becket "),
            commit.unwrap_or_default().trim()
        ),
        machine: measure::machine(),
        becket,
        xtask: folder.join("xtask"),
    })
}
