//! The project's own tasks, as `cargo xtask <task>`. Each task is a file here and says in its first lines what it does.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints is what this is"
)]

mod bench;
mod conformance;
mod generate;
mod process;
mod suite;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <task>

  test                 every test, with the judges it needs; ends with what could not be judged and why
  bench [--as-built] [WHAT...]
                       the measures, with the other tool in the same run; writes docs/benchmarks.md
  gen [--check]        what of docs/ and schema/ comes from the code; --check fails where it differs
  tools                builds or installs the judges into the cache of the user and says where they are
  conformance [--as-built] [--lab DIR] [--without-engine] [--only ansible|argocd]
                       the rendered repository before a real Argo CD and before the engine, and its playbooks before a
                       real API server (needs a lab)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = arguments
        .split_first()
        .map_or(("", [].as_slice()), |(task, rest)| (task.as_str(), rest));
    let outcome = match task {
        "test" => suite::test(),
        "bench" => bench::run(rest),
        "gen" => generate::run(rest),
        "tools" => tools::run(),
        "conformance" => conformance::run(rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}
