//! A file that render wrote has other contents than it wrote.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0101",
    level: Level::Error,
    title: "a rendered file that was edited by hand",
    documentation: r"## What

The contents of a file that render wrote are neither what render wrote last, by the blob id in `.becket/manifest`, nor
what it would write now.

## Why

Render would write over the edit, or remove the file with it. It stops instead.

## What to do

Move the change to where it lasts: into `platform.yaml`, or into the `patches/` of the stage. Then restore the file.

## Example

```yaml
# gitops/apps/orders/overlays/qa/kustomization.yaml, by hand
replicas:
  - name: orders
    count: 5            # belongs into platform.yaml: services.orders.replicas: { qa: 5 }
```
",
};
