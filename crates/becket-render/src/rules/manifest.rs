//! A manifest of owned files that cannot be read.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0105",
    level: Level::Error,
    title: "a manifest that cannot be read",
    documentation: r"## What

A line of `.becket/manifest` is not a blob id, two blanks and a path.

## Why

The manifest says which files are render's. Without it render would have to guess, and does not.

## What to do

Restore the file from history. After a merge conflict in it, take either side and run `becket render`.

## Example

```text
<<<<<<< HEAD
ce013625030ba8dba906f756967f9e9ca394464a  apps/orders/base/service.yaml
```
",
};
