//! `render`: writes the repositories that platform.yaml describes.

use std::fs;
use std::path::Path;

use becket_render::REPOSITORIES;
use becket_source::{FileSet, Level};
use serde_json::json;

use crate::cli::Render;
use crate::error::CommandError;
use crate::folder::{Folder, read_folder, unreadable, unwritable, write_file};
use crate::output::Output;
use crate::platform::Read;
use crate::repositories;

pub(crate) fn run(folder: &Folder, arguments: &Render, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let rendered = repositories::render(&read)?;
    let existing = match &arguments.to {
        Some(to) => read_repositories(to)?,
        None => repositories::committed(folder)?,
    };
    if arguments.check {
        let mut findings = becket_render::check_rendered(&existing, &rendered);
        findings.extend(read.stale_lock(Level::Error));
        if output.findings(&mut findings, &existing) {
            return Err(CommandError::shown());
        }
        output.result("everything is as render would leave it", &json!({ "changes": 0 }));
        return Ok(());
    }
    read.keep_lock(folder)?;
    let Some(to) = &arguments.to else {
        return match repositories::commit(folder, &rendered)? {
            Ok(changed) if changed.is_empty() => {
                output.result("nothing changed", &json!({ "changed": changed }));
                Ok(())
            }
            Ok(changed) => {
                output.result(
                    format!("committed to {}", changed.join(" and ")),
                    &json!({ "changed": changed }),
                );
                Ok(())
            }
            Err(mut findings) => {
                output.findings(&mut findings, &existing);
                Err(CommandError::shown())
            }
        };
    };
    let seeded = seed(folder, &existing)?;
    let plan = match becket_render::plan(&seeded, &rendered) {
        Ok(plan) => plan,
        Err(mut findings) => {
            output.findings(&mut findings, &seeded);
            return Err(CommandError::shown());
        }
    };
    let after = plan.apply(&seeded);
    let mut written = 0;
    for (path, contents) in after.iter() {
        if existing.get(path) != Some(contents) {
            write_file(&to.join(path), contents)?;
            written += 1;
        }
    }
    for path in &plan.remove {
        let path = to.join(path);
        if path.exists() {
            fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
        }
    }
    let (removed, unchanged) = (plan.remove.len(), after.len() - written);
    let text = format!(
        "{written} written, {removed} removed, {unchanged} unchanged in {}",
        to.display()
    );
    output.result(
        text,
        &json!({ "written": written, "removed": removed, "unchanged": unchanged, "to": to }),
    );
    Ok(())
}

/// What lies in a folder, and for a repository that it does not have yet, what is committed on this machine: its
/// releases and patches come along, so that each overlay builds.
fn seed(folder: &Folder, existing: &FileSet) -> Result<FileSet, CommandError> {
    let mut files = existing.clone();
    for name in REPOSITORIES {
        if !existing.has_folder(name) && folder.state().join("git").is_dir() {
            files.replace_folder(name, &folder.committed(name)?);
        }
    }
    Ok(files)
}

/// The files of the repositories below `to`, as far as they are there.
fn read_repositories(to: &Path) -> Result<FileSet, CommandError> {
    let mut files = FileSet::new();
    for name in REPOSITORIES {
        let path = to.join(name);
        let read =
            read_folder(&path, &|folder| folder == ".git").map_err(|error| unreadable(&path, &error))?;
        files.replace_folder(name, &read);
    }
    Ok(files)
}
