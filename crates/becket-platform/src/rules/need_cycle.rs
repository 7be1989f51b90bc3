//! Services do not need each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;

pub(crate) static RULE: Rule = Rule {
    code: "BK0017",
    level: Level::Warning,
    title: "services that need each other",
    documentation: r"## What

Following `needs:` from a service leads back to it.

## Why

Nothing stops at run time. But when what they say to each other changes, neither can be released first, and when one is slow all of them are.

## What to do

Turn one of the needs round, for example by an event or a service that both need.

## Example

```yaml
services:
  orders: { needs: [billing] }
  billing: { needs: [orders] }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let circular = circular(platform);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (name, service) in &platform.services {
        if !circular.contains(name.as_str()) || told.contains(name.as_str()) {
            continue;
        }
        let Some(circle) = shortest_circle(platform, name.as_str()) else { continue };
        told.extend(&circle);
        let Some(position) = circle.get(1).and_then(|next| service.needs.iter().position(|need| need.as_str() == *next))
        else {
            continue;
        };
        let steps: Vec<_> = circle.iter().map(|step| format!("`{step}`")).collect();
        let mut finding = Finding::new(
            &RULE,
            service.at.key("needs").index(position),
            format!("services need each other: {}, `{name}`", steps.join(", ")),
        );
        for (step, next) in circle.iter().zip(circle.iter().skip(1).chain(circle.first())).skip(1) {
            let Some(other) = platform.services.get(*step) else { continue };
            if let Some(position) = other.needs.iter().position(|need| need.as_str() == *next) {
                finding = finding.related(other.at.key("needs").index(position), format!("`{step}` needs `{next}`"));
            }
        }
        findings.push(finding.note("when what they say to each other changes, none can be released first"));
    }
}

/// The services that are left when those that need nothing are taken away, again and again: those of circles, and those
/// that need them. In most platforms none.
fn circular(platform: &Platform) -> BTreeSet<&str> {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let mut callers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in &platform.services {
        let needs = service.needs.iter().filter(|need| platform.services.contains_key(need.as_str()));
        open.insert(name.as_str(), needs.clone().count());
        for need in needs {
            callers.entry(need.as_str()).or_default().push(name.as_str());
        }
    }
    let mut free: Vec<&str> = open.iter().filter(|(_, needs)| **needs == 0).map(|(name, _)| *name).collect();
    while let Some(name) = free.pop() {
        open.remove(name);
        for caller in callers.get(name).into_iter().flatten() {
            if let Some(needs) = open.get_mut(caller) {
                *needs -= 1;
                if *needs == 0 {
                    free.push(caller);
                }
            }
        }
    }
    open.into_keys().collect()
}

/// The services on the shortest way from `start` back to it, `start` first; a need of itself is another rule's.
fn shortest_circle<'a>(platform: &'a Platform, start: &'a str) -> Option<Vec<&'a str>> {
    let mut ways: VecDeque<Vec<&str>> = VecDeque::from([vec![start]]);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let service = platform.services.get(*way.last()?)?;
        for need in &service.needs {
            let Some((need, _)) = platform.services.get_key_value(need.as_str()) else { continue };
            if need.as_str() == start && way.len() > 1 {
                return Some(way);
            }
            if need.as_str() != start && seen.insert(need.as_str()) {
                let mut longer = way.clone();
                longer.push(need.as_str());
                ways.push_back(longer);
            }
        }
    }
    None
}
