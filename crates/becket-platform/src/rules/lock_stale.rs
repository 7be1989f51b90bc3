//! `platform.lock` holds all that is allocated.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0037",
    level: Level::Warning,
    title: "a platform.lock that is missing or old",
    documentation: r"## What

`platform.lock` does not hold the subnets that render would allocate for the zones of `platform.yaml`.

## Why

What is not written down can move: another order of zones would give them other ranges.

## What to do

Run `becket render`, and commit `platform.lock` beside `platform.yaml`.

## Example

```yaml
cloud: { zones: [eu-west-1a, eu-west-1b, eu-west-1c] }   # platform.lock knows no eu-west-1c
```
",
};
