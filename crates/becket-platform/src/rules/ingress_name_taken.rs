//! The name of an environment's load balancers is no service's host.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::view::{hosts, ingress_name};

pub(crate) static RULE: Rule = Rule {
    code: "BK0062",
    level: Level::Error,
    title: "a host that is an environment's ingress",
    documentation: r"## What

A host of a service is `ingress.<domain>` of an environment, by which DNS finds the environment's load balancers.

## Why

All hosts of the environment lead to that name. As a host it would lead to itself.

## What to do

Give the service another host.

## Example

```yaml
services:
  edge: { source: services/edge, host: ingress }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    if platform.cloud.is_none() {
        return;
    }
    let mut told = Vec::new();
    for environment in platform.environments.keys() {
        for (host, _, service) in hosts(platform, environment) {
            let mut others = platform.environments.keys();
            let Some(other) = others.find(|other| ingress_name(platform, other) == host) else {
                continue;
            };
            let at = service.at.key("host");
            if !told.contains(&at) {
                let message = format!("`{host}` is where the load balancers of `{other}` are");
                findings.push(Finding::new(&RULE, at.clone(), message).help("give the service another host"));
                told.push(at);
            }
        }
    }
}
