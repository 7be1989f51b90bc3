//! BK0201: a key of a `ConfigMap` or Secret that nobody defines.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::{LinkRule, listed};
use crate::symbol::Kind;
use crate::table::{Table, parts};
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0201",
        level: Level::Error,
        title: "a key of a ConfigMap or Secret that nobody defines",
        documentation: "\
## What

A container or a volume names a key, and the ConfigMap or Secret of that name has no such key.

## Why

The pod is never started: it waits with `CreateContainerConfigError`, and the release with it.

## What to do

Name a key that is there, or add the key: under `config:` of the service in `platform.yaml`, or to the generator of the
stage. `optional: true` on the reference says that it may be missing.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (key, reference) in table.undefined() {
        let symbol = &reference.symbol;
        let (Some(part), Kind::ConfigMap | Kind::Secret) = (&symbol.part, symbol.kind) else {
            continue;
        };
        let home = key.home(reference);
        let Some(object) = world.scopes[&home].find(&symbol.kind.to_string(), &symbol.name) else {
            continue;
        };
        let user = &world.scopes[key].objects[reference.at.object];
        let place = world.place(user, &reference.at.path).labelled("no such key");
        let keys = parts(object, symbol.kind);
        let mut finding = Diagnostic::error(
            RULE.about.code,
            format!(
                "the {} `{}` has no key `{part}`",
                symbol.kind,
                plain(&symbol.name)
            ),
            place,
        );
        let shown = keys
            .first()
            .map(|first| world.place(object, &becket_document::KeyPath::of_keys(["data", first])));
        if let Some(place) = shown {
            finding = finding.related(place.labelled("it is made here"));
        }
        finding = finding.note(format!(
            "in namespace `{}`: the pod would wait and never start",
            symbol.home
        ));
        finding = match did_you_mean(part, keys.iter().map(String::as_str)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if keys.is_empty() => finding.help("it has no keys at all"),
            None => finding.help(format!("it has {}", listed(&keys))),
        };
        findings.push(finding);
    }
}

/// A name without the hash that kustomize puts behind it.
pub(super) fn plain(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((plain, hash)) if hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            plain
        }
        _ => name,
    }
}
