//! `needs:` names other services of the platform, each once.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::ServiceName;

pub(crate) static RULE: Rule = Rule {
    code: "BK0016",
    level: Level::Error,
    title: "a need that is no other service",
    documentation: r"## What

A name under `needs:` is no service of the platform, is the service itself, or stands there twice.

## Why

Each need becomes a `<NAME>_URL` and a hole in the network policies. For a service that does not exist the URL leads nowhere.

## What to do

Take the suggested name, or declare the service.

## Example

```yaml
services:
  orders: { needs: [catalgo] }     # did you mean `catalog`?
  catalog: {}
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        for (index, need) in service.needs.iter().enumerate() {
            let at = service.at.key("needs").index(index);
            let first = service.needs.iter().position(|other| other == need);
            if need.as_str() == name.as_str() {
                findings.push(Finding::new(&RULE, &at, format!("`{name}` needs itself")).help("leave it out"));
            } else if let Some(first) = first.filter(|first| *first != index) {
                findings.push(
                    Finding::new(&RULE, &at, format!("`{name}` needs `{need}` twice"))
                        .related(service.at.key("needs").index(first), "first here")
                        .help("leave it out"),
                );
            } else if !platform.services.contains_key(need.as_str())
                && !findings.is_broken(&platform.at.key("services").key(need.as_str()))
            {
                let others = platform.services.keys().filter(|other| *other != name);
                findings.push(
                    Finding::new(&RULE, &at, format!("`{name}` needs `{need}`, and no service is named so"))
                        .label("no such service")
                        .did_you_mean(need.as_str(), others.map(ServiceName::as_str)),
                );
            }
        }
    }
}
