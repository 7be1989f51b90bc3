//! Flow logs are kept in one place.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0043",
    level: Level::Error,
    title: "flow logs in a bucket with a time that is CloudWatch's",
    documentation: r"## What

`flowLogs:` has both `bucket` and `retentionDays`.

## Why

The days are how long CloudWatch keeps them. In a bucket the bucket's own lifecycle rules decide, and nothing would be deleted after the days that the file names.

## What to do

Leave one of them out.

## Example

```yaml
clusters:
  prod: { flowLogs: { bucket: acme-flow-logs, retentionDays: 365 } }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for cluster in platform.clusters.values() {
        let Some(logs) = &cluster.flow_logs else { continue };
        if let (Some(bucket), Some(_)) = (&logs.bucket, logs.retention_days) {
            findings.push(
                Finding::new(
                    &RULE,
                    logs.at.key("retentionDays"),
                    format!("how long `{bucket}` keeps the flow logs is the bucket's own matter"),
                )
                .related(logs.at.key("bucket"), "they go there, and not to CloudWatch")
                .help("leave one of them out"),
            );
        }
    }
}
