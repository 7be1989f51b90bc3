//! Production is the last environment.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0034",
    level: Level::Warning,
    title: "an environment named as production is not the last one",
    documentation: r"## What

An environment named `prod`, `production` or `live` is followed by another one.

## Why

The order of the environments is that of promotion, and the last one counts as production: it has an Argo CD of its own that removes nothing by itself, and the host names without the environment.

## What to do

Move it to the end, or rename it.

## Example

```yaml
environments:
  prod: { clusters: [prod] }
  staging: { clusters: [nonprod] }     # the last one: this counts as production
```
",
};

const PRODUCTION: &[&str] = &["prod", "production", "live"];

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some((last_name, last)) = platform.environments.last() else { return };
    if PRODUCTION.contains(&last_name.as_str()) {
        return;
    }
    for (name, environment) in platform.environments.iter().filter(|(name, _)| PRODUCTION.contains(&name.as_str())) {
        findings.push(
            Finding::new(
                &RULE,
                Place::Key(environment.at.clone()),
                format!("`{name}` is not the last environment, `{last_name}` is"),
            )
            .related(Place::Key(last.at.clone()), "this one counts as production")
            .help(format!("move `{name}` to the end: environments are in order of promotion")),
        );
    }
}
