//! Names that one file defines and others refer to.

use std::fmt;

use becket_document::KeyPath;

/// What sort of thing a symbol names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
    /// A `Service`.
    Service,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Service => "Service",
        })
    }
}

/// A name in a namespace, or a part of what it names: a key, a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// What sort of thing it is.
    pub kind: Kind,
    /// The namespace; empty for candidates, which have none yet.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// A key of a `ConfigMap` or `Secret`, a port of a `Service` by number or name.
    pub part: Option<String>,
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)?;
        if let Some(part) = &self.part {
            let what = if self.kind == Kind::Service { "port" } else { "key" };
            write!(f, ", {what} `{part}`")?;
        }
        Ok(())
    }
}

/// A place in an object, found in a file only when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    /// The object's index in its scope.
    pub(crate) object: usize,
    /// Where in the object.
    pub(crate) path: KeyPath,
}

/// A use of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) symbol: Symbol,
    pub(crate) at: At,
    /// Whether it is allowed to be missing.
    pub(crate) optional: bool,
    /// Whether the place is an address such as `http://catalog:8080`.
    pub(crate) address: bool,
}
