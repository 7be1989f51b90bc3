//! Teams own services and repositories that exist.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::ServiceName;

const REPOSITORIES: &[&str] = &["iac", "gitops"];

pub(crate) static RULE: Rule = Rule {
    code: "BK0018",
    level: Level::Error,
    title: "a team owns something that is not there",
    documentation: r"## What

A name under `owns:` is neither a service nor one of the repositories `iac` and `gitops`.

## Why

Reviews of what the team was meant to own are asked of nobody.

## What to do

Take the suggested name.

## Example

```yaml
teams:
  shop: { owns: [ordres], role: developer }     # did you mean `orders`?
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, team) in &platform.teams {
        for (index, owned) in team.owns.iter().enumerate() {
            let known = REPOSITORIES.contains(&owned.as_str())
                || platform.services.contains_key(owned.as_str())
                || findings.is_broken(&platform.at.key("services").key(owned.as_str()));
            if known {
                continue;
            }
            let names = platform.services.keys().map(ServiceName::as_str).chain(REPOSITORIES.iter().copied());
            findings.push(
                Finding::new(
                    &RULE,
                    team.at.key("owns").index(index),
                    format!("`{name}` owns `{owned}`, which is neither a service nor a repository"),
                )
                .did_you_mean(owned.as_str(), names),
            );
        }
    }
}
