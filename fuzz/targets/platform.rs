//! Any platform file gets findings at places that exist, and what is read without an error has views.

#![no_main]

use becket_fuzz::{check_findings, is_place};
use becket_platform::view::{Scope, views};
use becket_platform::{Date, parse};
use becket_source::FileSet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = "platform.yaml";
    let mut files = FileSet::new();
    files.insert_text(file, text);
    let parsed = parse(file, text);
    check_findings(&parsed.check(Date::constant(2026, 1, 1)), &files);
    check_findings(&parsed.check_files(&|path| path.len() % 2 == 0), &files);
    assert_eq!(parsed.platform().is_some(), parsed.errors().is_empty());
    let Some(platform) = parsed.platform() else {
        return;
    };
    for scope in [
        Scope::Platform,
        Scope::Operator,
        Scope::Cluster,
        Scope::Environment,
        Scope::Service,
        Scope::ServiceEnvironment,
    ] {
        for view in views(platform, scope) {
            for path in view.paths() {
                let leaf = path.parse().ok().and_then(|path| view.get(&path));
                let origin = parsed.locate(&leaf.unwrap_or_else(|| panic!("nothing at `{path}`")).origin);
                assert!(
                    origin.span.is_none_or(|span| is_place(span, text)),
                    "{path}: {origin:?}"
                );
            }
        }
    }
});
