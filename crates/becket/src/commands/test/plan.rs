//! What a plan would do, as `terraform show -json` tells it, against what it may do.

use serde_json::Value;

/// What a plan may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected<'a> {
    /// Nothing at all.
    Nothing,
    /// What is new, and in what is there, lists that grow: nothing is made anew or loses anything.
    Additions,
    /// Anything of what is kept under one of these names; of the rest, what refers to that may change where it is.
    Only(&'a [String]),
}

impl Expected<'_> {
    /// What a plan is that does not fit, in a phrase.
    pub(super) fn missed(self) -> &'static str {
        match self {
            Self::Nothing => "there should be nothing to change",
            Self::Additions => "there should be additions only",
            Self::Only(_) => "nothing else should be made or destroyed",
        }
    }
}

/// A change of one resource.
#[derive(Debug, Clone, PartialEq)]
struct Change<'p> {
    address: &'p str,
    actions: Vec<&'p str>,
    index: &'p Value,
    /// Its attributes, before and after.
    values: &'p Value,
}

/// What in `plan` is not expected, a line each.
pub(super) fn unexpected(plan: &Value, expected: Expected<'_>) -> Vec<String> {
    let changes = plan["resource_changes"].as_array().map_or(&[][..], Vec::as_slice);
    let changes = changes.iter().filter_map(Change::of);
    let mut lines: Vec<String> = changes
        .filter(|change| !change.is(expected))
        .map(|change| change.describe(expected))
        .collect();
    if expected == Expected::Nothing {
        let outputs = plan["output_changes"].as_object();
        let outputs = outputs.into_iter().flatten();
        let others = outputs.filter(|(_, change)| change["actions"] != serde_json::json!(["no-op"]));
        lines.extend(others.map(|(name, _)| format!("output {name} would change")));
    }
    lines
}

impl<'p> Change<'p> {
    /// A change that does something; reading is nothing.
    fn of(resource: &'p Value) -> Option<Self> {
        let actions = resource["change"]["actions"].as_array()?;
        let actions: Vec<_> = actions.iter().filter_map(Value::as_str).collect();
        if matches!(actions[..], ["no-op" | "read"]) {
            return None;
        }
        Some(Self {
            address: resource["address"].as_str()?,
            actions,
            index: &resource["index"],
            values: &resource["change"],
        })
    }

    fn is(&self, expected: Expected<'_>) -> bool {
        match expected {
            Expected::Nothing => false,
            Expected::Additions => match self.actions[..] {
                ["create"] => true,
                ["update"] => self.changed().is_empty(),
                _ => false,
            },
            Expected::Only(names) => {
                let is_named = |key: &str| names.iter().any(|name| name == key);
                let mut keys = self.address.split('"').skip(1).step_by(2);
                self.actions == ["update"] || self.index.as_str().is_some_and(is_named) || keys.any(is_named)
            }
        }
    }

    /// The attributes that change otherwise than by growing. What is known after the apply only counts as growing: of
    /// what is there, only a list that takes in something new is not known before.
    fn changed(&self) -> Vec<&'p str> {
        let before = self.values["before"].as_object();
        let attributes = before.into_iter().flatten();
        attributes
            .filter(|(name, before)| {
                let is_unknown = !matches!(
                    self.values["after_unknown"][name.as_str()],
                    Value::Null | Value::Bool(false)
                ) && self.values["after"][name.as_str()].is_null();
                !is_unknown && !grows(before, &self.values["after"][name.as_str()])
            })
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// `aws_vpc.this would be made anew because of cidr_block`
    fn describe(&self, expected: Expected<'_>) -> String {
        let reasons = match self.actions[..] {
            ["update"] if expected == Expected::Additions => {
                self.changed().into_iter().map(str::to_owned).collect()
            }
            ["update"] => self.different(),
            ["create" | "delete"] => Vec::new(),
            _ => self.replacing(),
        };
        let verb = match self.actions[..] {
            ["create"] => "made",
            ["delete"] => "destroyed",
            ["update"] => "changed",
            ["forget"] => "forgotten",
            _ => "made anew",
        };
        let why = match reasons.len() {
            0 => String::new(),
            _ => format!(": {}", reasons.join(", ")),
        };
        format!("{} would be {verb}{why}", self.address)
    }

    fn different(&self) -> Vec<String> {
        let before = self.values["before"].as_object();
        let attributes = before.into_iter().flatten();
        attributes
            .filter(|(name, before)| **before != self.values["after"][name.as_str()])
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn replacing(&self) -> Vec<String> {
        let paths = self.values["replace_paths"].as_array();
        let paths = paths.into_iter().flatten();
        paths
            .filter_map(|path| Some(path.get(0)?.as_str()?.to_owned()))
            .collect()
    }
}

/// Whether `after` holds all that `before` did: the same, or more of it.
fn grows(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Null, _) => true,
        (Value::Array(before), Value::Array(after)) => before
            .iter()
            .all(|item| after.iter().any(|later| grows(item, later))),
        (Value::Object(before), Value::Object(after)) => before
            .iter()
            .all(|(key, value)| after.get(key).is_some_and(|after| grows(value, after))),
        _ => before == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_zone_more_only_adds() {
        let plan = plan(include_str!("fixtures/zone-added.json"));
        assert_eq!(unexpected(&plan, Expected::Additions), [""; 0]);
        assert_eq!(
            unexpected(&plan, Expected::Nothing),
            [
                "module.network.aws_nat_gateway.this[\"eu-west-1c\"] would be made",
                "module.network.aws_subnet.private[\"eu-west-1c\"] would be made",
                "module.network.aws_vpc_endpoint.gateway[\"dynamodb\"] would be changed: route_table_ids",
                "module.network.aws_vpc_endpoint.gateway[\"s3\"] would be changed: route_table_ids",
                "output private_subnet_ids would change",
                "output public_subnet_ids would change",
            ]
        );
    }

    #[test]
    fn a_zone_taken_away_and_a_subnet_that_moves_are_no_additions() {
        let unexpected = |text| unexpected(&plan(text), Expected::Additions);
        assert_eq!(
            unexpected(include_str!("fixtures/zone-taken-away.json")),
            [
                "module.network.aws_nat_gateway.this[\"eu-west-1c\"] would be destroyed",
                "module.network.aws_subnet.private[\"eu-west-1c\"] would be destroyed",
                "module.network.aws_vpc_endpoint.gateway[\"s3\"] would be changed: route_table_ids",
            ]
        );
        assert_eq!(
            unexpected(include_str!("fixtures/subnet-moved.json")),
            ["module.network.aws_subnet.private[\"eu-west-1a\"] would be made anew: cidr_block"]
        );
    }

    #[test]
    fn a_change_may_be_about_one_name_only() {
        let plan = plan(include_str!("fixtures/zone-taken-away.json"));
        let of = |name: &str| unexpected(&plan, Expected::Only(&[name.to_owned()]));
        assert_eq!(of("eu-west-1c"), [""; 0]);
        assert_eq!(of("eu-west-1b").len(), 2);
    }

    #[test]
    fn a_block_grows_with_the_lists_in_it() {
        let subnets = |ids: &[&str]| serde_json::json!([{ "subnet_ids": ids, "public": true }]);
        assert!(grows(&subnets(&["a"]), &subnets(&["a", "b"])));
        assert!(!grows(&subnets(&["a", "b"]), &subnets(&["b"])));
        assert!(grows(&Value::Null, &subnets(&[])));
        assert!(!grows(&subnets(&[]), &Value::Null));
    }

    #[test]
    fn what_is_only_read_is_nothing() {
        let plan = serde_json::json!({
            "resource_changes": [{ "address": "data.aws_region.this", "change": { "actions": ["read"] } }],
            "output_changes": { "id": { "actions": ["no-op"] } },
        });
        assert_eq!(unexpected(&plan, Expected::Nothing), [""; 0]);
    }
}
