//! No two databases or tables have one name.

use std::collections::BTreeMap;

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;
use crate::stores::{self, Stores};

pub(crate) static RULE: Rule = Rule {
    code: "BK0051",
    level: Level::Error,
    title: "two databases or tables have one name",
    documentation: r"## What

The names of two databases on a cluster, or of two tables in an account, are put together from different parts and come out the same.

## Why

There would be one for two services, or for two environments.

## What to do

Rename a service, a table or an environment.

## Example

```yaml
services:
  cart: { tables: { items-old: { kind: dynamodb, key: id } } }     # storefront-prod-cart-items-old
  cart-items: { tables: { old: { kind: dynamodb, key: id } } }     # storefront-prod-cart-items-old
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let mut taken = BTreeMap::new();
    let mut told = Vec::new();
    for (kind, name, place, of) in names(platform) {
        let Some((other, other_of)) = taken.get(&(kind, name.clone())) else {
            taken.insert((kind, name), (place, of));
            continue;
        };
        if told.contains(&place) {
            continue;
        }
        told.push(place.clone());
        findings.push(
            Finding::new(
                &RULE,
                place,
                format!("{kind} {of} and {kind} {other_of} are both called `{name}`"),
            )
            .related(Place::clone(other), format!("{kind} {other_of}"))
            .help("rename one of them"),
        );
    }
}

/// Every name with its kind, the place that it comes from, and whose it is.
fn names(platform: &Platform) -> Vec<(&'static str, String, Place, String)> {
    let mut names = Vec::new();
    for stage in stores::stages(platform) {
        let environment = stage.environment_name;
        for (name, service) in &platform.services {
            let whose = format!("of `{name}` in `{environment}`");
            let place = Place::Key(service.at.clone());
            let identifier = stores::identifier(platform, stage.cluster, name, environment);
            if !matches!(stage.stores, Stores::None(_)) {
                if service.database.is_some() {
                    names.push(("the database", identifier.clone(), place.clone(), whose.clone()));
                }
                if !service.tables.is_empty() {
                    names.push(("the role", identifier, place, whose.clone()));
                }
            }
            let tables = service.tables.keys();
            for table in tables.filter(|_| matches!(stage.stores, Stores::Primary)) {
                let place = Place::Key(service.at.key("tables").key(table.as_str()));
                let known = stores::table(platform, environment, name, table.as_str());
                names.push(("the table", known, place, format!("`{table}` {whose}")));
            }
        }
    }
    names
}
