//! Playbooks: the plays of a project, their roles and tasks.

use becket_document::Node;

use super::inventory::{self, Inventory};
use super::search::{self, Here};
use super::task::place;
use super::{Reader, is_expression, is_yaml, parent};
use crate::symbol::{Kind, Resolution};

/// Reads the playbooks of the project in `folder`: the files in it, and below its `playbooks/`.
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, folder: &'a str) {
    let inventory = inventory::read(reader.files, folder);
    reader.ansible.groups.extend(inventory.groups.iter().cloned());
    let below = if folder.is_empty() {
        "playbooks/".to_owned()
    } else {
        format!("{folder}/playbooks/")
    };
    let files = reader.files;
    let paths = files
        .paths_under(folder)
        .filter(|path| is_yaml(path) && (parent(path) == folder || path.starts_with(&below)));
    for path in paths {
        for document in reader.read(path) {
            for play in document.items() {
                reader.play(play, path, &inventory);
            }
        }
    }
}

impl<'a> Reader<'a, '_> {
    fn play(&mut self, play: &Node, path: &'a str, inventory: &Inventory) {
        let here = Here {
            path,
            role: None,
            playbook: Some(parent(path)),
            handlers: false,
        };
        for field in ["import_playbook", "ansible.builtin.import_playbook"] {
            if let Some((node, name)) = play.get(field).and_then(|node| Some((node, node.as_str()?))) {
                self.playbook(node, name, &here);
            }
        }
        let Some(hosts) = play.get("hosts") else { return };
        self.hosts(hosts, &here, inventory);
        let collections = play.get("collections").is_some();
        for role in play.get("roles").map(Node::items).unwrap_or_default() {
            self.role(role, path, collections);
        }
        for section in ["pre_tasks", "tasks", "post_tasks"] {
            if let Some(tasks) = play.get(section) {
                self.tasks(tasks, &here);
            }
        }
        if let Some(handlers) = play.get("handlers") {
            let here = Here {
                handlers: true,
                ..here
            };
            self.tasks(handlers, &here);
        }
    }

    /// A playbook by its file; one of a collection has no extension.
    fn playbook(&mut self, node: &Node, name: &str, here: &Here<'a>) {
        let how = if is_expression(name) || !is_yaml(name) || name.starts_with('/') {
            Resolution::Unknown
        } else {
            search::find(self.files, &self.projects, here, "playbooks", name).resolution()
        };
        self.push(Kind::TasksFile, parent(here.path), name, place(here, node), how);
    }

    /// The groups of a pattern such as `nodes:bastions[0]:!os_bottlerocket`.
    fn hosts(&mut self, hosts: &Node, here: &Here<'a>, inventory: &Inventory) {
        let patterns: Vec<&Node> = if hosts.items().is_empty() {
            vec![hosts]
        } else {
            hosts.items().iter().collect()
        };
        for node in patterns {
            let Some(pattern) = node.as_str() else { continue };
            if is_expression(pattern) || pattern.starts_with('~') {
                continue;
            }
            for part in pattern.split([':', ',']) {
                let name = part.trim().trim_start_matches(['!', '&']);
                let name = name.split('[').next().unwrap_or(name);
                let always = ["", "all", "ungrouped", "localhost", "127.0.0.1"];
                if always.contains(&name) || !name.bytes().all(is_plain) {
                    continue;
                }
                let how = inventory.resolve(name);
                self.push(Kind::HostGroup, "", name, place(here, node), how);
            }
        }
    }
}

/// Whether a letter stands for itself in a name.
fn is_plain(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.')
}
