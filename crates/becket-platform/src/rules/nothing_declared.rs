//! A platform has a cluster, an environment and a service.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0010",
    level: Level::Error,
    title: "a platform without clusters, environments or services",
    documentation: r"## What

`clusters:`, `environments:` or `services:` is empty.

## Why

Without one of each there is nothing to run, or nowhere to run it.

## What to do

Declare at least one.

## Example

```yaml
clusters: { local: {} }
environments: { prod: { clusters: [local] } }
services: {}             # empty
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let maps = [
        ("clusters", "cluster", platform.clusters.is_empty()),
        ("environments", "environment", platform.environments.is_empty()),
        ("services", "service", platform.services.is_empty()),
    ];
    for (field, thing, empty) in maps {
        let at = platform.at.key(field);
        if empty && !findings.is_broken(&at) {
            findings.push(Finding::new(&RULE, &at, format!("the platform has no {thing}")).help(format!("declare one under `{field}:`")));
        }
    }
}
