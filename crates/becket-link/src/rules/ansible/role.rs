//! BK0521: a role that is not there.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0521",
        level: Level::Error,
        title: "a role that is not there",
        documentation: "\
## What

A play, a task or a role names a role, and none of that name is in the files. A role of a collection that is not here, or
one that is installed from a galaxy, is not looked for.

## Why

Ansible stops before the first task: `the role was not found`.

## What to do

Mend the name: `role` beside a `roles/` folder, `organisation.collection.role` in a collection.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Role, By::Expression) {
        let name = &used.symbol.name;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no role `{name}`"),
            used.place.location().labelled("no role of this name"),
        );
        findings.push(
            match did_you_mean(name, world.ansible.roles.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("name one that is in `roles/`, or in a collection"),
            },
        );
    }
}
