//! Names of roles at AWS fit into 64 characters.

use becket_document::KeyPath;
use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0041",
    level: Level::Error,
    title: "the name of a role at AWS is too long",
    documentation: r"## What

The role `<platform>-<cluster>-node-self-managed`, the longest of a cluster's, or `<platform>-team-<team>` has more than 64 characters.

## Why

IAM refuses it, in the middle of an apply.

## What to do

Shorten the name of the cluster or the team; the platform's is in more names.

## Example

```yaml
name: storefront-international
clusters:
  production-eu-central: {}     # storefront-international-production-eu-central-node-self-managed
```
",
};

/// The most characters of a role's name (IAM's quotas, `RoleName`).
const LONGEST: usize = 64;

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    if platform.cloud.is_none() {
        return;
    }
    let mut fits = |role: String, at: &KeyPath, of: &str| {
        if role.len() > LONGEST {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(at.clone()),
                    format!("the role `{role}` has a name of {} characters", role.len()),
                )
                .label(format!("{} too many", role.len() - LONGEST))
                .note("IAM allows 64")
                .help(format!("shorten the {of}'s name")),
            );
        }
    };
    for (name, cluster) in &platform.clusters {
        fits(
            format!("{}-{name}-node-self-managed", platform.name),
            &cluster.at,
            "cluster",
        );
    }
    for (name, team) in &platform.teams {
        fits(format!("{}-team-{name}", platform.name), &team.at, "team");
    }
}
