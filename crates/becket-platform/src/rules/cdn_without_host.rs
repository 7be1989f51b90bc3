//! A CDN answers for a host.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0061",
    level: Level::Error,
    title: "a CDN for a service without a host",
    documentation: r"## What

A service asks for a CDN and has no host.

## Why

A CDN answers for a host name. A service without one is called by other services only, and they do not go through it.

## What to do

Give the service a `host`, or take `cdn` away.

## Example

```yaml
services:
  frontend: { source: services/frontend, cdn: true }    # add `host: www`
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        let without_host = service.host.is_none() && !findings.is_broken(&service.at.key("host"));
        if service.cdn && without_host {
            let message = format!("`{name}` has no host that a CDN could answer for");
            findings.push(
                Finding::new(&RULE, service.at.key("cdn"), message)
                    .help("give it a `host`, or take `cdn` away"),
            );
        }
    }
}
