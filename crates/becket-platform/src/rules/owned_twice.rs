//! A service has one owner.

use std::collections::BTreeMap;

use becket_document::KeyPath;
use becket_source::{Level, Rule};

use crate::finding::{Finding, Findings};
use crate::model::Platform;
use crate::names::TeamName;

pub(crate) static RULE: Rule = Rule {
    code: "BK0019",
    level: Level::Error,
    title: "something that two teams own",
    documentation: r"## What

Two teams name one service or repository under `owns:`, or one team names it twice.

## Why

What two own nobody owns: each waits for the other's review.

## What to do

Leave it with one of them.

## Example

```yaml
teams:
  shop: { owns: [orders], role: developer }
  billing: { owns: [orders], role: developer }
```
",
};

pub(super) fn check(platform: &Platform, findings: &mut Findings) {
    let mut owners: BTreeMap<&str, (&TeamName, KeyPath)> = BTreeMap::new();
    for (name, team) in &platform.teams {
        for (index, owned) in team.owns.iter().enumerate() {
            let at = team.at.key("owns").index(index);
            match owners.get(owned.as_str()) {
                Some((owner, first)) => {
                    let message = if *owner == name {
                        format!("`{name}` owns `{owned}` twice")
                    } else {
                        format!("`{owned}` is owned by `{owner}` and by `{name}`")
                    };
                    findings.push(
                        Finding::new(&RULE, at, message)
                            .related(first, format!("`{owner}` owns it"))
                            .help("leave it with one team"),
                    );
                }
                None => {
                    owners.insert(owned.as_str(), (name, at));
                }
            }
        }
    }
}
