//! Sources are there, and can be built.

use becket_source::{Level, Rule};

use super::Exists;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0030",
    level: Level::Error,
    title: "a source folder that is not there or cannot be built",
    documentation: r"## What

The folder under `source:` does not exist, or holds no `Cargo.toml` while the service has no `build:`.

## Why

There is nothing to build the service's image from, or it is not known how.

## What to do

Mend the path, or say `build: { command: …, binary: … }`.

## Example

```yaml
services:
  orders: { source: services/ordres }     # the folder is services/orders
```
",
};

pub(super) fn check(platform: &Platform, exists: &Exists<'_>, findings: &mut Findings) {
    for (name, service) in &platform.services {
        let Some(folder) = &service.source else { continue };
        let at = service.at.key("source");
        if !exists(folder.as_str()) {
            findings.push(
                Finding::new(&RULE, &at, format!("the source of `{name}`, `{folder}`, is not there"))
                    .label("no such folder")
                    .help("paths are relative to the platform file"),
            );
        } else if service.build.is_none() && !exists(&format!("{}/Cargo.toml", folder.as_str().trim_end_matches('/'))) {
            findings.push(
                Finding::new(&RULE, &at, format!("it is not known how to build `{name}`: `{folder}` holds no Cargo.toml"))
                    .help("say how: `build: { command: make, binary: bin/orders }`"),
            );
        }
    }
}
