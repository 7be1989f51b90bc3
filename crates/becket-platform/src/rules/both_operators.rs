//! An environment is served by one Argo CD.

use becket_source::Rule;

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule::error(
    "BK0035",
    "an environment lives on clusters of both Argo CDs",
    r"## What

One Argo CD serves the clusters of the last environment, which is production; another one serves all other clusters. An environment before the last one lives on clusters of both.

## Why

Each Argo CD would make Applications of the same names, and what reaches one cluster of the environment under production's protection would reach the other without it.

## What to do

Let the environment live on clusters of one of them. What is to be like production in several places belongs into the last environment.

## Example

```yaml
clusters: { nonprod: {}, prod: {} }
environments:
  qa: { clusters: [nonprod, prod] }   # `nonprod` is served by one Argo CD, `prod` by the other
  prod: { clusters: [prod] }
```
",
);

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some((last_name, last)) = platform.environments.last() else { return };
    for (name, environment) in platform.environments.iter().take(platform.environments.len() - 1) {
        let of_production: Vec<_> = environment
            .clusters
            .iter()
            .filter(|cluster| last.clusters.contains(cluster))
            .collect();
        let (Some(theirs), Some((index, other))) = (
            of_production.first(),
            environment
                .clusters
                .iter()
                .enumerate()
                .find(|(_, cluster)| !last.clusters.contains(cluster) && platform.clusters.contains_key(cluster.as_str())),
        ) else {
            continue;
        };
        findings.push(
            Finding::new(
                &RULE,
                environment.at.key("clusters").index(index),
                format!("`{name}` lives on `{other}` and on `{theirs}`, which different Argo CDs serve"),
            )
            .related(last.at.key("clusters"), format!("`{theirs}` is a cluster of `{last_name}`, which has an Argo CD of its own"))
            .help("let it live on clusters of one of them"),
        );
    }
}
