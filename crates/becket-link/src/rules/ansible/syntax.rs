//! BK0527: a playbook or file of a role that cannot be read.

use becket_source::{Diagnostic, Level, Rule};

use crate::rules::{LinkRule, no_yaml};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0527",
        level: Level::Warning,
        title: "a playbook or file of a role that cannot be read",
        documentation: "\
## What

A playbook, or a file of a role's tasks, handlers or dependencies, is no YAML. A key that stands twice counts as such a
fault.

## Why

Ansible refuses it, or takes the last of two keys without a word. What stands in it is not known here, so that neither
what it refers to nor what might be defined in it is judged.

## What to do

Mend the place that is shown; often a bracket, a quote or an indentation before it is what is wrong.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let unreadable = world.ansible.unreadable.iter();
    findings.extend(unreadable.map(|(path, error)| no_yaml(RULE.about.code, path, error)));
}
