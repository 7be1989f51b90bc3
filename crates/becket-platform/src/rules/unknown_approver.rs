//! Approvers are teams.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::TeamName;

pub(crate) static RULE: Rule = Rule {
    code: "BK0022",
    level: Level::Error,
    title: "an approver that is no team",
    documentation: r"## What

A name under `approvers:` of an environment is no team.

## Why

Nobody could approve a promotion to there.

## What to do

Name a team.

## Example

```yaml
environments:
  prod: { clusters: [prod], approvers: [release-manager] }     # did you mean `release-managers`?
teams:
  release-managers: { role: releaser }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, environment) in &platform.environments {
        for (index, approver) in environment.approvers.iter().enumerate() {
            if platform.teams.contains_key(approver.as_str())
                || findings.is_broken(&platform.at.key("teams").key(approver.as_str()))
            {
                continue;
            }
            findings.push(
                Finding::new(
                    &RULE,
                    environment.at.key("approvers").index(index),
                    format!("promotions to `{name}` are approved by `{approver}`, and no team is named so"),
                )
                .label("no such team")
                .did_you_mean(approver.as_str(), platform.teams.keys().map(TeamName::as_str)),
            );
        }
    }
}
