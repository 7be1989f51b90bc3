//! Rules about Ansible's playbooks and roles.

pub(super) mod argument;
pub(super) mod handler;
pub(super) mod host_group;
pub(super) mod role;
pub(super) mod source_file;
pub(super) mod syntax;
pub(super) mod tasks_file;

use becket_source::Diagnostic;

use crate::frontend::ansible::search;
use crate::world::World;

/// The finding with the nearest name of a file in `folder`, where it was looked for.
fn near_file(world: &World<'_>, folder: &str, name: &str, finding: Diagnostic) -> Diagnostic {
    match search::near(world.files, folder, name) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("it is looked for in `{folder}` first")),
    }
}
