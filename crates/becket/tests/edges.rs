//! The crates use each other one way only, and every file says what it is for.

#![expect(clippy::unwrap_used, reason = "what a test reads has to be there")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may use of ours: the table in the design, less what follows from it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("document", &["source"]),
    ("platform", &["document"]),
    ("kustomize", &["document"]),
    ("gotemplate", &["document"]),
    ("argocd", &["document", "gotemplate", "kustomize"]),
    ("render", &["platform"]),
    ("link", &["argocd", "kustomize"]),
    ("release", &["document"]),
    ("git", &["source"]),
    ("pod", &[]),
    ("engine", &["argocd", "kustomize", "git", "pod"]),
    ("console", &[]),
    ("tfstate", &[]),
];

/// Crates that do no IO: their sources name nothing of the standard library that reads or writes the world.
const CORE: &[&str] = &[
    "source",
    "document",
    "platform",
    "kustomize",
    "gotemplate",
    "argocd",
    "render",
    "link",
    "release",
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates of ours under `[dependencies]` of a manifest.
fn uses(manifest: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some(name) = line.strip_prefix("becket-")
        {
            used.insert(name.split(['.', ' ', '=']).next().unwrap().to_owned());
        }
    }
    used
}

fn allowed(name: &str) -> BTreeSet<&'static str> {
    let direct = MAY_USE
        .iter()
        .find(|(crate_name, _)| *crate_name == name)
        .map(|(_, uses)| *uses)
        .unwrap_or_default();
    direct
        .iter()
        .flat_map(|used| allowed(used).into_iter().chain([*used]))
        .collect()
}

#[test]
fn crates_use_each_other_one_way_only() {
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(crates()).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else {
            continue;
        };
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_prefix("becket-") else {
            continue;
        };
        assert!(
            MAY_USE.iter().any(|(known, _)| *known == name),
            "becket-{name} is in no table: add it to this one"
        );
        let allowed = allowed(name);
        for used in uses(&manifest) {
            assert!(
                allowed.contains(used.as_str()),
                "becket-{name} uses becket-{used}, which the design does not allow"
            );
        }
        seen.insert(name.to_owned());
    }
    assert_eq!(seen.len(), MAY_USE.len(), "a crate of the table is gone");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_for_and_none_is_too_long() {
    let mut files = Vec::new();
    sources(&crates(), &mut files);
    sources(&crates().join("../xtask"), &mut files);
    assert!(files.len() > 50);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let place = file.display();
        if file.components().any(|part| part.as_os_str() == "src") {
            assert!(text.starts_with("//!"), "{place} has no module comment");
        }
        assert!(text.lines().count() <= 900, "{place} is over 900 lines");
    }
}

#[test]
fn core_crates_do_no_io() {
    for name in CORE {
        let mut files = Vec::new();
        sources(&crates().join(format!("becket-{name}/src")), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            // What stands behind the tests' module is not in the crate.
            let code = text.split("#[cfg(test)]").next().unwrap();
            if file
                .file_name()
                .is_some_and(|name| name.to_string_lossy().contains("tests"))
                || file.components().any(|part| part.as_os_str() == "tests")
            {
                continue;
            }
            for world in [
                "std::fs",
                "std::env::",
                "std::net",
                "std::process",
                "std::thread",
                "SystemTime",
                "Instant::now",
            ] {
                assert!(
                    !code.contains(world),
                    "{} uses {world}: core crates do no IO",
                    file.display()
                );
            }
        }
    }
}
