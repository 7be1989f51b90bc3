//! The file is YAML, of one document.

use becket_source::{Level, Rule};

pub(crate) static RULE: Rule = Rule {
    code: "BK0001",
    level: Level::Error,
    title: "the platform file is no YAML",
    documentation: r"## What

The file cannot be read as one YAML document. A key that stands twice in a mapping counts as such a fault.

## Why

Nothing behind the first such place can be read, so nothing else is checked.

## What to do

Mend the place that is shown; often the indentation or a quote before it is what is wrong.

## Example

```yaml
services:
  orders: { source: services/orders
  catalog: {}          # the brace above is not closed
```
",
};
