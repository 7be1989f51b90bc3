//! The steps of a release's life. Each takes the files and returns what they shall be; a refused step changes nothing.

use std::collections::BTreeSet;

use becket_source::FileSet;

use crate::compare::{Difference, differences};
use crate::error::Error;
use crate::folder::{candidate, for_stage, hold_file, images, make, release_folder, without_stage};
use crate::hold::{Date, Hold};
use crate::image::{Digest, Image};
use crate::message::{Message, Step};
use crate::stages::{Stages, check_overlay, check_unit, not_released, released};

/// What a step leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// All files, as they shall be.
    pub files: FileSet,
    /// What was done.
    pub step: Step,
    /// What it changes at the stage, in the words of the unit.
    pub differences: Vec<Difference>,
}

impl Outcome {
    /// What to say in the commit.
    pub fn message(&self) -> Message {
        Message {
            step: self.step.clone(),
            changes: self.differences.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Releases the unit's candidate with `image` to the lowest stage.
pub fn release(
    files: &FileSet,
    stages: &Stages,
    unit: &str,
    image: &Image,
    today: Date,
) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let stage = stages.lowest()?;
    check_overlay(files, unit, stage)?;
    Hold::refuse(files, unit, stage, today)?;
    let release = make(&candidate_of(files, unit)?, image, stage);
    let (files, differences) = put(files, unit, stage, &release);
    Ok(Outcome {
        files,
        differences,
        step: Step::Release {
            unit: unit.to_owned(),
            to: stage.to_owned(),
            digest: image.digest().clone(),
        },
    })
}

/// The first release of these units, to every stage that has none: a platform that starts shows itself whole.
/// Stages that run something already, and those that are held, are left alone.
pub fn first(
    files: &FileSet,
    stages: &Stages,
    releases: &[(String, Image)],
    today: Date,
) -> Result<Outcome, Error> {
    let mut next = files.clone();
    let mut reached = BTreeSet::new();
    for (unit, image) in releases {
        check_unit(files, unit)?;
        let candidate = candidate_of(files, unit)?;
        for stage in stages.iter() {
            let folder = release_folder(unit, stage);
            let held = Hold::of(files, unit, stage)?.is_some_and(|hold| hold.stands(today));
            if !held && !files.has_folder(&folder) {
                check_overlay(files, unit, stage)?;
                next.replace_folder(&folder, &make(&candidate, image, stage));
                reached.insert(stage);
            }
        }
    }
    Ok(Outcome {
        files: next,
        differences: Vec::new(),
        step: Step::First {
            releases: releases
                .iter()
                .map(|(unit, image)| (unit.clone(), image.digest().clone()))
                .collect(),
            stages: stages
                .iter()
                .filter(|stage| reached.contains(stage))
                .map(str::to_owned)
                .collect(),
        },
    })
}

/// Carries the release of one stage to another, later one: image, manifests and configuration together.
///
/// Without `to`, to the stage after `from`; without `from`, from the stage before `to`; without both, from the lowest
/// stage that is ahead of the next one (see [`crate::StageStatus::ahead`]) to that next one. Stages are skipped only
/// by naming both. `approved_by` is recorded, not checked: who may approve is the platform's.
pub fn promote(
    files: &FileSet,
    stages: &Stages,
    unit: &str,
    (from, to): (Option<&str>, Option<&str>),
    approved_by: Option<&str>,
    today: Date,
) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let (from, to) = way(files, stages, unit, from, to)?;
    if stages.position(to)? <= stages.position(from)? {
        return Err(Error::Downwards {
            unit: unit.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }
    let released = released(files, stages, unit, from)?;
    check_overlay(files, unit, to)?;
    Hold::refuse(files, unit, to, today)?;
    if without_stage(&released) == without_stage(&files.folder(&release_folder(unit, to))) {
        return Err(Error::Equal {
            unit: unit.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }
    let digest = digest(&released, unit, from)?;
    let (files, differences) = put(files, unit, to, &for_stage(&released, to));
    Ok(Outcome {
        files,
        differences,
        step: Step::Promote {
            unit: unit.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            digest,
            approved_by: approved_by.map(str::to_owned),
        },
    })
}

/// What to go back to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// The stage's release folder as it was: with paths relative to it.
    pub previous: FileSet,
    /// The commit that it is taken from, for the record.
    pub commit: Option<String>,
    /// The hold that keeps the next promotion from undoing it; it takes the place of one that is there.
    pub hold: Hold,
}

/// Restores an earlier release of a stage, byte for byte, and leaves a hold. A stage that is held can be rolled back.
pub fn rollback(
    files: &FileSet,
    stages: &Stages,
    unit: &str,
    stage: &str,
    rollback: &Rollback,
) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let stage = stages.get(stage)?;
    let now = released(files, stages, unit, stage)?;
    if rollback.previous.is_empty() || without_stage(&now) == without_stage(&rollback.previous) {
        return Err(Error::NothingBefore {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
        });
    }
    let digest = digest(&rollback.previous, unit, stage)?;
    let (mut files, differences) = put(files, unit, stage, &rollback.previous);
    files.insert_text(hold_file(unit, stage), rollback.hold.to_yaml(stage));
    Ok(Outcome {
        files,
        differences,
        step: Step::Rollback {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
            digest,
            restored: rollback.commit.clone(),
            reason: rollback.hold.reason.clone(),
        },
    })
}

/// Has releases and promotions leave a stage alone.
pub fn hold(
    files: &FileSet,
    stages: &Stages,
    unit: &str,
    stage: &str,
    hold: &Hold,
) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let stage = stages.get(stage)?;
    check_overlay(files, unit, stage)?;
    let mut files = files.clone();
    files.insert_text(hold_file(unit, stage), hold.to_yaml(stage));
    Ok(Outcome {
        files,
        differences: Vec::new(),
        step: Step::Hold {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
            reason: hold.reason.clone(),
            until: hold.until,
        },
    })
}

/// Ends a hold, one that is over or cannot be read too.
pub fn unhold(files: &FileSet, stages: &Stages, unit: &str, stage: &str) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let stage = stages.get(stage)?;
    let mut files = files.clone();
    if files.remove(&hold_file(unit, stage)).is_none() {
        return Err(Error::NotHeld {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
        });
    }
    Ok(Outcome {
        files,
        differences: Vec::new(),
        step: Step::Unhold {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
        },
    })
}

/// Takes the unit's release from a stage, and so its app. What is the stage's own stays for the next release.
pub fn remove(
    files: &FileSet,
    stages: &Stages,
    unit: &str,
    stage: &str,
    today: Date,
) -> Result<Outcome, Error> {
    check_unit(files, unit)?;
    let stage = stages.get(stage)?;
    released(files, stages, unit, stage)?;
    Hold::refuse(files, unit, stage, today)?;
    let mut files = files.clone();
    files.remove_folder(&release_folder(unit, stage));
    Ok(Outcome {
        files,
        differences: Vec::new(),
        step: Step::Remove {
            unit: unit.to_owned(),
            stage: stage.to_owned(),
        },
    })
}

/// The stages that a promotion goes from and to.
fn way<'a>(
    files: &FileSet,
    stages: &'a Stages,
    unit: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(&'a str, &'a str), Error> {
    match (from, to) {
        (Some(from), Some(to)) => Ok((stages.get(from)?, stages.get(to)?)),
        (None, Some(to)) => match stages.before(to)? {
            Some(from) => Ok((from, stages.get(to)?)),
            None => Err(Error::LowestStage {
                unit: unit.to_owned(),
                stage: to.to_owned(),
            }),
        },
        (Some(from), None) => match stages.after(from)? {
            Some(to) => Ok((stages.get(from)?, to)),
            None => Err(Error::LastStage {
                unit: unit.to_owned(),
                stage: from.to_owned(),
            }),
        },
        (None, None) => {
            let lowest = stages.lowest()?;
            if !stages
                .iter()
                .any(|stage| files.has_folder(&release_folder(unit, stage)))
            {
                return Err(not_released(stages, unit, lowest));
            }
            stages
                .neighbours()
                .find(|(from, to)| is_ahead(files, unit, from, to))
                .ok_or_else(|| Error::NothingAhead {
                    unit: unit.to_owned(),
                })
        }
    }
}

/// Whether a stage has a release, and another than the next stage.
pub(crate) fn is_ahead(files: &FileSet, unit: &str, stage: &str, next: &str) -> bool {
    let release = files.folder(&release_folder(unit, stage));
    !release.is_empty()
        && without_stage(&release) != without_stage(&files.folder(&release_folder(unit, next)))
}

fn candidate_of(files: &FileSet, unit: &str) -> Result<FileSet, Error> {
    let candidate = files.folder(&candidate(unit));
    if candidate.is_empty() {
        return Err(Error::NoCandidate {
            unit: unit.to_owned(),
        });
    }
    Ok(candidate)
}

/// The digest of the unit's own image in a release; of several the one that has its name.
fn digest(release: &FileSet, unit: &str, stage: &str) -> Result<Option<Digest>, Error> {
    let images = images(release, &release_folder(unit, stage))?;
    let own = images
        .iter()
        .find(|image| image.name() == unit)
        .or(images.first());
    Ok(own.map(|image| image.digest().clone()))
}

fn put(files: &FileSet, unit: &str, stage: &str, release: &FileSet) -> (FileSet, Vec<Difference>) {
    let folder = release_folder(unit, stage);
    let differences = differences(&without_stage(&files.folder(&folder)), &without_stage(release));
    let mut files = files.clone();
    files.replace_folder(&folder, release);
    (files, differences)
}
