//! Names derived for databases are names that AWS takes.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::{DatabaseKind, Platform, Service};
use crate::stores::{self, Stage, Stores};

pub(crate) static RULE: Rule = Rule {
    code: "BK0050",
    level: Level::Error,
    title: "the name of a database at AWS is not possible",
    documentation: r"## What

The name `<platform>-<cluster>-<service>-<environment>` of a database, or of the role that may use a service's tables, is too long, or has two hyphens in a row.

## Why

RDS and Aurora take names of at most 63 characters, and no two hyphens in a row; the parts of an Aurora cluster have up to seven characters more. IAM takes 64. Each refuses it in the middle of an apply.

## What to do

Shorten the service's name; those of platform, clusters and environments are in more names.

## Example

```yaml
services:
  recommendations-for-customers-who-bought: { database: { engine: postgres } }
```
",
};

/// The most characters of a name of RDS; of IAM's it is one more.
const LONGEST: usize = 63;

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let stages = stores::stages(platform);
    for (service_name, service) in platform.services.iter().filter(|(_, service)| stores::has_stores(service)) {
        let here = stages.iter().filter(|stage| !matches!(stage.stores, Stores::None(_)));
        let names = here.map(|stage| {
            let name = stores::identifier(platform, stage.cluster, service_name, stage.environment_name);
            (name.len() + suffix(service, stage), name)
        });
        let names: Vec<_> = names.collect();
        if let Some((length, longest)) = names.iter().max().filter(|(length, _)| *length > LONGEST) {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(service.at.clone()),
                    format!("the database `{longest}` needs a name of {length} characters"),
                )
                .label(format!("{} too many", length - LONGEST))
                .note("AWS allows 63")
                .help("shorten the service's name"),
            );
        }
        let of_database = service.database.is_some();
        if let Some((_, doubled)) = names.iter().find(|(_, name)| of_database && name.contains("--")) {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(service.at.clone()),
                    format!("the database `{doubled}` has two hyphens in a row"),
                )
                .note("RDS does not take such a name")
                .help("use one"),
            );
        }
    }
}

/// How much longer the longest of the names that begin with a database's is.
fn suffix(service: &Service, stage: &Stage<'_>) -> usize {
    match &service.database {
        Some(database) if database.kind == DatabaseKind::Aurora && stage.environment.clusters.len() > 1 => {
            "-global".len()
        }
        Some(database) if database.kind == DatabaseKind::Aurora => "-any".len(),
        _ => 0,
    }
}
