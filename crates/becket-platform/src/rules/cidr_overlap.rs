//! No two clusters share an address.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0015",
    level: Level::Error,
    title: "the ranges of two clusters overlap",
    documentation: r"## What

The `cidr` of one cluster holds addresses of another's.

## Why

Networks that overlap can never be connected, neither for a move from one cluster to the other nor for a database that both use, and a network cannot change its range later.

## What to do

Take ranges beside each other, such as 10.10.0.0/16 and 10.20.0.0/16.

## Example

```yaml
clusters:
  nonprod: { cidr: 10.10.0.0/16 }
  prod: { cidr: 10.10.128.0/20 }    # inside that of nonprod
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let ranges: Vec<_> = platform
        .clusters
        .iter()
        .filter_map(|(name, cluster)| Some((name, cluster, cluster.cidr?)))
        .collect();
    for (position, (name, cluster, cidr)) in ranges.iter().enumerate() {
        for (other_name, other, theirs) in &ranges[..position] {
            if !cidr.overlaps(*theirs) {
                continue;
            }
            let how = if cidr == theirs {
                format!("`{name}` and `{other_name}` have the same range {cidr}")
            } else if theirs.network().contains(&cidr.network()) {
                format!("the range {cidr} of `{name}` lies within {theirs} of `{other_name}`")
            } else {
                format!("the range {cidr} of `{name}` holds {theirs} of `{other_name}`")
            };
            findings.push(
                Finding::new(&RULE, cluster.at.key("cidr"), how)
                    .related(other.at.key("cidr"), format!("`{other_name}` has {theirs}"))
                    .help("take ranges that share no address, such as 10.10.0.0/16 and 10.20.0.0/16"),
            );
        }
    }
}
