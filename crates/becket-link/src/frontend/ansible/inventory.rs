//! Inventories: the groups and hosts that the files of a project make.
//!
//! Looked for are the files of `inventory/` and `inventories/`, and `hosts`, `hosts.ini`, `hosts.yaml` beside the playbooks.
//! An inventory plugin, a script, a task that adds hosts, or a range such as `web[01:50]` makes names that no file tells: then
//! a name is unknown.

use std::collections::BTreeSet;

use becket_document::{Node, yaml};
use becket_source::FileSet;

use super::is_yaml;
use crate::symbol::Resolution;

/// The groups and hosts of a project.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub(super) groups: BTreeSet<String>,
    /// Whether all who could make a group were read.
    complete: bool,
}

impl Inventory {
    pub(super) fn resolve(&self, name: &str) -> Resolution {
        if self.groups.contains(name) {
            Resolution::Defined
        } else if self.complete {
            Resolution::Undefined
        } else {
            Resolution::Unknown
        }
    }
}

pub(super) fn read(files: &FileSet, folder: &str) -> Inventory {
    let mut found = Inventory::default();
    let mut any = false;
    let mut open = false;
    for path in files.paths_under(folder) {
        let inside = path[folder.len()..].trim_start_matches('/');
        let segments: Vec<&str> = inside.split('/').collect();
        let is_inventory = match segments.as_slice() {
            [file] => matches!(
                *file,
                "hosts" | "hosts.ini" | "hosts.yaml" | "hosts.yml" | "inventory" | "inventory.ini"
            ),
            ["inventory" | "inventories", rest @ ..] => !rest
                .iter()
                .any(|name| matches!(*name, "group_vars" | "host_vars")),
            _ => false,
        };
        let Some(Ok(text)) = files.text(path) else {
            open |= is_inventory;
            continue;
        };
        open |= is_yaml(path) && (text.contains("add_host:") || text.contains("group_by:"));
        if is_inventory {
            any = true;
            open |= !take(&mut found.groups, path, text);
        }
    }
    let is_range = |name: &String| name.contains('[');
    found.complete = any && !open && !found.groups.iter().any(is_range);
    found
}

/// Takes in the groups and hosts of a file; false where it is none whose groups can be told.
fn take(groups: &mut BTreeSet<String>, path: &str, text: &str) -> bool {
    if is_yaml(path) {
        let documents = yaml::parse(text);
        let plugin = documents
            .documents
            .iter()
            .any(|document| document.get("plugin").is_some());
        for document in &documents.documents {
            for entry in document.entries() {
                group(groups, &entry.name(), &entry.value);
            }
        }
        return !plugin && documents.errors.is_empty();
    }
    let is_ini = path
        .rsplit('/')
        .next()
        .is_some_and(|name| !name.contains('.') || matches!(name.rsplit('.').next(), Some("ini" | "cfg")));
    if !is_ini || text.starts_with("#!") {
        return false;
    }
    let mut names_hosts = true;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            let (name, what) = section.split_once(':').unwrap_or((section, ""));
            groups.insert(name.to_owned());
            names_hosts = what != "vars";
        } else if names_hosts && !line.is_empty() && !line.starts_with(['#', ';']) {
            let host = line.split_whitespace().next().unwrap_or(line);
            // `host:port`; another colon is one of an address.
            let plain = host.split_once(':').filter(|(_, port)| !port.contains(':'));
            groups.insert(plain.map_or(host, |(host, _)| host).to_owned());
        }
    }
    true
}

fn group(groups: &mut BTreeSet<String>, name: &str, node: &Node) {
    groups.insert(name.to_owned());
    for host in node.get("hosts").map(Node::entries).unwrap_or_default() {
        groups.insert(host.name().into_owned());
    }
    for child in node.get("children").map(Node::entries).unwrap_or_default() {
        group(groups, &child.name(), &child.value);
    }
}
