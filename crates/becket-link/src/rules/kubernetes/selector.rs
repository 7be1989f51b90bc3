//! BK0206: a selector that matches nothing.

use becket_document::KeyPath;
use becket_source::{Diagnostic, Level, Rule};
use serde_json::Value;

use crate::frontend::kubernetes::selector::accepts;
use crate::frontend::kubernetes::workload;
use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0206",
        level: Level::Error,
        title: "a selector that matches nothing",
        documentation: "\
## What

A Service, a PodDisruptionBudget, a NetworkPolicy or a workload selects pods by labels, and no pod that is deployed to its
namespace has them.

## Why

A Service without pods answers nothing; a budget or a policy without pods protects nothing, and looks as if it did. A
Deployment whose selector does not match its own template is refused.

## What to do

Use the labels that the pods have, under `template.metadata.labels` of the workload.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for scope in world.scopes.values().filter(|scope| !scope.open) {
        for object in &scope.objects {
            let kind = object.resource.kind();
            let (field, matches): (&str, bool) = match kind.as_ref() {
                "Service" => {
                    let Some(selector) = object.at("/spec/selector") else {
                        continue;
                    };
                    ("selector", !scope.served(selector).is_empty())
                }
                "NetworkPolicy" | "PodDisruptionBudget" => {
                    let field = if kind == "NetworkPolicy" {
                        "podSelector"
                    } else {
                        "selector"
                    };
                    let Some(selector) = object
                        .at(&format!("/spec/{field}"))
                        .filter(|selector| !is_empty(selector))
                    else {
                        continue;
                    };
                    (field, !scope.selected(selector).is_empty())
                }
                "Deployment" | "StatefulSet" | "DaemonSet" => {
                    let own = workload::template(object).and_then(|template| template.labels().cloned());
                    let Some(selector) = object.at("/spec/selector") else {
                        continue;
                    };
                    ("selector", accepts(selector, own.as_ref()))
                }
                _ => continue,
            };
            if !matches {
                let place = world
                    .place(object, &KeyPath::of_keys(["spec", field]))
                    .labelled("no pod has these labels");
                let message = format!("the selector of the {kind} `{}` matches nothing", object.name());
                findings.push(
                    Diagnostic::error(RULE.about.code, message, place)
                        .help("use the labels that the pods have, under `template.metadata.labels`"),
                );
            }
        }
    }
}

/// A selector that is about every pod of the namespace.
fn is_empty(selector: &Value) -> bool {
    selector.as_object().is_some_and(serde_json::Map::is_empty)
}
