//! BK0533: a path in a workflow that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_path;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0533",
        level: Level::Error,
        title: "a path in a workflow that is not there",
        documentation: "\
## What

A step works in a folder or runs a script that is not in the repository, while one of almost the same name is, or the path
lies in `.github/`. Jobs that check out other repositories, or into a folder, are left alone.

## Why

The step fails: `No such file or directory`.

## What to do

Mend the path, which counts from the root of the repository, or from the step's `working-directory`.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Path, By::Expression) {
        let name = &used.symbol.name;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no `{name}`"),
            used.place.location().labelled("leads nowhere"),
        );
        findings.push(near_path(world, name, finding));
    }
}
