//! Production has its clusters to itself.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0023",
    level: Level::Warning,
    title: "an environment shares a cluster with production",
    documentation: r"## What

An environment before the last one lives on a cluster of the last one.

## Why

What is tried there can take nodes, addresses and controllers away from production, and an upgrade of the cluster cannot be tried before production.

## What to do

Give the environment a cluster of its own. With a single cluster in the platform the rule is silent: there is no other choice.

## Example

```yaml
clusters: { nonprod: {}, prod: {} }
environments:
  qa: { clusters: [prod] }         # shares `prod` with production
  prod: { clusters: [prod] }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some((last_name, last)) = platform.environments.last() else { return };
    if platform.clusters.len() < 2 {
        return;
    }
    for (name, environment) in platform.environments.iter().take(platform.environments.len() - 1) {
        for (index, cluster) in environment.clusters.iter().enumerate() {
            let Some(theirs) = last.clusters.iter().position(|other| other == cluster) else { continue };
            findings.push(
                Finding::new(
                    &RULE,
                    environment.at.key("clusters").index(index),
                    format!("`{name}` shares the cluster `{cluster}` with `{last_name}`, which is production"),
                )
                .related(last.at.key("clusters").index(theirs), "production lives here")
                .note("what is tried in a lower environment can then take nodes and controllers away from production")
                .help("give it a cluster of its own"),
            );
        }
    }
}
