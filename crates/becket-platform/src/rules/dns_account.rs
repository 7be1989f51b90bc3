//! A new zone is made in an account.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::{Platform, ZoneOrigin};

pub(crate) static RULE: Rule = Rule {
    code: "BK0060",
    level: Level::Error,
    title: "a new zone without an account",
    documentation: r#"## What

The zone is to be made with the platform, and the file does not say in which account at Cloudflare.

## Why

A zone belongs to an account, and a token may reach several.

## What to do

Name the account, or leave `zone: new` out where the zone is there already: then it is found by its name.

## Example

```yaml
dns: { zone: new }                     # add `account: "…"`
```
"#,
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some(dns) = &platform.dns else { return };
    let without_account = dns.account.is_none() && !findings.is_broken(&dns.at.key("account"));
    if dns.zone == ZoneOrigin::New && without_account {
        let message = format!("the zone of {} is to be made, in no account", platform.domain);
        findings.push(
            Finding::new(&RULE, dns.at.key("zone"), message)
                .help("add `account:` with the account's identifier at Cloudflare, 32 hexadecimal digits"),
        );
    }
}
