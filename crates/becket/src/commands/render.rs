//! `render`: writes the repositories that platform.yaml describes.

use std::fs;
use std::path::Path;

use becket_render::REPOSITORIES;
use becket_source::FileSet;
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
        if output.findings(&mut findings, &existing) {
            return Err(CommandError::shown());
        }
        output.result("everything is as render would leave it", &json!({ "changes": 0 }));
        return Ok(());
    }
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
    let plan = match becket_render::plan(&existing, &rendered) {
        Ok(plan) => plan,
        Err(mut findings) => {
            output.findings(&mut findings, &existing);
            return Err(CommandError::shown());
        }
    };
    for (path, contents) in plan.write.iter() {
        write_file(&to.join(path), contents)?;
    }
    for path in &plan.remove {
        let path = to.join(path);
        fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
    }
    let (written, removed) = (plan.write.len(), plan.remove.len());
    let text = format!(
        "{written} written, {removed} removed, {} unchanged in {}",
        plan.unchanged.len(),
        to.display()
    );
    output.result(
        text,
        &json!({ "written": written, "removed": removed, "unchanged": plan.unchanged.len(), "to": to }),
    );
    Ok(())
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
