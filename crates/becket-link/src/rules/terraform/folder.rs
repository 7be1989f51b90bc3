//! BK0507: a call of a module that is not there.

use becket_source::{Diagnostic, Level, Rule};

use super::near_folder;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0507",
        level: Level::Error,
        title: "a call of a module that is not there",
        documentation: "\
## What

The source of a `module` block is a folder such as `../../modules/network`, and there are no Terraform files in it.

## Why

`terraform init` fails: `Unreadable module directory`.

## What to do

Mend the path, which counts from the folder of the file that it stands in. Sources in registries and other repositories are
not looked for.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Folder, By::Expression) {
        let folder = &used.symbol.name;
        let finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no module in `{folder}`"),
            used.place.location().labelled("leads nowhere"),
        );
        findings.push(near_folder(world, folder, finding));
    }
}
