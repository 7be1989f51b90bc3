//! The rules, one a file: what it is about as data, and one function that looks at the world.

mod application_name;
mod application_path;
mod configuration_key;
mod configuration_name;
mod namespace;
mod network_policy;
mod selector;
mod service;
mod service_port;
mod target_port;

use becket_source::{Diagnostic, Rule};

use crate::table::Table;
use crate::world::World;

/// A rule and what carries it out.
pub(crate) struct LinkRule {
    pub(crate) about: Rule,
    pub(crate) run: fn(&World<'_>, &Table<'_>, &mut Vec<Diagnostic>),
}

/// All rules, by code.
pub(crate) const ALL: &[LinkRule] = &[
    configuration_key::RULE,
    configuration_name::RULE,
    service::RULE,
    service_port::RULE,
    target_port::RULE,
    selector::RULE,
    network_policy::RULE,
    application_path::RULE,
    application_name::RULE,
    namespace::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_file_is_in_it() {
        let codes: Vec<_> = ALL.iter().map(|rule| rule.about.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules")).unwrap();
        assert_eq!(
            files.count(),
            ALL.len() + 1,
            "a file without a rule, or a rule that is not listed"
        );
    }
}
