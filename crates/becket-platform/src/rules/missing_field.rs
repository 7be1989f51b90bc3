//! Fields that must be given are given.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0004",
    level: Level::Error,
    title: "a field is missing",
    documentation: r"## What

A field that has no default is not there.

## Why

What depends on it cannot be made.

## What to do

Add the field.

## Example

```yaml
environments:
  dev: {}                # has no `clusters`
```
",
};
