//! BK0516: a fact that was not filled.

use becket_document::{Kind, yaml};
use becket_source::{Diagnostic, Level, Location, Rule};

use crate::frontend::terraform::facts::VALUES;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0516",
        level: Level::Error,
        title: "a fact that was not filled",
        documentation: "\
## What

The facts of a root were written beside it, in `facts.auto.tfvars.json`, and one of those that its `facts.yaml` names is
missing there or null. Where the file is not there yet, nothing is said: the root was never applied.

## Why

Terraform asks for the value, or goes on with none.

## What to do

Apply the root that knows it, then write the facts again.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for module in world.terraform.modules.values() {
        let path = format!("{}/{VALUES}", module.folder);
        let Some(Ok(text)) = world.files.text(&path) else {
            continue;
        };
        let Some(values) = yaml::parse(text).documents.into_iter().next() else {
            continue;
        };
        for fact in &module.facts {
            let name = &fact.variable.0;
            let required = module
                .variables
                .get(name)
                .is_some_and(|variable| variable.required);
            let (place, label) = match values.entry(name) {
                Some(entry) if entry.value.kind == Kind::Null => {
                    (Location::new(&path, entry.value.span), "null")
                }
                Some(_) => continue,
                None => (Location::new(&path, None), ""),
            };
            if !required {
                continue;
            }
            findings.push(
                Diagnostic::error(
                    RULE.about.code,
                    format!("the fact `{name}` was not filled"),
                    place.labelled(label),
                )
                .related(fact.variable.1.location().labelled("it is this output"))
                .help(format!("apply `{}`, and write the facts again", fact.root.0)),
            );
        }
    }
}
