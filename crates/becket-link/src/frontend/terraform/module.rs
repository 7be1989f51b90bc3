//! A module: what its files define.

use std::collections::{BTreeMap, BTreeSet};

use becket_document::hcl::Body;
use becket_document::yaml::SyntaxError;
use becket_source::Span;

use super::facts::Fact;
use super::state::{Backend, State};
use super::values::Values;
use crate::symbol::{Kind, Place};

/// A folder of `.tf` files.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    pub(crate) folder: &'a str,
    /// Whether something that may define names here was not read.
    pub(crate) open: bool,
    /// Whether it is laid over another folder, and no module as it lies: it overrides what it does not have, or lacks much
    /// of what it uses.
    pub(crate) layer: bool,
    pub(crate) variables: BTreeMap<String, Variable<'a>>,
    pub(crate) calls: BTreeMap<String, Call<'a>>,
    /// The states of other roots that it reads, by the data source's name.
    pub(crate) states: BTreeMap<String, State>,
    /// Where its own state lies.
    pub(crate) backend: Option<Backend>,
    /// What the folder gives its variables.
    pub(crate) values: Vec<Values<'a>>,
    pub(crate) facts: Vec<Fact<'a>>,
    /// Where `moved` blocks say that something is now.
    pub(crate) moves: Vec<(String, Place<'a>)>,
    /// Files that are no HCL; facts and values that are no YAML or JSON.
    pub(crate) unreadable: Vec<(&'a str, SyntaxError)>,
    pub(super) sources: Vec<Source<'a>>,
    /// Places that an override file takes out of force.
    pub(super) overridden: Vec<Place<'a>>,
    pub(super) defined: BTreeMap<Kind, BTreeMap<String, Place<'a>>>,
}

/// A file of a module.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) body: Body,
}

/// A variable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable<'a> {
    /// Whether it has no default.
    pub(crate) required: bool,
    /// Whether its value is to be kept out of files.
    pub(crate) sensitive: bool,
    pub(crate) place: Place<'a>,
}

/// A call of a module.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) name: String,
    pub(crate) target: Target,
    /// The block's type and label.
    pub(crate) place: Place<'a>,
    /// Where its source is named.
    pub(crate) source: Option<Place<'a>>,
    /// Whether there is one per key, so that the first step behind its name is a key.
    pub(crate) keyed: bool,
    pub(crate) arguments: Vec<(String, Place<'a>)>,
}

/// Where a called module lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// In a folder of the files at hand.
    Folder(String),
    /// In a registry, another repository, or above the files at hand: what names it.
    Elsewhere(String),
}

impl Target {
    /// What names the module: its folder, or its source.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Folder(name) | Self::Elsewhere(name) => name,
        }
    }
}

impl<'a> Module<'a> {
    /// Whether it uses variables and declares none.
    pub(super) fn is_fragment(&self) -> bool {
        let uses_variables = |source: &Source<'_>| {
            let mut references = source.body.references().into_iter();
            references.any(|reference| reference.root.text == "var")
        };
        self.variables.is_empty() && !self.open && self.sources.iter().any(uses_variables)
    }

    /// Whether it says which providers it takes.
    pub(super) fn stands_alone(&self) -> bool {
        let blocks = self.sources.iter().flat_map(|source| source.body.blocks());
        let mut kinds = blocks.map(|block| block.kind.text.as_str());
        kinds.any(|kind| matches!(kind, "terraform" | "provider"))
    }

    pub(super) fn define(&mut self, kind: Kind, name: impl Into<String>, place: Place<'a>) {
        let names = self.defined.entry(kind).or_default();
        names.entry(name.into()).or_insert(place);
    }

    pub(crate) fn defines(&self, kind: Kind, name: &str) -> bool {
        self.defined
            .get(&kind)
            .is_some_and(|names| names.contains_key(name))
    }

    /// Where a name is defined.
    pub(crate) fn definition(&self, kind: Kind, name: &str) -> Option<Place<'a>> {
        self.defined.get(&kind)?.get(name).copied()
    }

    /// The names of a kind.
    pub(crate) fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.defined
            .get(&kind)
            .into_iter()
            .flat_map(|names| names.keys().map(String::as_str))
    }

    /// The definition that stands first among those of a kind.
    pub(crate) fn first(&self, kind: Kind) -> Option<Place<'a>> {
        let places = self.defined.get(&kind).into_iter().flat_map(BTreeMap::values);
        places.min_by_key(|place| (place.path, place.span)).copied()
    }

    /// The variables that files of the folder give a value, where a run takes it from them without being told to.
    pub(crate) fn given(&self) -> BTreeSet<&str> {
        let values = self.values.iter().filter(|values| values.automatic);
        let facts = self.facts.iter().map(|fact| fact.variable.0.as_str());
        values
            .flat_map(|values| values.names.iter().map(|(name, _)| name.as_str()))
            .chain(facts)
            .collect()
    }

    /// Whether an override file takes a place out of force.
    pub(super) fn is_overridden(&self, path: &str, span: Span) -> bool {
        self.overridden
            .iter()
            .any(|place| place.path == path && place.span.start <= span.start && span.end <= place.span.end)
    }
}

/// The module that a path from the root of its repository names.
pub(super) fn at_path<'a>(modules: &BTreeMap<&'a str, Module<'a>>, path: &str) -> Option<&'a str> {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let is_there = |folder: &&str| {
        let before = folder.strip_suffix(path);
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let folders = modules.keys().copied().filter(is_there);
    folders.min_by_key(|folder| folder.len())
}
