//! BK0511: a value for a variable that is not declared.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0511",
        level: Level::Warning,
        title: "a value for a variable that is not declared",
        documentation: "\
## What

A `.tfvars` file gives a value to `x`, and no file of the root declares a variable `x`.

## Why

Terraform ignores the value, with a warning: what it was meant to set keeps its default.

## What to do

Mend the name, or take the line away.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Variable, By::Value) {
        let symbol = &used.symbol;
        let finding = Diagnostic::warning(
            RULE.about.code,
            format!("no variable `{}` is declared", symbol.name),
            used.place.location().labelled("given a value for nothing"),
        );
        findings.push(meant(world, symbol, finding).help("take the line away"));
    }
}
