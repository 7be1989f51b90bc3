//! BK0301: a path of an Application that does not exist.

use becket_source::{Diagnostic, Level, Rule, did_you_mean};

use crate::rules::LinkRule;
use crate::table::Table;
use crate::world::World;

pub(crate) const RULE: LinkRule = LinkRule {
    about: Rule {
        code: "BK0301",
        level: Level::Error,
        title: "a path of an Application that does not exist",
        documentation: "\
## What

An Application's source names a folder, and the repository has no such folder.

## Why

Argo CD cannot compare: the Application's sync is Unknown, and nothing is deployed. With an ApplicationSet it is every
Application that the same generator makes.

## What to do

Mend the path, or the folder's name.
",
    },
    run,
};

fn run(world: &World<'_>, _: &Table<'_>, findings: &mut Vec<Diagnostic>) {
    let files = world.files;
    for application in world
        .applications
        .iter()
        .filter(|application| application.readable)
    {
        if files.has_folder(&application.path) {
            continue;
        }
        let parent = application.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let siblings: std::collections::BTreeSet<String> = files
            .under(parent)
            .filter_map(|(path, _)| {
                let rest = path[parent.len()..].trim_start_matches('/');
                rest.split_once('/')
                    .map(|(folder, _)| format!("{parent}/{folder}").trim_start_matches('/').to_owned())
            })
            .collect();
        let finding = Diagnostic::error(
            RULE.about.code,
            format!(
                "the Application `{}` deploys `{}`, which does not exist",
                application.name, application.path
            ),
            application.place.clone().labelled("made here"),
        );
        findings.push(
            match did_you_mean(&application.path, siblings.iter().map(String::as_str)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("mend the path of the source, or the folder's name"),
            },
        );
    }
}
