//! The rules, one a file: what it is about as data, and one function that looks at the world.

mod actions;
mod ansible;
mod argocd;
mod kubernetes;
mod terraform;

use becket_document::yaml::SyntaxError;
use becket_source::{Diagnostic, Location, Rule};

use crate::table::Table;
use crate::world::World;

/// A rule and what carries it out.
pub(crate) struct LinkRule {
    pub(crate) about: Rule,
    pub(crate) run: fn(&World<'_>, &Table<'_>, &mut Vec<Diagnostic>),
}

/// All rules, by code.
pub(crate) const ALL: &[LinkRule] = &[
    kubernetes::configuration_key::RULE,
    kubernetes::configuration_name::RULE,
    kubernetes::service::RULE,
    kubernetes::service_port::RULE,
    kubernetes::target_port::RULE,
    kubernetes::selector::RULE,
    kubernetes::network_policy::RULE,
    argocd::application_path::RULE,
    argocd::application_name::RULE,
    argocd::namespace::RULE,
    terraform::syntax::RULE,
    terraform::variable::RULE,
    terraform::local::RULE,
    terraform::resource::RULE,
    terraform::output::RULE,
    terraform::call::RULE,
    terraform::folder::RULE,
    terraform::argument::RULE,
    terraform::required_argument::RULE,
    terraform::provider::RULE,
    terraform::value::RULE,
    terraform::required_variable::RULE,
    terraform::fact_variable::RULE,
    terraform::fact_root::RULE,
    terraform::fact_cycle::RULE,
    terraform::fact_empty::RULE,
    terraform::moved::RULE,
    ansible::role::RULE,
    ansible::tasks_file::RULE,
    ansible::source_file::RULE,
    ansible::handler::RULE,
    ansible::host_group::RULE,
    ansible::argument::RULE,
    ansible::syntax::RULE,
    actions::action::RULE,
    actions::input::RULE,
    actions::path::RULE,
    actions::syntax::RULE,
];

/// The finding at a file that is no YAML.
fn no_yaml(code: &'static str, path: &str, error: &SyntaxError) -> Diagnostic {
    let message = format!("this cannot be read as YAML: {}", error.message);
    let place = Location::new(path, error.span).labelled("wrong from here on");
    Diagnostic::warning(code, message, place).help("look for a bracket, a quote or an indentation before it")
}

/// Names in back quotes, with commas.
fn listed(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_file_is_in_it() {
        let codes: Vec<_> = ALL.iter().map(|rule| rule.about.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules")).unwrap();
        let files: usize = folders
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .map(|folder| std::fs::read_dir(folder).unwrap().count() - 1)
            .sum();
        assert_eq!(
            files,
            ALL.len(),
            "a file without a rule, or a rule that is not listed"
        );
    }
}
