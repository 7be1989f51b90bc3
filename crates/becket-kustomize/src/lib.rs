//! `kustomize build` over files in memory.
//!
//! [`build`] reads a folder through [`Files`], which a [`becket_source::FileSet`] is, and returns what kustomize 5.8.2
//! would print, resource by resource, each with the places that wrote it. Nothing is read from a disk or a network, and no
//! program is run: what of kustomize needs that is refused with a finding that names it, as is every field that is not
//! carried out here. Where kustomize takes something that cannot have been meant, such as a key that stands twice in a
//! kustomization file, this is an error too.

mod build;
mod codes;
mod fields;
mod fieldspec;
mod files;
mod generate;
mod image;
mod input;
mod json_patch;
mod kustomization;
mod load;
mod merge;
mod order;
mod patch;
mod place;
mod references;
mod resource;
mod schema;
mod scope;
mod selector;
mod set;
mod transform;
pub mod yaml;

use std::collections::BTreeSet;

use becket_source::Diagnostic;

use input::Input;

pub use codes::RULES;
pub use files::{Files, NAMES, join};
pub use input::Cache;
pub use resource::{Origin, Resource};

/// What a folder builds to.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The resources, in the order in which they are printed.
    pub resources: Vec<Resource>,
    /// The files that were read; what is built changes only when one of them does, or a file appears beside them.
    pub read: BTreeSet<String>,
}

impl Built {
    /// The resources as a stream of YAML documents: what `kustomize build` prints.
    pub fn to_yaml(&self) -> String {
        let mut out = String::with_capacity(self.resources.len() * 1024);
        for (index, resource) in self.resources.iter().enumerate() {
            if index > 0 {
                out.push_str("---\n");
            }
            yaml::write(&resource.value, &mut out);
        }
        out
    }
}

/// Builds the kustomization in `folder`, a path below the root of `files`; the empty path is the root.
///
/// # Errors
///
/// All findings that can be made at once; none of them is a warning.
pub fn build(files: &dyn Files, folder: &str) -> Result<Built, Vec<Diagnostic>> {
    run(Input::new(files, None), folder)
}

/// Builds as [`build`] does, and takes files whose contents were parsed before from `cache`.
///
/// # Errors
///
/// As [`build`].
pub fn build_with(files: &dyn Files, folder: &str, cache: &mut Cache) -> Result<Built, Vec<Diagnostic>> {
    run(Input::new(files, Some(cache)), folder)
}

fn run(input: Input<'_>, folder: &str) -> Result<Built, Vec<Diagnostic>> {
    let mut build = build::Build::new(input);
    let set = build.run(folder.trim_matches('/'));
    let Input {
        read, mut findings, ..
    } = build.input;
    if findings.is_empty() {
        return Ok(Built {
            resources: set.into_vec(),
            read,
        });
    }
    findings.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    findings.dedup();
    Err(findings)
}
