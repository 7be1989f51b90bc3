//! A host name leads to one service.

use becket_source::{Level, Rule};
use indexmap::IndexMap;

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::model::Service;
use crate::names::{EnvironmentName, ServiceName};
use crate::view::hosts;

pub(crate) static RULE: Rule = Rule {
    code: "BK0013",
    level: Level::Error,
    title: "two services have one host name",
    documentation: r"## What

The host names of two services are the same in one stage, or meet across stages.

## Why

The gateway takes one of the two routes, and which one can change.

## What to do

Give each service a host of its own.

## Example

```yaml
services:
  shop: { host: www }
  blog: { host: www }      # the same in every environment
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let mut taken: IndexMap<String, (&ServiceName, &EnvironmentName, &Service)> = IndexMap::new();
    let mut told: Vec<&ServiceName> = Vec::new();
    for environment in platform.environments.keys() {
        for (host, name, service) in hosts(platform, environment) {
            let Some((other_name, other_environment, other)) = taken.get(&host) else {
                taken.insert(host, (name, environment, service));
                continue;
            };
            if told.contains(&name) {
                continue;
            }
            told.push(name);
            let finding = if *other_name == name {
                Finding::new(
                    &RULE,
                    service.at.key("host"),
                    format!("`{host}` is `{name}` in `{other_environment}` and in `{environment}`"),
                )
            } else {
                Finding::new(
                    &RULE,
                    service.at.key("host"),
                    format!("`{name}` and `{other_name}` both have the host name `{host}`"),
                )
                .related(other.at.key("host"), format!("`{other_name}` has it in `{other_environment}`"))
            };
            findings.push(finding.help("give each a host of its own"));
        }
    }
}
