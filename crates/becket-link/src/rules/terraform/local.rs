//! BK0503: a local value that nobody defines.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0503",
        level: Level::Error,
        title: "a local value that nobody defines",
        documentation: "\
## What

An expression names `local.x`, and no `locals` block of the module has `x`.

## Why

Terraform refuses the whole module: `Reference to undeclared local value`.

## What to do

Mend the name, or define the value in a `locals` block.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Local, By::Expression) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no local value `{}`", symbol.name),
            used.place.location().labelled("nobody defines it"),
        );
        findings.push(meant(world, symbol, finding).help("define it in a `locals` block"));
    }
}
