//! What Terraform says while it runs, with `-json`: a line per event. Of what is not needed, nothing is kept.

use serde_json::Value;

/// An event that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// Something is wrong with the files, the state or what AWS answered.
    Problem(Problem),
    /// How many resources are to be made, changed and destroyed.
    Planned(Counts),
    /// A resource is done.
    Done(String),
    /// How many were in the end.
    Changed(Counts),
}

/// How many resources are made, changed and destroyed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub made: u64,
    pub changed: u64,
    pub destroyed: u64,
}

impl Counts {
    pub(super) fn all(self) -> u64 {
        self.made + self.changed + self.destroyed
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [
            (self.made, "made"),
            (self.changed, "changed"),
            (self.destroyed, "destroyed"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<_> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        match words.len() {
            0 => f.write_str("no change"),
            _ => f.write_str(&words.join(", ")),
        }
    }
}

/// An error of Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub summary: String,
    /// The file and line, relative to the root.
    pub place: Option<String>,
    pub detail: String,
}

impl Event {
    /// The event of a line; none where it is of no interest, or no event at all.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(line).ok()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match event["type"].as_str()? {
            "diagnostic" if event["diagnostic"]["severity"] == "error" => {
                let problem = &event["diagnostic"];
                let range = &problem["range"];
                let line = &range["start"]["line"];
                let place = range["filename"].as_str().map(|file| format!("{file}:{line}"));
                Some(Self::Problem(Problem {
                    summary: text(&problem["summary"]),
                    place,
                    detail: text(&problem["detail"]),
                }))
            }
            "change_summary" => {
                let of = |key: &str| event["changes"][key].as_u64().unwrap_or_default();
                let counts = Counts {
                    made: of("add"),
                    changed: of("change"),
                    destroyed: of("remove"),
                };
                Some(match event["changes"]["operation"].as_str()? {
                    "plan" => Self::Planned(counts),
                    _ => Self::Changed(counts),
                })
            }
            // A data source that is read counts as nothing that was planned.
            "apply_complete" if event["hook"]["action"] != "read" => {
                Some(Self::Done(text(&event["hook"]["resource"]["addr"])))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_terraform_says_only_that_remains() {
        let lines = include_str!("fixtures/apply.jsonl");
        let events: Vec<Event> = lines.lines().filter_map(Event::parse).collect();
        let address = |zone| format!("module.addresses.aws_eip.nat[\"eu-west-1{zone}\"]");
        let two = Counts {
            made: 2,
            ..Counts::default()
        };
        assert_eq!(
            (two.to_string(), Counts::default().to_string()),
            ("2 made".to_owned(), "no change".to_owned())
        );
        let problem = Problem {
            summary: "No value for required variable".to_owned(),
            place: Some("variables.tf:26".to_owned()),
            detail: "The root module input variable \"nat_allocation_ids\" is not set, and has no default value. Use a -var or -var-file command line argument to provide a value for this variable.".to_owned(),
        };
        assert_eq!(
            events,
            [
                Event::Planned(two),
                Event::Done(address('a')),
                Event::Done(address('b')),
                Event::Changed(two),
                Event::Problem(problem),
            ]
        );
    }
}
