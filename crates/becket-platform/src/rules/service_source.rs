//! A service says where its image comes from.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0029",
    level: Level::Error,
    title: "a service without a source, or with two",
    documentation: r"## What

A service has neither `source:` nor `image:`, has both, or has `build:` without `source:`.

## Why

It is not known what to run, or which of two.

## What to do

Name the folder with its source, or the image that is built elsewhere.

## Example

```yaml
services:
  orders: { port: 8080 }     # neither `source:` nor `image:`
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        let at = &service.at;
        if ["source", "image"].iter().any(|field| findings.is_broken(&at.key(*field))) {
            continue;
        }
        match (&service.source, &service.image, &service.build) {
            (None, None, _) => findings.push(
                Finding::new(&RULE, Place::Key(at.clone()), format!("`{name}` says neither `source:` nor `image:`"))
                    .help(format!("add the folder with its source: `source: services/{name}`")),
            ),
            (Some(_), Some(_), _) => findings.push(
                Finding::new(&RULE, at.key("image"), format!("`{name}` has both a source and an image"))
                    .related(at.key("source"), "the source")
                    .help("leave one of them out"),
            ),
            (None, Some(_), Some(_)) => findings.push(
                Finding::new(&RULE, Place::Key(at.key("build")), format!("`{name}` has a build and no source"))
                    .help("leave `build:` out: its image is built elsewhere"),
            ),
            _ => {}
        }
    }
}
