//! Values are of their field's set, range or form.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0005",
    level: Level::Error,
    title: "a value that the field cannot have",
    documentation: r"## What

A name, number, range of addresses or choice does not have the form that its field needs.

## Why

These values become names in Kubernetes, DNS and the cloud, which refuse them later and far from here.

## What to do

Take the suggested value, or one of the form that the message shows.

## Example

```yaml
services:
  Order_Service:         # did you mean `order-service`?
    port: 80             # not from 1024 to 65535
```
",
};
