//! `remove`: takes a service's release from a stage, and so its app.

use crate::cli::Remove;
use crate::error::CommandError;
use crate::folder::{Folder, today};
use crate::output::Output;
use crate::platform::Read;
use crate::steps;

pub(crate) fn run(folder: &Folder, arguments: &Remove, output: Output) -> Result<(), CommandError> {
    let stages = Read::of(folder, output)?.stages()?;
    let (unit, stage) = (arguments.unit.as_str(), arguments.stage.as_str());
    steps::take(folder, |files| {
        becket_release::remove(files, &stages, unit, stage, today())
    })?
    .tell(output);
    Ok(())
}
