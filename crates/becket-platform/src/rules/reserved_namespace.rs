//! Environments do not take the namespaces of others.

use becket_source::{Level, Rule};

use crate::finding::Place;
use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0012",
    level: Level::Error,
    title: "an environment with the name of a namespace that is taken",
    documentation: r"## What

An environment is a namespace of its own name, and this name is that of Kubernetes or of a part of the platform.

## Why

Services would run among system components, and the environment's rules would apply to those.

## What to do

Take another name.

## Example

```yaml
environments:
  default: { clusters: [nonprod] }
```
",
};

const TAKEN: &[&str] =
    &["argocd", "cert-manager", "default", "envoy-gateway-system", "kube-node-lease", "kube-public", "kube-system"];

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (name, environment) in &platform.environments {
        if TAKEN.contains(&name.as_str()) || name.as_str().starts_with("kube-") {
            findings.push(
                Finding::new(
                    &RULE,
                    Place::Key(environment.at.clone()),
                    format!("the environment `{name}` has the name of a namespace that is taken"),
                )
                .note("an environment is a namespace of its own name")
                .help("take another name, such as `dev`"),
            );
        }
    }
}
