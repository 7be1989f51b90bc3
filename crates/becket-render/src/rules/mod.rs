//! The rules of rendering and ownership: one file each, with code, level and documentation; this is the table of them.

use becket_source::Rule;

mod catalog;
mod edited;
mod example;
mod in_the_way;
mod manifest;
mod stale;

pub(crate) use catalog::RULE as CATALOG;
pub(crate) use edited::RULE as EDITED;
pub(crate) use example::RULE as EXAMPLE;
pub(crate) use in_the_way::RULE as IN_THE_WAY;
pub(crate) use manifest::RULE as MANIFEST;
pub(crate) use stale::RULE as STALE;

static RULES: &[&Rule] = &[&EDITED, &IN_THE_WAY, &CATALOG, &EXAMPLE, &MANIFEST, &STALE];

/// The rules, by code.
pub fn rules() -> &'static [&'static Rule] {
    RULES
}
