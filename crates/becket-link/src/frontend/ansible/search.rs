//! Where Ansible looks for a file that a task names.

use std::collections::BTreeSet;

use becket_kustomize::join;
use becket_source::{FileSet, did_you_mean};

use super::parent;
use crate::symbol::Resolution;

/// Where a task stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'a> {
    /// The file.
    pub(super) path: &'a str,
    /// The folder of the role that it belongs to.
    pub(super) role: Option<&'a str>,
    /// The folder of the playbook that it was reached from.
    pub(super) playbook: Option<&'a str>,
    /// Whether it is a handler.
    pub(super) handlers: bool,
}

/// What looking for a file came to.
pub(super) enum Found<'a> {
    /// It is there, at this path; none where it is a folder.
    At(Option<&'a str>),
    /// It is not where it is looked for, but somewhere that includes this file may bring it.
    Maybe,
    /// No file in the set could be it.
    Nowhere,
}

impl Found<'_> {
    pub(super) fn resolution(&self) -> Resolution {
        match self {
            Self::At(_) => Resolution::Defined,
            Self::Maybe => Resolution::Unknown,
            Self::Nowhere => Resolution::Undefined,
        }
    }
}

/// Looks for `name`, which a task in the file `here` names, in the folders of `part` (`tasks`, `templates`, `files`)
/// first.
pub(super) fn find<'a>(
    files: &'a FileSet,
    projects: &BTreeSet<&str>,
    here: &Here<'a>,
    part: &str,
    name: &str,
) -> Found<'a> {
    let beside = parent(here.path);
    let mut folders = Vec::new();
    for base in here.role.iter().chain([&beside]).chain(&here.playbook) {
        folders.push(below(base, part));
        folders.push((*base).to_owned());
    }
    for folder in &folders {
        let Some(path) = join(folder, name) else { continue };
        if let Some((path, _)) = files.at(&path) {
            return Found::At(Some(path));
        }
        if files.has_folder(&path) {
            return Found::At(None);
        }
    }
    // Whoever includes this file lends it the folders that it looks in itself.
    let tail = name.rsplit("../").next().unwrap_or(name);
    let tail = tail.trim_start_matches("./").trim_end_matches('/');
    let ends = format!("/{tail}");
    let holds = format!("/{tail}/");
    let mut around = projects.iter().filter(|project| is_within(here.path, project));
    let anywhere = files
        .paths_under(around.next().unwrap_or(&""))
        .any(|path| path == tail || path.ends_with(&ends) || path.contains(&holds));
    if anywhere { Found::Maybe } else { Found::Nowhere }
}

/// The nearest name of a file in `folder`, with or without what tells its format.
pub(crate) fn near<'a>(files: &'a FileSet, folder: &str, name: &str) -> Option<&'a str> {
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let names = files.paths_under(folder).map(|path| &path[skip..]);
    // A file of tasks may be named without what tells its format.
    let bare = !name.contains('.');
    did_you_mean(
        name,
        names.map(|file| {
            file.rsplit_once('.')
                .filter(|_| bare)
                .map_or(file, |(stem, _)| stem)
        }),
    )
}

/// The outermost project that a file lies in.
pub(super) fn project<'p>(projects: &BTreeSet<&'p str>, path: &str) -> &'p str {
    let mut around = projects.iter().filter(|project| is_within(path, project));
    around.next().copied().unwrap_or_default()
}

/// Whether a path lies below a folder.
fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The folder that is looked in first, for what would have been right.
pub(super) fn home(here: &Here<'_>, part: &str) -> String {
    below(here.role.unwrap_or_else(|| parent(here.path)), part)
}

fn below(folder: &str, part: &str) -> String {
    if folder.is_empty() {
        part.to_owned()
    } else {
        format!("{folder}/{part}")
    }
}
