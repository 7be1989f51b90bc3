//! BK0302: two Applications with one name.

use std::collections::BTreeMap;

use becket_source::{Diagnostic, Level, Location, Rule};

use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0302",
        level: Level::Error,
        title: "two Applications with one name",
        documentation: "\
## What

Two Applications of one Argo CD have the same name.

## Why

Within an ApplicationSet the whole set fails and makes no Application at all; between two sets they fight over one
Application, and what one deploys the other prunes.

## What to do

Put into the name what tells them apart: `<stack>-<unit>-<stage>`, and the cluster where a stage spans several.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = BTreeMap::new();
    for application in &world.applications {
        let Some(first) = seen.insert((&application.operator, &application.name), application) else {
            continue;
        };
        findings.push(
            Diagnostic::error(
                RULE.about.code,
                format!("two Applications have the name `{}`", application.name),
                application
                    .place
                    .clone()
                    .labelled(format!("deploys `{}`", application.path)),
            )
            .related(Location {
                label: format!("deploys `{}`", first.path),
                ..first.place.clone()
            })
            .help("put into the name what tells them apart"),
        );
    }
}
