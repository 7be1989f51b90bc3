//! Every cluster has an environment.

use becket_document::Segment;
use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0021",
    level: Level::Warning,
    title: "a cluster without an environment",
    documentation: r"## What

No environment lives on the cluster.

## Why

It costs money and runs nothing of the platform's services.

## What to do

Name it in an environment's `clusters`, or remove it.

## Example

```yaml
clusters: { nonprod: {}, spare: {} }
environments:
  dev: { clusters: [nonprod] }     # nothing lives on `spare`
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    if findings.any_broken(|path| path.first() == Some(&Segment::Key("environments".to_owned()))) {
        return;
    }
    // A misspelt name says enough; the cluster that it meant is not idle.
    let mut named = platform.environments.values().flat_map(|environment| &environment.clusters);
    if named.any(|name| !platform.clusters.contains_key(name.as_str())) {
        return;
    }
    for (name, cluster) in &platform.clusters {
        let used = platform
            .environments
            .values()
            .any(|environment| environment.clusters.iter().any(|used| used.as_str() == name.as_str()));
        if !used {
            findings.push(
                Finding::new(&RULE, Place::Key(cluster.at.clone()), format!("no environment lives on the cluster `{name}`"))
                    .help("name it under `clusters:` of an environment, or remove it"),
            );
        }
    }
}
