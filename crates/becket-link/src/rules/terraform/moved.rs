//! BK0517: a move to an address that is not there.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::symbol::Kind;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0517",
        level: Level::Warning,
        title: "a move to an address that is not there",
        documentation: "\
## What

A `moved` block says that something is now at an address that the module does not have, while one that is almost the same is
there.

## Why

Terraform does not complain: it destroys the old object and makes a new one, which is what `moved` was to prevent.

## What to do

Mend the address under `to`.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for module in world.terraform.modules.values() {
        if module.open || module.layer {
            continue;
        }
        for (address, place) in &module.moves {
            let (kind, name) = match address.strip_prefix("module.") {
                Some(call) => (Kind::Call, call),
                None => (Kind::Resource, address.as_str()),
            };
            if module.defines(kind, name) {
                continue;
            }
            // What is gone for good may have been moved before that.
            let Some(near) = did_you_mean(name, module.names(kind)) else {
                continue;
            };
            if module.moves.iter().any(|(other, _)| other.ends_with(near)) {
                continue;
            }
            let finding = Diagnostic::warning(
                RULE.about.code,
                format!("`{address}` is not there"),
                place.location().labelled("nothing is moved here"),
            );
            let finding = match module.definition(kind, near) {
                Some(place) => finding.related(place.location().labelled(format!("`{near}` is here"))),
                None => finding,
            };
            findings.push(
                finding
                    .note("the old object would be destroyed and a new one made")
                    .help(format!("did you mean `{near}`?")),
            );
        }
    }
}
