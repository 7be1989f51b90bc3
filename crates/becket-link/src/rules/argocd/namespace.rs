//! BK0303: a namespace that nobody makes.

use std::collections::BTreeSet;

use becket_source::{Diagnostic, Level, Rule};

use crate::object::Object;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0303",
        level: Level::Error,
        title: "a namespace that nobody makes",
        documentation: "\
## What

An Application deploys to a namespace that no Application makes, and its own sync options do not have
`CreateNamespace=true`.

## Why

The sync fails with `namespaces \"…\" not found`.

## What to do

Add `CreateNamespace=true` to the sync options, or a Namespace to what is deployed.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let always = [
        "default",
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "argocd",
    ];
    let made: BTreeSet<String> = world
        .scopes
        .values()
        .flat_map(|scope| scope.of_kind("Namespace"))
        .map(Object::name)
        .chain(
            world
                .applications
                .iter()
                .filter(|app| app.creates_namespace)
                .map(|app| app.namespace.clone()),
        )
        .collect();
    for application in &world.applications {
        let namespace = &application.namespace;
        if namespace.is_empty() || always.contains(&namespace.as_str()) || made.contains(namespace) {
            continue;
        }
        findings.push(
            Diagnostic::error(
                RULE.about.code,
                format!(
                    "the Application `{}` deploys to `{namespace}`, which nobody makes",
                    application.name
                ),
                application.place.clone().labelled("made here"),
            )
            .help("add `CreateNamespace=true` to its sync options"),
        );
    }
}
