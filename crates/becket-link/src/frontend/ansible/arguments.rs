//! Arguments that roles require, by their `meta/argument_specs.yaml`, and whether anything in the project gives them.
//!
//! Variables come from many places, and what a place holds depends on the host. So a name counts as given wherever the
//! project sets it, for whomever; one that nothing sets can only come from the command line.

use std::collections::BTreeMap;

use becket_document::{KeyPath, Node};

use super::{Reader, search};
use crate::symbol::{Kind, Place, Resolution};

/// Where the options of a role's main entry lie in its specification.
pub(crate) fn options() -> KeyPath {
    KeyPath::of_keys(["argument_specs", "main", "options"])
}

/// The names of a role's specification.
pub(crate) const FILES: [&str; 2] = ["meta/argument_specs.yaml", "meta/argument_specs.yml"];

impl<'a> Reader<'a, '_> {
    /// Judges the required arguments of the roles that are used, each at its first use.
    pub(super) fn arguments(&mut self) {
        let mut first: BTreeMap<&'a str, Place<'a>> = BTreeMap::new();
        for (folder, place) in std::mem::take(&mut self.used) {
            first.entry(folder).or_insert(place);
        }
        for (folder, place) in first {
            for name in self.required(folder) {
                let how = if self.is_given(&name, place) {
                    Resolution::Defined
                } else {
                    Resolution::Undefined
                };
                self.push(Kind::Argument, folder, &name, place, how);
            }
        }
    }

    /// The arguments that the role in `folder` requires.
    fn required(&self, folder: &str) -> Vec<String> {
        let specification = FILES
            .iter()
            .flat_map(|file| self.documents(&format!("{folder}/{file}")))
            .next();
        let options = specification
            .as_ref()
            .and_then(|document| document.at(&options()))
            .map(Node::entries)
            .unwrap_or_default();
        let required = options.iter().filter(|option| {
            let flag = option.value.get("required").map(|flag| &flag.kind);
            matches!(flag, Some(becket_document::Kind::Bool(true)))
        });
        required.map(|option| option.name().into_owned()).collect()
    }

    /// Whether any file of the project sets `name`: as a key, by `name=`, as what a task registers.
    fn is_given(&self, name: &str, place: Place<'_>) -> bool {
        let project = search::project(&self.projects, place.path);
        let mut paths = self.files.paths_under(project);
        paths.any(|path| {
            let is_specification = FILES.iter().any(|file| path.ends_with(file));
            let text = self.files.text(path).and_then(Result::ok);
            !is_specification && text.is_some_and(|text| sets(text, name))
        })
    }
}

fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = &text[..at];
        let behind = text[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
        let is_whole = !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let is_registered = before.ends_with("register: ") || before.ends_with("loop_var: ");
        is_whole && (behind.starts_with([':', '=']) || is_registered)
    })
}
