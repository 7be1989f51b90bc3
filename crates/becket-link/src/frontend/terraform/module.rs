//! A module: what its files define.

use std::collections::{BTreeMap, BTreeSet};

use becket_document::hcl::{self, Block, Body};
use becket_document::yaml::SyntaxError;
use becket_source::{FileSet, Span};

use super::block;
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
    /// Files that are no HCL.
    pub(crate) unreadable: Vec<(&'a str, SyntaxError)>,
    pub(super) sources: Vec<Source<'a>>,
    /// Places that an override file takes out of force.
    pub(super) overridden: Vec<Place<'a>>,
    defined: BTreeMap<Kind, BTreeMap<String, Place<'a>>>,
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
    pub(super) fn read(files: &'a FileSet, folder: &'a str, paths: &[&'a str]) -> Self {
        let mut module = Self {
            folder,
            ..Self::default()
        };
        let (overrides, base): (Vec<&str>, Vec<&str>) = paths.iter().partition(|path| is_override(path));
        for path in base {
            if let Some(source) = module.parse(files, path) {
                for block in source.body.blocks() {
                    block::define(&mut module, path, block);
                }
                module.sources.push(source);
            }
        }
        for path in overrides {
            if let Some(source) = module.parse(files, path) {
                for block in source.body.blocks() {
                    module.replace(block);
                    block::define(&mut module, path, block);
                }
                module.sources.push(source);
            }
        }
        module.layer |= module.is_fragment();
        module
    }

    /// Whether it uses variables and declares none.
    fn is_fragment(&self) -> bool {
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

    fn parse(&mut self, files: &FileSet, path: &'a str) -> Option<Source<'a>> {
        if path.rsplit('.').next() == Some("json") {
            self.open = true;
            return None;
        }
        let Some(Ok(text)) = files.text(path) else {
            self.open = true;
            return None;
        };
        let parsed = hcl::parse(text);
        if let Some(error) = parsed.errors.into_iter().next() {
            self.open = true;
            self.unreadable.push((path, error));
            return None;
        }
        Some(Source {
            path,
            body: parsed.body,
        })
    }

    /// Notes what a block of an override file takes out of force. A block that there is none of here makes the folder one
    /// that is laid over another.
    fn replace(&mut self, block: &Block) {
        if block.kind.text == "locals" || block.kind.text == "terraform" {
            return;
        }
        let mut found = false;
        for source in &self.sources {
            let same = source.body.blocks().filter(|base| block::same(base, block));
            for base in same {
                found = true;
                let spans = block::replaced(base, block);
                self.overridden.extend(spans.into_iter().map(|span| Place {
                    path: source.path,
                    span,
                }));
            }
        }
        self.layer |= !found;
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

/// `override.tf` and what ends in `_override.tf` are merged over the other files.
fn is_override(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}
