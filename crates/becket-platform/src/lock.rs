//! `platform.lock`: what was allocated once and does not move, kept beside the platform file.
//!
//! Per cluster and zone the ranges of the public and the private subnet. Of a range `/16`, the public ones are `/22`s of
//! its first `/19`, the private ones the `/19`s behind it; other sizes in proportion. A zone that is taken out keeps its
//! ranges. Nothing here reads or writes the file.

use becket_document::{Node, yaml};
use becket_source::{Diagnostic, Level, Location, Span};
use indexmap::IndexMap;

use crate::model::{Cluster, Platform, Zone};
use crate::quantities::Cidr;
use crate::rules::{LOCK_STALE, LOCKED};
use crate::shape::Format;

/// The name of the file.
pub const LOCK: &str = "platform.lock";

const HEAD: &str = "\
# Subnets, by cluster and zone, as they were allocated once. `becket render` keeps this file; commit it. A zone that is
# taken out of platform.yaml keeps its ranges here, so that nothing else is ever given them.
";

/// What was allocated.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    clusters: IndexMap<String, IndexMap<String, Subnets>>,
}

/// The ranges of a zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subnets {
    pub(crate) public: Cidr,
    pub(crate) private: Cidr,
    /// Where it stands in the file.
    at: Option<Span>,
}

impl Lock {
    /// Reads `text`. What cannot be read is a finding each, and is left out.
    pub fn parse(text: &str) -> (Self, Vec<Diagnostic>) {
        let mut lock = Self::default();
        let mut findings = Vec::new();
        let parsed = yaml::parse(text);
        for error in &parsed.errors {
            findings.push(finding(&error.message, Some(error.span)));
        }
        let Some(root) = parsed.documents.first() else {
            return (lock, findings);
        };
        for entry in root.entries().iter().filter(|entry| entry.name() != "subnets") {
            findings.push(finding(
                &format!(
                    "`{}` is nothing that is allocated; there is `subnets`",
                    entry.name()
                ),
                Some(entry.key.span),
            ));
        }
        for cluster in root.get("subnets").map_or(&[][..], Node::entries) {
            let zones = lock.clusters.entry(cluster.name().into_owned()).or_default();
            for zone in cluster.value.entries() {
                let place = zone.key.span;
                let mut range = |key| {
                    let node = zone.value.get(key);
                    let text = node.and_then(Node::as_str).unwrap_or_default();
                    let parsed = Cidr::parse(text).ok();
                    if parsed.is_none() {
                        findings.push(finding(
                            &format!("`{key}` of {} is no range such as 10.10.0.0/22", zone.name()),
                            Some(node.map_or(place, |node| node.span)),
                        ));
                    }
                    parsed
                };
                if let (Some(public), Some(private)) = (range("public"), range("private")) {
                    let subnets = Subnets {
                        public,
                        private,
                        at: Some(place),
                    };
                    zones.insert(zone.name().into_owned(), subnets);
                }
            }
        }
        (lock, findings)
    }

    /// This lock with ranges for all zones that have none yet, and what is wrong with those that are there.
    pub fn allocate(&self, platform: &Platform) -> (Self, Vec<Diagnostic>) {
        let mut lock = self.clone();
        let mut findings = Vec::new();
        if platform.cloud.is_none() {
            return (lock, findings);
        }
        for (name, cluster) in &platform.clusters {
            let Some(range) = cluster.cidr else { continue };
            let zones = lock.clusters.entry(name.to_string()).or_default();
            check(name.as_str(), range, zones, &mut findings);
            for zone in platform.zones(cluster) {
                if zones.contains_key(zone.as_str()) {
                    continue;
                }
                if let Some(subnets) = free(range, zones) {
                    zones.insert(zone.to_string(), subnets);
                } else {
                    findings.push(
                        finding(
                            &format!("{range} of {name} has no room for the subnets of {zone}"),
                            None,
                        )
                        .help("give the cluster a larger range, or take out zones here that were never used"),
                    );
                }
            }
        }
        lock.clusters.retain(|_, zones| !zones.is_empty());
        (lock, findings)
    }

    /// The file's text; none where nothing is allocated.
    pub fn to_text(&self) -> Option<String> {
        if self.clusters.values().all(IndexMap::is_empty) {
            return None;
        }
        let mut text = format!("{HEAD}subnets:\n");
        for (cluster, zones) in &self.clusters {
            text.push_str(&format!("  {}:\n", key(cluster)));
            for (zone, subnets) in zones {
                let Subnets { public, private, .. } = subnets;
                text.push_str(&format!(
                    "    {}: {{ public: {public}, private: {private} }}\n",
                    key(zone)
                ));
            }
        }
        Some(text)
    }

    /// That the file is missing or does not hold what is allocated, as `level`; nothing where it does. `written` is what
    /// the file holds.
    pub fn stale(&self, written: Option<&str>, level: Level) -> Option<Diagnostic> {
        let wanted = self.to_text()?;
        let message = match written {
            None => "platform.lock is missing",
            Some(written) if written != wanted => "platform.lock does not hold all that is allocated",
            Some(_) => return None,
        };
        let place = Location::new(LOCK, None);
        let finding = Diagnostic::new(LOCK_STALE.code, level, message.to_owned(), place);
        Some(finding.help("run `becket render` and commit platform.lock"))
    }

    pub(crate) fn subnets(&self, cluster: &str, zone: &str) -> Option<&Subnets> {
        self.clusters.get(cluster)?.get(zone)
    }
}

impl Platform {
    /// The zones that a cluster is in: its own, else the cloud's.
    pub fn zones<'p>(&'p self, cluster: &'p Cluster) -> &'p [Zone] {
        let of_cloud = || self.cloud.as_ref().map_or(&[][..], |cloud| &cloud.zones);
        cluster.zones.as_deref().unwrap_or_else(of_cloud)
    }
}

/// Whether the ranges lie in that of the cluster and apart from each other.
fn check(cluster: &str, range: Cidr, zones: &IndexMap<String, Subnets>, findings: &mut Vec<Diagnostic>) {
    let mut seen: Vec<(String, Cidr)> = Vec::new();
    for (zone, subnets) in zones {
        for (kind, subnet) in [("public", subnets.public), ("private", subnets.private)] {
            let name = format!("{kind} subnet of {zone}");
            if !range.network().contains(&subnet.network()) {
                findings.push(
                    finding(&format!("the {name} is {subnet}, outside {range} of {cluster}"), subnets.at)
                        .help("a network keeps its range once it is made; of one that was never made, remove the lines here"),
                );
            }
            if let Some((other, taken)) = seen.iter().find(|(_, taken)| taken.overlaps(subnet)) {
                findings.push(
                    finding(
                        &format!("the {name} is {subnet}, which overlaps {taken}, the {other}"),
                        subnets.at,
                    )
                    .help("give back the range that it had before the file was edited"),
                );
            }
            seen.push((name, subnet));
        }
    }
}

/// Ranges that nobody has, the first ones.
fn free(range: Cidr, zones: &IndexMap<String, Subnets>) -> Option<Subnets> {
    let network = range.network();
    let length = network.prefix_len();
    let is_free = |candidate: &Cidr| {
        !zones
            .values()
            .any(|taken| taken.public.overlaps(*candidate) || taken.private.overlaps(*candidate))
    };
    let mut large = network.subnets(length + 3).ok()?;
    let mut small = large.next()?.subnets(length + 6).ok()?.map(Cidr::of);
    Some(Subnets {
        public: small.find(is_free)?,
        private: large.map(Cidr::of).find(is_free)?,
        at: None,
    })
}

/// A name as a key, in quotes where YAML would take it for something else.
fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&name.to_lowercase().as_str());
    if plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

fn finding(message: &str, span: Option<Span>) -> Diagnostic {
    Diagnostic::error(LOCKED.code, message, Location::new(LOCK, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(zones: &str) -> Platform {
        let text = format!(
            "name: a\norganisation: acme\ndomain: acme.example\ncloud:\n  provider: aws\n  accounts: {{ one: '111111111111' }}\n  \
             region: eu-west-1\n  zones: [{zones}]\nclusters: {{ one: {{ account: one, cidr: 10.10.0.0/16, kubernetes: '1.36', nodes: {{ a: {{ instances: [m7i.large], min: 1, max: 2 }} }} }} }}\n\
             environments: {{ dev: {{ clusters: [one] }} }}\nservices: {{ a: {{ source: a }} }}\n"
        );
        let parsed = crate::parse("platform.yaml", &text);
        parsed
            .platform()
            .unwrap_or_else(|| panic!("{:#?}", parsed.errors()))
            .clone()
    }

    fn allocated(before: &str, zones: &str) -> String {
        let (lock, findings) = Lock::parse(before);
        assert_eq!(findings, []);
        let (lock, findings) = lock.allocate(&platform(zones));
        assert_eq!(findings, []);
        lock.to_text().unwrap()
    }

    const TWO: &str = "subnets:\n  one:\n    eu-west-1a: { public: 10.10.0.0/22, private: 10.10.32.0/19 }\n    eu-west-1b: { public: 10.10.4.0/22, private: 10.10.64.0/19 }\n";

    #[test]
    fn a_zone_more_or_another_order_moves_nothing() {
        let two = allocated("", "eu-west-1a, eu-west-1b");
        assert_eq!(two, format!("{HEAD}{TWO}"));
        assert_eq!(allocated(&two, "eu-west-1b, eu-west-1a"), two);
        let third = "    eu-west-1c: { public: 10.10.8.0/22, private: 10.10.96.0/19 }\n";
        assert_eq!(
            allocated(&two, "eu-west-1c, eu-west-1b, eu-west-1a"),
            format!("{two}{third}")
        );
    }

    #[test]
    fn a_zone_that_is_gone_keeps_its_ranges() {
        let two = allocated("", "eu-west-1a, eu-west-1b");
        let third = "    eu-west-1c: { public: 10.10.8.0/22, private: 10.10.96.0/19 }\n";
        assert_eq!(allocated(&two, "eu-west-1b, eu-west-1c"), format!("{two}{third}"));
    }

    #[test]
    fn what_was_edited_by_hand_is_checked() {
        let messages = |text: &str| -> Vec<String> {
            let (lock, mut findings) = Lock::parse(text);
            findings.extend(lock.allocate(&platform("eu-west-1a, eu-west-1b")).1);
            findings.into_iter().map(|finding| finding.message).collect()
        };
        assert_eq!(
            messages(&TWO.replace("10.10.64.0/19", "10.10.32.0/20")),
            [
                "the private subnet of eu-west-1b is 10.10.32.0/20, which overlaps 10.10.32.0/19, the private subnet of eu-west-1a"
            ]
        );
        assert_eq!(
            messages(&TWO.replace("10.10.4.0/22", "10.11.4.0/22")),
            ["the public subnet of eu-west-1b is 10.11.4.0/22, outside 10.10.0.0/16 of one"]
        );
        assert_eq!(
            messages(&TWO.replace("10.10.4.0/22", "10.10.4.0")),
            ["`public` of eu-west-1b is no range such as 10.10.0.0/22"]
        );
        assert_eq!(
            messages("sub: 1\n"),
            ["`sub` is nothing that is allocated; there is `subnets`"]
        );
        assert_eq!(messages("a: [").len(), 1);
    }

    #[test]
    fn a_range_that_is_used_up_is_a_finding() {
        let zones = ["a", "b", "c", "d", "e", "f", "g", "h"]
            .map(|letter| format!("eu-west-1{letter}"))
            .join(", ");
        let (_, findings) = Lock::default().allocate(&platform(&zones));
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["10.10.0.0/16 of one has no room for the subnets of eu-west-1h"]
        );
    }

    #[test]
    fn a_lock_that_is_missing_or_old_is_said_to_be() {
        let (lock, _) = Lock::default().allocate(&platform("eu-west-1a, eu-west-1b"));
        let message = |written| lock.stale(written, Level::Warning).map(|finding| finding.message);
        assert_eq!(message(None).as_deref(), Some("platform.lock is missing"));
        assert!(message(Some("")).is_some());
        assert_eq!(message(lock.to_text().as_deref()), None);
        assert!(Lock::default().stale(None, Level::Warning).is_none());
    }
}
