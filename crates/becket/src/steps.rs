//! What release, promote, rollback and hold share: a step on the files at the head becomes one commit.

use becket_git::{Committed, Next, UpdateError};
use becket_release::{Outcome, Step};
use becket_source::FileSet;
use serde_json::{Value, json};

use crate::error::{CommandError, Kind, chain};
use crate::folder::{Folder, author, now};
use crate::output::Output;

/// A step that was carried out, and the commit that it became.
pub(crate) struct Taken {
    pub outcome: Outcome,
    /// The commit; none where the files were so already.
    pub commit: Option<String>,
}

/// Carries out `step` on the gitops repository. When somebody pushes in between, on what they pushed.
pub(crate) fn take(
    folder: &Folder,
    step: impl Fn(&FileSet) -> Result<Outcome, becket_release::Error>,
) -> Result<Taken, CommandError> {
    let repository = folder.repository("gitops")?;
    if repository
        .head()
        .map_err(|error| CommandError::machine(chain(&error)))?
        .is_none()
    {
        return Err(not_rendered());
    }
    let mut last = None;
    let committed = repository.update(&author(), now(), |files| {
        let outcome = step(files)?;
        let next = Next {
            files: outcome.files.clone(),
            message: outcome.message().text(),
        };
        last = Some(outcome);
        Ok(next)
    });
    let committed = committed.map_err(|error| match error {
        UpdateError::Refused(error) => refused(&error),
        other => CommandError::machine(chain(&other)),
    })?;
    let outcome = last.ok_or_else(|| CommandError::machine("the step was not taken"))?;
    let commit = match committed {
        Committed::New(id) => Some(id.to_string()),
        Committed::Unchanged(_) => None,
    };
    Ok(Taken { outcome, commit })
}

/// Looks at the files at the head; a refusal ends the command.
pub(crate) fn look<T>(
    folder: &Folder,
    look: impl Fn(&FileSet) -> Result<T, becket_release::Error>,
) -> Result<T, CommandError> {
    let files = folder.committed("gitops")?;
    if files.is_empty() {
        return Err(not_rendered());
    }
    look(&files).map_err(|error| refused(&error))
}

fn not_rendered() -> CommandError {
    CommandError::usage("nothing is rendered yet").hint("becket up")
}

/// A step that was refused, with its remedy.
pub(crate) fn refused(error: &becket_release::Error) -> CommandError {
    let refused = CommandError::new(Kind::Findings, chain(error));
    match error.remedy() {
        Some(remedy) => refused.hint(remedy),
        None => refused,
    }
}

impl Taken {
    /// Tells what was done.
    pub(crate) fn tell(&self, output: Output) {
        let Some(commit) = &self.commit else {
            output.result("nothing changed", &json!({ "commit": null }));
            return;
        };
        let mut text = format!(
            "{}  {}",
            &commit[..commit.len().min(10)],
            self.outcome.step.subject()
        );
        for difference in &self.outcome.differences {
            text.push_str(&format!("\n  {difference}"));
        }
        output.result(text, &self.value(commit));
    }

    fn value(&self, commit: &str) -> Value {
        match &self.outcome.step {
            Step::Promote {
                unit,
                from,
                to,
                digest,
                ..
            } => json!({
                "commit": commit, "unit": unit, "from": from, "to": to,
                "digest": digest.as_ref().map(ToString::to_string),
            }),
            Step::Release { unit, to, digest } => json!({
                "commit": commit, "unit": unit, "to": to, "digest": digest.to_string(),
            }),
            Step::Rollback {
                unit,
                stage,
                digest,
                restored,
                reason,
            } => json!({
                "commit": commit, "unit": unit, "stage": stage, "restored": restored, "reason": reason,
                "digest": digest.as_ref().map(ToString::to_string),
            }),
            Step::Hold {
                unit,
                stage,
                reason,
                until,
            } => json!({
                "commit": commit, "unit": unit, "stage": stage, "reason": reason,
                "until": until.map(|date| date.to_string()),
            }),
            Step::Unhold { unit, stage } | Step::Remove { unit, stage } => {
                json!({ "commit": commit, "unit": unit, "stage": stage })
            }
            Step::First { releases, stages } => json!({
                "commit": commit, "stages": stages,
                "units": releases.iter().map(|(unit, _)| unit).collect::<Vec<_>>(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_have_a_semicolon() {
        let error = becket_release::Error::Held {
            unit: "orders".to_owned(),
            stage: "prod".to_owned(),
            hold: becket_release::Hold {
                reason: "carts are lost; wait".to_owned(),
                author: "ann".to_owned(),
                until: None,
            },
        };
        let refused = refused(&error);
        assert!(refused.message.contains("(carts are lost; wait)"), "{refused:?}");
        assert_eq!(
            refused.hints,
            ["when that is over, run `becket hold orders --in prod --end`"]
        );
    }
}
