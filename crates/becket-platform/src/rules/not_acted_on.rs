//! Fields that are checked and otherwise left alone.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0007",
    level: Level::Note,
    title: "fields that this version only checks",
    documentation: r"## What

The file describes something that this version checks and does nothing else about.

## Why

Nobody should believe that a bucket, a node group or an alert exists because the file says so.

## What to do

Nothing: the fields may stay. They take effect with the version that knows them.

## Example

```yaml
services:
  catalog:
    slo: { availability: 99.9 }
```
",
};
