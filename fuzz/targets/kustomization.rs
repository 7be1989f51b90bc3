//! Any folder builds, to resources that can be read again and whose places exist, or gets findings at places that exist.

#![no_main]

use becket_document::{KeyPath, yaml};
use becket_fuzz::{check_findings, files, is_place};
use becket_kustomize::build;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let files = files(input);
    match build(&files, "") {
        Ok(built) => {
            let text = built.to_yaml();
            let read = yaml::parse(&text);
            assert!(read.errors.is_empty(), "{:?} in\n{text}", read.errors);
            assert_eq!(read.documents.len(), built.resources.len(), "{text}");
            for resource in &built.resources {
                for path in ["kind", "metadata.name", "metadata.labels", "spec", "data"] {
                    let path: KeyPath = path.parse().unwrap_or_default();
                    let place = resource.place(&files, &path);
                    let text = files.text(&place.path).and_then(Result::ok);
                    assert!(
                        text.is_some_and(|text| place.span.is_none_or(|span| is_place(span, text))),
                        "{place:?}"
                    );
                }
            }
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            check_findings(&findings, &files);
        }
    }
});
