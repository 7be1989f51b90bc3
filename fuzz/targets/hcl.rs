//! HCL is read with places, and an edit of any text does what it was told and nothing else, or is refused.

#![no_main]

use becket_document::Fragment;
use becket_document::hcl::{self, Document};
use becket_fuzz::{check_places, is_place, paths, place_of, values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = hcl::parse(text);
    for error in &parsed.errors {
        assert!(is_place(error.span, text), "{error:?} is no place");
    }
    for reference in parsed.body.references() {
        assert!(is_place(reference.span, text), "{reference:?} is at no place");
    }
    let Ok(document) = Document::parse(text) else {
        return;
    };
    let tree = document.tree();
    check_places(tree, text);
    assert_eq!(
        document.edit().finish().as_deref(),
        Ok(text),
        "no edit, no change"
    );
    for at in paths(tree) {
        for new in values() {
            let mut editor = document.edit();
            let value: Fragment = new.clone().into();
            if editor.set(&at, &value).is_err() {
                continue;
            }
            let Ok(out) = editor.finish() else { continue };
            let mut expected = tree.to_value();
            if let Some(place) = place_of(&mut expected, at.segments()) {
                *place = new;
            }
            let read = hcl::parse(&out);
            assert!(read.errors.is_empty(), "at `{at}`: {:?} in\n{out}", read.errors);
            assert_eq!(read.body.to_node(&out).to_value(), expected, "at `{at}`:\n{out}");
        }
        let mut editor = document.edit();
        if editor.remove(&at).is_ok()
            && let Ok(out) = editor.finish()
        {
            assert!(hcl::parse(&out).errors.is_empty(), "without `{at}`:\n{out}");
        }
    }
});
