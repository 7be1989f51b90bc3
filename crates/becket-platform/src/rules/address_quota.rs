//! External addresses are few per account and region.

use std::collections::BTreeMap;

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;

/// What AWS allows by default.
const QUOTA: usize = 5;

pub(crate) static RULE: Rule = Rule {
    code: "BK0038",
    level: Level::Warning,
    title: "more external addresses than an account has by default",
    documentation: r"## What

The clusters of an account in one region need more than five external addresses: one per zone, for NAT.

## Why

AWS allows five per account and region unless asked for more, and refuses the sixth in the middle of an apply.

## What to do

Ask for a higher quota (`EC2-VPC Elastic IPs`) first, use fewer zones, or put a cluster in another account.

## Example

```yaml
clusters:
  one: { account: nonprod }    # three zones each: six addresses
  two: { account: nonprod }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some(cloud) = &platform.cloud else { return };
    let mut needed: BTreeMap<(&str, &str), Vec<(&str, usize)>> = BTreeMap::new();
    for (name, cluster) in &platform.clusters {
        let Some(account) = &cluster.account else { continue };
        let region = cluster.region.as_ref().unwrap_or(&cloud.region);
        let zones = platform.zones(cluster).len();
        needed
            .entry((account.as_str(), region.as_str()))
            .or_default()
            .push((name.as_str(), zones));
    }
    for ((account, region), clusters) in needed {
        let count: usize = clusters.iter().map(|(_, zones)| zones).sum();
        let Some((last, _)) = clusters.last().filter(|_| count > QUOTA) else {
            continue;
        };
        let at = platform.at.key("clusters").key(*last);
        let names: Vec<_> = clusters.iter().map(|(name, _)| *name).collect();
        findings.push(
            Finding::new(
                &RULE,
                Place::Key(at),
                format!("{account} needs {count} external addresses in {region}, and has {QUOTA} by default"),
            )
            .note(format!("one per zone of {}", names.join(" and ")))
            .help("ask AWS for a higher quota of Elastic IPs before the first apply"),
        );
    }
}
