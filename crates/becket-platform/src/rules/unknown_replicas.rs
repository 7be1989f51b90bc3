//! Replicas are given for environments that exist.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::EnvironmentName;

pub(crate) static RULE: Rule = Rule {
    code: "BK0024",
    level: Level::Error,
    title: "replicas for an environment that is not there",
    documentation: r"## What

A key of `replicas:` is neither `default` nor an environment.

## Why

The environment that was meant would run the default number.

## What to do

Take the suggested name.

## Example

```yaml
environments: { prod: { clusters: [prod] } }
services:
  orders: { replicas: { default: 1, production: 3 } }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        for environment in service.replicas.environments() {
            if platform.environments.contains_key(environment)
                || findings.is_broken(&platform.at.key("environments").key(environment))
            {
                continue;
            }
            let names = platform.environments.keys().map(EnvironmentName::as_str).chain(["default"]);
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(service.at.key("replicas").key(environment)),
                    format!("`{name}` has replicas in `{environment}`, and no environment is named so"),
                )
                .label("no such environment")
                .did_you_mean(environment, names),
            );
        }
    }
}
