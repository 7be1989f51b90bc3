//! BK0513: a fact for a variable that is not declared.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0513",
        level: Level::Error,
        title: "a fact for a variable that is not declared",
        documentation: "\
## What

A line of `facts.yaml` fills a variable, and the root beside it does not declare one of that name.

## Why

The value is ignored, and the variable that it was meant for stays empty.

## What to do

Mend the name, or take the line away.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Variable, By::Fact) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("no variable `{}` is declared", symbol.name),
            used.place.location().labelled("a fact for nothing"),
        );
        findings.push(meant(world, symbol, finding).help("take the line away"));
    }
}
