//! Any ApplicationSets over any files give Applications, or findings at places that exist.

#![no_main]

use becket_argocd::expand::expand;
use becket_argocd::{ApplicationSet, Tree};
use becket_fuzz::{check_findings, files};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let files = files(input);
    let mut findings = Vec::new();
    let mut sets = Vec::new();
    for (path, _) in files.iter() {
        if let Some(Ok(text)) = files.text(path) {
            sets.extend(ApplicationSet::read_text(path, text, &mut findings));
        }
    }
    check_findings(&findings, &files);
    for set in sets {
        let expansion = expand(&set, "operator", &|_, _| Some(&files as &dyn Tree));
        check_findings(&expansion.findings, &files);
        assert!(
            expansion.findings.is_empty() || !expansion.failed.is_empty() || !expansion.withheld.is_empty()
        );
        for application in &expansion.applications {
            assert!(!application.name.is_empty(), "{application:?}");
        }
    }
});
