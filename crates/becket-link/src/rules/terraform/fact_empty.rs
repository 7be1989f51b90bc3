//! BK0516: a fact that was not filled.

use becket_document::{Entry, Kind, Node, yaml};
use becket_kustomize::join;
use becket_source::{Diagnostic, Level, Location, Rule};

use crate::frontend::terraform::facts::{FILE, Fact, VALUES};
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

The facts of a root were written beside it, in `facts.auto.tfvars.json`, and a variable without a default is null there. Or
the `facts.yaml` of a cluster, which its apps take, has a null where it has a value for others of the same kind. Facts that
are not written yet are none of this: their root was never applied.

## Why

Terraform goes on with no value. An app of the cluster is given an address that leads nowhere; this one is a warning, since
the platform still runs on one machine.

## What to do

Apply the root that knows it, then write the facts again.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for module in world.terraform.modules.values() {
        let path = join(module.folder, VALUES).unwrap_or_default();
        let Some(values) = document(world, &path) else {
            continue;
        };
        for fact in &module.facts {
            let name = &fact.variable.0;
            let required = module
                .variables
                .get(name)
                .is_some_and(|variable| variable.required);
            let filled = values.get(name).and_then(|value| match &fact.key {
                Some(key) => value.get(key),
                None => Some(value),
            });
            let value = filled.filter(|value| value.kind == Kind::Null);
            if let (Some(value), true) = (value, required) {
                findings.push(finding(
                    Level::Error,
                    name,
                    Location::new(&path, value.span),
                    fact,
                ));
            }
        }
    }
    for fact in &world.terraform.facts {
        let place = fact.variable.1;
        let folder = place.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = join(folder, FILE).unwrap_or_default();
        let Some(values) = document(world, &path) else {
            continue;
        };
        let things = values
            .get(&fact.variable.0)
            .map(Node::entries)
            .unwrap_or_default();
        for (thing, value) in empty(things) {
            let place = Location::new(&path, value.span);
            findings.push(finding(Level::Warning, &thing, place, fact));
        }
    }
}

/// The nulls among things of one kind that others of them have a value for.
fn empty(things: &[Entry]) -> Vec<(String, &Node)> {
    let mut found = Vec::new();
    for thing in things {
        for field in thing.value.entries() {
            let others = things.iter().filter_map(|other| other.value.get(&field.name()));
            let mut filled = others.filter(|other| other.kind != Kind::Null);
            if field.value.kind == Kind::Null && filled.next().is_some() {
                found.push((format!("{}.{}", thing.name(), field.name()), &field.value));
            }
        }
    }
    found
}

fn document(world: &World<'_>, path: &str) -> Option<Node> {
    let text = world.files.text(path)?.ok()?;
    yaml::parse(text).documents.into_iter().next()
}

fn finding(level: Level, name: &str, place: Location, fact: &Fact<'_>) -> Diagnostic {
    let message = format!("the fact `{name}` was not filled");
    Diagnostic::new(RULE.about.code, level, message, place.labelled("null"))
        .related(fact.variable.1.location().labelled("it is this output"))
        .help(format!("apply `{}`, and write the facts again", fact.root.0))
}
