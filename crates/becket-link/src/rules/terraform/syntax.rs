//! BK0501: a file of Terraform that cannot be read.

use becket_source::{Diagnostic, Level, Location, Rule};

use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0501",
        level: Level::Warning,
        title: "a Terraform file that cannot be read",
        documentation: "\
## What

A `.tf` or `.tfvars` file is no HCL, as far as this program reads it: some rare forms that Terraform takes are not known
here. Or a root's `facts.yaml` is no YAML.

## Why

What the file defines or gives is not known, so nothing that refers to it is judged. Terraform, if it cannot read it
either, refuses the whole module.

## What to do

Mend the place that is shown; often a brace or a quote before it is what is wrong.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for module in world.terraform.modules.values() {
        for (path, error) in &module.unreadable {
            let place = Location::new(*path, error.span).labelled("not read from here on");
            findings.push(
                Diagnostic::warning(
                    RULE.about.code,
                    format!("this cannot be read as {}: {}", language(path), error.message),
                    place,
                )
                .help("look for a brace or a quote that is not closed before it"),
            );
        }
    }
}

fn language(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("yaml") => "YAML",
        Some("json") => "JSON",
        _ => "HCL",
    }
}
