//! A component of the catalog does not fit its own files or the views.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0103",
    level: Level::Error,
    title: "a component that does not fit its files or the views",
    documentation: r"## What

A `component.yaml` has a key that nothing reads, binds a place that its file does not have or to a value that no view
offers, or speaks of files that are not there.

## Why

What a binding does not reach keeps its example value.

## What to do

The catalog is part of becket: report it. Who works on the catalog finds the place in the finding; `catalog/README.md`
describes the format.

## Example

```yaml
bind:
  base/service.yaml:
    spec.ports[1].port: service.port      # the file has one port only
```
",
};
