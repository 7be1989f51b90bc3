//! Tasks: what each refers to.

use becket_document::Node;

use super::search::{self, Found, Here};
use super::{Reader, is_expression};
use crate::symbol::{Kind, Place, Resolution};

impl<'a> Reader<'a, '_> {
    /// Reads a file of tasks, once; and once more where it is one of handlers, too.
    pub(super) fn file(&mut self, here: &Here<'a>) {
        if !self.visited.insert((here.path, here.handlers)) {
            return;
        }
        for document in self.read(here.path) {
            self.tasks(&document, here);
        }
    }

    /// Reads a list of tasks.
    pub(super) fn tasks(&mut self, list: &Node, here: &Here<'a>) {
        for task in list.items() {
            self.task(task, here);
        }
    }

    fn task(&mut self, task: &Node, here: &Here<'a>) {
        for section in ["block", "rescue", "always"] {
            if let Some(list) = task.get(section) {
                self.tasks(list, here);
            }
        }
        if here.handlers {
            self.handler(task);
        }
        for name in texts(task.get("notify")) {
            self.notified
                .extend(name.as_str().map(|text| (text.to_owned(), place(here, name))));
        }
        for entry in task.entries() {
            let module = entry.name();
            let module = module
                .strip_prefix("ansible.builtin.")
                .or_else(|| module.strip_prefix("ansible.legacy."))
                .unwrap_or(&module);
            let value = &entry.value;
            match module {
                "include_tasks" | "import_tasks" | "include" => self.include(value, here),
                "include_role" | "import_role" => self.include_role(value, here),
                "template" => self.source(Kind::Template, "templates", value, here),
                "copy" | "unarchive" => self.source(Kind::File, "files", value, here),
                _ => {}
            }
        }
    }

    /// The name of a handler, and the topics that it listens to.
    fn handler(&mut self, task: &Node) {
        for node in task.get("name").into_iter().chain(texts(task.get("listen"))) {
            let Some(name) = node.as_str() else { continue };
            self.open |= is_expression(name);
            self.ansible.handlers.insert(name.to_owned());
        }
    }

    /// A file of tasks.
    fn include(&mut self, value: &Node, here: &Here<'a>) {
        let node = value.get("file").or_else(|| value.get("_raw_params"));
        let node = node.unwrap_or(value);
        let Some(text) = node.as_str() else { return };
        if is_expression(text) || text.starts_with(['/', '~']) {
            self.open |= here.handlers;
            self.push(Kind::TasksFile, "", text, place(here, node), Resolution::Unknown);
            return;
        }
        // What stands behind the name are parameters, in the old form.
        let name = text.split_whitespace().next().unwrap_or(text);
        let part = if here.handlers { "handlers" } else { "tasks" };
        let found = search::find(self.files, &self.projects, here, part, name);
        let home = search::home(here, part);
        self.push(
            Kind::TasksFile,
            &home,
            name,
            place(here, node),
            found.resolution(),
        );
        match found {
            Found::At(Some(path)) => self.file(&Here { path, ..*here }),
            Found::At(None) | Found::Maybe => self.open |= here.handlers,
            Found::Nowhere => {}
        }
    }

    fn include_role(&mut self, value: &Node, here: &Here<'a>) {
        let named = value.get("name").or_else(|| value.get("role"));
        let Some((node, name)) = named.and_then(|node| Some((node, node.as_str()?))) else {
            self.open = true;
            return;
        };
        self.role_name(name, place(here, node), false);
        let Some(role) = self.roles.get(name) else { return };
        let Some((node, file)) = value
            .get("tasks_from")
            .and_then(|node| Some((node, node.as_str()?)))
        else {
            return;
        };
        let folder = format!("{}/tasks", role.folder);
        let exists = ["", ".yml", ".yaml"]
            .iter()
            .any(|extension| self.files.contains(&format!("{folder}/{file}{extension}")));
        let how = match (is_expression(file), exists) {
            (_, true) => Resolution::Defined,
            (true, false) => Resolution::Unknown,
            (false, false) => Resolution::Undefined,
        };
        self.push(Kind::TasksFile, &folder, file, place(here, node), how);
    }

    /// The file that a task takes from where Ansible runs.
    fn source(&mut self, kind: Kind, part: &str, value: &Node, here: &Here<'a>) {
        let is_remote = value.get("remote_src").is_some_and(|node| {
            !matches!(node.kind, becket_document::Kind::Bool(false)) && node.as_str() != Some("no")
        });
        let Some((node, name)) = value.get("src").and_then(|node| Some((node, node.as_str()?))) else {
            return;
        };
        if is_remote || name.is_empty() {
            return;
        }
        if is_expression(name) || name.starts_with(['/', '~']) || name.contains("://") {
            self.push(kind, "", name, place(here, node), Resolution::Unknown);
            return;
        }
        let home = search::home(here, part);
        let found = search::find(self.files, &self.projects, here, part, name);
        // A file may be one that the run itself fetches, or that Git does not keep: a key, an archive.
        let how = match found {
            Found::Nowhere if kind == Kind::File && search::near(self.files, &home, name).is_none() => {
                Resolution::Unknown
            }
            found => found.resolution(),
        };
        self.push(kind, &home, name, place(here, node), how);
    }
}

/// A text, or the items of a list.
fn texts(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    let list = node.map(Node::items).unwrap_or_default();
    let single = node.filter(|node| node.as_str().is_some());
    list.iter().chain(single)
}

pub(super) fn place<'a>(here: &Here<'a>, node: &Node) -> Place<'a> {
    Place {
        path: here.path,
        span: node.span,
    }
}
