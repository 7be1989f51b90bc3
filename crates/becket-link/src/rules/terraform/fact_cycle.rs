//! BK0515: facts that go round in a circle.

use std::collections::BTreeMap;

use becket_source::{Diagnostic, Level, Rule};

use crate::frontend::terraform::facts::Fact;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0515",
        level: Level::Error,
        title: "facts that go round in a circle",
        documentation: "\
## What

A root needs an output of another, and that one, over one or several roots, needs an output of the first.

## Why

Roots are applied in the order of their facts, and here none can be the first.

## What to do

Move what both need into a root of its own, or pass it on in one direction only.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let facts = |folder: &str| {
        let module = world.terraform.module(folder);
        module.map(|module| module.facts.as_slice()).unwrap_or_default()
    };
    for folder in world.terraform.modules.keys() {
        let Some(circle) = circle(folder, facts) else {
            continue;
        };
        // One finding a circle: at the folder that is first in the order of paths.
        let begins = circle.iter().all(|fact| fact.target.as_deref() >= Some(folder));
        if let (true, Some((first, others))) = (begins, circle.split_first()) {
            let finding = Diagnostic::error(
                RULE.about.code,
                format!("`{folder}` needs what needs it"),
                first.root.1.location().labelled("needs this root first"),
            );
            let others = others
                .iter()
                .map(|fact| fact.root.1.location().labelled("which needs this one"));
            findings.push(
                others
                    .fold(finding, Diagnostic::related)
                    .note("roots are applied in the order of their facts, and none of these can be the first")
                    .help("move what both need into a root of its own"),
            );
        }
    }
}

/// The facts that lead from `start` back to it on the shortest way, if any do.
fn circle<'f, 'a: 'f>(start: &str, facts: impl Fn(&str) -> &'f [Fact<'a>]) -> Option<Vec<&'f Fact<'a>>> {
    let mut reached: BTreeMap<&str, Vec<&Fact<'_>>> = BTreeMap::new();
    let mut next: Vec<Vec<&Fact<'_>>> = facts(start).iter().map(|fact| vec![fact]).collect();
    while !next.is_empty() {
        for way in std::mem::take(&mut next) {
            let Some(target) = way.last().and_then(|fact| fact.target.as_deref()) else {
                continue;
            };
            if target == start {
                return Some(way);
            }
            if reached.contains_key(target) {
                continue;
            }
            let further = facts(target).iter();
            next.extend(further.map(|fact| [way.as_slice(), &[fact]].concat()));
            reached.insert(target, way);
        }
    }
    None
}
