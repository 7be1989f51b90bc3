//! `release`: builds a service and releases it to the lowest stage.

use becket_release::UnitStatus;

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
    let status = steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, today())
    })?;
    if !platform.services.keys().any(|name| name.to_string() == unit) {
        return Err(gone(&status));
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

/// The service was taken out of platform.yaml: what may be left of it are releases.
fn gone(status: &UnitStatus) -> CommandError {
    let unit = &status.unit;
    let error = CommandError::usage(format!("platform.yaml has no service {unit} any more"));
    let released = status.stages.iter().filter(|stage| stage.released.is_some());
    released.fold(error, |error, stage| {
        error.hint(format!("becket remove {unit} --in {}", stage.stage))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use becket_release::Stages;
    use becket_source::FileSet;
    use clap::Parser;

    #[test]
    fn what_to_do_about_a_service_that_is_gone_runs_as_typed() {
        let files: FileSet = ["dev", "prod"]
            .into_iter()
            .map(|stage| {
                let path = format!("apps/orders/overlays/{stage}/release/kustomization.yaml");
                (path, b"resources: []\n".to_vec())
            })
            .collect();
        let status =
            becket_release::status(&files, &Stages::new(["dev", "qa", "prod"]), "orders", today()).unwrap();
        let hints = gone(&status).hints;
        assert_eq!(
            hints,
            ["becket remove orders --in dev", "becket remove orders --in prod"]
        );
        for hint in hints {
            Arguments::try_parse_from(hint.split(' ')).unwrap();
        }
    }
}
