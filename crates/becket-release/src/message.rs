//! What the commit of a step says. The trailers are for `history`, subject and body for people.

use std::fmt::Write as _;

use crate::hold::Date;
use crate::image::Digest;

/// One step of a release's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Units were released to every stage that had none.
    First {
        /// The units with their digests.
        releases: Vec<(String, Digest)>,
        /// The stages that any of them came to.
        stages: Vec<String>,
    },
    /// A candidate was released to the lowest stage.
    Release {
        /// The unit.
        unit: String,
        /// The stage.
        to: String,
        /// The image.
        digest: Digest,
    },
    /// A release was carried to a later stage.
    Promote {
        /// The unit.
        unit: String,
        /// The stage it comes from.
        from: String,
        /// The stage it goes to.
        to: String,
        /// The image.
        digest: Option<Digest>,
        /// Who approved it.
        approved_by: Option<String>,
    },
    /// An earlier release was restored.
    Rollback {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
        /// The image that runs again.
        digest: Option<Digest>,
        /// The commit that had it.
        restored: Option<String>,
        /// Why.
        reason: String,
    },
    /// A stage is to be left alone.
    Hold {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
        /// Why.
        reason: String,
        /// The last day of it.
        until: Option<Date>,
    },
    /// A hold ended.
    Unhold {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
    /// A release was taken away.
    Remove {
        /// The unit.
        unit: String,
        /// The stage.
        stage: String,
    },
}

/// A step, and what it changes in a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The step.
    pub step: Step,
    /// What it changes.
    pub changes: Vec<String>,
}

impl Step {
    /// The first line of the commit.
    pub fn subject(&self) -> String {
        match self {
            Self::First { releases, stages } => {
                let units: Vec<&str> = releases.iter().map(|(unit, _)| unit.as_str()).collect();
                format!("release({}): first → {}", units.join(", "), stages.join(", "))
            }
            Self::Release { unit, to, .. } => format!("release({unit}): → {to}"),
            Self::Promote { unit, from, to, .. } => format!("promote({unit}): {from} → {to}"),
            Self::Rollback { unit, stage, .. } => format!("rollback({unit}): {stage}"),
            Self::Hold { unit, stage, .. } => format!("hold({unit}): {stage}"),
            Self::Unhold { unit, stage } => format!("unhold({unit}): {stage}"),
            Self::Remove { unit, stage } => format!("remove({unit}): {stage}"),
        }
    }

    /// Whether the step is about this unit.
    pub fn is_of(&self, name: &str) -> bool {
        match self {
            Self::First { releases, .. } => releases.iter().any(|(unit, _)| unit == name),
            Self::Release { unit, .. }
            | Self::Promote { unit, .. }
            | Self::Rollback { unit, .. }
            | Self::Hold { unit, .. }
            | Self::Unhold { unit, .. }
            | Self::Remove { unit, .. } => unit == name,
        }
    }

    fn trailers(&self) -> Vec<(&'static str, String)> {
        let one = |text: &str| Some(line(text));
        let digest = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
        let trailers: Vec<(&'static str, Option<String>)> = match self {
            Self::First { releases, stages } => {
                let units = releases
                    .iter()
                    .flat_map(|(unit, digest)| [(UNIT, one(unit)), (DIGEST, one(digest.as_str()))]);
                let stages = stages.iter().map(|stage| (TO, one(stage)));
                [(STEP, one("first"))]
                    .into_iter()
                    .chain(units)
                    .chain(stages)
                    .collect()
            }
            Self::Release { unit, to, digest } => vec![
                (STEP, one("release")),
                (UNIT, one(unit)),
                (TO, one(to)),
                (DIGEST, one(digest.as_str())),
            ],
            Self::Promote {
                unit,
                from,
                to,
                digest: image,
                approved_by,
            } => vec![
                (STEP, one("promote")),
                (UNIT, one(unit)),
                (FROM, one(from)),
                (TO, one(to)),
                (DIGEST, digest(image)),
                (APPROVED_BY, approved_by.as_deref().and_then(one)),
            ],
            Self::Rollback {
                unit,
                stage,
                digest: image,
                restored,
                reason,
            } => vec![
                (STEP, one("rollback")),
                (UNIT, one(unit)),
                (TO, one(stage)),
                (DIGEST, digest(image)),
                (RESTORED, restored.as_deref().and_then(one)),
                (REASON, one(reason)),
            ],
            Self::Hold {
                unit,
                stage,
                reason,
                until,
            } => vec![
                (STEP, one("hold")),
                (UNIT, one(unit)),
                (TO, one(stage)),
                (REASON, one(reason)),
                (UNTIL, until.map(|until| until.to_string())),
            ],
            Self::Unhold { unit, stage } => vec![(STEP, one("unhold")), (UNIT, one(unit)), (TO, one(stage))],
            Self::Remove { unit, stage } => vec![(STEP, one("remove")), (UNIT, one(unit)), (TO, one(stage))],
        };
        trailers
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

const STEP: &str = "Becket-Step";
const UNIT: &str = "Becket-Unit";
const FROM: &str = "Becket-From";
const TO: &str = "Becket-To";
const DIGEST: &str = "Becket-Digest";
const RESTORED: &str = "Becket-Restored";
const REASON: &str = "Becket-Reason";
const UNTIL: &str = "Becket-Until";
const APPROVED_BY: &str = "Approved-by";

impl Message {
    /// Subject, changes and trailers, as they stand in the commit.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", line(&self.step.subject()));
        for change in &self.changes {
            // Writing to a string does not fail.
            let _ = writeln!(text, "- {}", line(change));
        }
        if !self.changes.is_empty() {
            text.push('\n');
        }
        for (key, value) in self.step.trailers() {
            let _ = writeln!(text, "{key}: {value}");
        }
        text
    }

    /// Reads the message of a commit; none where it is not one of ours, or was changed beyond recognition.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end();
        let (before, trailers) = text.rsplit_once("\n\n")?;
        let trailers = Trailers(trailers.lines().filter_map(|line| line.split_once(':')).collect());
        let changes = before
            .lines()
            .filter_map(|line| line.strip_prefix("- "))
            .map(str::to_owned)
            .collect();
        Some(Self {
            step: trailers.step()?,
            changes,
        })
    }
}

/// Text as one line: what a trailer can hold.
fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

struct Trailers<'a>(Vec<(&'a str, &'a str)>);

impl Trailers<'_> {
    fn all(&self, key: &str) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.trim().to_owned())
    }

    fn get(&self, key: &str) -> Option<String> {
        self.all(key).next()
    }

    fn digest(&self) -> Option<Digest> {
        self.get(DIGEST)?.parse().ok()
    }

    fn step(&self) -> Option<Step> {
        let step = self.get(STEP)?;
        if step == "first" {
            let digests = self.all(DIGEST).map(|digest| digest.parse().ok());
            let releases = self
                .all(UNIT)
                .zip(digests)
                .map(|(unit, digest)| Some((unit, digest?)));
            return Some(Step::First {
                releases: releases.collect::<Option<_>>()?,
                stages: self.all(TO).collect(),
            });
        }
        let (unit, stage) = (self.get(UNIT)?, self.get(TO)?);
        Some(match step.as_str() {
            "release" => Step::Release {
                unit,
                to: stage,
                digest: self.digest()?,
            },
            "promote" => Step::Promote {
                unit,
                from: self.get(FROM)?,
                to: stage,
                digest: self.digest(),
                approved_by: self.get(APPROVED_BY),
            },
            "rollback" => Step::Rollback {
                unit,
                stage,
                digest: self.digest(),
                restored: self.get(RESTORED),
                reason: self.get(REASON).unwrap_or_default(),
            },
            "hold" => Step::Hold {
                unit,
                stage,
                reason: self.get(REASON).unwrap_or_default(),
                until: self.get(UNTIL).and_then(|until| until.parse().ok()),
            },
            "unhold" => Step::Unhold { unit, stage },
            "remove" => Step::Remove { unit, stage },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = String> {
        "[a-z][a-z0-9-]{0,10}"
    }

    /// Text that a line can hold.
    fn said() -> impl Strategy<Value = String> {
        "\\PC{0,30}".prop_map(|text| line(&text))
    }

    fn digests() -> impl Strategy<Value = Digest> {
        "[0-9a-f]{64}".prop_map(|digits| format!("sha256:{digits}").parse().unwrap())
    }

    fn steps() -> impl Strategy<Value = Step> {
        let until = proptest::option::of((2000i16..2100, 1i8..13, 1i8..29))
            .prop_map(|until| until.map(|(year, month, day)| jiff::civil::date(year, month, day)));
        prop_oneof![
            (
                prop::collection::vec((word(), digests()), 0..3),
                prop::collection::vec(word(), 0..3)
            )
                .prop_map(|(releases, stages)| Step::First { releases, stages }),
            (word(), word(), digests()).prop_map(|(unit, to, digest)| Step::Release { unit, to, digest }),
            (
                word(),
                word(),
                word(),
                proptest::option::of(digests()),
                proptest::option::of(said())
            )
                .prop_map(|(unit, from, to, digest, approved_by)| Step::Promote {
                    unit,
                    from,
                    to,
                    digest,
                    approved_by
                }),
            (
                word(),
                word(),
                proptest::option::of(digests()),
                proptest::option::of(word()),
                said()
            )
                .prop_map(|(unit, stage, digest, restored, reason)| Step::Rollback {
                    unit,
                    stage,
                    digest,
                    restored,
                    reason
                }),
            (word(), word(), said(), until).prop_map(|(unit, stage, reason, until)| Step::Hold {
                unit,
                stage,
                reason,
                until
            }),
            (word(), word()).prop_map(|(unit, stage)| Step::Unhold { unit, stage }),
            (word(), word()).prop_map(|(unit, stage)| Step::Remove { unit, stage }),
        ]
    }

    proptest! {
        #[test]
        fn a_message_reads_back_as_it_was_written(step in steps(), changes in prop::collection::vec(said(), 0..4)) {
            let message = Message { step, changes };
            prop_assert_eq!(Message::parse(&message.text()), Some(message));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "(.|\n){0,80}") {
            let _ = Message::parse(&text);
        }
    }

    #[test]
    fn a_promotion_reads_well() {
        let message = Message {
            step: Step::Promote {
                unit: "orders".to_owned(),
                from: "pre-prod".to_owned(),
                to: "prod".to_owned(),
                digest: Some(format!("sha256:{}", "0a".repeat(32)).parse().unwrap()),
                approved_by: Some("ann,\n  after the\tdemo".to_owned()),
            },
            changes: vec!["config PAGE_SIZE 24 → 48".to_owned()],
        };
        insta::assert_snapshot!(message.text(), @r"
        promote(orders): pre-prod → prod

        - config PAGE_SIZE 24 → 48

        Becket-Step: promote
        Becket-Unit: orders
        Becket-From: pre-prod
        Becket-To: prod
        Becket-Digest: sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a
        Approved-by: ann, after the demo
        ");
    }

    #[test]
    fn a_commit_by_hand_is_none_of_ours() {
        assert_eq!(Message::parse("fix: typo"), None);
        assert_eq!(Message::parse("fix: typo\n\nSigned-off-by: ann"), None);
        assert_eq!(
            Message::parse("x\n\nBecket-Step: promote\nBecket-Unit: orders\n"),
            None
        );
    }
}
