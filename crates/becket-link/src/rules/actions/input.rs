//! BK0532: an input that an action or workflow does not have.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0532",
        level: Level::Error,
        title: "an input that an action or workflow does not have",
        documentation: "\
## What

A step or a job gives, under `with`, an input that the action or workflow of the same repository does not declare.

## Why

GitHub refuses the call of a workflow; an action goes on without the value, with a warning that nobody reads.

## What to do

Mend the name, or declare the input.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Input, By::Expression) {
        let (home, name) = (&used.symbol.home, &used.symbol.name);
        // An action goes on without it.
        let level = if home.contains(".github/workflows/") {
            Level::Error
        } else {
            Level::Warning
        };
        let finding = Diagnostic::new(
            RULE.about.code,
            level,
            format!("`{home}` has no input `{name}`"),
            used.place.location().labelled("no such input"),
        );
        let known = world.actions.inputs.get(home).into_iter().flatten();
        findings.push(match did_you_mean(name, known.map(String::as_str)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("mend the name, or declare the input there"),
        });
    }
}
