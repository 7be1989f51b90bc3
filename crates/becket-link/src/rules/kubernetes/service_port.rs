//! BK0204: a port that a Service does not have.

use becket_source::{Diagnostic, Level, Rule};

use crate::rules::{LinkRule, listed};
use crate::symbol::Kind;
use crate::table::{Table, parts};
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0204",
        level: Level::Error,
        title: "a port that a Service does not have",
        documentation: "\
## What

An address such as `http://catalog:8081`, or a route, names a port, and the Service has no such port.

## Why

Connections to it are refused, or run into a time-out.

## What to do

Use a port that the Service has, or add the port to the Service.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (key, reference) in table.undefined() {
        let symbol = &reference.symbol;
        let home = key.home(reference);
        let (Some(port), Kind::Service) = (&symbol.part, symbol.kind) else {
            continue;
        };
        let Some(service) = world.scopes[&home].find("Service", &symbol.name) else {
            continue;
        };
        let user = &world.scopes[key].objects[reference.at.object];
        let ports = parts(service, Kind::Service);
        let at = world.place(service, &becket_document::KeyPath::of_keys(["spec", "ports"]));
        findings.push(
            Diagnostic::error(
                RULE.about.code,
                format!("the Service `{}` has no port {port}", symbol.name),
                world.place(user, &reference.at.path).labelled("no such port"),
            )
            .related(at.labelled("its ports"))
            .help(format!("it listens on {}", listed(&ports))),
        );
    }
}
