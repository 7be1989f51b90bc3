//! Names of buckets fit into 63 characters.

use becket_document::KeyPath;
use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;
use crate::names::{Label, Reference};
use crate::view::{backups, states};

pub(crate) static RULE: Rule = Rule {
    code: "BK0045",
    level: Level::Error,
    title: "the name of a bucket is too long",
    documentation: r"## What

The bucket `<organisation>-<platform>-terraform`, with `-<account>` appended for all accounts but the first, or
`<organisation>-<platform>-<cluster>`, which keeps a cluster's backups, has more than 63 characters.

## Why

S3 refuses it, in the middle of an apply.

## What to do

Shorten the name of the account or cluster, or the platform's, which is in all of them.

## Example

```yaml
name: storefront-international
organisation: the-acme-corporation-of-all-the-world
clusters:
  production-eu-central: {}     # 83 characters with both before it
```
",
};

/// The most characters of a bucket's name.
const LONGEST: usize = 63;

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let Some(cloud) = &platform.cloud else { return };
    let mut fits = |bucket: String, at: KeyPath, of: &str| {
        if bucket.len() > LONGEST {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(at),
                    format!("the bucket `{bucket}` has a name of {} characters", bucket.len()),
                )
                .label(format!("{} too many", bucket.len() - LONGEST))
                .note("S3 allows 63")
                .help(format!("shorten the {of}'s name")),
            );
        }
    };
    if matches!(platform.capabilities.provider("state"), Some("s3" | "s3-dynamodb")) {
        fits(states(platform, None), platform.at.key("name"), "platform");
        let accounts = cloud.accounts.keys().map(Label::as_str);
        for account in accounts.filter(|name| is_another(platform, name)) {
            let at = cloud.at.key("accounts").key(account);
            fits(states(platform, Some(account)), at, "account");
        }
    }
    for (name, cluster) in &platform.clusters {
        fits(backups(platform, name), cluster.at.clone(), "cluster");
    }
}

/// Whether an account has clusters, but not the first one.
fn is_another(platform: &Platform, account: &str) -> bool {
    let clusters = platform.clusters.values();
    let mut accounts = clusters.filter_map(|cluster| cluster.account.as_ref().map(Reference::as_str));
    accounts.next() != Some(account) && accounts.any(|name| name == account)
}
