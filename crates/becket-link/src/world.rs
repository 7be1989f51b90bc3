//! What would run: the built objects of every scope, and the Applications that bring them.

use std::collections::{BTreeMap, BTreeSet};

use becket_kustomize::Resource;
use becket_source::{Diagnostic, FileSet, Location};
use serde_json::Value;

use crate::frontend::argocd::{self, Deployed};
use crate::frontend::kustomize;
use crate::scope::Scope;

/// Everything that was read.
#[derive(Debug, Default)]
pub struct World<'a> {
    pub(crate) files: Option<&'a FileSet>,
    pub(crate) applications: Vec<Deployed>,
    pub(crate) scopes: BTreeMap<Key, Scope>,
    /// What could not be read.
    pub(crate) findings: Vec<Diagnostic>,
}

/// A namespace of a cluster. Both are empty for candidates: what is not on any stage yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Key {
    pub(crate) server: String,
    pub(crate) namespace: String,
}

impl Key {
    pub(crate) fn is_candidates(&self) -> bool {
        self.namespace.is_empty()
    }
}

/// An object as it would be applied.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) resource: Resource,
}

impl Object {
    pub(crate) fn value(&self) -> &Value {
        &self.resource.value
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.resource.kind() == kind
    }

    pub(crate) fn name(&self) -> String {
        self.resource.name().into_owned()
    }

    /// The value at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.value().pointer(pointer)
    }
}

impl<'a> World<'a> {
    /// Reads all that `files` hold.
    pub fn read(files: &'a FileSet) -> Self {
        let mut world = World {
            files: Some(files),
            ..World::default()
        };
        let read = argocd::read(files);
        world.findings.extend(read.findings);
        let mut built = kustomize::Builder::new(files);
        let mut done = BTreeSet::new();
        for application in &read.applications {
            let key = Key {
                server: application.server.clone(),
                namespace: application.namespace.clone(),
            };
            let scope = world.scopes.entry(key.clone()).or_default();
            if !application.readable || !kustomize::is_root(files, &application.path) {
                scope.open = true;
                continue;
            }
            if !done.insert((key, application.path.clone())) {
                continue;
            }
            match built.build(&application.path) {
                Ok(resources) => scope.add(resources),
                Err(findings) => {
                    scope.open = true;
                    world.findings.extend(findings);
                }
            }
        }
        let sources: BTreeSet<&str> = read.applications.iter().map(|app| app.path.as_str()).collect();
        for folder in kustomize::unused_roots(files, &sources) {
            if kustomize::waits_for_release(files, &folder, &read.patterns) {
                continue;
            }
            match built.build(&folder) {
                Ok(resources) => {
                    let namespace = common_namespace(&resources);
                    let key = Key {
                        server: String::new(),
                        namespace,
                    };
                    world.scopes.entry(key).or_default().add(resources);
                }
                Err(findings) => {
                    world.scopes.entry(Key::default()).or_default().open = true;
                    world.findings.extend(findings);
                }
            }
        }
        world.applications = read.applications;
        for (key, scope) in &mut world.scopes {
            scope.index();
            scope.references = crate::frontend::kubernetes::references(scope, &key.namespace);
        }
        world
    }

    /// The place in a file that `path` of an object comes from.
    pub(crate) fn place(&self, object: &Object, path: &becket_document::KeyPath) -> Location {
        match self.files {
            Some(files) => object.resource.place(files, path),
            None => Location::new(&object.resource.origin.path, None),
        }
    }

    /// Whether any scope but `key` has an object of this kind and name.
    pub(crate) fn elsewhere(&self, key: &Key, kind: &str, name: &str) -> bool {
        self.scopes
            .iter()
            .filter(|(other, _)| *other != key)
            .any(|(_, scope)| scope.find(kind, name).is_some())
    }
}

fn common_namespace(resources: &[Resource]) -> String {
    resources
        .iter()
        .map(Resource::namespace)
        .find(|namespace| !namespace.is_empty())
        .unwrap_or_default()
        .into_owned()
}
