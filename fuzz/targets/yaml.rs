//! YAML is read with places, and an edit of any text does what it was told and nothing else, or is refused.

#![no_main]

use becket_document::edit::{Editor, Position};
use becket_document::{Fragment, KeyPath, Node, kubernetes, yaml};
use becket_fuzz::{check_places, is_place, paths, place_of, values};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let parsed = yaml::parse(text);
    for error in &parsed.errors {
        assert!(is_place(error.span, text), "{error:?} is no place");
    }
    for document in &parsed.documents {
        check_places(document, text);
        kubernetes::to_string(&kubernetes::to_value(document, text));
        let value = document.to_value();
        let written = becket_document::emit(&value.clone().into(), 0);
        assert_eq!(read(&written), value, "written as\n{written}");
    }
    let [tree] = parsed.documents.as_slice() else {
        return;
    };
    if !parsed.errors.is_empty() {
        return;
    }
    for at in paths(tree) {
        for new in values() {
            let value: Fragment = new.clone().into();
            let changed = edit(text, |editor| editor.set(&at, &value).is_ok());
            check(tree, &at, changed, |place| *place = new.clone());
            let inserted = edit(text, |editor| {
                editor.insert(&at, "new", &value, Position::End).is_ok()
            });
            check(tree, &at, inserted, |place| {
                if place.is_null() {
                    *place = Value::Object(serde_json::Map::new());
                }
                place["new"] = new.clone();
            });
            let appended = edit(text, |editor| editor.append(&at, &value).is_ok());
            check(tree, &at, appended, |place| match place {
                Value::Array(items) => items.push(new.clone()),
                place => *place = Value::Array(vec![new.clone()]),
            });
        }
        if let Some(out) = edit(text, |editor| editor.remove(&at).is_ok()) {
            assert!(yaml::parse(&out).errors.is_empty(), "without {at}:\n{out}");
        }
    }
});

fn edit(text: &str, change: impl FnOnce(&mut Editor) -> bool) -> Option<String> {
    let mut editor = Editor::new(text).ok()?;
    change(&mut editor).then(|| editor.finish().ok()).flatten()
}

/// Checks that `out` holds what `tree` does with `change` made at `at`.
fn check(tree: &Node, at: &KeyPath, out: Option<String>, change: impl FnOnce(&mut Value)) {
    let Some(out) = out else { return };
    let mut expected = tree.to_value();
    if let Some(place) = place_of(&mut expected, at.segments()) {
        change(place);
    }
    assert_eq!(read(&out), expected, "at `{at}`:\n{out}");
}

fn read(text: &str) -> Value {
    let parsed = yaml::parse(text);
    assert!(parsed.errors.is_empty(), "{:?} in\n{text}", parsed.errors);
    parsed.documents.first().map_or(Value::Null, Node::to_value)
}
