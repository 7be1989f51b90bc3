//! Each cluster of an environment has its databases and tables.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::stores::{self, Stores, Without};

pub(crate) static RULE: Rule = Rule {
    code: "BK0052",
    level: Level::Warning,
    title: "a cluster without the databases of its environment",
    documentation: r"## What

An environment lives on several clusters. The first has its databases and tables, and one of the others has no replica of them.

## Why

AWS makes replicas in another region of the same account. And all replicas on a cluster are of one other cluster's, so that there is an order in which to make them.

## What to do

Put the cluster into another region or the same account, or give the environments their clusters in the same order.

## Example

```yaml
clusters:
  one: { region: eu-west-1 }
  two: { region: eu-west-1 }
environments:
  prod: { clusters: [one, two] }     # no replica on two
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for stage in stores::stages(platform) {
        let Stores::None(why) = stage.stores else { continue };
        let cluster = stage.cluster;
        let (note, help) = match why {
            Without::Account(primary) => (
                format!("`{primary}`, which has them, is in another account"),
                "AWS makes replicas inside of an account only: put both clusters into one".to_owned(),
            ),
            Without::Region(other) => (
                format!("`{other}`, which has them, is in the same region"),
                format!("put `{cluster}` into a region of its own"),
            ),
            Without::Source(source) => (
                format!("it has replicas of those on `{source}`, and can have those of one cluster only"),
                format!("name `{source}` first here too, or leave `{cluster}` out"),
            ),
            Without::Circle(primary) => (
                format!("`{primary}`, which has them, has replicas of others from `{cluster}`"),
                "name the clusters in the same order in all environments".to_owned(),
            ),
        };
        let clusters = &stage.environment.clusters;
        let index = clusters.iter().position(|name| name.as_str() == cluster.as_str()).unwrap_or_default();
        findings.push(
            Finding::new(
                &RULE,
                stage.environment.at.key("clusters").index(index),
                format!("`{cluster}` has no replica of the databases and tables of `{}`", stage.environment_name),
            )
            .note(note)
            .help(help),
        );
    }
}
