//! Environments live on clusters that exist.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::ClusterName;

pub(crate) static RULE: Rule = Rule {
    code: "BK0020",
    level: Level::Error,
    title: "an environment on no cluster, or on one that is not there",
    documentation: r"## What

`clusters:` of an environment is empty, names a cluster that is not declared, or names one twice.

## Why

The environment would not run, or not where it was meant to.

## What to do

Name at least one of the platform's clusters.

## Example

```yaml
clusters: { nonprod: {} }
environments:
  dev: { clusters: [non-prod] }     # did you mean `nonprod`?
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, environment) in &platform.environments {
        let at = environment.at.key("clusters");
        if environment.clusters.is_empty() && !findings.is_broken(&at) {
            let finding = Finding::new(&RULE, &at, format!("the environment `{name}` lives on no cluster"));
            findings.push(finding.help("name one under `clusters:`"));
        }
        for (index, cluster) in environment.clusters.iter().enumerate() {
            let first = environment.clusters.iter().position(|other| other == cluster);
            if let Some(first) = first.filter(|first| *first != index) {
                findings.push(
                    Finding::new(&RULE, at.index(index), format!("`{name}` names the cluster `{cluster}` twice"))
                        .related(at.index(first), "first here")
                        .help("leave it out"),
                );
            } else if !platform.clusters.contains_key(cluster.as_str())
                && !findings.is_broken(&platform.at.key("clusters").key(cluster.as_str()))
            {
                findings.push(
                    Finding::new(
                        &RULE,
                        at.index(index),
                        format!("`{name}` lives on `{cluster}`, and no cluster is named so"),
                    )
                    .label("no such cluster")
                    .did_you_mean(cluster.as_str(), platform.clusters.keys().map(ClusterName::as_str)),
                );
            }
        }
    }
}
