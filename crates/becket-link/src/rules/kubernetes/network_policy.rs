//! BK0207: a network policy that shuts out a need.

use becket_document::KeyPath;
use becket_source::{Diagnostic, Level, Rule};

use crate::frontend::kubernetes::policy::{Direction, Pod, shut};
use crate::frontend::kubernetes::workload::{self, Template};
use crate::object::Object;
use crate::rules::LinkRule;
use crate::scope::Scope;
use crate::symbol::{Kind, Reference};
use crate::table::Table;
use crate::world::{Key, World};

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0207",
        level: Level::Error,
        title: "a network policy that shuts out a need",
        documentation: "\
## What

A service is given the address of another, and the network policies on the way do not let the connection through: no
egress rule of the one that calls, or no ingress rule of the one that is called, has the other's pods and port.

## Why

Every call runs into a time-out, on a cluster only, where somebody enforces policies.

## What to do

Let the connection through on both sides. In `platform.yaml` a name under `needs:` does that.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for (key, scope) in &world.scopes {
        for reference in scope.references.iter().filter(|reference| reference.address) {
            for user in users(scope, reference) {
                judge(world, key, scope, reference, &user, findings);
            }
        }
    }
}

/// The workloads that are given the address: its own one, or those that take the `ConfigMap` as environment.
fn users<'s>(scope: &'s Scope, reference: &Reference) -> Vec<Template<'s>> {
    let holder = &scope.objects[reference.at.object];
    if let Some(own) = workload::template(holder) {
        return vec![own];
    }
    scope.configured(&holder.name())
}

fn judge(
    world: &World<'_>,
    key: &Key,
    scope: &Scope,
    reference: &Reference,
    user: &Template<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let symbol = &reference.symbol;
    let home = key.home(reference);
    let Some(there) = world.scopes.get(&home) else {
        return;
    };
    let Some(service) = there.find(&Kind::Service.to_string(), &symbol.name) else {
        return;
    };
    let Some(selector) = service.at("/spec/selector") else {
        return;
    };
    for called in there.served(selector) {
        let Some(port) = pod_port(service, symbol.part.as_deref(), &called) else {
            continue;
        };
        let near = Pod {
            namespace: &key.namespace,
            template: user,
        };
        let far = Pod {
            namespace: &home.namespace,
            template: &called,
        };
        let sides = [
            (
                shut(scope, Direction::Egress, &near, &far, port),
                "egress",
                "lets no connection out to it",
            ),
            (
                shut(there, Direction::Ingress, &far, &near, port),
                "ingress",
                "lets no connection in from there",
            ),
        ];
        for (policies, field, label) in sides {
            let Some(policy) = policies.first() else { continue };
            let user = &scope.objects[reference.at.object];
            findings.push(finding(world, policy, field, label, user, reference, port));
        }
    }
}

fn finding(
    world: &World<'_>,
    policy: &Object,
    field: &str,
    label: &str,
    user: &Object,
    reference: &Reference,
    port: u64,
) -> Diagnostic {
    let name = &reference.symbol.name;
    let need = world.place(user, &reference.at.path);
    Diagnostic::error(
        RULE.about.code,
        format!(
            "the NetworkPolicy `{}` shuts out the way to `{name}`",
            policy.name()
        ),
        world
            .place(policy, &KeyPath::of_keys(["spec", field]))
            .labelled(label),
    )
    .related(need.labelled(format!("`{name}` is needed here")))
    .note("calls would run into a time-out on a cluster that enforces policies")
    .help(format!("add a rule under `{field}:` for port {port}"))
}

/// The port of the called pods that an address leads to.
fn pod_port(service: &Object, part: Option<&str>, called: &Template<'_>) -> Option<u64> {
    let ports = service.at("/spec/ports")?.as_array()?;
    let entry = ports.iter().find(|entry| {
        part.is_none_or(|part| {
            entry["port"]
                .as_u64()
                .is_some_and(|number| number.to_string() == part)
        })
    })?;
    match entry.get("targetPort") {
        None => entry["port"].as_u64(),
        Some(serde_json::Value::String(name)) => called
            .ports()
            .iter()
            .find(|(known, _)| *known == Some(name.as_str()))
            .map(|(_, number)| *number),
        Some(number) => number.as_u64(),
    }
}
