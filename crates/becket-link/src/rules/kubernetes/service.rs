//! BK0203: a Service that nobody defines.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::object::Object;
use crate::rules::LinkRule;
use crate::symbol::Kind;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0203",
        level: Level::Error,
        title: "a Service that nobody defines",
        documentation: "\
## What

An address such as `http://catalog:8080`, or a route, names a Service, and nothing that is deployed to its namespace makes
one of that name. Where another stage has it, it is a warning: it is not released here yet.

## Why

The name does not resolve, and every request to it fails.

## What to do

Mend the name. Where the service is there but not on this stage, promote it first.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (key, reference) in table.undefined() {
        let symbol = &reference.symbol;
        let home = key.home(reference);
        let scope = &world.scopes[&home];
        // A route names the Service and its port apart; an address names both at once.
        if symbol.kind != Kind::Service || scope.find("Service", &symbol.name).is_some() {
            continue;
        }
        let user = &world.scopes[key].objects[reference.at.object];
        let place = world.place(user, &reference.at.path);
        let finding = if world.elsewhere(&home, "Service", &symbol.name) && !home.is_candidates() {
            let message = format!(
                "the Service `{}` is not in namespace `{}` yet",
                symbol.name, symbol.home
            );
            Diagnostic::warning(RULE.about.code, message, place.labelled("not here yet"))
                .help(format!("promote `{}` to this stage first", symbol.name))
        } else {
            let message = format!("there is no Service `{}`", symbol.name);
            let finding = Diagnostic::error(RULE.about.code, message, place.labelled("nothing makes it"));
            let names: Vec<String> = scope.of_kind("Service").map(Object::name).collect();
            match did_you_mean(&symbol.name, names.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            }
        };
        findings.push(finding);
    }
}
