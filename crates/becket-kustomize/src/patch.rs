//! `patches`: which resources a patch is for, and its application.

use crate::build::{Build, Folder};
use crate::set::Set;

/// Applies the patches of `folder` to `set`.
pub(crate) fn run(build: &mut Build<'_>, folder: &Folder, _set: &mut Set) {
    for patch in &folder.kustomization.patches {
        let place = folder.place(patch.span);
        build.findings.push(
            becket_source::Diagnostic::error(crate::codes::PATCH, "patches are not carried out yet", place)
                .help("remove it"),
        );
    }
}
