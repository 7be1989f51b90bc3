//! BK0506: a module that is not called.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0506",
        level: Level::Error,
        title: "a module that is not called",
        documentation: "\
## What

An expression names `module.x`, and the module at hand has no `module \"x\"` block.

## Why

Terraform refuses the whole module: `Reference to undeclared module`.

## What to do

Mend the name, or call the module.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Call, By::Expression) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("no module is called as `{}`", symbol.name),
            used.place.location().labelled("no `module` block has this name"),
        );
        findings.push(meant(world, symbol, finding).help("call it in a `module` block"));
    }
}
