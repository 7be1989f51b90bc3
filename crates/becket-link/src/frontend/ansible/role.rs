//! Roles: where they lie, by which names they are used, and what is in them.

use std::collections::BTreeMap;

use becket_document::Node;
use becket_source::FileSet;

use super::search::Here;
use super::{Reader, is_expression, is_yaml, parent};
use crate::symbol::{Kind, Place, Resolution};

/// A role.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Role<'a> {
    pub(super) folder: &'a str,
    /// As playbooks beside it name it.
    name: &'a str,
    /// Its collection, as `organisation.platform`.
    collection: Option<String>,
}

/// All roles of a set of files.
#[derive(Debug, Default)]
pub(super) struct Roles<'a> {
    all: Vec<Role<'a>>,
    /// Roles by name, and by name within a collection.
    names: BTreeMap<String, usize>,
    /// Whether some are installed from a galaxy, so that a name that is not here may be one of those.
    installed: bool,
}

/// What lies in a role's folder.
const PARTS: [&str; 7] = [
    "tasks",
    "handlers",
    "defaults",
    "vars",
    "meta",
    "templates",
    "files",
];

impl<'a> Roles<'a> {
    pub(super) fn find(files: &'a FileSet) -> Self {
        let mut found = Self::default();
        for (path, _) in files.iter() {
            let file = path.rsplit('/').next().unwrap_or(path);
            if matches!(file, "requirements.yml" | "requirements.yaml") {
                found.installed |= installs_roles(files, path);
            }
            let Some((folder, name)) = folder(path) else {
                continue;
            };
            if found.all.last().is_some_and(|last| last.folder == folder) {
                continue;
            }
            found.all.push(Role {
                folder,
                name,
                collection: collection(files, &folder[..folder.len() - name.len()]),
            });
        }
        for (index, role) in found.all.iter().enumerate() {
            found.names.entry(role.name.to_owned()).or_insert(index);
            if let Some(collection) = &role.collection {
                found.names.insert(format!("{collection}.{}", role.name), index);
            }
        }
        found
    }

    pub(super) fn all(&self) -> &[Role<'a>] {
        &self.all
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The folders that hold `roles/` or `ansible_collections/`.
    pub(super) fn projects(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter_map(|role| {
            let base = role.folder.strip_suffix(role.name)?;
            let base = base.strip_suffix("roles/")?;
            let outside = base.split("ansible_collections/").next().unwrap_or(base);
            Some(outside.trim_end_matches('/'))
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Role<'a>> {
        self.names.get(name).and_then(|index| self.all.get(*index))
    }

    /// Whether a role that is not here may come from elsewhere: from a collection that is not here, or a galaxy.
    fn may_be_installed(&self, name: &str, collections: bool) -> bool {
        match name.rsplit_once('.') {
            Some((collection, _)) => {
                let here = |role: &Role<'_>| role.collection.as_deref() == Some(collection);
                !self.all.iter().any(here)
            }
            None => self.installed || collections || self.all.is_empty(),
        }
    }
}

/// The role that a file belongs to: its folder and name. A name may have several segments.
fn folder(path: &str) -> Option<(&str, &str)> {
    let begin = if path.starts_with("roles/") {
        "roles/".len()
    } else {
        path.find("/roles/")? + "/roles/".len()
    };
    let mut end = begin;
    for segment in path[begin..].split('/') {
        if PARTS.contains(&segment) && end > begin {
            let end = end - 1;
            let has_more = path.len() > end + segment.len() + 1;
            return has_more.then_some((&path[..end], &path[begin..end]));
        }
        end += segment.len() + 1;
    }
    None
}

/// The collection whose roles lie in `roles`, a folder with a slash at its end: by the folders it lies in, or by what its
/// `galaxy.yml` says.
fn collection(files: &FileSet, roles: &str) -> Option<String> {
    let base = roles.strip_suffix("roles/")?;
    let by_folder = base.rsplit_once("ansible_collections/").and_then(|(_, rest)| {
        let (namespace, name) = rest.trim_end_matches('/').split_once('/')?;
        (!name.contains('/')).then(|| format!("{namespace}.{name}"))
    });
    by_folder.or_else(|| {
        let text = files.text(&format!("{base}galaxy.yml"))?.ok()?;
        let document = becket_document::yaml::parse(text).documents.into_iter().next()?;
        let field = |name: &str| document.get(name).and_then(Node::as_str);
        Some(format!("{}.{}", field("namespace")?, field("name")?))
    })
}

fn installs_roles(files: &FileSet, path: &str) -> bool {
    let Some(Ok(text)) = files.text(path) else {
        return false;
    };
    let documents = becket_document::yaml::parse(text).documents;
    documents
        .iter()
        .any(|document| !document.items().is_empty() || document.get("roles").is_some())
}

/// Reads what a role refers to.
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, role: &Role<'a>) {
    for (part, handlers) in [("tasks", false), ("handlers", true)] {
        let folder = format!("{}/{part}", role.folder);
        let files = reader.files;
        let paths: Vec<&'a str> = files.paths_under(&folder).filter(|path| is_yaml(path)).collect();
        for path in paths {
            let here = Here {
                path,
                role: Some(role.folder),
                playbook: None,
                handlers,
            };
            reader.file(&here);
        }
    }
    for name in ["meta/main.yml", "meta/main.yaml"] {
        let Some((path, _)) = reader.files.at(&format!("{}/{name}", role.folder)) else {
            continue;
        };
        for document in reader.read(path) {
            let dependencies = document.get("dependencies").map(Node::items).unwrap_or_default();
            for dependency in dependencies {
                reader.role(dependency, path, false);
            }
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// A role as a list of roles names it: by its name, or as a mapping.
    pub(super) fn role(&mut self, node: &Node, path: &'a str, collections: bool) {
        let named = ["role", "name"].iter().find_map(|field| node.get(field));
        let is_installed = node.get("src").is_some();
        let node = named.unwrap_or(node);
        if let (Some(name), false) = (node.as_str(), is_installed) {
            let span = node.span;
            self.role_name(name, Place { path, span }, collections);
        } else {
            self.open = true;
        }
    }

    /// A role by its name. Whether the play looks into `collections`, too, decides what may come from elsewhere.
    pub(super) fn role_name(&mut self, name: &str, place: Place<'a>, collections: bool) {
        let role = self.roles.get(name).map(|role| role.folder);
        self.used.extend(role.map(|folder| (folder, place)));
        // A path names a role by its folder.
        let known = self.roles.get(name).is_some()
            || (name.contains('/') && self.roles.get(name.rsplit('/').next().unwrap_or(name)).is_some());
        let how = if known {
            Resolution::Defined
        } else if is_expression(name) || name.contains('/') || self.roles.may_be_installed(name, collections)
        {
            Resolution::Unknown
        } else {
            Resolution::Undefined
        };
        self.open |= how == Resolution::Unknown;
        self.push(Kind::Role, parent(place.path), name, place, how);
    }
}
