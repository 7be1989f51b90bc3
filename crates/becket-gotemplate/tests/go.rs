//! More than a thousand templates, and what Go itself makes of them: `tests/cases`, written by `tests/judge`.
//!
//! Whether a template fails is compared, not the words of its error, which are ours.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use becket_gotemplate::{Library, MissingKey, Options, render};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn options(case: &Value) -> Options {
    Options {
        library: match case["library"].as_str() {
            Some("go") => Library::Go,
            Some("argocd") => Library::ArgoCd,
            _ => Library::Helm,
        },
        missing_key: match case["missing_key"].as_str() {
            Some("zero") => MissingKey::Zero,
            Some("error") => MissingKey::Error,
            _ => MissingKey::Default,
        },
    }
}

/// Where our results differ from what is expected.
fn differences(topic: &Path) -> (usize, Vec<String>) {
    let mut found = Vec::new();
    let mut count = 0;
    for (at, line) in std::fs::read_to_string(topic).unwrap().lines().enumerate() {
        count += 1;
        let case: Value = serde_json::from_str(line).unwrap();
        let template = case["template"].as_str().unwrap();
        let ours = render(template, &case["data"], options(&case)).map_err(|error| error.message);
        let expected = case["expected"].as_str();
        if ours.as_deref().ok() != expected {
            let name = topic.file_name().unwrap().to_string_lossy();
            let expected = expected.map_or("an error".to_owned(), |text| format!("{text:?}"));
            found.push(format!(
                "{name}:{}: {template}\n    Go: {expected}\n  ours: {ours:?}",
                at + 1
            ));
        }
    }
    (count, found)
}

#[test]
fn templates_give_what_go_makes_of_them() {
    let mut topics: Vec<PathBuf> = std::fs::read_dir(folder("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    topics.sort();
    let (mut count, mut found) = (0, Vec::new());
    for topic in topics {
        let (cases, mut differences) = differences(&topic);
        count += cases;
        found.append(&mut differences);
    }
    assert!(count > 1000, "{count} cases");
    assert!(
        found.is_empty(),
        "{} of {count} differ:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn go_still_says_what_is_expected() {
    let judge = folder("judge");
    let output = Command::new("go")
        .args(["run", ".", "../cases"])
        .current_dir(judge)
        .env("GOFLAGS", "-mod=mod -buildvcs=false")
        .output();
    let missing = match output {
        Ok(output) if output.status.success() => return,
        Ok(output) if output.status.code() == Some(1) && !output.stdout.is_empty() => {
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(!told.contains(" wrong\n"), "{told}");
            String::from_utf8_lossy(&output.stderr).into_owned()
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    assert!(
        std::env::var_os("CI").is_none(),
        "the judge cannot run: {missing}"
    );
    println!(
        "not judged: templates against Go: {}",
        missing.lines().next().unwrap_or_default()
    );
}
