//! Rules about workflows of GitHub Actions.

pub(super) mod action;
pub(super) mod input;
pub(super) mod path;
pub(super) mod syntax;

use becket_source::Diagnostic;

use crate::frontend::actions;
use crate::world::World;

/// The finding with the nearest name beside a path that is not there.
fn near_path(world: &World<'_>, path: &str, finding: Diagnostic) -> Diagnostic {
    match actions::near(world.files, path) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("mend the path, which counts from the root of the repository"),
    }
}
