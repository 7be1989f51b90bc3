//! Availability zones are of their region, several, and different.

use becket_document::KeyPath;
use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::model::{Region, Zone};

pub(crate) static RULE: Rule = Rule {
    code: "BK0026",
    level: Level::Error,
    title: "availability zones that do not fit",
    documentation: r"## What

A zone is listed twice or is of another region than its cluster, or there are fewer than two.

## Why

EKS refuses a cluster in a single zone, and subnets in zones of another region.

## What to do

List zones of the region; a cluster in a second region lists its own.

## Example

```yaml
cloud: { region: eu-west-1, zones: [eu-west-1a, eu-west-2b] }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some(cloud) = &platform.cloud else { return };
    listed(&cloud.zones, &cloud.region, &cloud.at.key("zones"), findings);
    for (name, cluster) in &platform.clusters {
        let region = cluster.region.as_ref().unwrap_or(&cloud.region);
        match &cluster.zones {
            Some(zones) => listed(zones, region, &cluster.at.key("zones"), findings),
            None if *region != cloud.region => findings.push(
                Finding::new(
                    &RULE,
                    cluster.at.key("region"),
                    format!("`{name}` is in {region} and lists no zones of it"),
                )
                .related(cloud.at.key("zones"), format!("these are of {}", cloud.region))
                .help(format!("add `zones: [{region}a, {region}b, {region}c]`")),
            ),
            None => {}
        }
    }
}

fn listed(zones: &[Zone], region: &Region, at: &KeyPath, findings: &mut Findings) {
    if zones.len() < 2 && !findings.is_broken(at) {
        findings.push(
            Finding::new(&RULE, at, format!("`{at}`: a cluster needs two zones at least"))
                .help(format!("such as `[{region}a, {region}b, {region}c]`")),
        );
    }
    for (index, zone) in zones.iter().enumerate() {
        let of_region = zone.as_str().strip_prefix(region.as_str()).is_some_and(|letter| letter.len() == 1);
        if !of_region && !findings.is_broken(&region_beside(at)) {
            findings.push(Finding::new(&RULE, at.index(index), format!("{zone} is no zone of {region}")));
        }
        if let Some(first) = zones.iter().position(|other| other == zone).filter(|first| *first != index) {
            findings.push(
                Finding::new(&RULE, at.index(index), format!("{zone} is listed twice"))
                    .related(at.index(first), "first here")
                    .help("leave it out"),
            );
        }
    }
}

fn region_beside(zones: &KeyPath) -> KeyPath {
    zones.parent().unwrap_or_default().key("region")
}
