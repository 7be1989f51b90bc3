//! Ansible: playbooks, roles and what they refer to: roles, files of tasks, templates, files, handlers, groups of hosts.
//!
//! A project is a folder with an `ansible.cfg`, with `roles/` or with `ansible_collections/`. Jinja is not evaluated: a name
//! that holds an expression is unknown, as is what a collection or role that is installed from elsewhere brings. Variables
//! are not looked at, but for those that are outputs of Terraform, and those that a role requires.

pub(crate) mod arguments;
mod facts;
mod inventory;
mod playbook;
mod role;
pub(crate) mod search;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use becket_document::yaml::SyntaxError;
use becket_document::{Node, yaml};
use becket_source::FileSet;

use crate::frontend::terraform::Terraform;
use crate::symbol::{By, Kind, Place, Resolution, Symbol, Use};

use role::Roles;

/// All that was read.
#[derive(Debug, Default)]
pub(crate) struct Ansible<'a> {
    /// What is used, and how it came out.
    pub(crate) uses: Vec<(Use<'a>, Resolution)>,
    /// The names by which roles can be used.
    pub(crate) roles: BTreeSet<String>,
    /// Handlers, and the topics that they listen to.
    pub(crate) handlers: BTreeSet<String>,
    /// Variables that are outputs of Terraform.
    pub(crate) facts: BTreeSet<String>,
    /// Groups and hosts of the inventories.
    pub(crate) groups: BTreeSet<String>,
    /// Playbooks and files of roles that are no YAML, by their paths.
    pub(crate) unreadable: BTreeMap<&'a str, SyntaxError>,
}

/// Reads every project in `files`.
pub(crate) fn read<'a>(files: &'a FileSet, terraform: &Terraform<'a>) -> Ansible<'a> {
    let roles = Roles::find(files);
    let mut reader = Reader {
        files,
        roles: &roles,
        projects: projects(files, &roles),
        ansible: Ansible {
            roles: roles.names().map(str::to_owned).collect(),
            ..Ansible::default()
        },
        notified: Vec::new(),
        used: Vec::new(),
        open: false,
        visited: BTreeSet::new(),
    };
    for role in roles.all() {
        role::read(&mut reader, role);
    }
    for project in reader.projects.clone() {
        playbook::read(&mut reader, project);
        facts::read(&mut reader, project, terraform);
    }
    reader.handlers();
    reader.arguments();
    reader.ansible
}

/// The folders that are projects: of those that lie in each other, all.
fn projects<'a>(files: &'a FileSet, roles: &Roles<'a>) -> BTreeSet<&'a str> {
    let configured = files.iter().filter_map(|(path, _)| match path.rsplit_once('/') {
        Some((folder, "ansible.cfg")) => Some(folder),
        None if path == "ansible.cfg" => Some(""),
        _ => None,
    });
    configured.chain(roles.projects()).collect()
}

/// Reads what is used, as it goes from file to file.
struct Reader<'a, 'r> {
    files: &'a FileSet,
    roles: &'r Roles<'a>,
    /// The folders of the projects.
    projects: BTreeSet<&'a str>,
    ansible: Ansible<'a>,
    /// Handlers that tasks notify.
    notified: Vec<(String, Place<'a>)>,
    /// The folders of roles that are used, and where.
    used: Vec<(&'a str, Place<'a>)>,
    /// Whether something that may bring handlers is not here, or has a name that is not known.
    open: bool,
    /// Files of tasks that were read, and whether as handlers.
    visited: BTreeSet<(&'a str, bool)>,
}

impl<'a> Reader<'a, '_> {
    /// The documents of a playbook or a file of a role. One that is no YAML is noted: what it lacks may be anything.
    fn read(&mut self, path: &'a str) -> Vec<Node> {
        let Some(Ok(text)) = self.files.text(path) else {
            return Vec::new();
        };
        let parsed = yaml::parse(text);
        if let Some(error) = parsed.errors.into_iter().next() {
            self.ansible.unreadable.insert(path, error);
            self.open = true;
        }
        parsed.documents
    }

    /// The documents of a file, as far as it is YAML.
    fn documents(&self, path: &str) -> Vec<Node> {
        match self.files.text(path) {
            Some(Ok(text)) => yaml::parse(text).documents,
            _ => Vec::new(),
        }
    }

    fn push(&mut self, kind: Kind, home: &str, name: &str, place: Place<'a>, how: Resolution) {
        let symbol = Symbol::whole(kind, home, name);
        let by = By::Expression;
        self.ansible.uses.push((Use { symbol, by, place }, how));
    }

    /// Judges the handlers that were notified, now that all are known.
    fn handlers(&mut self) {
        for (name, place) in std::mem::take(&mut self.notified) {
            let plain = name
                .rsplit_once(" : ")
                .map_or(name.as_str(), |(_, handler)| handler);
            let how = if self.ansible.handlers.contains(plain) {
                Resolution::Defined
            } else if self.open || is_expression(&name) {
                Resolution::Unknown
            } else {
                Resolution::Undefined
            };
            self.push(Kind::Handler, "", &name, place, how);
        }
    }
}

/// Whether a text holds an expression of Jinja.
fn is_expression(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// The folder that a file lies in.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_yaml(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("yaml" | "yml"))
}
