//! BK0526: an argument that a role requires and nothing gives.

use becket_document::yaml;
use becket_source::{Diagnostic, Level, Location, Rule, did_you_mean};

use crate::frontend::ansible::arguments;
use crate::rules::LinkRule;
use crate::symbol::{By, Kind};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0526",
        level: Level::Warning,
        title: "an argument that a role requires and nothing gives",
        documentation: "\
## What

A role is used, its `meta/argument_specs.yaml` requires an argument, and nothing in the project sets a variable of that name:
no `group_vars`, play, task, inventory or fact.

## Why

Ansible stops at the role: `missing required arguments`. Only whoever gives it on the command line, each time, gets further.

## What to do

Mend the name where it is set, or set it; an output of Terraform comes through `facts.yaml`.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for used in table.undefined_uses(Kind::Argument, By::Expression) {
        let (role, name) = (&used.symbol.home, &used.symbol.name);
        let finding = Diagnostic::warning(
            RULE.about.code,
            format!("nothing gives `{name}`, which this role requires"),
            used.place.location().labelled("used here first"),
        );
        let finding = match required(world, role, name) {
            Some(place) => finding.related(place.labelled("required here")),
            None => finding,
        };
        findings.push(
            match did_you_mean(name, world.ansible.facts.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean it by the fact `{near}`?")),
                None => finding.help("set it in `group_vars`, or say in `facts.yaml` which output it is"),
            },
        );
    }
}

/// Where the specification of a role names an argument.
fn required(world: &World<'_>, role: &str, name: &str) -> Option<Location> {
    let mut paths = arguments::FILES.iter().map(|file| format!("{role}/{file}"));
    let path = paths.find(|path| world.files.contains(path))?;
    let text = world.files.text(&path)?.ok()?;
    let document = yaml::parse(text).documents.into_iter().next()?;
    let span = document.key_span(&arguments::options().key(name))?;
    Some(Location::new(path, span))
}
