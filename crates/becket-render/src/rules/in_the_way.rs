//! A file that render did not write stands where it would write one.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0102",
    level: Level::Error,
    title: "a file that is in the way of render",
    documentation: r"## What

Where render would write a file, there is one that it never wrote, with other contents.

## Why

Files that render does not own are never touched, so it cannot go on.

## What to do

Move the file, or remove it. What it says beyond the rendered one belongs into the `patches/` of a stage.

## Example

```text
gitops/apps/orders/base/service.yaml      # written by hand before `orders` stood in platform.yaml
```
",
};
