//! The API of a cluster does not answer everybody.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0042",
    level: Level::Warning,
    title: "a cluster whose API everybody may reach",
    documentation: r"## What

A range under `publicAccess:` is `0.0.0.0/0` or nearly as large.

## Why

The API answers whoever finds its address: what protects the cluster then is that nobody makes a mistake with a token, and that the API has no fault.

## What to do

Give the ranges of the offices and of the runners that need it, or none, and come in through the network.

## Example

```yaml
clusters:
  prod: { publicAccess: [0.0.0.0/0] }
```
",
};

/// Ranges with a shorter prefix than this are nobody's own.
const SHORTEST: u8 = 8;

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, cluster) in &platform.clusters {
        for (index, range) in cluster.public_access.iter().enumerate() {
            if range.network().prefix_len() < SHORTEST {
                let at = cluster.at.key("publicAccess").index(index);
                findings.push(
                    Finding::new(&RULE, at, format!("everybody in {range} may reach the API of `{name}`"))
                        .help("give the ranges of those who need it, such as an office's"),
                );
            }
        }
    }
}
