//! The catalog: knowledge as native files, and what in them is bound to a platform.
//!
//! A component is a folder `<capability>/<provider>/` of files that are valid as they lie there, and a `component.yaml`
//! that says where they go and which of their places are bound (`catalog/README.md` is its reference). Loading checks
//! all of it, so that rendering has only the platform to look at. Choosing among providers is the platform's business.

mod check;
mod component;
mod native;

use std::sync::Arc;

use becket_document::KeyPath;
use becket_platform::view::Scope;
use becket_source::{Diagnostic, FileSet, Location};

use crate::binding::{From, Text};

pub(crate) use native::{Native, NativeEditor, is_hcl};

/// The scopes by their names in `component.yaml`, in the order of rendering: a root is known by the files that the scopes
/// before it made.
pub(crate) const SCOPES: [(&str, Scope); 8] = [
    ("platform", Scope::Platform),
    ("operator", Scope::Operator),
    ("cluster", Scope::Cluster),
    ("account", Scope::Account),
    ("root", Scope::Root),
    ("environment", Scope::Environment),
    ("service", Scope::Service),
    ("service-environment", Scope::ServiceEnvironment),
];

/// The components.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(crate) components: Vec<Component>,
}

/// One provider's folder.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// The provider's name.
    pub(crate) name: String,
    /// The job that it does.
    pub(crate) capability: String,
    /// Where its files go.
    pub(crate) folders: Vec<Folder>,
}

/// A folder of a component, and what becomes of its files.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// What it is made for.
    pub(crate) per: Scope,
    /// The folder that its files go to.
    pub(crate) to: Text,
    /// Where these do not all hold, the folder does not come out: its own and the component's.
    pub(crate) conditions: Vec<Condition>,
    /// Whether the files are written where there are none and are the user's from then on.
    pub(crate) once: bool,
    /// The files in it, sorted; those of folders below it only where it is deep, with their path from it as name.
    pub(crate) files: Vec<File>,
    /// The place of the folder in `component.yaml`.
    pub(crate) place: Location,
}

/// A file of the catalog.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Its name in its folder.
    pub(crate) name: String,
    /// The name that it is given, where that is another.
    pub(crate) named: Option<Text>,
    /// Whether it comes out.
    pub(crate) condition: Condition,
    /// What it holds.
    pub(crate) contents: Contents,
}

/// When a file comes out or a place stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Condition {
    /// Only where this is true.
    pub(crate) when: Option<KeyPath>,
    /// Only where this is false.
    pub(crate) unless: Option<KeyPath>,
}

/// What a file of the catalog holds.
#[derive(Debug, Clone)]
pub(crate) enum Contents {
    /// The same for all.
    Constant(Arc<[u8]>),
    /// A file with places that are bound.
    Bound(Bound),
}

/// A YAML or HCL file with places that are bound.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) document: Native,
    pub(crate) bindings: Vec<Binding>,
    /// The comment at the file's head.
    pub(crate) head: Option<Head>,
    /// Of a `kustomization.yaml`: the files of its own folder that it lists as resources, with their indexes.
    pub(crate) siblings: Option<Vec<(usize, String)>>,
}

/// A comment at a file's head that is bound.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) text: Text,
    /// Where it does not hold, the comment stays as it is.
    pub(crate) condition: Condition,
    /// The place of the binding in `component.yaml`.
    pub(crate) at: Location,
}

/// A bound place.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    /// The place in the file.
    pub(crate) place: Arc<KeyPath>,
    /// What it is given; none where it only stays or goes.
    pub(crate) from: Option<From>,
    /// Where it does not hold, the place is taken away.
    pub(crate) condition: Condition,
    /// Whether the file needs text there, whatever the view has.
    pub(crate) as_text: bool,
    /// The place of the binding in `component.yaml`.
    pub(crate) at: Location,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "../../catalog/"]
struct Embedded;

impl Catalog {
    /// The catalog that this program was built with.
    pub fn embedded() -> Result<Self, Vec<Diagnostic>> {
        Self::load(&Self::embedded_files())
    }

    /// The files of the catalog that this program was built with, as they lie there.
    pub fn embedded_files() -> FileSet {
        Embedded::iter()
            .filter_map(|path| Some((path.to_string(), Embedded::get(&path)?.data.into_owned())))
            .collect()
    }

    /// Reads a catalog, and checks all of it that can be checked without a platform.
    pub fn load(files: &FileSet) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Vec::new();
        let mut components = Vec::new();
        for (path, _) in files.iter() {
            if let Some(folder) = path.strip_suffix("/component.yaml") {
                components.extend(component::read(files, folder, &mut findings));
            }
        }
        if findings.is_empty() {
            Ok(Self { components })
        } else {
            findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
            Err(findings)
        }
    }

    /// The paths of views that the catalog reads, with the scope that must offer them.
    pub fn reads(&self) -> Vec<(Scope, KeyPath)> {
        let mut paths = Vec::new();
        for folder in self.components.iter().flat_map(|component| &component.folders) {
            let mut all = folder.to.paths();
            all.extend(folder.conditions.iter().flat_map(Condition::paths));
            for file in &folder.files {
                all.extend(file.named.iter().flat_map(Text::paths));
                all.extend(file.condition.paths());
                if let Contents::Bound(bound) = &file.contents {
                    all.extend(bound.head.iter().flat_map(|head| head.text.paths()));
                    all.extend(bound.head.iter().flat_map(|head| head.condition.paths()));
                    for binding in &bound.bindings {
                        all.extend(binding.from.iter().flat_map(From::paths));
                        all.extend(binding.condition.paths());
                    }
                }
            }
            paths.extend(all.into_iter().map(|path| (folder.per, path.clone())));
        }
        paths.sort();
        paths.dedup();
        paths
    }
}

impl Condition {
    /// The paths that it reads.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &KeyPath> {
        self.when.iter().chain(&self.unless)
    }
}
