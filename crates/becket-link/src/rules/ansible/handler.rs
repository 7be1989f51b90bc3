//! BK0524: a handler that nobody defines.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0524",
        level: Level::Error,
        title: "a handler that nobody defines",
        documentation: "\
## What

A task notifies a handler, and no role or play has one of that name, or one that listens to it. Where a role from
elsewhere is used, or a handler's name is an expression, nothing is said.

## Why

The task fails where it changes something: `The requested handler was not found`. While nothing changes, nobody notices.

## What to do

Mend the name, or define the handler in `handlers/main.yaml` of the role.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Handler, By::Expression) {
        let name = &used.symbol.name;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no handler `{name}`"),
            used.place.location().labelled("nobody defines it"),
        );
        findings.push(
            match did_you_mean(name, world.ansible.handlers.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("define it in `handlers/main.yaml` of the role"),
            },
        );
    }
}
