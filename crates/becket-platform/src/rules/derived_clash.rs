//! No service has the name of another one's part.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0032",
    level: Level::Error,
    title: "a service with the name of another service's part",
    documentation: r"## What

A service is named `<other>-database` or `<other>-migration` while the other one has a database.

## Why

The other service's network policy, secret and migration have these names, in the same namespace.

## What to do

Take another name.

## Example

```yaml
services:
  orders: { database: { engine: postgres } }
  orders-database: {}     # the name of the network policy of `orders`
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        for part in ["database", "migration"] {
            let owner = name.as_str().strip_suffix(part).and_then(|rest| rest.strip_suffix('-'));
            let Some((owner, other)) = owner.and_then(|owner| platform.services.get_key_value(owner)) else { continue };
            if other.database.is_some() {
                findings.push(
                    Finding::new(
                        &RULE,
                        Place::Key(service.at.clone()),
                        format!("the service `{name}` has the name of a part of `{owner}`"),
                    )
                    .related(Place::Key(other.at.key("database")), format!("`{owner}` has a {part} of that name"))
                    .help("take another name"),
                );
            }
        }
    }
}
