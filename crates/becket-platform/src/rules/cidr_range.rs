//! A cluster's range is private and of a size that a network can have.

use becket_source::{Level, Rule};
use ipnet::Ipv4Net;

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0014",
    level: Level::Error,
    title: "a range of addresses that a cluster cannot have",
    documentation: r"## What

A cluster's `cidr` is not within the private ranges, or is not between /16 and /20.

## Why

Public addresses would cut the cluster off from those who own them. AWS refuses a network larger than /16; one smaller than /20 has too few addresses for the pods of three zones.

## What to do

Take a /16 from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.

## Example

```yaml
clusters:
  nonprod: { cidr: 8.8.0.0/16 }     # not private
```
",
};

/// RFC 1918, and the shared space of RFC 6598.
const PRIVATE: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let private: Vec<Ipv4Net> = PRIVATE.iter().filter_map(|range| range.parse().ok()).collect();
    for (name, cluster) in &platform.clusters {
        let Some(cidr) = cluster.cidr else { continue };
        let at = cluster.at.key("cidr");
        if !private.iter().any(|range| range.contains(&cidr.network())) {
            findings.push(
                Finding::new(&RULE, &at, format!("the range {cidr} of `{name}` is not private"))
                    .help(format!("take a part of {}", PRIVATE.join(", "))),
            );
        }
        let prefix = cidr.network().prefix_len();
        if prefix < 16 {
            findings.push(
                Finding::new(&RULE, &at, format!("the range {cidr} of `{name}` is larger than a network can be"))
                    .label("at most a /16")
                    .help(format!("take {}/16", cidr.network().network())),
            );
        }
        if prefix > 20 {
            findings.push(
                Finding::new(&RULE, &at, format!("the range {cidr} of `{name}` is too small"))
                    .label("at least a /20")
                    .note("nodes and pods of all zones have addresses of it, and it cannot grow later")
                    .help("take a /16"),
            );
        }
    }
}
