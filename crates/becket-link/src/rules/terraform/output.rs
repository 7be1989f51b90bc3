//! BK0505: an output that nobody defines.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::frontend::terraform::Module;
use crate::rules::{LinkRule, listed};
use crate::symbol::{By, Kind, Use};
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0505",
        level: Level::Error,
        title: "an output that nobody defines",
        documentation: "\
## What

Something takes an output of a module or a root that does not have it: an expression `module.network.vpc_id`, a line of
`facts.yaml` or `facts.sources.yaml`, an expression that reads another root's state, a test in Go, or `terraform output` in
a script or workflow. Whoever renames an output gets one of these for each user.

## Why

Terraform refuses a call that uses the output: `Unsupported attribute`. Between two roots nothing looks before the run: the
variable stays empty, and the apply of the one that needs it fails.

## What to do

Name an output that is there, or give the output its name back.
",
    },
    run,
};

fn run(world: &World<'_>, table: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    for by in [By::Expression, By::Fact, By::State, By::Elsewhere] {
        for used in table.undefined_uses(Kind::Output, by) {
            findings.push(match world.terraform.module(&used.symbol.home) {
                Some(module) => finding(used, module),
                None => nowhere(used, world),
            });
        }
    }
}

/// A finding at a user that does not say which root it asks.
fn nowhere(used: &Use<'_>, world: &World<'_>) -> Diagnostic {
    let name = &used.symbol.name;
    let finding = Diagnostic::error(
        RULE.about.code,
        format!("no module has an output `{name}`"),
        used.place.location().labelled("nobody defines it"),
    );
    let modules = world.terraform.modules.values();
    let outputs = modules.flat_map(|module| module.names(Kind::Output));
    match did_you_mean(name, outputs) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("name an output that is there, or add it to the root"),
    }
}

/// A finding at the user, with the place in the module where the output would be.
fn finding(used: &Use<'_>, module: &Module<'_>) -> Diagnostic {
    let name = &used.symbol.name;
    let finding = Diagnostic::error(
        RULE.about.code,
        format!("`{}` has no output `{name}`", module.folder),
        used.place.location().labelled("nobody defines it"),
    );
    let outputs: Vec<String> = module.names(Kind::Output).map(str::to_owned).collect();
    let near = did_you_mean(name, outputs.iter().map(String::as_str));
    let shown = match near {
        Some(near) => module.definition(Kind::Output, near),
        None => module.first(Kind::Output).or_else(|| module.first(Kind::Call)),
    };
    let finding = match shown {
        Some(place) => finding.related(place.location().labelled(match near {
            Some(near) => format!("it has `{near}`"),
            None => "this is what it has".to_owned(),
        })),
        None => finding,
    };
    let finding = match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    match outputs.len() {
        0 => finding.help("it has no outputs at all: add the output there"),
        1 if near.is_some() => finding,
        _ => finding.help(format!("it has {}", listed(&outputs))),
    }
}
