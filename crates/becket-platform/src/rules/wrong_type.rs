//! Values have the type that their field needs.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0003",
    level: Level::Error,
    title: "a value of the wrong type",
    documentation: r#"## What

A number stands where text is needed, a list where a mapping is, and so on.

## Why

YAML decides the type by how a value is written: `1.30` is a number and becomes `1.3`, `"1.30"` is text.

## What to do

Write the value as the message says; text that looks like a number goes into quotes.

## Example

```yaml
clusters:
  nonprod:
    kubernetes: 1.30     # put it in quotes: "1.30"
```
"#,
};
