//! Every rule there is, from all crates.

use becket_source::Rule;

/// All rules, by code.
pub(crate) fn all() -> Vec<Rule> {
    let mut all: Vec<Rule> = becket_platform::rules()
        .iter()
        .map(|rule| **rule)
        .chain(becket_render::rules().iter().map(|rule| **rule))
        .chain(becket_link::rules())
        .chain(becket_argocd::codes::RULES.iter().copied())
        .chain(becket_kustomize::RULES.iter().copied())
        .collect();
    all.sort_by_key(|rule| rule.code);
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_rules_have_one_code() {
        let rules = super::all();
        assert!(rules.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn every_rule_says_what_why_and_what_to_do_in_this_order() {
        for rule in super::all() {
            let headings: Vec<_> = rule
                .documentation
                .lines()
                .filter(|line| line.starts_with("## "))
                .collect();
            let code = rule.code;
            assert!(
                headings.starts_with(&["## What", "## Why", "## What to do"])
                    && matches!(headings[3..], [] | ["## Example"]),
                "{code}: {headings:?}"
            );
            assert!(!rule.title.ends_with('.'), "{code}");
        }
    }
}
