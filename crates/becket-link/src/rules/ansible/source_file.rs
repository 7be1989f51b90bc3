//! BK0523: a template or file that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_file;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0523",
        level: Level::Error,
        title: "a template or file that is not there",
        documentation: "\
## What

A task takes a template or copies a file, and no file of that name is where Ansible looks, nor anywhere that could lend
it. A file is a warning, and only where one of almost the same name is there: it may be one that Git does not keep.

## Why

The run stops in the middle: `Could not find or access`.

## What to do

Mend the name. A role looks into its own `templates/` or `files/` first.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for kind in [Kind::Template, Kind::File] {
        for used in table.undefined_uses(kind, By::Expression) {
            let (home, name) = (&used.symbol.home, &used.symbol.name);
            // A file may be one that Git does not keep: a key, an archive.
            let level = if kind == Kind::Template {
                Level::Error
            } else {
                Level::Warning
            };
            let finding = Diagnostic::new(
                RULE.about.code,
                level,
                format!("there is no {kind} `{name}`"),
                used.place.location().labelled("leads nowhere"),
            );
            findings.push(near_file(world, home, name, finding));
        }
    }
}
