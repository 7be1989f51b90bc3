//! BK0502: a variable that the module does not declare.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0502",
        level: Level::Error,
        title: "a variable that the module does not declare",
        documentation: "\
## What

An expression names `var.x`, and no file of the module has a `variable \"x\"`.

## Why

Terraform refuses the whole module: `Reference to undeclared input variable`.

## What to do

Mend the name, or declare the variable. A module in JSON, or one that terragrunt adds files to, is not judged.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Variable, By::Expression) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no variable `{}`", symbol.name),
            used.place.location().labelled("nobody declares it"),
        );
        findings.push(meant(world, symbol, finding).help("declare it in a `variable` block"));
    }
}
