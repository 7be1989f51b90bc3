//! BK0522: a file of tasks that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_file;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0522",
        level: Level::Error,
        title: "a file of tasks that is not there",
        documentation: "\
## What

A task includes or imports a file of tasks, a play imports a playbook, or `tasks_from` names a file of a role, and there
is none of that name.

## Why

An import stops Ansible before the first task; an include stops the run in the middle.

## What to do

Mend the name. A role looks into its own `tasks/` first, then beside the file that includes.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::TasksFile, By::Expression) {
        let (home, name) = (&used.symbol.home, &used.symbol.name);
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no file of tasks `{name}`"),
            used.place.location().labelled("leads nowhere"),
        );
        findings.push(near_file(world, home, name, finding));
    }
}
