//! BK0510: a provider configuration that nobody makes.

use becket_source::{Diagnostic, Level, Rule};

use super::meant;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0510",
        level: Level::Error,
        title: "a provider configuration that nobody makes",
        documentation: "\
## What

A resource or a call names a provider configuration such as `aws.replica`, and the module has neither a `provider`
block with that alias nor a line for it in `configuration_aliases`.

## Why

Terraform refuses the module: `Provider configuration not present`.

## What to do

Mend the alias, or declare it: with a `provider` block in a root, in `configuration_aliases` in a module that is called.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Provider, By::Expression) {
        let symbol = &used.symbol;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no provider configuration `{}`", symbol.name),
            used.place.location().labelled("no provider has this alias"),
        );
        findings.push(meant(world, symbol, finding).help("declare the alias in a `provider` block"));
    }
}
