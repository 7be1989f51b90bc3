//! `rollback`: restores the release that a stage had before, and holds it there.

use becket_git::{CommitInfo, Repository};
use becket_release::{Arrival, Hold, Message, Rollback, Step, release_before, release_folder};

use crate::cli;
use crate::error::{CommandError, Kind, chain};
use crate::folder::{Folder, author, today};
use crate::output::Output;
use crate::platform::Read;
use crate::steps;

/// How many commits of a stage are looked through for the release before.
const DEPTH: usize = 1_000;

pub(crate) fn run(folder: &Folder, arguments: &cli::Rollback, output: Output) -> Result<(), CommandError> {
    let stages = Read::of(folder, output)?.stages()?;
    let (unit, stage) = (arguments.unit.as_str(), arguments.stage.as_str());
    // Wrong names are said to be so before the history is searched for them.
    steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, today()).map(drop)
    })?;
    stages.get(stage).map_err(|error| steps::refused(&error))?;
    let repository = folder.repository("gitops")?;
    let (commit, previous) = before(&repository, unit, stage)?;
    let reason = arguments
        .reason
        .clone()
        .unwrap_or_else(|| format!("rolled back to {}", &commit[..10]));
    let rollback = Rollback {
        previous,
        commit: Some(commit),
        hold: Hold {
            reason,
            author: author().name,
            until: None,
        },
    };
    steps::take(folder, |files| {
        becket_release::rollback(files, &stages, unit, stage, &rollback)
    })?
    .tell(output);
    Ok(())
}

/// The release before the one that the stage runs: the commit that has it, and its folder.
fn before(
    repository: &Repository,
    unit: &str,
    stage: &str,
) -> Result<(String, becket_source::FileSet), CommandError> {
    let machine = |error: becket_git::Error| CommandError::machine(chain(&error));
    let path = release_folder(unit, stage);
    let log = repository.log(&[&path], DEPTH).map_err(machine)?;
    let arrivals: Vec<Arrival> = log.iter().map(arrival).collect();
    let Some(index) = release_before(&arrivals) else {
        return Err(CommandError::new(
            Kind::Findings,
            format!("{stage} had no release of {unit} before this one"),
        )
        .hint(format!("becket history {unit} --in {stage}")));
    };
    let commit = log[index].id;
    Ok((
        commit.to_string(),
        repository.folder(commit, &path).map_err(machine)?,
    ))
}

fn arrival(commit: &CommitInfo) -> Arrival {
    let step = Message::parse(&commit.message).map(|message| message.step);
    Arrival {
        release: commit.ids.first().copied().flatten().map(|id| id.to_string()),
        rollback: matches!(step, Some(Step::Rollback { .. })),
    }
}
