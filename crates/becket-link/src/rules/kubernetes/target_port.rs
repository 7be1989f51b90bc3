//! BK0205: a port of a Service that leads nowhere.

use becket_document::KeyPath;
use becket_source::{Diagnostic, Level, Rule, did_you_mean};
use serde_json::Value;

use crate::frontend::kubernetes::workload;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0205",
        level: Level::Error,
        title: "a port of a Service that none of its pods has",
        documentation: "\
## What

A Service sends a port to a named port of its pods, and none of the pods that it selects has a port of that name.

## Why

The Service has no endpoints for that port: connections to it are refused.

## What to do

Use the name that the container gives its port, or the number.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for scope in world.scopes.values() {
        for service in scope.of_kind("Service") {
            let Some(selector) = service.at("/spec/selector") else {
                continue;
            };
            let selected = scope.served(selector);
            if selected.is_empty() {
                continue; // BK0206 says so.
            }
            let names: Vec<&str> = selected
                .iter()
                .flat_map(workload::Template::ports)
                .filter_map(|(name, _)| name)
                .collect();
            let ports = service
                .at("/spec/ports")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            for (index, port) in ports.enumerate() {
                let Some(target) = port.get("targetPort").and_then(Value::as_str) else {
                    continue;
                };
                if names.contains(&target) {
                    continue;
                }
                let path = KeyPath::of_keys(["spec", "ports"]).index(index).key("targetPort");
                let finding = Diagnostic::error(
                    RULE.about.code,
                    format!("no pod of the Service `{}` has a port `{target}`", service.name()),
                    world.place(service, &path).labelled("leads nowhere"),
                );
                findings.push(match did_you_mean(target, names.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("name the container's port, or give its number"),
                });
            }
        }
    }
}
