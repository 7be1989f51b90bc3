//! A gitops repository of two services and four stages, as render leaves it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "it fails the test")]

use becket_release::{Date, Hold, Image, Stages, candidate, overlay};
use becket_source::{Change, FileSet};

pub fn stages() -> Stages {
    Stages::new(["dev", "qa", "pre-prod", "prod"])
}

pub fn today() -> Date {
    "2026-11-23".parse().unwrap()
}

/// The image of a unit whose digest starts with the two digits of `version`.
pub fn image(unit: &str, version: u8) -> Image {
    let digest = format!("sha256:{version:02x}{}", "0".repeat(62)).parse().unwrap();
    Image::new(unit, format!("ghcr.io/acme/{unit}"), digest).unwrap()
}

pub fn gitops() -> FileSet {
    let mut files = FileSet::new();
    for unit in ["orders", "catalog"] {
        set_candidate(&mut files, unit, "24");
        for stage in stages().iter() {
            let overlay = overlay(unit, stage);
            files.insert_text(
                format!("{overlay}/kustomization.yaml"),
                format!("namespace: {stage}\nresources:\n  - release\ncomponents:\n  - patches\n"),
            );
            files.insert_text(format!("{overlay}/patches/kustomization.yaml"), "patches: []\n");
        }
    }
    files
}

/// What render leaves when the configuration says `page_size`.
pub fn set_candidate(files: &mut FileSet, unit: &str, page_size: &str) {
    let base = candidate(unit);
    files.insert_text(
        format!("{base}/deployment.yaml"),
        format!("kind: Deployment\nmetadata:\n  name: {unit}\n"),
    );
    files.insert_text(
        format!("{base}/kustomization.yaml"),
        format!(
            "resources:\n  - deployment.yaml\nconfigMapGenerator:\n  - name: {unit}\n    literals:\n      \
             - PAGE_SIZE={page_size}\n"
        ),
    );
}

pub fn hold(reason: &str) -> Hold {
    Hold {
        reason: reason.to_owned(),
        author: "ann".to_owned(),
        until: None,
    }
}

/// The paths that differ.
pub fn changed(before: &FileSet, after: &FileSet) -> Vec<(String, Change)> {
    before
        .changes(after)
        .into_iter()
        .map(|(path, change)| (path.to_owned(), change))
        .collect()
}
