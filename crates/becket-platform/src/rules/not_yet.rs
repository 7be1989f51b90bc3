//! Values that a later version will know.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0006",
    level: Level::Error,
    title: "something that is planned and not there yet",
    documentation: r"## What

The value is part of the design, and this version cannot act on it.

## Why

Taking it and doing something else would be worse than refusing it.

## What to do

Leave it out, or wait for the version that knows it.

## Example

```yaml
promotion: overlay       # not there yet; releases are snapshots
```
",
};
