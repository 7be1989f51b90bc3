//! BK0202: a `ConfigMap` that nobody defines.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use super::configuration_key::plain;
use crate::object::Object;
use crate::rules::LinkRule;
use crate::symbol::Kind;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0202",
        level: Level::Error,
        title: "a ConfigMap that nobody defines",
        documentation: "\
## What

A container or a volume names a ConfigMap, and nothing that is deployed to its namespace makes one of that name.

## Why

The pod is never started: it waits with `CreateContainerConfigError`, and the release with it.

## What to do

Name one that is made there, or make it with a `configMapGenerator`. `optional: true` on the reference says that it may be
missing. A Secret is not looked for: operators and people make those, outside Git.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (key, reference) in table.undefined() {
        let symbol = &reference.symbol;
        if symbol.kind != Kind::ConfigMap || symbol.part.is_some() {
            continue;
        }
        let scope = &world.scopes[key];
        let place = world
            .place(&scope.objects[reference.at.object], &reference.at.path)
            .labelled("nothing makes it");
        let names: Vec<String> = scope.of_kind("ConfigMap").map(Object::name).collect();
        let mut finding = Diagnostic::error(
            RULE.about.code,
            format!("there is no ConfigMap `{}`", symbol.name),
            place,
        )
        .note(format!(
            "in namespace `{}`: the pod would wait and never start",
            symbol.home
        ));
        if let Some(near) = did_you_mean(&symbol.name, names.iter().map(|name| plain(name))) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        findings
            .push(finding.help("make it with a configMapGenerator, or mark the reference `optional: true`"));
    }
}
