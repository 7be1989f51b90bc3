//! A resource on its way through a build: its value, where it came from, and the names that it had before.

use std::borrow::Cow;

use becket_document::KeyPath;
use serde_json::{Map, Value};

use crate::scope;
use crate::yaml::text;

/// A place that wrote a resource or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file.
    pub path: String,
    /// Which document of the file, from zero, of those that hold anything.
    pub document: usize,
    /// The place in the document: the root of a resource or a patch, or the entry of a kustomization file, such as
    /// `configMapGenerator[0]`.
    pub at: KeyPath,
}

/// A built resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// What it is.
    pub value: Value,
    /// What made it: a document of a file, or a generator's entry.
    pub origin: Origin,
    /// What changed it since, in order: patches, generators that merged into it, and entries of kustomization files such as
    /// `images[0]` or `namespace`. [`Resource::place`] reads it.
    pub patched_by: Vec<Origin>,
    /// Whether a generator made it.
    pub generated: bool,
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) suffixes: Vec<String>,
    pub(crate) needs_hash: bool,
}

/// A name that a resource had before; its group and version are those of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// What tells resources apart. Resources without a namespace are in `default`, but for those of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)?;
        match self.namespace.as_str() {
            scope::CLUSTER | scope::DEFAULT => Ok(()),
            namespace => write!(f, " in namespace `{namespace}`"),
        }
    }
}

impl Resource {
    pub(crate) fn new(value: Value, origin: Origin) -> Self {
        Self {
            value,
            origin,
            patched_by: Vec::new(),
            generated: false,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
        }
    }

    /// `apiVersion`; empty where there is none.
    pub fn api_version(&self) -> Cow<'_, str> {
        field(&self.value, "apiVersion")
    }

    /// `kind`.
    pub fn kind(&self) -> Cow<'_, str> {
        field(&self.value, "kind")
    }

    /// `metadata.name`.
    pub fn name(&self) -> Cow<'_, str> {
        self.value
            .get("metadata")
            .map_or(Cow::Borrowed(""), |metadata| field(metadata, "name"))
    }

    /// `metadata.namespace`; empty where there is none.
    pub fn namespace(&self) -> Cow<'_, str> {
        self.value
            .get("metadata")
            .map_or(Cow::Borrowed(""), |metadata| field(metadata, "namespace"))
    }

    /// The namespace that counts when resources are compared.
    pub(crate) fn effective_namespace(&self) -> Cow<'_, str> {
        scope::effective(&self.api_version(), &self.kind(), self.namespace())
    }

    pub(crate) fn id(&self) -> Id {
        Id {
            api_version: self.api_version().into_owned(),
            kind: self.kind().into_owned(),
            namespace: self.effective_namespace().into_owned(),
            name: self.name().into_owned(),
        }
    }

    /// What it was before anything changed its name, namespace or kind.
    pub(crate) fn original(&self) -> Id {
        match self.previous.first() {
            None => self.id(),
            Some(previous) => self.as_previous(previous),
        }
    }

    pub(crate) fn as_previous(&self, previous: &Previous) -> Id {
        let api_version = self.api_version();
        let namespace =
            scope::effective(&api_version, &previous.kind, Cow::Borrowed(&previous.namespace)).into_owned();
        Id {
            namespace,
            api_version: api_version.into_owned(),
            kind: previous.kind.clone(),
            name: previous.name.clone(),
        }
    }

    /// Whether it is, or ever was, `id`.
    pub(crate) fn was(&self, id: &Id) -> bool {
        let could_be =
            self.name() == id.name.as_str() || self.previous.iter().any(|previous| previous.name == id.name);
        could_be
            && self.api_version() == id.api_version.as_str()
            && (self.id() == *id
                || self
                    .previous
                    .iter()
                    .any(|previous| self.as_previous(previous) == *id))
    }

    /// Keeps what it is now as what it was.
    pub(crate) fn remember(&mut self) {
        let previous = Previous {
            namespace: self.effective_namespace().into_owned(),
            name: self.name().into_owned(),
            kind: self.kind().into_owned(),
        };
        self.previous.push(previous);
    }

    pub(crate) fn set_name(&mut self, name: String) {
        if let Some(metadata) = self.metadata() {
            metadata.insert("name".to_owned(), Value::String(name));
        }
    }

    pub(crate) fn metadata(&mut self) -> Option<&mut Map<String, Value>> {
        let map = self.value.as_object_mut()?;
        let metadata = map.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if metadata.is_null() {
            *metadata = Value::Object(Map::new());
        }
        metadata.as_object_mut()
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Cow<'a, str> {
    value.get(name).map_or(Cow::Borrowed(""), text)
}

/// The group and the version of an `apiVersion`.
pub(crate) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}
