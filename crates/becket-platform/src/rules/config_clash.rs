//! Configuration does not take the names that Becket sets.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::view::url_variable;

pub(crate) static RULE: Rule = Rule {
    code: "BK0028",
    level: Level::Error,
    title: "a variable that Becket sets itself",
    documentation: r#"## What

A key of `config:` is `PORT`, `ENVIRONMENT`, `DATABASE_URL`, the `<NAME>_URL` of a need, or starts with `OTEL_`.

## Why

Two sources of one variable: the service gets one of them, and which one depends on the manifest.

## What to do

Take another name. The address of a needed service comes with `needs:`.

## Example

```yaml
services:
  orders:
    needs: [catalog]
    config: { CATALOG_URL: "http://elsewhere" }
```
"#,
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, service) in &platform.services {
        for key in service.config.keys() {
            let key = key.as_str();
            let need = service.needs.iter().position(|need| url_variable(need.as_str()) == key);
            let why = match key {
                "PORT" => "it is the service's `port`".to_owned(),
                "ENVIRONMENT" => "it is the environment's name".to_owned(),
                "DATABASE_URL" => "it is where the service's database is".to_owned(),
                _ if key.starts_with("OTEL_") => "OpenTelemetry is set up for every service alike".to_owned(),
                _ if need.is_some() => "it is where a needed service is".to_owned(),
                _ => continue,
            };
            let mut finding = Finding::new(
                &RULE,
                Place::Key(service.at.key("config").key(key)),
                format!("`{name}` cannot configure `{key}`, which is set for it"),
            )
            .note(why)
            .help("leave it out, or take another name");
            if let Some(need) = need {
                finding = finding.related(service.at.key("needs").index(need), "it comes with this need");
            }
            findings.push(finding);
        }
        let database = service.needs.iter().position(|need| need.as_str() == "database");
        if let (Some(need), Some(_)) = (database, &service.database) {
            findings.push(
                Finding::new(
                    &RULE,
                    service.at.key("needs").index(need),
                    format!("`{name}` finds both its database and the service `database` at `DATABASE_URL`"),
                )
                .related(Place::Key(service.at.key("database")), "its database")
                .help("give the service `database` another name"),
            );
        }
    }
}
