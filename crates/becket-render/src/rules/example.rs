//! An example value in the catalog that nothing is bound to.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0104",
    level: Level::Error,
    title: "an example value that would come out",
    documentation: r"## What

A file of the catalog holds an example value (`example-service`, `example.com`, `192.0.2.0/24`, `111122223333`) at a
place that nothing is bound to.

## Why

It would stand in every platform.

## What to do

The catalog is part of becket: report it. Who works on the catalog binds the place.

## Example

```yaml
# catalog/ingress/gateway/route/httproute.yaml, with nothing bound to spec.hostnames
hostnames:
  - www.example.com
```
",
};
