//! Names derived from a service's fit into 63 characters.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::{Environment, Platform};
use crate::names::{EnvironmentName, ServiceName};

pub(crate) static RULE: Rule = Rule {
    code: "BK0011",
    level: Level::Error,
    title: "a name derived from others is too long",
    documentation: r"## What

The Application `apps-<service>-<environment>`, with `-<cluster>` appended where an environment lives on several, is longer than 63 characters.

## Why

Argo CD writes the name into a label of everything it makes, and labels hold 63 characters.

## What to do

Shorten the service's name; environments and clusters are in more names.

## Example

```yaml
services:
  recommendations-for-customers-who-bought-something: {}     # apps-…-prod-eu-central is too long
```
",
};

/// The most that a label's value holds.
const LONGEST: usize = 63;

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (service_name, service) in &platform.services {
        let applications =
            platform.environments.iter().flat_map(|(name, environment)| applications(service_name, name, environment));
        let Some(longest) = applications.max_by_key(String::len).filter(|name| name.len() > LONGEST) else { continue };
        let over = longest.len() - LONGEST;
        findings.push(
            Finding::new(
                &RULE,
                Place::Key(service.at.clone()),
                format!("the Application `{longest}` has a name of {} characters", longest.len()),
            )
            .label(format!("{over} too many"))
            .note("Argo CD writes it into a label, which holds 63")
            .help("shorten the service's name"),
        );
    }
}

/// The names of the Applications of a service in an environment.
pub(super) fn applications(
    service: &ServiceName,
    name: &EnvironmentName,
    environment: &Environment,
) -> impl Iterator<Item = String> {
    let several = environment.clusters.len() > 1;
    environment.clusters.iter().map(move |cluster| {
        if several { format!("apps-{service}-{name}-{cluster}") } else { format!("apps-{service}-{name}") }
    })
}
