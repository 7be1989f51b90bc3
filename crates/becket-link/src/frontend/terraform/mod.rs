//! Terraform and `OpenTofu`: the modules that there are, what each defines, and what refers to it.
//!
//! A folder with `.tf` files is a module: a root, or one that others call. Files in JSON, modules of registries and what
//! `terragrunt` generates are not read, and what they might define is unknown. Nothing is evaluated, and no provider's
//! schema is known: the attributes of a resource are not looked at.

mod block;
mod elsewhere;
pub(crate) mod facts;
mod files;
mod module;
mod state;
mod uses;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use becket_source::FileSet;

use crate::symbol::{By, Kind, Resolution, Symbol, Use};

use facts::Fact;
pub(crate) use module::{Call, Module, Target};

/// All that was read.
#[derive(Debug, Default)]
pub(crate) struct Terraform<'a> {
    /// By their folders.
    pub(crate) modules: BTreeMap<&'a str, Module<'a>>,
    /// What the apps of clusters take.
    pub(crate) facts: Vec<Fact<'a>>,
    pub(crate) uses: Vec<Use<'a>>,
}

/// Reads every module in `files`.
pub(crate) fn read(files: &FileSet) -> Terraform<'_> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut generated = false;
    for (path, _) in files.iter() {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        generated |= name == "terragrunt.hcl";
        if is_configuration(name) && !path.split('/').any(|segment| segment == ".terraform") {
            folders.entry(folder).or_default().push(path);
        }
    }
    let mut modules = BTreeMap::new();
    for (folder, paths) in folders {
        let mut module = Module::read(files, folder, &paths);
        let (values, no_values) = values::read(files, folder);
        let (facts, no_facts) = facts::read(files, folder);
        (module.values, module.facts) = (values, facts);
        module.unreadable.extend(no_values.into_iter().chain(no_facts));
        module.open |= generated;
        modules.insert(folder, module);
    }
    for folder in fragments(&modules) {
        if let Some(module) = modules.get_mut(folder) {
            module.layer = true;
        }
    }
    let mut uses = Vec::new();
    for module in modules.values() {
        uses::collect(module, &modules, &mut uses);
    }
    let facts = facts::of_clusters(files, |path| module::at_path(&modules, path));
    if !modules.is_empty() {
        uses::of_facts(&facts, &mut uses);
        elsewhere::collect(files, &modules, &mut uses);
    }
    Terraform { modules, facts, uses }
}

/// Folders whose files are no module as they lie, but are copied into others: they lack several of the names that they use,
/// or one, and say nothing of providers. Those that are called, or have values beside them, are meant to be whole.
fn fragments<'a>(modules: &BTreeMap<&'a str, Module<'a>>) -> Vec<&'a str> {
    let called: BTreeSet<&str> = modules
        .values()
        .flat_map(|module| module.calls.values())
        .map(|call| call.target.name())
        .collect();
    let alone = modules.values().filter(|module| {
        !called.contains(module.folder) && module.values.is_empty() && module.facts.is_empty()
    });
    alone
        .filter(|module| {
            let mut uses = Vec::new();
            uses::collect(module, modules, &mut uses);
            let missing: BTreeSet<&Symbol> = uses
                .iter()
                .filter(|used| used.by == By::Expression && used.symbol.home == module.folder)
                .map(|used| &used.symbol)
                .filter(|symbol| !module.defines(symbol.kind, &symbol.name))
                .collect();
            missing.len() > 1 || (missing.len() == 1 && !module.stands_alone())
        })
        .map(|module| module.folder)
        .collect()
}

fn is_configuration(name: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"]
        .iter()
        .any(|extension| name.ends_with(extension))
}

impl<'a> Terraform<'a> {
    pub(crate) fn module(&self, folder: &str) -> Option<&Module<'a>> {
        self.modules.get(folder)
    }

    /// The calls of every module, each with the module that makes it.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&Module<'a>, &Call<'a>)> {
        self.modules
            .values()
            .flat_map(|module| module.calls.values().map(move |call| (module, call)))
    }

    pub(crate) fn resolve(&self, files: &FileSet, symbol: &Symbol) -> Resolution {
        if symbol.kind == Kind::Folder {
            return match self.module(&symbol.name) {
                Some(_) => Resolution::Defined,
                None if files.contains(".gitmodules") => Resolution::Unknown,
                None => Resolution::Undefined,
            };
        }
        if symbol.kind == Kind::Output && symbol.home == elsewhere::ANY {
            return self.anywhere(&symbol.name);
        }
        match self.module(&symbol.home) {
            None => Resolution::Unknown,
            Some(module) if module.defines(symbol.kind, &symbol.name) => Resolution::Defined,
            Some(module) if module.open || module.layer => Resolution::Unknown,
            Some(_) => Resolution::Undefined,
        }
    }

    /// Whether any module has the output `name`.
    fn anywhere(&self, name: &str) -> Resolution {
        let mut modules = self.modules.values();
        if modules.clone().any(|module| module.defines(Kind::Output, name)) {
            Resolution::Defined
        } else if modules.any(|module| module.open) {
            Resolution::Unknown
        } else {
            Resolution::Undefined
        }
    }
}
