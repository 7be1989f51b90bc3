//! What render may write: its own files, as long as nobody else did.
//!
//! The manifest of each repository says what render wrote last. A file that is as it was written is render's to change
//! or remove; one that a person changed stops render; one that it never wrote it never touches. Merging both sides'
//! changes is not done here.

use std::collections::BTreeMap;

use becket_source::{Diagnostic, FileSet, Location, Span};

use crate::manifest::{self, MANIFEST, blob_id};
use crate::render::{REPOSITORIES, Rendered};
use crate::rules;

/// What is to be done so that the repositories are what render makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files to write, new or changed.
    pub write: FileSet,
    /// The files to remove: render wrote them once and makes them no more.
    pub remove: Vec<String>,
    /// The files that are as they should be.
    pub unchanged: Vec<String>,
    /// Files in folders that render leaves for good: releases and patches of a service that is gone. They are not render's
    /// to remove.
    pub left: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.write.is_empty() && self.remove.is_empty()
    }

    /// The files as they are after the plan was carried out on `existing`.
    #[must_use]
    pub fn apply(&self, existing: &FileSet) -> FileSet {
        let mut files = existing.clone();
        for path in &self.remove {
            files.remove(path);
        }
        for (path, contents) in self.write.iter() {
            files.insert(path, contents.clone());
        }
        files
    }
}

/// Compares what is there with what render makes. What a person wrote in render's place is a finding each, and then there
/// is no plan.
pub fn plan(existing: &FileSet, rendered: &Rendered) -> Result<Plan, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let owned = owned(existing, &mut findings);
    let mut plan = Plan::default();
    for (path, contents) in rendered.files.iter() {
        let Some(there) = existing.get(path) else {
            plan.write.insert(path, contents.clone());
            continue;
        };
        if there == contents || rendered.once.contains(path) {
            plan.unchanged.push(path.to_owned());
        } else if is_manifest(path) {
            plan.write.insert(path, contents.clone());
        } else {
            match owned.get(path) {
                Some(id) if *id == blob_id(there) => plan.write.insert(path, contents.clone()),
                Some(_) => findings.push(edited(path, "render would write over it")),
                None => findings.push(in_the_way(path)),
            }
        }
    }
    for (path, id) in &owned {
        if let Some(there) = existing.get(path)
            && !rendered.files.contains(path)
        {
            if *id == blob_id(there) {
                plan.remove.push(path.clone());
            } else {
                findings.push(edited(path, "render makes it no more and would remove it"));
            }
        }
    }
    plan.left = left(existing, rendered, &plan.remove);
    if findings.is_empty() {
        Ok(plan)
    } else {
        Err(findings)
    }
}

/// What keeps the repositories from being what render makes: a finding per file that would change, and those of [`plan`].
pub fn check_rendered(existing: &FileSet, rendered: &Rendered) -> Vec<Diagnostic> {
    let plan = match plan(existing, rendered) {
        Ok(plan) => plan,
        Err(findings) => return findings,
    };
    let stale = |path: &str, what: &str| {
        let place = Location::new(path, None);
        Diagnostic::error(rules::STALE.code, format!("{path} {what}"), place)
            .help("run `becket render` and commit what it writes")
    };
    let mut findings = Vec::new();
    for (path, _) in plan.write.iter().filter(|(path, _)| !is_manifest(path)) {
        let what = if existing.contains(path) {
            "is not what render makes"
        } else {
            "is missing"
        };
        findings.push(stale(path, what));
    }
    findings.extend(
        plan.remove
            .iter()
            .map(|path| stale(path, "is left over: render makes it no more")),
    );
    if findings.is_empty() {
        let manifests = plan
            .write
            .iter()
            .map(|(path, _)| stale(path, "is not what render makes"));
        findings.extend(manifests);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings
}

/// What the manifests say, with whole paths.
fn owned(existing: &FileSet, findings: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let mut owned = BTreeMap::new();
    for repository in REPOSITORIES {
        let path = format!("{repository}/{MANIFEST}");
        let Some(text) = existing.text(&path) else {
            continue;
        };
        match text.map_err(|_| 1).and_then(manifest::read) {
            Ok(ids) => owned.extend(
                ids.into_iter()
                    .map(|(path, id)| (format!("{repository}/{path}"), id)),
            ),
            Err(line) => findings.push(unreadable(existing, path, line)),
        }
    }
    owned
}

/// Files below the folder of a removed file's unit where render makes nothing any more.
fn left(existing: &FileSet, rendered: &Rendered, removed: &[String]) -> Vec<String> {
    let mut left = Vec::new();
    let mut last = String::new();
    for path in removed {
        let unit: Vec<&str> = path.split('/').take(3).collect();
        let unit = unit.join("/");
        if unit == last || unit == *path || rendered.files.has_folder(&unit) {
            continue;
        }
        let others = existing.under(&unit).map(|(path, _)| path.to_owned());
        left.extend(others.filter(|path| !removed.contains(path)));
        last = unit;
    }
    left
}

fn is_manifest(path: &str) -> bool {
    REPOSITORIES.iter().any(|repository| {
        path.strip_prefix(repository)
            .and_then(|rest| rest.strip_prefix('/'))
            == Some(MANIFEST)
    })
}

fn edited(path: &str, what: &str) -> Diagnostic {
    Diagnostic::error(
        rules::EDITED.code,
        format!("{path} was edited by hand, and {what}"),
        Location::new(path, None),
    )
    .note("its contents are not those that .becket/manifest says render wrote")
    .help("move the change into platform.yaml, or into the stage's patches/, then restore the file: `git checkout` the version before the edit")
}

fn in_the_way(path: &str) -> Diagnostic {
    Diagnostic::error(
        rules::IN_THE_WAY.code,
        format!("{path} is there already, and render did not write it"),
        Location::new(path, None),
    )
    .note("render never writes over a file that is not its own")
    .help("move or remove the file; what it says beyond the rendered one belongs into patches/")
}

fn unreadable(existing: &FileSet, path: String, line: usize) -> Diagnostic {
    let text = existing.text(&path).and_then(Result::ok).unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let length = text[start..].lines().next().map_or(0, str::len);
    let place = Location::new(path, Span::new(start, start + length));
    Diagnostic::error(
        rules::MANIFEST.code,
        format!("line {line} of the manifest cannot be read"),
        place,
    )
    .note("a line holds a blob id of 40 hexadecimal digits, two blanks and a path")
    .help("restore the manifest from history: without it, render does not know which files are its own")
}
