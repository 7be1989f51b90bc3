//! Rules about Terraform's modules and roots.

pub(super) mod argument;
pub(super) mod call;
pub(super) mod fact_cycle;
pub(super) mod fact_empty;
pub(super) mod fact_root;
pub(super) mod fact_variable;
pub(super) mod folder;
pub(super) mod local;
pub(super) mod moved;
pub(super) mod output;
pub(super) mod provider;
pub(super) mod required_argument;
pub(super) mod required_variable;
pub(super) mod resource;
pub(super) mod syntax;
pub(super) mod value;
pub(super) mod variable;

use becket_source::{Diagnostic, did_you_mean};

use crate::symbol::Symbol;
use crate::world::World;

/// The finding with the nearest name that the symbol's module has, and where that is defined.
fn meant(world: &World<'_>, symbol: &Symbol, finding: Diagnostic) -> Diagnostic {
    let Some(module) = world.terraform.module(&symbol.home) else {
        return finding;
    };
    let Some(near) = did_you_mean(&symbol.name, module.names(symbol.kind)) else {
        return finding;
    };
    let finding = finding.help(format!("did you mean `{near}`?"));
    match module.definition(symbol.kind, near) {
        Some(place) => finding.related(place.location().labelled(format!("`{near}` is here"))),
        None => finding,
    }
}

/// The finding with the module whose folder is nearest to one that is not there. Ansible names a root by its last part.
fn near_folder(world: &World<'_>, folder: &str, finding: Diagnostic) -> Diagnostic {
    let folders = world.terraform.modules.keys().copied();
    let is_path = folder.contains('/');
    let folders = folders.map(|known| {
        if is_path {
            known
        } else {
            known.rsplit('/').next().unwrap_or(known)
        }
    });
    match did_you_mean(folder, folders) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("mend the path, which counts from the folder that this file is in"),
    }
}
