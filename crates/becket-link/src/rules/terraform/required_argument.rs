//! BK0509: a call that leaves out a required variable.

use becket_source::{Diagnostic, Level, Rule};

use crate::frontend::terraform::Target;
use crate::rules::{LinkRule, listed};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0509",
        level: Level::Error,
        title: "a call that leaves out a required variable",
        documentation: "\
## What

A `module` block does not give a value to a variable of the module that has no default.

## Why

Terraform refuses the call: `Missing required argument`.

## What to do

Give the argument, or give the variable a default in the module.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (caller, call) in world.terraform.calls() {
        let Target::Folder(folder) = &call.target else {
            continue;
        };
        let Some(module) = world.terraform.module(folder) else {
            continue;
        };
        if caller.layer || module.layer {
            continue;
        }
        let missing: Vec<_> = module
            .variables
            .iter()
            .filter(|(name, variable)| {
                variable.required && call.arguments.iter().all(|(given, _)| given != *name)
            })
            .collect();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<String> = missing.iter().map(|(name, _)| (*name).clone()).collect();
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("the call of module `{}` leaves out {}", call.name, listed(&names)),
            call.place.location().labelled("required, and not given"),
        );
        let declared = missing.iter().map(|(_, variable)| {
            variable
                .place
                .location()
                .labelled("declared here, without a default")
        });
        let finding = declared.fold(finding, Diagnostic::related);
        findings.push(finding.help("give the argument, or the variable a default"));
    }
}
