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
}

/// A measure, what it is about, and whether it is taken when nothing is named.
type Measure = (&'static str, fn(&Bench) -> Result<()>, bool);

const MEASURES: &[Measure] = &[
    ("kustomize", kustomize::run, true),
    ("render", render::run, true),
    ("up", up::up, true),
    ("commit", up::commit, true),
    ("idle", up::idle, true),
    ("apps", apps::run, true),
    ("state", state::run, true),
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
        if !MEASURES.iter().any(|(measure, ..)| measure == name) {
            let names: Vec<&str> = MEASURES.iter().map(|(measure, ..)| *measure).collect();
            bail!("there is no measure `{name}`; there are {}", names.join(", "));
        }
    }
    if !as_built {
        build()?;
    }
    let bench = prepare()?;
    for (name, measure, always) in MEASURES {
        let named = arguments.iter().any(|argument| argument == name);
        if named || (*always && arguments.is_empty()) {
            println!("== {name}");
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
        becket,
        xtask: folder.join("xtask"),
    })
}
