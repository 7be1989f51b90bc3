//! Every Application has a name of its own.

use std::collections::BTreeMap;

use becket_source::{Level, Rule};

use super::derived_name::applications;
use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::model::Service;
use crate::names::{EnvironmentName, ServiceName};

pub(crate) static RULE: Rule = Rule {
    code: "BK0033",
    level: Level::Error,
    title: "two Applications with one name",
    documentation: r"## What

`apps-<service>-<environment>` is the same for two services in two environments, because both names hold dashes.

## Why

Argo CD knows one Application of a name: the two would fight over it, and neither would run.

## What to do

Rename the service or the environment.

## Example

```yaml
environments: { pre-prod: { clusters: [a] }, prod: { clusters: [b] } }
services:
  shop: {}          # apps-shop-pre-prod in pre-prod
  shop-pre: {}      # apps-shop-pre-prod in prod
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let mut taken: BTreeMap<String, (&ServiceName, &EnvironmentName, &Service)> = BTreeMap::new();
    for (name, service) in &platform.services {
        for (environment_name, environment) in &platform.environments {
            for application in applications(name, environment_name, environment) {
                let Some((other_name, other_environment, other)) = taken.get(&application) else {
                    taken.insert(application, (name, environment_name, service));
                    continue;
                };
                if *other_name == name && *other_environment == environment_name {
                    continue;
                }
                findings.push(
                    Finding::new(
                        &RULE,
                        Place::Key(service.at.clone()),
                        format!(
                            "`{name}` in `{environment_name}` and `{other_name}` in `{other_environment}` are both \
                             the Application `{application}`"
                        ),
                    )
                    .related(Place::Key(other.at.clone()), format!("`{other_name}`"))
                    .help("rename a service or an environment"),
                );
            }
        }
    }
}
