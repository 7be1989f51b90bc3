//! `test`: every test, in the order in which a fault is cheapest to see, and at the end one line that counts them and
//! a line for each thing that could not be judged. With `CI` set, what could not be judged is a failure.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::process::{lines, root};
use crate::{generate, tools};

/// What the tests of one run came to.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    not_judged: BTreeSet<String>,
}

/// Runs all. True when nothing failed.
pub fn test() -> Result<bool> {
    let begin = Instant::now();
    let mut tally = Tally::default();
    let judges = tools::ready()?;
    for (name, reason) in &judges.missing {
        tally.not_judged.insert(format!("{name}: {reason}"));
    }
    let services = root().join("examples/storefront/services");
    for folder in [root(), services] {
        let of = folder
            .strip_prefix(root())
            .unwrap_or(&folder)
            .display()
            .to_string();
        let of = if of.is_empty() { "becket".to_owned() } else { of };
        let cargo = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO"));
            command
                .current_dir(&folder)
                .args(arguments)
                .env("BECKET_TOOLS", &judges.bin)
                .env_remove("CARGO_TARGET_DIR");
            command
        };
        tally.step(&format!("{of}: format"), cargo(&["fmt", "--all", "--check"]))?;
        tally.step(
            &format!("{of}: clippy"),
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ]),
        )?;
        tally.tests(
            &format!("{of}: tests"),
            cargo(&["test", "--workspace", "--no-fail-fast", "--", "--nocapture"]),
        )?;
    }
    tally.step("fuzz targets: compile", fuzz_targets())?;
    tally.count(
        "generated files are up to date",
        generate::run(&["--check".to_owned()])?,
    );
    Ok(tally.close(begin))
}

/// The fuzz targets stand outside of the workspace, so that nothing else compiles them. They are not linked, so that
/// libFuzzer itself, which is C++, need not be built: its build script is told that somebody else has.
fn fuzz_targets() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root().join("fuzz"))
        .args(["check", "--quiet", "--locked", "--target-dir"])
        .arg(root().join("target"))
        .env("CUSTOM_LIBFUZZER_PATH", "/nowhere");
    command
}

impl Tally {
    fn count(&mut self, what: &str, passed: bool) {
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("FAILED: {what}");
        }
    }

    /// One command that passes or fails as a whole; what it says is shown when it fails.
    fn step(&mut self, what: &str, mut command: Command) -> Result<()> {
        println!("== {what}");
        let mut said = String::new();
        let passed = lines(&mut command, |line| {
            said.push_str(line);
            said.push('\n');
        })?;
        if !passed {
            println!("{said}");
        }
        self.count(what, passed);
        Ok(())
    }

    /// A run of `cargo test`: its tests are counted one by one.
    fn tests(&mut self, what: &str, mut command: Command) -> Result<()> {
        println!("== {what}");
        let log = log_of(what);
        let mut said = String::new();
        let (mut failed_here, mut failures) = (0, Vec::new());
        let passed = lines(&mut command, |line| {
            said.push_str(line);
            said.push('\n');
            if let Some((passed, failed)) = counts(line) {
                self.passed += passed;
                failed_here += failed;
                println!("{line}");
            } else if let Some(reason) = line.split_once("not judged: ").map(|(_, reason)| reason.trim()) {
                self.not_judged.insert(reason.to_owned());
            } else if line.trim_start().starts_with("Running ") || line.starts_with("error") {
                println!("{}", line.trim_start());
            } else if line.ends_with("... FAILED") {
                failures.push(line.to_owned());
            }
        })?;
        self.failed += failed_here;
        if !passed && failed_here == 0 {
            self.failed += 1;
        }
        if !passed {
            println!("{said}");
            for failure in failures {
                println!("FAILED: {failure}");
            }
        }
        if let Some(log) = log {
            std::fs::write(log, said)?;
        }
        Ok(())
    }

    /// Says what came of it, and whether that is well.
    fn close(&self, begin: Instant) -> bool {
        let strict = std::env::var_os("CI").is_some();
        println!(
            "\n{} min {} s",
            begin.elapsed().as_secs() / 60,
            begin.elapsed().as_secs() % 60
        );
        for reason in &self.not_judged {
            println!("not judged: {reason}");
        }
        let failed = self.failed + if strict { self.not_judged.len() } else { 0 };
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            failed,
            self.not_judged.len()
        );
        failed == 0
    }
}

/// Where the whole output of a run is kept.
fn log_of(what: &str) -> Option<PathBuf> {
    let folder = root().join("target/test-logs");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join(format!("{}.log", what.replace([':', '/', ' '], "-"))))
}

/// Passed and failed of a line such as `test result: ok. 11 passed; 0 failed; …`.
fn counts(line: &str) -> Option<(usize, usize)> {
    let counted = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number = |word: &str| {
        let part = counted.split("; ").find(|part| part.ends_with(word))?;
        part.split(' ').next()?.parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_a_test_run_is_counted() {
        let line = "test result: FAILED. 11 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.04s";
        assert_eq!(counts(line), Some((11, 2)));
        assert_eq!(counts("test a ... ok"), None);
    }
}
