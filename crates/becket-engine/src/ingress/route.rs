//! The table that says where a request goes, built from every HTTPRoute at once and never changed afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::request::Parts;
use serde_json::Value;

use super::matching::{Match, PathMatch};
use super::read::Reader;
use super::rule::{Condition, Rule};

/// An HTTPRoute of `gateway.networking.k8s.io/v1`.
#[derive(Debug, Clone, Copy)]
pub struct HttpRoute<'a> {
    /// Its namespace, where its Services are too.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its `spec`.
    pub spec: &'a Value,
}

#[derive(Debug)]
struct Entry {
    matching: Match,
    rule: Arc<Rule>,
}

/// Where requests go: by host, then by the first match in the Gateway API's order.
#[derive(Debug, Default)]
pub struct RouteTable {
    /// By host; `*.rest` stands for all hosts below `rest`.
    hosts: BTreeMap<String, Vec<Entry>>,
}

/// What a table knows of a request.
pub(super) enum Found {
    Rule(Arc<Rule>, PathMatch),
    NoRule,
    NoHost,
}

impl RouteTable {
    /// Builds the table. `local` gives the name by which a host of a route is served on this machine, `None` for a host
    /// that is not; [`local_host`] is the usual one.
    pub fn build(routes: &[HttpRoute<'_>], local: &dyn Fn(&str) -> Option<String>) -> (Self, Vec<Condition>) {
        let mut routes = routes.to_vec();
        routes.sort_by_key(|route| (route.namespace, route.name));
        let mut table = Self::default();
        let mut conditions = Vec::new();
        for route in routes {
            let mut reader = Reader {
                namespace: route.namespace,
                route: route.name,
                local,
                conditions: Vec::new(),
            };
            table.add(&route, &mut reader);
            conditions.append(&mut reader.conditions);
        }
        for entries in table.hosts.values_mut() {
            // Stable: of equals the route first by name, and in it the rule written first, goes first.
            entries.sort_by_key(|entry| entry.matching.precedence());
        }
        (table, conditions)
    }

    fn add(&mut self, route: &HttpRoute<'_>, reader: &mut Reader<'_>) {
        let list = |field: &str| {
            route
                .spec
                .get(field)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let mut hosts = Vec::new();
        for (at, host) in list("hostnames").iter().enumerate() {
            let host = host.as_str().unwrap_or_default();
            match (reader.local)(host) {
                Some(local) => hosts.push(local.to_ascii_lowercase()),
                None => reader.say(
                    &format!("hostnames[{at}]"),
                    true,
                    format!("`{host}` is not below the platform's domain and is not served on this machine"),
                ),
            }
        }
        if list("hostnames").is_empty() {
            reader.say(
                "hostnames",
                true,
                "a route without hosts is not served on this machine",
            );
        }
        let rules = list("rules");
        let rules = if rules.is_empty() {
            vec![Value::Null]
        } else {
            rules
        };
        for (at, rule) in rules.iter().enumerate() {
            let (rule, matches) = reader.rule(&format!("rules[{at}]"), rule);
            let rule = Arc::new(rule);
            for host in &hosts {
                let entries = self.hosts.entry(host.clone()).or_default();
                entries.extend(matches.iter().map(|matching| Entry {
                    matching: matching.clone(),
                    rule: Arc::clone(&rule),
                }));
            }
        }
    }

    /// The hosts that are served, in order; `*.rest` for all below `rest`.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str)
    }

    pub(super) fn find(&self, host: &str, request: &Parts) -> Found {
        let Some(entries) = self.entries(host) else {
            return Found::NoHost;
        };
        match entries.iter().find(|entry| entry.matching.matches(request)) {
            Some(entry) => Found::Rule(Arc::clone(&entry.rule), entry.matching.path.clone()),
            None => Found::NoRule,
        }
    }

    fn entries(&self, host: &str) -> Option<&[Entry]> {
        let mut rest = host;
        if let Some(entries) = self.hosts.get(host) {
            return Some(entries);
        }
        while let Some((_, below)) = rest.split_once('.') {
            if let Some(entries) = self.hosts.get(&format!("*.{below}")) {
                return Some(entries);
            }
            rest = below;
        }
        None
    }
}

/// The name by which a host below the platform's `domain` is served on this machine: `www.dev.shop.example` as
/// `www.dev.<platform>.localhost`.
pub fn local_host(host: &str, domain: &str, platform: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let below = host.strip_suffix(&domain.to_ascii_lowercase())?;
    (below.is_empty() || below.ends_with('.')).then(|| format!("{below}{platform}.localhost"))
}

#[cfg(test)]
mod tests;
