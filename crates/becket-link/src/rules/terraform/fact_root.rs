//! BK0514: a fact of a root that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_folder;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0514",
        level: Level::Error,
        title: "a fact of a root that is not there",
        documentation: "\
## What

A line of `facts.yaml` takes an output of a root, and there are no Terraform files in that folder.

## Why

Nobody ever fills the variable, and the order in which roots are applied cannot be told.

## What to do

Mend the path, which counts from the folder of the `facts.yaml`.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Folder, By::Fact) {
        let folder = &used.symbol.name;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no root in `{folder}`"),
            used.place.location().labelled("leads nowhere"),
        );
        findings.push(near_folder(world, folder, finding));
    }
}
