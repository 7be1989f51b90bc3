//! Clusters run a Kubernetes version that EKS supports, for some time to come.

use becket_source::{Level, Rule};
use jiff::civil::Date;

use crate::facts;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0025",
    level: Level::Warning,
    title: "a Kubernetes version that is or soon will be out of support",
    documentation: r#"## What

The cluster's version has left the standard support of EKS, leaves it within 60 days, or is not in the table of known versions.

## Why

Out of standard support a cluster costs $0.50 more per hour, and in the end it is upgraded for you.

## What to do

Raise `kubernetes:` by one minor version at a time, the clusters of lower environments first.

## Example

```yaml
clusters:
  nonprod:
    kubernetes: "1.33"           # left standard support on 2026-07-29
```
"#,
};

/// How long before the end is early enough to plan an upgrade of several clusters.
const NOTICE: i64 = 60;

pub(super) fn check(platform: &Platform, today: Date, findings: &mut Findings) {
    let supported = facts::kubernetes_versions();
    for (name, cluster) in &platform.clusters {
        let Some(version) = &cluster.kubernetes else { continue };
        let at = cluster.at.key("kubernetes");
        let newest = supported.first().map_or("", |newest| newest.version);
        let Some(known) = supported.iter().find(|known| known.version == version.as_str()) else {
            let seen = supported.first().map_or("", |newest| newest.seen);
            findings.push(
                Finding::new(&RULE, &at, format!("Kubernetes {version} is no version that EKS was seen to support"))
                    .label(format!("of `{name}`"))
                    .note(format!("as of {seen} the newest is {newest}"))
                    .help(format!("take a supported version, such as \"{newest}\"")),
            );
            continue;
        };
        let ends = known.ends;
        let left = (ends - today).get_days().into();
        let message = match left {
            i64::MIN..0 => format!("the standard support of Kubernetes {version} ended on {ends}"),
            0..=NOTICE => format!("the standard support of Kubernetes {version} ends on {ends}, in {left} days"),
            _ => continue,
        };
        findings.push(
            Finding::new(&RULE, &at, message)
                .label(format!("of `{name}`"))
                .note(format!("after it a cluster costs $0.50 more per hour ({}, seen {})", known.source, known.seen))
                .help("upgrade one minor version at a time, the clusters of lower environments first"),
        );
    }
}
