//! The rules of the platform file: one file each, with code, level, documentation and check; this is the table of them.
//!
//! The first few are found while reading ([`crate::shape`]); the others look at the typed platform, all of them always.

use becket_source::Rule;
use jiff::civil::Date;

use crate::finding::Findings;
use crate::model::Platform;

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
    ($($name:ident $when:ident),* $(,)?) => {
        $(mod $name;)*

        static RULES: &[&Rule] = &[$(&$name::RULE),*];

        static CHECKS: &[Check] = &[$(check!($name $when)),*];

        #[cfg(test)]
        const FILES: &[&str] = &[$(stringify!($name)),*];
    };
}

macro_rules! check {
    ($name:ident Reading) => {
        Check::Reading
    };
    ($name:ident $when:ident) => {
        Check::$when($name::check)
    };
}

rules! {
    syntax Reading,
    unknown_field Reading,
    wrong_type Reading,
    missing_field Reading,
    wrong_value Reading,
    not_yet Reading,
    not_acted_on Reading,
    nothing_declared Platform,
    derived_name Platform,
    reserved_namespace Platform,
    host_taken Platform,
    cidr_range Platform,
    cidr_overlap Platform,
    unknown_need Platform,
    need_cycle Platform,
    unknown_owned Platform,
    owned_twice Platform,
    unknown_cluster Platform,
    idle_cluster Platform,
    unknown_approver Platform,
    production_shares_cluster Platform,
    unknown_replicas Platform,
    kubernetes_support Dated,
    zones Platform,
    node_group Platform,
    config_clash Platform,
    service_source Platform,
    missing_source Files,
    cloud_cluster Platform,
    derived_clash Platform,
    application_clash Platform,
    production_last Platform,
    both_operators Platform,
    lock Reading,
    lock_stale Reading,
    address_quota Platform,
    cluster_name Platform,
    role_name Platform,
    open_to_all Platform,
    flow_logs Platform,
    spot_instances Platform,
    bucket_name Platform,
    database_name Platform,
    store_clash Platform,
    no_replica Platform,
    dns_account Platform,
    cdn_without_host Platform,
    ingress_name_taken Platform,
    certificate_name Platform,
}

pub(crate) use lock::RULE as LOCKED;
pub(crate) use lock_stale::RULE as LOCK_STALE;
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
    for check in CHECKS {
        if let Check::Platform(check) = check {
            check(platform, findings);
        }
    }
}

/// Checks the rules that need a date.
pub(crate) fn check_at(platform: &Platform, today: Date, findings: &mut Findings) {
    for check in CHECKS {
        if let Check::Dated(check) = check {
            check(platform, today, findings);
        }
    }
}

/// Checks the rules that need to know which files there are.
pub(crate) fn check_files(platform: &Platform, exists: &Exists<'_>, findings: &mut Findings) {
    for check in CHECKS {
        if let Check::Files(check) = check {
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
}
