//! `promote`: copies a release to the next stage, in one commit.

use becket_platform::Platform;

use crate::cli::Promote;
use crate::error::{CommandError, Kind};
use crate::folder::{Folder, today};
use crate::output::Output;
use crate::platform::Read;
use crate::steps;

pub(crate) fn run(folder: &Folder, arguments: &Promote, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let (platform, stages) = (read.platform()?, read.stages()?);
    let way = (arguments.from.as_deref(), arguments.to.as_deref());
    let step = |files: &_| {
        let approved = arguments.approved_by.as_deref();
        becket_release::promote(files, &stages, &arguments.unit, way, approved, today())
    };
    // Looked at before it is done, so that an approval is asked for only where there is something to approve.
    let files = folder.committed("gitops")?;
    if !files.is_empty() {
        let outcome = step(&files).map_err(|error| steps::refused(&error))?;
        if let becket_release::Step::Promote { to, .. } = &outcome.step {
            approved(platform, to, arguments)?;
        }
    }
    steps::take(folder, step)?.tell(output);
    Ok(())
}

/// Whether who approves may do so for this stage.
fn approved(platform: &Platform, stage: &str, arguments: &Promote) -> Result<(), CommandError> {
    let environment = platform
        .environments
        .iter()
        .find(|(name, _)| name.to_string() == stage);
    let approvers: Vec<String> = environment
        .map(|(_, environment)| environment.approvers.iter().map(ToString::to_string).collect())
        .unwrap_or_default();
    let command = || {
        let from = arguments
            .from
            .as_deref()
            .map(|from| format!(" --from {from}"))
            .unwrap_or_default();
        format!(
            "becket promote {}{from} --to {stage} --approved-by {}",
            arguments.unit,
            approvers.join("|")
        )
    };
    match &arguments.approved_by {
        _ if approvers.is_empty() => Ok(()),
        None => Err(CommandError::new(
            Kind::Findings,
            format!("{stage} asks for an approval of {}", or(&approvers)),
        )
        .hint(command())),
        Some(who) if approvers.contains(who) => Ok(()),
        Some(who) => Err(CommandError::new(
            Kind::Findings,
            format!("{who} may not approve for {stage}: {} may", or(&approvers)),
        )
        .hint(command())),
    }
}

fn or(names: &[String]) -> String {
    names.join(" or ")
}
