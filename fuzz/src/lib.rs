//! What several targets check, and how one input holds several files. What a target is about stands in the target.

use becket_document::{KeyPath, Kind, Node, Segment};
use becket_source::show::{self, Colours};
use becket_source::{Diagnostic, FileSet, Location, Span};
use serde_json::{Value, json};

/// The files of an input: `-- path --` on a line of its own begins one, as in the cases of the tests.
pub fn files(input: &str) -> FileSet {
    let mut files = FileSet::new();
    let mut path = "";
    let mut text = String::new();
    for line in input.split_inclusive('\n') {
        let name = line.trim_end().strip_prefix("-- ");
        if let Some(next) = name.and_then(|name| name.strip_suffix(" --")) {
            files.insert_text(path, std::mem::take(&mut text));
            path = next;
        } else {
            text.push_str(line);
        }
    }
    files.insert_text(path, text);
    files
}

/// Whether `span` is a place of `text`: within it, and on the boundaries of characters.
pub fn is_place(span: Span, text: &str) -> bool {
    text.get(span.start..span.end).is_some()
}

/// Checks the places of `node` and of all that is in it.
pub fn check_places(node: &Node, text: &str) {
    assert!(is_place(node.span, text), "{:?} is no place", node.span);
    for entry in node.entries() {
        check_places(&entry.key, text);
        check_places(&entry.value, text);
    }
    for item in node.items() {
        check_places(item, text);
    }
}

/// Checks the places of findings about `files`, and that each can be shown.
pub fn check_findings(findings: &[Diagnostic], files: &FileSet) {
    let check = |location: &Location| {
        let text = files.text(&location.path).and_then(Result::ok);
        if let (Some(span), Some(text)) = (location.span, text) {
            assert!(is_place(span, text), "{location:?} is no place");
        }
    };
    for finding in findings {
        check(&finding.place);
        finding.related.iter().for_each(check);
        if let Some(fix) = &finding.fix {
            check(&Location::new(&fix.path, fix.span));
        }
        assert!(!finding.message.is_empty());
        show::terminal(finding, files, Colours::No);
    }
    show::json_lines(findings, files);
    show::github(findings, files);
    show::sarif(findings, files, &[], "0.0.0");
}

/// The places in `node` that an edit can name, the first of them, with that of `node` itself.
pub fn paths(node: &Node) -> Vec<KeyPath> {
    let mut found = vec![KeyPath::root()];
    let mut next = 0;
    while next < found.len() && found.len() < 12 {
        let path = found[next].clone();
        next += 1;
        match node.at(&path).map(|node| &node.kind) {
            Some(Kind::Mapping(entries)) => found.extend(entries.iter().map(|entry| path.key(entry.name()))),
            Some(Kind::Sequence(items)) => found.extend((0..items.len()).map(|index| path.index(index))),
            _ => {}
        }
    }
    found.truncate(12);
    found
}

/// What edits write.
pub fn values() -> [Value; 4] {
    [
        json!("a: b #"),
        json!(8),
        json!({"x": [1, {"y": "two\nlines\n"}], "z": {}}),
        json!([null, "${x}", ["\""]]),
    ]
}

/// What is at `at` of `value`, to be changed; none where there is nothing.
pub fn place_of<'v>(value: &'v mut Value, at: &[Segment]) -> Option<&'v mut Value> {
    at.iter().try_fold(value, |value, segment| match segment {
        Segment::Key(key) => value.get_mut(key),
        Segment::Index(index) => value.get_mut(index),
    })
}
