//! BK0531: an action or workflow of the repository that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_path;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0531",
        level: Level::Error,
        title: "an action or workflow of the repository that is not there",
        documentation: "\
## What

A step uses `./…`, or a job calls a workflow of the same repository, and there is none at that path.

## Why

GitHub refuses the run: `Can't find 'action.yml'`, or `workflow was not found`.

## What to do

Mend the path, which counts from the root of the repository.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for kind in [Kind::Action, Kind::Workflow] {
        for used in table.undefined_uses(kind, By::Expression) {
            let name = &used.symbol.name;
            let finding = Diagnostic::error(
                RULE.about.code,
                format!("there is no {kind} `{name}`"),
                used.place.location().labelled("leads nowhere"),
            );
            findings.push(near_path(world, name, finding));
        }
    }
}
