//! Names derived from a service's fit into 63 characters.

use becket_source::Level;

use super::{Check, Rule};
use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::finding::Place;

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
    check: Check::Platform(check),
};

/// The most that a label's value holds.
const LONGEST: usize = 63;

fn check(platform: &Platform, findings: &mut Findings) {
    for (service_name, service) in &platform.services {
        let applications = platform.environments.iter().flat_map(|(name, environment)| {
            let clusters = environment.clusters.iter();
            clusters.map(move |cluster| match environment.clusters.len() {
                1 => format!("apps-{service_name}-{name}"),
                _ => format!("apps-{service_name}-{name}-{cluster}"),
            })
        });
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
