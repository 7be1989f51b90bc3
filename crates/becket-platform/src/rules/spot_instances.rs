//! Spot capacity is asked for in several pools.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::{Capacity, Platform};

pub(crate) static RULE: Rule = Rule {
    code: "BK0044",
    level: Level::Warning,
    title: "a spot group with one instance type",
    documentation: r"## What

A node group with `capacity: spot` names a single instance type.

## Why

AWS takes spot instances back by type and zone. Where one type is all that the group may have, it runs out of nodes when that type does.

## What to do

Name several types of one size and architecture, of different families or generations.

## Example

```yaml
nodes:
  batch: { instances: [c7i.xlarge], capacity: spot, min: 0, max: 6 }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (cluster_name, cluster) in &platform.clusters {
        for (name, group) in &cluster.nodes {
            if let ([only], Capacity::Spot) = (group.instances.as_slice(), group.capacity) {
                findings.push(
                    Finding::new(
                        &RULE,
                        group.at.key("instances"),
                        format!("`{}` of `{cluster_name}` has spot instances of one type", name.as_str()),
                    )
                    .note("when AWS takes that type back, there is no other to take its place")
                    .help(format!("name others of the size of {only} beside it")),
                );
            }
        }
    }
}
