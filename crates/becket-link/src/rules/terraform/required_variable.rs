//! BK0512: a required variable of a root that nothing gives.

use becket_source::{Diagnostic, FileSet, Level, Rule};

use crate::frontend::terraform::Module;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0512",
        level: Level::Error,
        title: "a required variable of a root that nothing gives",
        documentation: "\
## What

A root has a variable without a default, and neither its `.tfvars` files nor its `facts.yaml` give it a value. Only roots
that have a `facts.yaml`, or a `terraform.tfvars` with other required values, are looked at, and a variable that is
sensitive, or given by `-var` or `TF_VAR_…` somewhere in the files, is left alone. Without a `facts.yaml` it is a warning:
the value may come from where Terraform runs.

## Why

Terraform asks for the value, or fails with `No value for required variable` where nobody can answer.

## What to do

Give it a value in `terraform.tfvars`, give it a default, or say in `facts.yaml` which output of which root it is.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for module in world.terraform.modules.values() {
        let Some(level) = level(module) else { continue };
        let given = module.given();
        for (name, variable) in &module.variables {
            if !variable.required || variable.sensitive || given.contains(name.as_str()) {
                continue;
            }
            if is_given_by_hand(world.files, name) {
                continue;
            }
            findings.push(
                Diagnostic::new(
                    RULE.about.code,
                    level,
                    format!("nothing gives the variable `{name}` a value"),
                    variable.place.location().labelled("required"),
                )
                .note("a run without a terminal fails, another one asks")
                .help("give it a value in `terraform.tfvars`, or a default")
                .help("or say in `facts.yaml` which output of which root it is"),
            );
        }
    }
}

/// How bad it is where a variable is not given: an error in a root whose facts are said, a warning where a
/// `terraform.tfvars` gives others that are required, nothing elsewhere.
fn level(module: &Module<'_>) -> Option<Level> {
    // What cannot be read may give it.
    if module.open || module.layer || !module.unreadable.is_empty() {
        return None;
    }
    if !module.facts.is_empty() {
        return Some(Level::Error);
    }
    let is_required = |name: &str| {
        module
            .variables
            .get(name)
            .is_some_and(|variable| variable.required)
    };
    let values = module.values.iter().filter(|values| values.main);
    let mut names = values.flat_map(|values| &values.names);
    names.any(|(name, _)| is_required(name)).then_some(Level::Warning)
}

/// Whether any file names the environment's or the command line's way to give it.
fn is_given_by_hand(files: &FileSet, name: &str) -> bool {
    let environment = format!("TF_VAR_{name}");
    let argument = format!("{name}=");
    files.iter().any(|(_, contents)| {
        let Ok(text) = std::str::from_utf8(contents) else {
            return false;
        };
        text.contains(&environment)
            || text.match_indices(&argument).any(|(at, _)| {
                let before = text[..at].trim_end_matches(['"', '\'', '=', ' ']);
                before.ends_with("-var")
            })
    })
}
