//! Argo CD: which Applications there are, and what each deploys where.
//!
//! Read is the root chart of each repository that has one, with every operator's values. Applications and ApplicationSets
//! that stand in other files are not looked for.

use becket_argocd::{Application, Operator, operator};
use becket_source::{Diagnostic, FileSet, Location};

/// An Application, as far as linking is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deployed {
    pub(crate) name: String,
    pub(crate) operator: String,
    pub(crate) server: String,
    pub(crate) namespace: String,
    /// Where its source lies in the files at hand.
    pub(crate) path: String,
    /// Whether its source lies in the files at hand, and is no chart.
    pub(crate) readable: bool,
    pub(crate) creates_namespace: bool,
    /// What makes it.
    pub(crate) place: Location,
}

/// What was read of Argo CD.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) applications: Vec<Deployed>,
    /// The patterns of the files that ApplicationSets look for, as paths in the files at hand.
    pub(crate) patterns: Vec<String>,
    pub(crate) findings: Vec<Diagnostic>,
}

/// Reads the operators of every repository in `files`: of the root, or of the folders that are repositories.
pub(crate) fn read(files: &FileSet) -> Read {
    let mut read = Read::default();
    let folders = repositories(files);
    let trees: Vec<(String, FileSet)> = folders
        .iter()
        .map(|name| (name.clone(), files.folder(name)))
        .collect();
    let lookup = |url: &str, _revision: &str| {
        let name = repository_name(url);
        let tree = trees
            .iter()
            .find(|(folder, _)| *folder == name || folder.is_empty());
        tree.map(|(_, tree)| tree as &dyn becket_argocd::Tree)
    };
    for (folder, tree) in &trees {
        if !tree.has_folder(operator::ROOT) {
            continue;
        }
        let operators = operator::read(tree);
        let mut findings = operators.findings;
        for operator in &operators.operators {
            let expanded = operator.expand(&lookup);
            findings.extend(expanded.findings);
            for application in &expanded.applications {
                read.applications
                    .push(deployed(application, operator, folder, &folders));
            }
            for set in &operator.applicationsets {
                let patterns = set
                    .files()
                    .into_iter()
                    .map(|(url, pattern)| within(&folders, url, pattern));
                read.patterns.extend(patterns);
            }
        }
        let findings = findings.into_iter().map(|finding| below(finding, folder));
        read.findings.extend(findings);
    }
    read
}

fn deployed(application: &Application, operator: &Operator, folder: &str, folders: &[String]) -> Deployed {
    let source = &application.source;
    let known = folders
        .iter()
        .any(|folder| folder.is_empty() || *folder == repository_name(&source.repo_url));
    let file = application.applicationset.as_ref().and_then(|name| {
        operator
            .applicationsets
            .iter()
            .find(|set| set.name == *name)
            .map(|set| set.origin.path.clone())
    });
    Deployed {
        name: application.name.clone(),
        operator: operator.name.clone(),
        server: application.destination.server.clone(),
        namespace: application.destination.namespace.clone(),
        path: within(folders, &source.repo_url, &source.path),
        readable: known && source.chart.is_none() && source.helm.is_none(),
        creates_namespace: application.sync.has("CreateNamespace"),
        place: Location::new(
            prefixed(folder, &file.unwrap_or_else(|| operator.values_file.clone())),
            None,
        ),
    }
}

/// The folders that are repositories: those that hold the root chart, and their siblings; else the root itself.
fn repositories(files: &FileSet) -> Vec<String> {
    if files.has_folder(operator::ROOT) {
        return vec![String::new()];
    }
    let mut folders: Vec<String> = files
        .iter()
        .filter_map(|(path, _)| path.split_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect();
    folders.dedup();
    if folders
        .iter()
        .any(|folder| files.has_folder(&prefixed(folder, operator::ROOT)))
    {
        folders
    } else {
        vec![String::new()]
    }
}

/// The name of the repository at a URL: `gitops` of `https://github.com/acme/gitops.git`.
fn repository_name(url: &str) -> String {
    let last = url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(url);
    last.trim_end_matches(".git").to_owned()
}

/// A path of a repository as a path in the files at hand.
fn within(folders: &[String], url: &str, path: &str) -> String {
    let name = repository_name(url);
    let folder = folders
        .iter()
        .find(|folder| **folder == name)
        .map_or("", String::as_str);
    prefixed(folder, path)
}

fn prefixed(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// The finding with paths in the files at hand.
fn below(mut finding: Diagnostic, folder: &str) -> Diagnostic {
    for place in std::iter::once(&mut finding.place).chain(&mut finding.related) {
        place.path = prefixed(folder, &place.path);
    }
    if let Some(fix) = &mut finding.fix {
        fix.path = prefixed(folder, &fix.path);
    }
    finding
}
