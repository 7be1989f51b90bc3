//! `diff`: what render would change; with a service, what a promotion would.

use serde_json::json;

use crate::cli::Diff;
use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::Output;
use crate::platform::Read;
use crate::{repositories, steps};

pub(crate) fn run(folder: &Folder, arguments: &Diff, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    match (&arguments.unit, &arguments.to) {
        (Some(unit), Some(to)) => between_stages(folder, &read, unit, arguments.from.as_deref(), to, output),
        _ => rendered(folder, &read, output),
    }
}

fn rendered(folder: &Folder, read: &Read, output: Output) -> Result<(), CommandError> {
    let rendered = repositories::render(read)?;
    let existing = repositories::committed(folder)?;
    let plan = match becket_render::plan(&existing, &rendered) {
        Ok(plan) => plan,
        Err(mut findings) => {
            output.findings(&mut findings, &existing);
            return Err(CommandError::shown());
        }
    };
    let after = plan.apply(&existing);
    let text = becket_render::diff(&existing, &after);
    let files: Vec<_> = existing.changes(&after).into_keys().collect();
    let shown = if text.is_empty() {
        "nothing would change".to_owned()
    } else {
        text.trim_end().to_owned()
    };
    output.result(shown, &json!({ "files": files, "diff": text }));
    Ok(())
}

fn between_stages(
    folder: &Folder,
    read: &Read,
    unit: &str,
    from: Option<&str>,
    to: &str,
    output: Output,
) -> Result<(), CommandError> {
    let stages = read.stages()?;
    let refused = |error: becket_release::Error| steps::refused(&error);
    let from = match from {
        Some(from) => from,
        None => stages.before(to).map_err(refused)?.ok_or_else(|| {
            CommandError::usage(format!("{to} is the lowest stage: nothing comes before it"))
                .hint("name the stage to compare with: --from STAGE")
        })?,
    };
    let files = folder.committed("gitops")?;
    let diff = becket_release::diff(&files, &stages, unit, from, to).map_err(refused)?;
    let mut text = String::new();
    for difference in &diff.differences {
        text.push_str(&format!("{difference}\n"));
    }
    for file in &diff.files {
        text.push('\n');
        text.push_str(&file.unified);
    }
    let shown = if text.is_empty() {
        format!("{from} and {to} run the same release of {unit}")
    } else {
        text
    };
    let value = json!({
        "unit": unit, "from": from, "to": to,
        "differences": diff.differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "files": diff.files.iter().map(|file| json!({ "path": file.path, "diff": file.unified })).collect::<Vec<_>>(),
    });
    output.result(shown.trim_end(), &value);
    Ok(())
}
