//! BK0525: hosts that no inventory has.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0525",
        level: Level::Warning,
        title: "hosts that no inventory has",
        documentation: "\
## What

A play is for a group or host that no inventory of the project has. Where an inventory is a plugin or a script, or a task
adds hosts, nothing is said.

## Why

Ansible skips the play, with no more than a warning: nothing of it is done.

## What to do

Mend the name, or add the group to the inventory.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::HostGroup, By::Expression) {
        let name = &used.symbol.name;
        let finding = Diagnostic::warning(
            RULE.about.code,
            format!("no inventory has `{name}`"),
            used.place.location().labelled("nobody is in it"),
        );
        findings.push(
            match did_you_mean(name, world.ansible.groups.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("add the group to the inventory"),
            },
        );
    }
}
