//! The rules of the platform file: one file each, with code, level, documentation and check; this is the table of them.
//!
//! The first few are found while reading ([`crate::shape`]); the others look at the typed platform, all of them always.

use becket_source::Level;
use jiff::civil::Date;

use crate::finding::Findings;
use crate::model::Platform;

/// A rule: what it finds and why that matters.
#[derive(Debug)]
pub struct Rule {
    /// Its code, such as `BK0016`.
    pub code: &'static str,
    /// How bad a finding of it is.
    pub level: Level,
    /// What is wrong, in a phrase.
    pub title: &'static str,
    /// What it finds, why, what to do, and an example; Markdown with these as headings.
    pub documentation: &'static str,
    pub(crate) check: Check,
}

/// Whether there is a file or folder at a path relative to the platform file.
pub(crate) type Exists<'a> = dyn Fn(&str) -> bool + 'a;

/// When a rule is checked.
#[derive(Debug)]
pub(crate) enum Check {
    /// While the file is read.
    Reading,
    /// On the typed platform.
    Platform(fn(&Platform, &mut Findings)),
    /// On the typed platform, at a date.
    Dated(fn(&Platform, Date, &mut Findings)),
    /// On the typed platform and the files beside its own.
    Files(fn(&Platform, &Exists<'_>, &mut Findings)),
}

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        static RULES: &[&Rule] = &[$(&$name::RULE),*];

        #[cfg(test)]
        const FILES: &[&str] = &[$(stringify!($name)),*];
    };
}

rules! {
    syntax,
    unknown_field,
    wrong_type,
    missing_field,
    wrong_value,
    not_yet,
    not_acted_on,
    nothing_declared,
    derived_name,
    reserved_namespace,
    host_taken,
    cidr_range,
    cidr_overlap,
    unknown_need,
    need_cycle,
    unknown_owned,
    owned_twice,
    unknown_cluster,
    idle_cluster,
    unknown_approver,
    production_shares_cluster,
    unknown_replicas,
    kubernetes_support,
    zones,
    node_group,
    config_clash,
    service_source,
    missing_source,
    cloud_cluster,
    derived_clash,
    application_clash,
    production_last,
}

pub(crate) use missing_field::RULE as MISSING_FIELD;
pub(crate) use not_acted_on::RULE as NOT_ACTED_ON;
pub(crate) use not_yet::RULE as NOT_YET;
pub(crate) use syntax::RULE as SYNTAX;
pub(crate) use unknown_field::RULE as UNKNOWN_FIELD;
pub(crate) use wrong_type::RULE as WRONG_TYPE;
pub(crate) use wrong_value::RULE as WRONG_VALUE;

/// The rules of the platform file, by code.
pub fn rules() -> &'static [&'static Rule] {
    RULES
}

/// Checks every rule that needs no date.
pub(crate) fn check(platform: &Platform, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Platform(check) = rule.check {
            check(platform, findings);
        }
    }
}

/// Checks the rules that need a date.
pub(crate) fn check_at(platform: &Platform, today: Date, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Dated(check) = rule.check {
            check(platform, today, findings);
        }
    }
}

/// Checks the rules that need to know which files there are.
pub(crate) fn check_files(platform: &Platform, exists: &Exists<'_>, findings: &mut Findings) {
    for rule in RULES {
        if let Check::Files(check) = rule.check {
            check(platform, exists, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let files: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|file| file.strip_suffix(".rs").map(str::to_owned))
            .filter(|name| name != "mod")
            .collect();
        let listed: BTreeSet<_> = FILES.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn codes_are_sorted_and_in_the_platforms_hundred() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
        assert!(
            codes
                .iter()
                .all(|code| code.starts_with("BK00") && code.len() == 6)
        );
    }

    #[test]
    fn every_rule_says_what_why_what_to_do_and_shows_it() {
        for rule in RULES {
            let headings: Vec<_> = rule
                .documentation
                .lines()
                .filter(|line| line.starts_with("## "))
                .collect();
            assert_eq!(
                headings,
                ["## What", "## Why", "## What to do", "## Example"],
                "{}",
                rule.code
            );
            assert!(rule.documentation.contains("```yaml\n"), "{}", rule.code);
            assert!(!rule.title.ends_with('.'), "{}", rule.code);
        }
    }
}
