//! Any template is carried out within its bounds, or is an error at a place that exists.

#![no_main]

use becket_fuzz::is_place;
use becket_gotemplate::{Library, MissingKey, Options, render};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let data = json!({
        "a": 1, "b": "text", "c": 1.5, "l": [1, "x", null], "m": {"x": {"y": null}}, "n": null, "t": true,
    });
    for library in [Library::Go, Library::Helm, Library::ArgoCd] {
        let options = Options {
            library,
            missing_key: MissingKey::Error,
        };
        let first = render(text, &data, options);
        if let Err(error) = &first {
            assert!(!error.message.is_empty());
            if error.template.is_empty() {
                assert!(is_place(error.span, text), "{error:?} is at no place");
            }
        }
        assert_eq!(first, render(text, &data, options), "the same again");
    }
});
