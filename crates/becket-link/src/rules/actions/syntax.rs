//! BK0534: a workflow or action that cannot be read.

use becket_source::{Diagnostic, Level, Rule};

use crate::rules::{LinkRule, no_yaml};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0534",
        level: Level::Warning,
        title: "a workflow or action that cannot be read",
        documentation: "\
## What

A workflow of GitHub Actions, or an action of the same repository that one uses, is no YAML. A key that stands twice counts
as such a fault.

## Why

GitHub refuses it and runs nothing: what looks like a pull request without checks is one whose checks were never started.

## What to do

Mend the place that is shown; often a bracket, a quote or an indentation before it is what is wrong.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let unreadable = world.actions.unreadable.iter();
    findings.extend(unreadable.map(|(path, error)| no_yaml(RULE.about.code, path, error)));
}
