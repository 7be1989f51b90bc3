//! What would run: the built objects of every scope, the Applications that bring them, and what lies below them.

use std::collections::{BTreeMap, BTreeSet};

use becket_document::KeyPath;
use becket_kustomize::Resource;
use becket_source::{Diagnostic, FileSet, Location};

use crate::frontend::actions::{self, Actions};
use crate::frontend::ansible::{self, Ansible};
use crate::frontend::argocd::{self, Deployed};
use crate::frontend::kubernetes;
use crate::frontend::kustomize;
use crate::frontend::terraform::{self, Terraform};
use crate::object::Object;
use crate::scope::Scope;
use crate::symbol::Reference;

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) files: &'a FileSet,
    pub(crate) applications: Vec<Deployed>,
    pub(crate) scopes: BTreeMap<Key, Scope>,
    pub(crate) terraform: Terraform<'a>,
    pub(crate) ansible: Ansible<'a>,
    pub(crate) actions: Actions<'a>,
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

    /// The namespace where what `reference` names would be, on the same cluster.
    pub(crate) fn home(&self, reference: &Reference) -> Self {
        Self {
            server: self.server.clone(),
            namespace: reference.symbol.home.clone(),
        }
    }
}

impl<'a> World<'a> {
    /// Reads all that `files` hold.
    pub(crate) fn read(files: &'a FileSet) -> Self {
        let argocd::Read {
            applications,
            patterns,
            mut findings,
        } = argocd::read(files);
        let mut scopes: BTreeMap<Key, Scope> = BTreeMap::new();
        let mut built = kustomize::Builder::new(files);
        let mut done = BTreeSet::new();
        for application in &applications {
            let key = Key {
                server: application.server.clone(),
                namespace: application.namespace.clone(),
            };
            let scope = scopes.entry(key.clone()).or_default();
            if !application.readable || !kustomize::is_root(files, &application.path) {
                scope.open = true;
                continue;
            }
            if !done.insert((key, application.path.clone())) {
                continue;
            }
            match built.build(&application.path) {
                Ok(resources) => scope.add(resources),
                Err(found) => {
                    scope.open = true;
                    findings.extend(found);
                }
            }
        }
        let sources: BTreeSet<&str> = applications.iter().map(|app| app.path.as_str()).collect();
        for folder in kustomize::unused_roots(files, &sources) {
            if kustomize::waits_for_release(files, &folder, &patterns) {
                continue;
            }
            match built.build(&folder) {
                Ok(resources) => {
                    let namespace = common_namespace(&resources);
                    let key = Key {
                        server: String::new(),
                        namespace,
                    };
                    scopes.entry(key).or_default().add(resources);
                }
                Err(found) => {
                    scopes.entry(Key::default()).or_default().open = true;
                    findings.extend(found);
                }
            }
        }
        for (key, scope) in &mut scopes {
            scope.index();
            scope.references = kubernetes::references(&scope.objects, &key.namespace);
        }
        let terraform = terraform::read(files);
        World {
            files,
            applications,
            scopes,
            ansible: ansible::read(files, &terraform),
            actions: actions::read(files),
            terraform,
            findings,
        }
    }

    /// The place in a file that `path` of an object comes from.
    pub(crate) fn place(&self, object: &Object, path: &KeyPath) -> Location {
        object.resource.place(self.files, path)
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
