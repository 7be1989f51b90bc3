//! The first name of a certificate is short.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::view::{certificate_of, hosts};

/// The bound of a common name in RFC 5280.
const LONGEST: usize = 64;

pub(crate) static RULE: Rule = Rule {
    code: "BK0063",
    level: Level::Error,
    title: "a domain that is too long for a certificate",
    documentation: r"## What

A certificate's domain has more than 64 characters.

## Why

The first name of a certificate is its common name, which RFC 5280 bounds. ACM refuses a longer one when it is applied.

## What to do

Shorten the domain, the environment's name or the host. A certificate for all hosts of an environment (`wildcard`) needs the
environment's domain only.

## Example

```yaml
domain: shop.of.a.department.with.quite.a.long.name.in.acme.example
services:
  frontend: { host: customers.of.today }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    if platform.cloud.is_none() {
        return;
    }
    let mut told = Vec::new();
    for environment in platform.environments.keys() {
        for (host, _, service) in hosts(platform, environment) {
            let certificate = certificate_of(platform, environment, &host);
            if certificate.len() <= LONGEST || told.contains(&certificate) {
                continue;
            }
            let at = if certificate == host {
                service.at.key("host")
            } else {
                platform.at.key("domain")
            };
            let message = format!(
                "`{certificate}` has {} characters, and a certificate's first name at most {LONGEST}",
                certificate.len()
            );
            findings.push(Finding::new(&RULE, at, message).help("shorten the domain, the environment's name or the host"));
            told.push(certificate);
        }
    }
}
