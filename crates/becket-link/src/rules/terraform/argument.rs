//! BK0508: an argument that the called module has no variable for.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0508",
        level: Level::Error,
        title: "an argument that the called module has no variable for",
        documentation: "\
## What

A `module` block gives a value to `x`, and the module that it calls does not declare a variable `x`.

## Why

Terraform refuses the call: `Unsupported argument`.

## What to do

Mend the name, declare the variable in the module, or take the argument away.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Variable, By::Argument) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("the module that is called has no variable `{}`", symbol.name),
            used.place.location().labelled("no such variable"),
        );
        findings.push(meant(world, symbol, finding).help("declare it in the module"));
    }
}
