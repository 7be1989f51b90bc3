//! Fields are known by name.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0002",
    level: Level::Error,
    title: "a field that the platform file does not have",
    documentation: r"## What

A mapping holds a key that means nothing there.

## Why

It would be ignored, and what it was meant to do would not happen.

## What to do

Take the suggested name, or remove the field. The schema (`# yaml-language-server: $schema=…`) lists the fields in the editor.

## Example

```yaml
services:
  orders:
    prot: 8080           # did you mean `port`?
```
",
};
