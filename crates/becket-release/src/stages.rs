//! The stages in their order, and the units that go through them.

use becket_source::{FileSet, did_you_mean};

use crate::error::Error;
use crate::folder::{candidate, overlay, release_folder};

/// The stages in the order of promotion, the lowest first. For services they are the platform's environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages(Vec<String>);

impl Stages {
    /// These stages, the lowest first.
    pub fn new<S: Into<String>>(stages: impl IntoIterator<Item = S>) -> Self {
        Self(stages.into_iter().map(Into::into).collect())
    }

    /// All stages, the lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The stage that releases are made at.
    pub fn lowest(&self) -> Result<&str, Error> {
        self.0.first().map(String::as_str).ok_or(Error::NoStages)
    }

    /// The stage of this name.
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        self.position(name).map(|position| self.0[position].as_str())
    }

    /// The stage after `name`; none after the last.
    pub fn after(&self, name: &str) -> Result<Option<&str>, Error> {
        Ok(self.0.get(self.position(name)? + 1).map(String::as_str))
    }

    /// The stage before `name`; none before the lowest.
    pub fn before(&self, name: &str) -> Result<Option<&str>, Error> {
        let position = self.position(name)?;
        Ok(position.checked_sub(1).map(|before| self.0[before].as_str()))
    }

    /// Each stage with the next one.
    pub(crate) fn neighbours(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str()))
    }

    pub(crate) fn position(&self, name: &str) -> Result<usize, Error> {
        self.0
            .iter()
            .position(|stage| stage == name)
            .ok_or_else(|| Error::UnknownStage {
                stage: name.to_owned(),
                meant: did_you_mean(name, self.iter()).map(str::to_owned),
                known: self.0.clone(),
            })
    }
}

/// The units there are, in order: every folder of `apps/` with a candidate or with overlays.
pub fn units(files: &FileSet) -> Vec<&str> {
    let mut units: Vec<&str> = files
        .under("apps")
        .filter_map(|(path, _)| {
            let mut names = path.split('/').skip(1);
            let unit = names.next()?;
            matches!(names.next()?, "base" | "overlays").then_some(unit)
        })
        .collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// That there is a unit of this name.
pub(crate) fn check_unit(files: &FileSet, unit: &str) -> Result<(), Error> {
    let known = !unit.is_empty()
        && !unit.contains('/')
        && (files.has_folder(&candidate(unit)) || files.has_folder(&format!("apps/{unit}/overlays")));
    if known {
        return Ok(());
    }
    let units = units(files);
    Err(Error::UnknownUnit {
        unit: unit.to_owned(),
        meant: did_you_mean(unit, units.iter().copied()).map(str::to_owned),
        known: units.into_iter().map(str::to_owned).collect(),
    })
}

/// That the unit can be released to the stage: render has made the overlay.
pub(crate) fn check_overlay(files: &FileSet, unit: &str, stage: &str) -> Result<(), Error> {
    let path = format!("{}/kustomization.yaml", overlay(unit, stage));
    if files.contains(&path) {
        return Ok(());
    }
    Err(Error::NoOverlay {
        unit: unit.to_owned(),
        stage: stage.to_owned(),
        path,
    })
}

/// The release of a stage, with paths relative to its folder.
pub(crate) fn released(files: &FileSet, stages: &Stages, unit: &str, stage: &str) -> Result<FileSet, Error> {
    let release = files.folder(&release_folder(unit, stage));
    if release.is_empty() {
        return Err(not_released(stages, unit, stage));
    }
    Ok(release)
}

/// That nothing of the unit is released to the stage, with what does it.
pub(crate) fn not_released(stages: &Stages, unit: &str, stage: &str) -> Error {
    let command = match stages.before(stage) {
        Ok(Some(_)) => format!("becket promote {unit} --to {stage}"),
        _ => format!("becket release {unit}"),
    };
    Error::NotReleased {
        unit: unit.to_owned(),
        stage: stage.to_owned(),
        command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_know_their_neighbours_and_suggest_what_was_meant() {
        let stages = Stages::new(["dev", "qa", "pre-prod", "prod"]);
        assert_eq!(stages.after("qa").unwrap(), Some("pre-prod"));
        assert_eq!(stages.after("prod").unwrap(), None);
        assert_eq!(stages.before("dev").unwrap(), None);
        assert_eq!(stages.lowest().unwrap(), "dev");
        assert_eq!(
            stages.get("preprod").unwrap_err().with_remedy(),
            "there is no stage `preprod`; did you mean `pre-prod`?"
        );
        assert_eq!(
            stages.get("x").unwrap_err().with_remedy(),
            "there is no stage `x`; there are dev, qa, pre-prod, prod"
        );
    }

    #[test]
    fn units_are_folders_with_a_candidate_or_overlays() {
        let files: FileSet = [
            "apps/a-b/base/x",
            "apps/a/base/x",
            "apps/b/overlays/qa/y",
            "apps/README",
            "apps/c/d",
        ]
        .into_iter()
        .map(|path| (path, b"".as_slice()))
        .collect();
        assert_eq!(units(&files), ["a", "a-b", "b"]);
        let error = check_unit(&files, "ab").unwrap_err();
        assert_eq!(error.with_remedy(), "there is no unit `ab`; did you mean `a`?");
    }
}
