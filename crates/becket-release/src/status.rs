//! Where a unit stands: what each stage runs, and what waits to be promoted.

use std::fmt::{self, Write as _};

use becket_source::FileSet;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::folder::{candidate, images, release_folder, without_stage};
use crate::hold::{Date, Hold};
use crate::image::Image;
use crate::stages::{Stages, check_unit};
use crate::steps::is_ahead;

/// The contents of a release as one number: equal for equal releases, whatever their stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity(String);

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a stage runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The images, in the order of the release.
    pub images: Vec<Image>,
    /// Manifests, configuration and images together.
    pub identity: Identity,
}

/// Where a unit stands at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageStatus {
    /// The stage.
    pub stage: String,
    /// What it runs; none before the first release.
    pub released: Option<Released>,
    /// Whether it has a release, and another than the next stage: a promotion from here would change something.
    pub ahead: bool,
    /// The hold on it, standing or over.
    pub hold: Option<Hold>,
    /// Whether the hold stands today.
    pub held: bool,
    /// The first file here that cannot be read, and why. The stage counts as held while it is the hold.
    pub problem: Option<String>,
}

/// Where a unit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitStatus {
    /// The unit.
    pub unit: String,
    /// Whether the candidate's manifests or configuration differ from what the lowest stage runs.
    pub candidate_ahead: bool,
    /// The stages, the lowest first.
    pub stages: Vec<StageStatus>,
}

/// Where `unit` stands on `today`. A file that cannot be read is said at its stage and hides nothing else.
pub fn status(files: &FileSet, stages: &Stages, unit: &str, today: Date) -> Result<UnitStatus, Error> {
    check_unit(files, unit)?;
    let lowest = release_folder(unit, stages.lowest()?);
    let candidate = files.folder(&candidate(unit));
    let stages = stages
        .iter()
        .map(|stage| {
            let next = stages.after(stage)?;
            let ahead = next.is_some_and(|next| is_ahead(files, unit, stage, next));
            Ok(stage_status(files, unit, stage, ahead, today))
        })
        .collect::<Result<_, Error>>()?;
    Ok(UnitStatus {
        unit: unit.to_owned(),
        candidate_ahead: !candidate.is_empty() && candidate != files.folder(&format!("{lowest}/base")),
        stages,
    })
}

fn stage_status(files: &FileSet, unit: &str, stage: &str, ahead: bool, today: Date) -> StageStatus {
    let mut problem = None;
    let (hold, stands) = match Hold::of(files, unit, stage) {
        Ok(hold) => {
            let stands = hold.as_ref().is_some_and(|hold| hold.stands(today));
            (hold, stands)
        }
        Err(error) => {
            problem = Some(error.with_remedy());
            (None, true)
        }
    };
    let folder = release_folder(unit, stage);
    let release = files.folder(&folder);
    let released = (!release.is_empty()).then(|| Released {
        images: images(&release, &folder).unwrap_or_else(|error| {
            problem.get_or_insert_with(|| error.with_remedy());
            Vec::new()
        }),
        identity: identity(&release),
    });
    StageStatus {
        stage: stage.to_owned(),
        released,
        ahead,
        hold,
        held: stands,
        problem,
    }
}

fn identity(release: &FileSet) -> Identity {
    let mut sum = Sha256::new();
    for (path, contents) in without_stage(release).iter() {
        // Lengths before the bytes, so that no two sets of files run together into one text.
        sum.update((path.len() as u64).to_be_bytes());
        sum.update(path);
        sum.update((contents.len() as u64).to_be_bytes());
        sum.update(contents);
    }
    let mut text = String::with_capacity(64);
    for byte in sum.finalize() {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Identity(text)
}
