//! `release`: builds a service and releases it to the lowest stage.

use crate::cli::Release;
use crate::error::CommandError;
use crate::folder::{Folder, today};
use crate::output::Output;
use crate::platform::Read;
use crate::{images, steps};

pub(crate) fn run(folder: &Folder, arguments: &Release, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let (platform, stages, unit) = (read.platform()?, read.stages()?, arguments.unit.as_str());
    // A wrong name, or a platform that was never rendered, is said to be so before anything is built.
    steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, today()).map(drop)
    })?;
    if !platform.services.keys().any(|name| name.to_string() == unit) {
        return Err(CommandError::usage(format!(
            "{unit} is released, but platform.yaml has no such service any more"
        ))
        .hint(format!("becket remove {unit}")));
    }
    let images = images::build(folder, platform, &[unit.to_owned()], output)?;
    let image = images
        .get(unit)
        .ok_or_else(|| CommandError::machine(format!("no image of {unit} was built")))?;
    steps::take(folder, |files| {
        becket_release::release(files, &stages, unit, image, today())
    })?
    .tell(output);
    Ok(())
}
