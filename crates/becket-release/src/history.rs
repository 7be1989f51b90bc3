//! The story of a unit, told from the commits that touched it.

use std::fmt;

use crate::message::{Message, Step};

/// A commit that touched the unit's folder, as the repository tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id.
    pub id: String,
    /// Who made it.
    pub author: String,
    /// When, in seconds since 1970.
    pub seconds: i64,
    /// The whole message.
    pub message: String,
    /// The files it changed.
    pub paths: Vec<String>,
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A step.
    Step(Step),
    /// Anything else: a render, or an edit by hand.
    Edit {
        /// The first line of its message.
        subject: String,
        /// Whether it changed the candidate, which no stage runs yet.
        candidate: bool,
        /// The stages it changed.
        stages: Vec<String>,
    },
}

/// A chapter of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The commit.
    pub id: String,
    /// Who.
    pub author: String,
    /// When, in seconds since 1970.
    pub seconds: i64,
    /// What.
    pub event: Event,
    /// What it changed, in a line each.
    pub changes: Vec<String>,
}

/// The story of `unit`, in the order of `log`. Commits that did not touch the unit are left out.
pub fn history(unit: &str, log: &[LogEntry]) -> Vec<HistoryEntry> {
    log.iter().filter_map(|entry| told(unit, entry)).collect()
}

fn told(unit: &str, entry: &LogEntry) -> Option<HistoryEntry> {
    let folder = format!("apps/{unit}/");
    let parts: Vec<&str> = entry
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(&folder))
        .collect();
    let step = Message::parse(&entry.message).filter(|message| message.step.is_of(unit));
    let (event, changes) = match step {
        Some(message) => (Event::Step(message.step), message.changes),
        None if parts.is_empty() => return None,
        None => {
            let mut stages: Vec<String> = Vec::new();
            for part in &parts {
                let stage = part
                    .strip_prefix("overlays/")
                    .and_then(|rest| rest.split('/').next());
                if let Some(stage) = stage
                    && !stages.iter().any(|known| known == stage)
                {
                    stages.push(stage.to_owned());
                }
            }
            let event = Event::Edit {
                subject: entry.message.lines().next().unwrap_or_default().to_owned(),
                candidate: parts.iter().any(|part| part.starts_with("base/")),
                stages,
            };
            (
                event,
                parts.iter().map(|part| format!("{folder}{part}")).collect(),
            )
        }
    };
    Some(HistoryEntry {
        id: entry.id.clone(),
        author: entry.author.clone(),
        seconds: entry.seconds,
        event,
        changes,
    })
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => step.fmt(f),
            Self::Edit {
                subject,
                candidate,
                stages,
            } => {
                let mut places: Vec<&str> = stages.iter().map(String::as_str).collect();
                if *candidate {
                    places.insert(0, "the candidate");
                }
                write!(f, "changed {}: {subject}", places.join(", "))
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First { stages, .. } => write!(f, "first released to {}", stages.join(", ")),
            Self::Release { to, digest, .. } => write!(f, "released {} to {to}", digest.short()),
            Self::Promote {
                from,
                to,
                approved_by,
                ..
            } => {
                write!(f, "promoted from {from} to {to}")?;
                approved_by
                    .iter()
                    .try_for_each(|by| write!(f, ", approved by {by}"))
            }
            Self::Rollback {
                stage,
                digest,
                reason,
                ..
            } => {
                write!(f, "rolled {stage} back")?;
                digest
                    .iter()
                    .try_for_each(|digest| write!(f, " to {}", digest.short()))?;
                write!(f, ": {reason}")
            }
            Self::Hold {
                stage, reason, until, ..
            } => {
                write!(f, "held {stage}")?;
                until.iter().try_for_each(|until| write!(f, " until {until}"))?;
                write!(f, ": {reason}")
            }
            Self::Unhold { stage, .. } => write!(f, "ended the hold on {stage}"),
            Self::Remove { stage, .. } => write!(f, "removed from {stage}"),
        }
    }
}

/// What a stage's release folder became with one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The id of the folder; none where it was removed.
    pub release: Option<String>,
    /// Whether the commit was a rollback ([`Step::Rollback`]).
    pub rollback: bool,
}

/// Which of `arrivals` (of one stage, newest first) is the release before the one that runs.
///
/// Rolling back twice goes back two releases, not forth again: what was left by a rollback does not count, so the
/// search starts where the release that runs now arrived by a release, a promotion or by hand.
pub fn release_before(arrivals: &[Arrival]) -> Option<usize> {
    let now = arrivals.first()?.release.as_ref()?;
    let arrived = arrivals
        .iter()
        .position(|arrival| !arrival.rollback && arrival.release.as_ref() == Some(now))?;
    let before = arrivals[arrived + 1..]
        .iter()
        .position(|arrival| arrival.release.as_ref().is_some_and(|release| release != now))?;
    Some(arrived + 1 + before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(story: &[&str]) -> Vec<Arrival> {
        story
            .iter()
            .map(|word| Arrival {
                release: Some(word.trim_start_matches('<').to_owned()).filter(|release| release != "-"),
                rollback: word.starts_with('<'),
            })
            .collect()
    }

    #[test]
    fn rolling_back_again_goes_further_back() {
        let before = |story: &[&str]| release_before(&arrivals(story));
        assert_eq!(before(&["3", "2", "1"]), Some(1));
        assert_eq!(before(&["<2", "3", "2", "1"]), Some(3));
        assert_eq!(before(&["<1", "<2", "3", "2", "1"]), None);
        assert_eq!(before(&["4", "<2", "3", "2", "1"]), Some(1));
        assert_eq!(before(&["2", "-", "2", "1"]), Some(3));
        assert_eq!(before(&["-", "1"]), None);
        assert_eq!(before(&["1"]), None);
        assert_eq!(before(&[]), None);
    }

    #[test]
    fn a_commit_by_hand_is_told_with_the_stages_it_changed() {
        let entry = LogEntry {
            id: "1".to_owned(),
            author: "Ann".to_owned(),
            seconds: 0,
            message: "more memory\n\nfor the sale\n".to_owned(),
            paths: [
                "apps/orders/base/a",
                "apps/orders/overlays/qa/patches/b",
                "apps/orders-x/base/c",
            ]
            .map(str::to_owned)
            .into(),
        };
        let story = history("orders", std::slice::from_ref(&entry));
        assert_eq!(
            story[0].event.to_string(),
            "changed the candidate, qa: more memory"
        );
        assert_eq!(
            story[0].changes,
            ["apps/orders/base/a", "apps/orders/overlays/qa/patches/b"]
        );
        assert_eq!(history("catalog", &[entry]), []);
    }
}
