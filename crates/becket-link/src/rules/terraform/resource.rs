//! BK0504: a resource or data source that nobody declares.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0504",
        level: Level::Error,
        title: "a resource or data source that nobody declares",
        documentation: "\
## What

An expression names `aws_vpc.this` or `data.aws_ami.node`, and the module has no such block.

## Why

Terraform refuses the whole module: `Reference to undeclared resource`.

## What to do

Mend the address. What a resource of another module knows comes through an output of that module.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Resource, By::Expression) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no `{}`", symbol.name),
            used.place.location().labelled("no block declares it"),
        );
        findings.push(
            meant(world, symbol, finding).help("what another module knows comes through one of its outputs"),
        );
    }
}
