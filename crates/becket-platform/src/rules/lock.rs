//! What stands in `platform.lock` fits the platform.

use becket_source::Rule;

pub(crate) static RULE: Rule = Rule::error(
    "BK0036",
    "subnets in platform.lock that do not fit",
    r"## What

A range in `platform.lock` cannot be read, overlaps another or lies outside its cluster's `cidr`, or no room is left for a
zone.

## Why

`becket render` keeps the file. A range that moves replaces subnets with all that is in them.

## What to do

Take back the edit. Of a network that was never made, remove its lines: they are allocated anew.

## Example

```yaml
subnets:
  nonprod:
    eu-west-1a: { public: 10.10.0.0/22, private: 10.99.32.0/19 }   # nonprod is 10.10.0.0/16
```
",
);
