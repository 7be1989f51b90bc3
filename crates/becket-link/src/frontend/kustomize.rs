//! Kustomize folders: which there are, and what they build to.

use std::collections::BTreeSet;

use becket_document::{Node, yaml};
use becket_kustomize::{NAMES, Resource, join};
use becket_source::{Diagnostic, FileSet};

/// Builds folders of one set of files, parsing what they share once.
pub(crate) struct Builder<'a> {
    files: &'a FileSet,
    cache: becket_kustomize::Cache,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(files: &'a FileSet) -> Self {
        Self {
            files,
            cache: becket_kustomize::Cache::new(),
        }
    }

    pub(crate) fn build(&mut self, folder: &str) -> Result<Vec<Resource>, Vec<Diagnostic>> {
        becket_kustomize::build_with(self.files, folder, &mut self.cache).map(|built| built.resources)
    }
}

/// The kustomization of a folder.
fn kustomization(files: &FileSet, folder: &str) -> Option<Node> {
    let text = NAMES
        .iter()
        .find_map(|name| files.text(&format!("{folder}/{name}")))?
        .ok()?;
    yaml::parse(text).documents.into_iter().next()
}

/// Whether a folder has a kustomization.
pub(crate) fn is_root(files: &FileSet, folder: &str) -> bool {
    NAMES
        .iter()
        .any(|name| files.contains(&format!("{folder}/{name}")))
}

/// Folders that no other kustomization uses and that no Application deploys: what could be built on its own.
pub(crate) fn unused_roots(files: &FileSet, deployed: &BTreeSet<&str>) -> Vec<String> {
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|(path, _)| path.rsplit_once('/'))
        .filter(|(_, name)| NAMES.contains(name))
        .map(|(folder, _)| folder)
        .collect();
    let mut used = BTreeSet::new();
    let mut components = BTreeSet::new();
    for folder in &folders {
        let Some(node) = kustomization(files, folder) else {
            continue;
        };
        if node.get("kind").and_then(Node::as_str) == Some("Component") {
            components.insert(*folder);
        }
        for field in ["resources", "components", "bases"] {
            let items = node.get(field).map(Node::items).unwrap_or_default();
            used.extend(
                items
                    .iter()
                    .filter_map(Node::as_str)
                    .filter_map(|item| join(folder, item)),
            );
        }
    }
    folders
        .into_iter()
        .filter(|folder| {
            !used.contains(*folder) && !components.contains(folder) && !deployed.contains(folder)
        })
        .map(str::to_owned)
        .collect()
}

/// Whether a folder lacks nothing but a release, which is there once an Application of it is: a `resources:` folder that
/// is missing, and whose kustomization an ApplicationSet looks for.
pub(crate) fn waits_for_release(files: &FileSet, folder: &str, patterns: &[String]) -> bool {
    let Some(node) = kustomization(files, folder) else {
        return false;
    };
    let resources = node.get("resources").map(Node::items).unwrap_or_default();
    resources
        .iter()
        .filter_map(Node::as_str)
        .filter_map(|item| join(folder, item))
        .any(|path| {
            !files.contains(&path)
                && !files.has_folder(&path)
                && NAMES.iter().any(|name| {
                    let wanted = format!("{path}/{name}");
                    patterns
                        .iter()
                        .any(|pattern| becket_argocd::glob::matches_file(pattern, &wanted))
                })
        })
}
