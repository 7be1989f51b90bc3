//! The platform as it would be with a zone less, with its zones in another order, with a node group more or under another
//! name: `platform.yaml` edited as a person would, so that what is tested is what somebody gets who does the same.

use becket_document::edit::{Editor, Position};
use becket_document::{Fragment, KeyPath, Node};
use becket_platform::{Cluster, LONGEST_MANAGED_GROUP_NAME, Parsed, Platform};
use serde_json::Value;

use crate::error::CommandError;

/// What the name of a group ends with that is there for the test only.
const ADDED: &str = "-added";

/// `platform.yaml`, changed.
#[derive(Debug, PartialEq)]
pub(super) struct Variant {
    pub text: String,
    /// What was changed, a phrase for each cluster.
    pub what: Vec<String>,
    /// The names that the change is about.
    pub names: Vec<String>,
}

/// Makes variants of one platform.
pub(super) struct Variants<'p> {
    pub text: &'p str,
    pub tree: &'p Node,
    pub platform: &'p Platform,
    /// The clusters that are changed.
    pub clusters: &'p dyn Fn(&str) -> bool,
}

impl<'p> Variants<'p> {
    /// Of the platform that was read from `text`.
    pub(super) fn of(text: &'p str, parsed: &'p Parsed, clusters: &'p dyn Fn(&str) -> bool) -> Option<Self> {
        Some(Self {
            text,
            tree: parsed.tree()?,
            platform: parsed.platform()?,
            clusters,
        })
    }

    /// The last zone of each cluster that has more than two taken away; none where no cluster has.
    pub(super) fn a_zone_less(&self) -> Result<Option<Variant>, CommandError> {
        self.edited(|editor, name, cluster| {
            let zones = self.platform.zones(cluster);
            let (last, others) = zones.split_last().filter(|(_, others)| others.len() > 1)?;
            let others: Vec<_> = others.iter().map(ToString::to_string).collect();
            Some(
                self.set_zones(editor, name, &others)
                    .map(|()| (format!("{last} of {name}"), Vec::new())),
            )
        })
    }

    /// The zones of each cluster the other way round.
    pub(super) fn zones_reordered(&self) -> Result<Option<Variant>, CommandError> {
        self.edited(|editor, name, cluster| {
            let zones = self.platform.zones(cluster);
            let reversed: Vec<_> = zones.iter().rev().map(ToString::to_string).collect();
            let what = format!("{} of {name}", reversed.join(", "));
            (zones.len() > 1).then(|| {
                self.set_zones(editor, name, &reversed)
                    .map(|()| (what, Vec::new()))
            })
        })
    }

    /// A copy of the last node group of each cluster beside it.
    pub(super) fn a_node_group_more(&self) -> Result<Option<Variant>, CommandError> {
        self.edited(|editor, name, _| {
            let (nodes, group) = self.last_group(name)?;
            let added = other_name(&group.name());
            let copy = Fragment::from(group.value.to_value());
            let inserted = editor.insert(&nodes, &added, &copy, Position::End);
            Some(inserted.map(|()| (format!("{added} of {name}"), vec![added])))
        })
    }

    /// The last node group of each cluster that has one under another name.
    pub(super) fn a_node_group_renamed(&self) -> Result<Option<Variant>, CommandError> {
        self.edited(|editor, name, _| {
            let (nodes, group) = self.last_group(name)?;
            let (old, new) = (group.name().into_owned(), other_name(&group.name()));
            let copy = Fragment::from(group.value.to_value());
            let edited = editor
                .insert(&nodes, &new, &copy, Position::End)
                .and_then(|()| editor.remove(&nodes.key(&*old)));
            Some(edited.map(|()| (format!("{old} of {name} is {new}"), vec![old, new])))
        })
    }

    /// The text with `edit` made to each cluster that it is for.
    fn edited(
        &self,
        edit: impl Fn(
            &mut Editor,
            &str,
            &Cluster,
        ) -> Option<Result<(String, Vec<String>), becket_document::edit::EditError>>,
    ) -> Result<Option<Variant>, CommandError> {
        let failed = |why: &dyn std::fmt::Display| {
            CommandError::machine(format!("cannot change platform.yaml: {why}"))
        };
        let mut editor = Editor::new(self.text).map_err(|error| failed(&error.message))?;
        let mut variant = Variant {
            text: String::new(),
            what: Vec::new(),
            names: Vec::new(),
        };
        for (name, cluster) in &self.platform.clusters {
            if !(self.clusters)(name.as_str()) {
                continue;
            }
            if let Some(edited) = edit(&mut editor, name.as_str(), cluster) {
                let (what, names) = edited.map_err(|error| failed(&error))?;
                variant.what.push(what);
                variant.names.extend(names);
            }
        }
        variant.text = editor.finish().map_err(|error| failed(&error))?;
        Ok((!variant.what.is_empty()).then_some(variant))
    }

    fn set_zones(
        &self,
        editor: &mut Editor,
        cluster: &str,
        zones: &[String],
    ) -> Result<(), becket_document::edit::EditError> {
        let at = KeyPath::of_keys(["clusters", cluster]);
        let zones = Fragment::from(Value::from(zones));
        if self.tree.at(&at.key("zones")).is_some() {
            editor.set(&at.key("zones"), &zones)
        } else {
            editor.insert(&at, "zones", &zones, Position::End)
        }
    }

    fn last_group(&self, cluster: &str) -> Option<(KeyPath, &'p becket_document::Entry)> {
        let nodes = KeyPath::of_keys(["clusters", cluster, "nodes"]);
        let group = self.tree.at(&nodes)?.entries().last()?;
        Some((nodes, group))
    }
}

/// A name that the group `name` could have instead.
fn other_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .take(LONGEST_MANAGED_GROUP_NAME - ADDED.len())
        .collect();
    format!("{}{ADDED}", kept.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_is_no_longer_than_one_may_be() {
        assert_eq!(other_name("general"), "general-added");
        let longest = other_name("general-purpose-of-the-check-out-team");
        assert_eq!(longest, "general-purpose-of-the-check-o-added");
        assert_eq!(longest.len(), LONGEST_MANAGED_GROUP_NAME);
        assert_eq!(
            other_name("general-purpose-of-the-nodes--x"),
            "general-purpose-of-the-nodes-added"
        );
    }

    const TEXT: &str = "\
becket: 1
name: shop
organisation: acme
domain: acme.example
cloud:
  provider: aws
  accounts: { one: '111111111111' }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b, eu-west-1c]  # all there are
clusters:
  one:
    account: one
    cidr: 10.10.0.0/16
    kubernetes: '1.36'
    nodes:
      general: { instances: [m7i.large], min: 1, max: 2 }
  two:
    account: one
    zones: [eu-west-1a, eu-west-1b]
    cidr: 10.20.0.0/16
    kubernetes: '1.36'
    nodes:
      general: { instances: [m7i.large], min: 1, max: 2 }
      batch: { instances: [c7i.large], min: 1, max: 2 }
environments: { dev: { clusters: [one] }, prod: { clusters: [two] } }
services: { a: { source: a } }
";

    /// What a variant takes away from the text, and what it adds.
    fn difference(variant: Result<Option<Variant>, CommandError>) -> String {
        let variant = variant.unwrap().unwrap();
        assert_eq!(
            becket_platform::parse("platform.yaml", &variant.text).errors(),
            []
        );
        let files = |text: &str| -> becket_source::FileSet {
            [("p", text.as_bytes().to_vec())].into_iter().collect()
        };
        let difference = becket_render::diff(&files(TEXT), &files(&variant.text));
        let changed = difference
            .lines()
            .filter(|line| line.starts_with("- ") || line.starts_with("+ "));
        let lines: Vec<_> = changed
            .map(|line| format!("{} {}\n", &line[..1], line[1..].trim()))
            .collect();
        lines.concat()
    }

    #[test]
    fn platform_yaml_is_changed_as_a_person_would() {
        let parsed = becket_platform::parse("platform.yaml", TEXT);
        assert_eq!(parsed.errors(), []);
        let variants = Variants::of(TEXT, &parsed, &|_| true).unwrap();
        let (general, batch) = (
            "{ instances: [m7i.large], min: 1, max: 2 }",
            "{ instances: [c7i.large], min: 1, max: 2 }",
        );
        assert_eq!(
            difference(variants.a_zone_less()),
            "+ zones:\n+ - eu-west-1a\n+ - eu-west-1b\n"
        );
        assert_eq!(
            difference(variants.zones_reordered()),
            "+ zones:\n+ - eu-west-1c\n+ - eu-west-1b\n+ - eu-west-1a\n- zones: [eu-west-1a, eu-west-1b]\n+ zones: [eu-west-1b, eu-west-1a]\n"
        );
        assert_eq!(
            difference(variants.a_node_group_more()),
            format!("+ general-added: {general}\n+ batch-added: {batch}\n")
        );
        assert_eq!(
            difference(variants.a_node_group_renamed()),
            format!(
                "- general: {general}\n+ general-added: {general}\n- batch: {batch}\n+ batch-added: {batch}\n"
            )
        );
    }
}
