//! `hold`: keeps a stage as it is, or ends that.

use becket_release::{Date, Hold};

use crate::cli;
use crate::error::CommandError;
use crate::folder::{Folder, author};
use crate::output::Output;
use crate::platform::Read;
use crate::steps;

pub(crate) fn run(folder: &Folder, arguments: &cli::Hold, output: Output) -> Result<(), CommandError> {
    let stages = Read::of(folder, output)?.stages()?;
    let (unit, stage) = (arguments.unit.as_str(), arguments.stage.as_str());
    if arguments.end {
        steps::take(folder, |files| {
            becket_release::unhold(files, &stages, unit, stage)
        })?
        .tell(output);
        return Ok(());
    }
    let until = match &arguments.until {
        None => None,
        Some(text) => Some(text.parse::<Date>().map_err(|_| {
            CommandError::usage(format!("`{text}` is no date")).hint("write it as 2026-12-31")
        })?),
    };
    let hold = Hold {
        reason: arguments.reason.clone().unwrap_or_default(),
        author: author().name,
        until,
    };
    steps::take(folder, |files| {
        becket_release::hold(files, &stages, unit, stage, &hold)
    })?
    .tell(output);
    Ok(())
}
