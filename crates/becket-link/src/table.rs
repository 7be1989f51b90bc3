//! References resolved: defined, undefined or unknown.

use std::collections::BTreeMap;

use becket_source::Location;
use serde_json::Value;

use crate::object::Object;
use crate::scope::Scope;
use crate::symbol::{By, Kind, Reference, Resolution, Symbol, Use};
use crate::world::{Key, World};

/// References with how they came out.
pub(crate) struct Table<'w> {
    /// Those of each scope, in its order.
    rows: BTreeMap<&'w Key, Vec<(&'w Reference, Resolution)>>,
    /// Those in files that are read as they lie.
    uses: Vec<(&'w Use<'w>, Resolution)>,
}

impl<'w> Table<'w> {
    pub(crate) fn of(world: &'w World<'_>) -> Self {
        let rows = world
            .scopes
            .iter()
            .map(|(key, scope)| {
                let resolved = scope
                    .references
                    .iter()
                    .map(|reference| (reference, resolve(world, key, reference)));
                (key, resolved.collect())
            })
            .collect();
        let terraform = world.terraform.uses.iter();
        let terraform = terraform.map(|used| (used, world.terraform.resolve(world.files, &used.symbol)));
        let others = world.ansible.uses.iter().chain(&world.actions.uses);
        let uses = terraform.chain(others.map(|(used, how)| (used, *how))).collect();
        Self { rows, uses }
    }

    /// The uses of a kind of symbol by something that nobody defines, in files that are read as they lie.
    pub(crate) fn undefined_uses(&self, kind: Kind, by: By) -> impl Iterator<Item = &'w Use<'w>> {
        self.uses
            .iter()
            .filter(move |(used, how)| {
                *how == Resolution::Undefined && used.symbol.kind == kind && used.by == by
            })
            .map(|(used, _)| *used)
    }

    /// The references that nobody defines, with their scopes.
    pub(crate) fn undefined(&self) -> impl Iterator<Item = (&'w Key, &'w Reference)> {
        self.rows.iter().flat_map(|(key, rows)| {
            rows.iter()
                .filter(|(_, how)| *how == Resolution::Undefined)
                .map(|(reference, _)| (*key, *reference))
        })
    }

    pub(crate) fn unknown(&self, world: &World<'_>) -> Vec<(Symbol, Location)> {
        let mut unknown = Vec::new();
        for (key, rows) in &self.rows {
            for (reference, _) in rows.iter().filter(|(_, how)| *how == Resolution::Unknown) {
                let object = &world.scopes[*key].objects[reference.at.object];
                unknown.push((reference.symbol.clone(), world.place(object, &reference.at.path)));
            }
        }
        for (used, _) in self.uses.iter().filter(|(_, how)| *how == Resolution::Unknown) {
            unknown.push((used.symbol.clone(), used.place.location()));
        }
        unknown
    }

    pub(crate) fn defined(&self) -> usize {
        let rows = self.rows.values().flatten().map(|(_, how)| how);
        rows.chain(self.uses.iter().map(|(_, how)| how))
            .filter(|how| **how == Resolution::Defined)
            .count()
    }
}

fn resolve(world: &World<'_>, key: &Key, reference: &Reference) -> Resolution {
    let symbol = &reference.symbol;
    if reference.optional {
        return Resolution::Defined;
    }
    let home = key.home(reference);
    let Some(scope) = world.scopes.get(&home) else {
        return Resolution::Unknown;
    };
    let Some(object) = scope.find(&symbol.kind.to_string(), &symbol.name) else {
        return absent(scope, &home, reference);
    };
    match &symbol.part {
        None => Resolution::Defined,
        Some(part) if has_part(object, symbol.kind, part) => Resolution::Defined,
        // A stage adds keys to what a candidate brings.
        Some(_) if home.is_candidates() && symbol.kind != Kind::Service => Resolution::Unknown,
        Some(_) => Resolution::Undefined,
    }
}

/// Secrets are made by operators and people as a rule; the root certificates' `ConfigMap` by Kubernetes; and what a
/// candidate needs may be released already while its owner is no candidate.
fn absent(scope: &Scope, home: &Key, reference: &Reference) -> Resolution {
    let symbol = &reference.symbol;
    let part_of_a_name = symbol.part.is_some() && !reference.address;
    let made_elsewhere =
        symbol.kind == Kind::Secret || (symbol.kind == Kind::ConfigMap && symbol.name == "kube-root-ca.crt");
    // The name is a finding already; one of a part of it would say the same again.
    if made_elsewhere
        || scope.open
        || part_of_a_name
        || (home.is_candidates() && symbol.kind != Kind::Service)
    {
        return Resolution::Unknown;
    }
    Resolution::Undefined
}

/// The parts that an object offers: keys, or ports by number and name.
pub(crate) fn parts(object: &Object, kind: Kind) -> Vec<String> {
    let keys = |section: &str| {
        let map = object.at(section).and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .collect::<Vec<_>>()
    };
    match kind {
        Kind::ConfigMap => [keys("/data"), keys("/binaryData")].concat(),
        Kind::Secret => [keys("/data"), keys("/stringData")].concat(),
        Kind::Service => {
            let ports = object
                .at("/spec/ports")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            ports
                .filter_map(|port| port.get("port"))
                .map(ToString::to_string)
                .collect()
        }
        _ => Vec::new(),
    }
}

fn has_part(object: &Object, kind: Kind, part: &str) -> bool {
    parts(object, kind).iter().any(|known| known == part)
}
