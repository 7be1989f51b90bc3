//! Clusters of a cloud say what a cluster of a cloud needs.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::Label;

pub(crate) static RULE: Rule = Rule {
    code: "BK0031",
    level: Level::Error,
    title: "a cluster of the cloud that is not described enough",
    documentation: r#"## What

A platform with `cloud:` has a cluster without `account`, `cidr`, `kubernetes` or `nodes`, or in an account that is not listed.

## Why

These are decisions that nobody should take by default: they cost money, or cannot be changed later.

## What to do

Add what is missing. A platform that runs on one machine only has no `cloud:`.

## Example

```yaml
cloud: { provider: aws, accounts: { prod: "222222222222" }, region: eu-west-1, zones: [eu-west-1a, eu-west-1b] }
clusters:
  prod: { account: production }     # no such account; no cidr, kubernetes, nodes
```
"#,
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some(cloud) = &platform.cloud else { return };
    if findings.is_broken(&cloud.at.key("accounts")) {
        return;
    }
    for (name, cluster) in &platform.clusters {
        if let Some(account) = &cluster.account
            && !cloud.accounts.contains_key(account.as_str())
        {
            findings.push(
                Finding::new(
                    &RULE,
                    cluster.at.key("account"),
                    format!("`{name}` is in the account `{account}`, which is not under `cloud.accounts`"),
                )
                .did_you_mean(account.as_str(), cloud.accounts.keys().map(Label::as_str)),
            );
        }
        let missing: Vec<_> = [
            ("account", cluster.account.is_none()),
            ("cidr", cluster.cidr.is_none()),
            ("kubernetes", cluster.kubernetes.is_none()),
            ("nodes", cluster.nodes.is_empty()),
        ]
        .into_iter()
        .filter(|(field, missing)| *missing && !findings.is_broken(&cluster.at.key(*field)))
        .map(|(field, _)| format!("`{field}`"))
        .collect();
        if !missing.is_empty() {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(cluster.at.clone()),
                    format!("the cluster `{name}` has no {}", missing.join(", ")),
                )
                .related(Place::Key(cloud.at.clone()), "a cluster of a cloud needs them"),
            );
        }
    }
}
