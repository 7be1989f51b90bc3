//! Why a step is refused, and apart from that, what to do instead.

use crate::hold::Hold;

/// A step is refused; no file is changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No unit has this name.
    #[error("there is no unit `{unit}`")]
    UnknownUnit {
        /// The name.
        unit: String,
        /// The unit that was probably meant.
        meant: Option<String>,
        /// The units there are.
        known: Vec<String>,
    },
    /// No stage has this name.
    #[error("there is no stage `{stage}`")]
    UnknownStage {
        /// The name.
        stage: String,
        /// The stage that was probably meant.
        meant: Option<String>,
        /// The stages there are.
        known: Vec<String>,
    },
    /// The platform has no stage.
    #[error("the platform has no environments")]
    NoStages,
    /// The unit has overlays, but no candidate.
    #[error("{unit} has no candidate in apps/{unit}/base")]
    NoCandidate {
        /// The unit.
        unit: String,
    },
    /// The stage has no overlay for the unit.
    #[error("{unit} has no overlay for {stage}: {path} is missing")]
    NoOverlay {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
        /// The file that is missing.
        path: String,
    },
    /// Nothing of the unit was ever released to the stage.
    #[error("nothing of {unit} is released to {stage}")]
    NotReleased {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
        /// What to type instead.
        command: String,
    },
    /// Two stages are equal already.
    #[error("nothing to promote: {to} already runs what {from} runs of {unit}")]
    Equal {
        /// The unit.
        unit: String,
        /// The lower stage.
        from: String,
        /// The upper stage.
        to: String,
    },
    /// No stage is ahead of the next.
    #[error("nothing to promote: every stage of {unit} runs the same")]
    NothingAhead {
        /// The unit.
        unit: String,
    },
    /// There is no stage above.
    #[error("{unit} cannot be promoted from {stage}: it is the last stage")]
    LastStage {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
    /// There is no stage below.
    #[error("{unit} cannot be promoted to {stage}: it is the lowest stage")]
    LowestStage {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
    /// A promotion would go downwards.
    #[error("promotions go upwards, and {to} is not after {from}")]
    Downwards {
        /// The unit.
        unit: String,
        /// The stage that was given as the source.
        from: String,
        /// The stage that was given as the target.
        to: String,
    },
    /// The stage is held.
    #[error("{unit} is held in {stage} {hold}")]
    Held {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
        /// Who holds it, why, and until when.
        hold: Hold,
    },
    /// There is no hold to end.
    #[error("{unit} is not held in {stage}")]
    NotHeld {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
    /// There is no release before the one that runs.
    #[error("there is nothing before what {stage} runs of {unit}")]
    NothingBefore {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
    /// A file cannot be read; it is not guessed at.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// What to do instead, where there is something.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::UnknownUnit { meant, known, .. } | Self::UnknownStage { meant, known, .. } => {
                instead(meant.as_deref(), known)
            }
            Self::NoStages => "add one under `environments:`".to_owned(),
            Self::NoCandidate { .. } | Self::NoOverlay { .. } => "run `becket render`".to_owned(),
            Self::NotReleased { command, .. } => format!("run `{command}`"),
            Self::NothingAhead { unit } => format!("release a new version with `becket release {unit}`"),
            Self::LowestStage { unit, .. } => format!("release to it with `becket release {unit}`"),
            Self::Downwards { unit, to, .. } => format!("to go back, run `becket rollback {unit} --in {to}`"),
            Self::Held { unit, stage, .. } => {
                format!("when that is over, run `becket hold {unit} --in {stage} --end`")
            }
            Self::NothingBefore { unit, .. } => format!("`becket history {unit}` shows what was released"),
            Self::Unreadable { .. } => "mend it or restore it from Git".to_owned(),
            Self::Equal { .. } | Self::LastStage { .. } | Self::NotHeld { .. } => return None,
        })
    }

    /// Why, and what to do instead, in one line.
    pub fn with_remedy(&self) -> String {
        match self.remedy() {
            Some(remedy) => format!("{self}; {remedy}"),
            None => self.to_string(),
        }
    }
}

fn instead(meant: Option<&str>, known: &[String]) -> String {
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "there are none yet: run `becket render`".to_owned(),
        None => format!("there are {}", known.join(", ")),
    }
}
