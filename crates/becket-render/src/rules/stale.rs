//! A repository is not what render would leave.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0106",
    level: Level::Error,
    title: "a repository that is not what render makes",
    documentation: r"## What

`render --check` found a file that render would write, change or remove.

## Why

What is in Git is what runs. A platform file that says something else misleads whoever reads it.

## What to do

Run `becket render` and commit what it writes.

## Example

```text
gitops/apps/orders/base/deployment.yaml is not what render makes
```
",
};
