//! Clusters leave the names of what lies beside them.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0040",
    level: Level::Error,
    title: "a cluster with a name that is taken",
    documentation: r"## What

A cluster of a cloud is named `bootstrap`, `dns`, `github`, `iam` or `modules`, which are folders of Terraform, `team`, which starts the names of people's roles, or like a group of hosts that Ansible's inventory has: `all`, `argocd`, `bastions`, `kubernetes`, `nodes`, `ungrouped`.

## Why

A cluster has a folder of its own name in `iac/terraform/`, and is a group in Ansible's inventory. Its pipeline may change the roles whose names start with its own.

## What to do

Take another name.

## Example

```yaml
clusters:
  iam: { account: prod, cidr: 10.10.0.0/16 }
```
",
};

/// The folders of Terraform, what people's roles start with, and the groups of Ansible, with what each is.
const TAKEN: [(&str, &[&str]); 3] = [
    ("a folder in `iac/terraform/`", &["bootstrap", "dns", "github", "iam", "modules"]),
    ("what the names of people's roles start with", &["team"]),
    (
        "a group of hosts for Ansible",
        &["all", "argocd", "bastions", "kubernetes", "nodes", "ungrouped"],
    ),
];

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    if platform.cloud.is_none() {
        return;
    }
    for (name, cluster) in &platform.clusters {
        let taken = TAKEN.iter().find(|(_, names)| names.contains(&name.as_str()));
        if let Some((by, _)) = taken {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(cluster.at.clone()),
                    format!("the cluster `{name}` has a name that is taken"),
                )
                .note(format!("`{name}` is {by}"))
                .help("take another name, such as `nonprod`"),
            );
        }
    }
}
