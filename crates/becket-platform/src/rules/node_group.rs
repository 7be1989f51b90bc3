//! Node groups have sizes in order, one scaler, and names that EKS takes.

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings, Place};
use crate::model::{LONGEST_MANAGED_GROUP_NAME, Platform};

pub(crate) static RULE: Rule = Rule {
    code: "BK0027",
    level: Level::Error,
    title: "a node group that cannot be",
    documentation: r"## What

Not min ≤ desired ≤ max, no instance types, `scaleOnCpu` on a group that EKS manages, or more than 36 characters in the name
of such a group.

## Why

The cloud refuses sizes out of order. The scaling of a managed group belongs to EKS and the cluster autoscaler; a CPU policy
beside them would fight them. To the name of a managed group 27 characters are added, so that two of it can be there while
one takes the other's place, and EKS takes 63.

## What to do

Set the sizes in order; scale managed groups by pending pods, and use `scaleOnCpu` with `managed: false` only.

## Example

```yaml
nodes:
  general: { managed: true, instances: [m7i.large], min: 3, desired: 1, max: 9 }     # desired < min
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    for (cluster_name, cluster) in &platform.clusters {
        for (name, group) in &cluster.nodes {
            let at = |field: &str| group.at.key(field);
            let of = format!("`{}` of `{cluster_name}`", name.as_str());
            if group.min > group.max {
                findings.push(
                    Finding::new(&RULE, at("min"), format!("{of}: min {} is more than max {}", group.min, group.max))
                        .related(at("max"), "the maximum"),
                );
            }
            if let Some(desired) = group.desired {
                if desired < group.min {
                    findings.push(
                        Finding::new(&RULE, at("desired"), format!("{of}: desired {desired} is less than min {}", group.min))
                            .related(at("min"), "the minimum"),
                    );
                } else if desired > group.max {
                    findings.push(
                        Finding::new(&RULE, at("desired"), format!("{of}: desired {desired} is more than max {}", group.max))
                            .related(at("max"), "the maximum"),
                    );
                }
            }
            if group.instances.is_empty() && !findings.is_broken(&at("instances")) {
                findings.push(Finding::new(&RULE, at("instances"), format!("{of} has no instance types")));
            }
            let length = name.as_str().len();
            if group.managed && length > LONGEST_MANAGED_GROUP_NAME {
                findings.push(
                    Finding::new(&RULE, Place::Key(group.at.clone()), format!("{of} has a name of {length} characters"))
                        .label(format!("{} too many", length - LONGEST_MANAGED_GROUP_NAME))
                        .note("EKS takes 63, of which 27 tell it from the group that takes its place")
                        .help("shorten the name, or say `managed: false`"),
                );
            }
            if group.managed && group.scale_on_cpu.is_some() {
                findings.push(
                    Finding::new(&RULE, at("scaleOnCpu"), format!("{of} is managed by EKS and cannot scale on CPU"))
                        .note("EKS and the cluster autoscaler scale it by pending pods; two scalers fight each other")
                        .help("leave it out, or say `managed: false`"),
                );
            }
        }
    }
}
