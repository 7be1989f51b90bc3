//! What edits change, and that they change nothing else.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

fn edited(text: &str, edit: impl FnOnce(&mut Editor)) -> String {
    let mut editor = Editor::new(text).unwrap();
    edit(&mut editor);
    editor.finish().unwrap()
}

fn set(text: &str, at: &str, value: Value) -> String {
    edited(text, |editor| editor.set(&path(at), &value.into()).unwrap())
}

fn commented(items: &[(&str, Value)]) -> Fragment {
    let items = items.iter().map(|(comment, item)| {
        let comment = (!comment.is_empty()).then(|| (*comment).to_owned());
        (comment, item.clone().into())
    });
    Fragment::Sequence(items.collect())
}

const TEXT: &str = "\
# head
name: orders # the name
port: \"8080\"
single: 'x'

list: # and why
  # first
  - a # one
  - b

  - name: c
    ports: [1, 2]
flow: { a: 1, b: [x, y] }
empty: []
none:
text: |
  one
  two
last: end
";

#[test]
fn a_scalar_keeps_its_quotes_and_the_comment_behind_it() {
    let out = edited(TEXT, |editor| {
        editor.set(&path("name"), &json!("cart").into()).unwrap();
        editor.set(&path("port"), &json!("9090").into()).unwrap();
        editor.set(&path("single"), &json!("it's").into()).unwrap();
        editor.set(&path("none"), &json!(1).into()).unwrap();
        editor.set(&path("list[1]"), &json!("8080").into()).unwrap();
        editor.set(&path("flow.b[0]"), &json!("p,q").into()).unwrap();
        editor.set(&path("text"), &json!("three\nfour\n").into()).unwrap();
    });
    let expected = TEXT
        .replace("name: orders #", "name: cart #")
        .replace("\"8080\"", "\"9090\"")
        .replace("'x'", "'it''s'")
        .replace("none:", "none: 1")
        .replace("- b\n", "- \"8080\"\n")
        .replace("[x, y]", "[\"p,q\", y]")
        .replace("one\n", "three\n")
        .replace("three\n  two", "three\n  four")
        .replace("a # three", "a # one");
    assert_eq!(out, expected);
}

#[test]
fn a_block_is_replaced_in_its_own_columns_and_keeps_what_stays() {
    let out = set(TEXT, "list", json!(["z", "a", {"name": "d", "ports": [3]}]));
    let old = &TEXT[TEXT.find("  # first").unwrap()..TEXT.find("flow:").unwrap()];
    assert_eq!(
        out,
        TEXT.replace(
            old,
            "  - z\n  # first\n  - a # one\n  - name: d\n    ports: [3]\n"
        )
    );
}

#[test]
fn comments_of_a_fragment_stand_above_their_items() {
    let text = "egress:\n  # old\n  - to: x\n  - to: y\n";
    let items = commented(&[
        ("orders needs catalog", json!({"to": "catalog"})),
        ("", json!({"to": "dns"})),
    ]);
    let out = edited(text, |editor| editor.set(&path("egress"), &items).unwrap());
    assert_eq!(
        out,
        "egress:\n  # orders needs catalog\n  - to: catalog\n  - to: dns\n"
    );
}

#[test]
fn blocks_become_scalars_and_empty_and_back() {
    let text = "a: # why\n  # x\n  b: 1 # y\nc: 2 # z\n";
    assert_eq!(set(text, "a", json!("x")), "a: x # why\nc: 2 # z\n");
    assert_eq!(set(text, "a", json!({})), "a: {} # why\nc: 2 # z\n");
    assert_eq!(
        set(text, "c", json!({"d": [1]})),
        "a: # why\n  # x\n  b: 1 # y\nc: # z\n  d:\n    - 1\n"
    );
    assert_eq!(
        set("a: []\nb: 1\n", "a", json!([{"x": 1}])),
        "a:\n  - x: 1\nb: 1\n"
    );
    assert_eq!(set("a:\nb: 1\n", "a", json!(["x"])), "a:\n  - x\nb: 1\n");
    assert_eq!(
        set("- a # why\n- b\n", "[0]", json!({"x": 1, "z": 2})),
        "-  # why\n  x: 1\n  z: 2\n- b\n"
    );
}

#[test]
fn a_mapping_keeps_comments_of_keys_that_stay_and_takes_its_style_from_what_is_there() {
    let text = "environments: # and the clusters that each lives on\n  dev: [nonprod] # first\n  # gone\n  old: [nonprod]\n\nstacks:\n- a\n";
    assert_eq!(
        set(
            text,
            "environments",
            json!({"dev": ["a", "b"], "qa": ["nonprod"]})
        ),
        "environments: # and the clusters that each lives on\n  dev: [a, b] # first\n  qa: [nonprod]\n\nstacks:\n- a\n"
    );
    assert_eq!(
        set(text, "stacks", json!(["x", "z"])),
        text.replace("- a", "- x\n- z")
    );
    assert_eq!(
        edited(text, |editor| editor
            .insert(&path(""), "more", &json!(["x"]).into(), Position::End)
            .unwrap()),
        format!("{text}more:\n- x\n")
    );
}

#[test]
fn entries_and_items_are_inserted_in_style() {
    let out = edited(TEXT, |editor| {
        editor
            .insert(&path(""), "after", &json!("name").into(), Position::After("name"))
            .unwrap();
        editor
            .insert(&path("flow"), "c", &json!([1]).into(), Position::After("a"))
            .unwrap();
        editor
            .append(&path("list"), &json!({"name": "d", "ports": [3]}).into())
            .unwrap();
        editor.append(&path("flow.b"), &json!("z").into()).unwrap();
        editor.append(&path("empty"), &json!("x").into()).unwrap();
        editor
            .insert(&path(""), "zz", &json!({"a": []}).into(), Position::End)
            .unwrap();
    });
    let expected = TEXT
        .replace("# the name\n", "# the name\nafter: name\n")
        .replace("{ a: 1,", "{ a: 1, c: [1],")
        .replace("ports: [1, 2]\n", "ports: [1, 2]\n  - name: d\n    ports: [3]\n")
        .replace("[x, y]", "[x, y, z]")
        .replace("empty: []", "empty:\n  - x")
        + "zz: { a: [] }\n";
    assert_eq!(out, expected);
}

#[test]
fn what_is_removed_takes_its_own_comment_lines_along() {
    let gone = |paths: &[&str]| {
        edited(TEXT, |editor| {
            for at in paths {
                editor.remove(&path(at)).unwrap();
            }
        })
    };
    assert_eq!(gone(&["list[0]"]), TEXT.replace("  # first\n  - a # one\n", ""));
    assert_eq!(
        gone(&["list[2].name"]),
        TEXT.replace("name: c\n    ports", "ports")
    );
    assert_eq!(gone(&["flow.a"]), TEXT.replace("a: 1, ", ""));
    assert_eq!(
        gone(&["flow.a", "flow.b"]),
        TEXT.replace("{ a: 1, b: [x, y] }", "{}")
    );
    assert_eq!(
        gone(&["name"]),
        TEXT.replace("# head\nname: orders # the name\n", "")
    );
    assert_eq!(gone(&["last"]), TEXT.replace("\nlast: end", ""));
    let empty = gone(&["list[0]", "list[1]", "list[2]"]);
    assert!(empty.contains("list: [] # and why\nflow:"), "{empty}");
    let replaced = edited("a:\n  - x\n", |editor| {
        editor.remove(&path("a[0]")).unwrap();
        editor.append(&path("a"), &json!("z").into()).unwrap();
    });
    assert_eq!(replaced, "a:\n  - z\n");
}

#[test]
fn the_comment_at_the_head_is_replaced() {
    let head = |text: &str| edited(text, |editor| editor.set_head_comment("one\n\ntwo"));
    assert_eq!(
        head("# old\n# older\n\n# a\na: 1\n"),
        "# one\n#\n# two\n\n# a\na: 1\n"
    );
    assert_eq!(head("a: 1\n"), "# one\n#\n# two\na: 1\n");
}

#[test]
fn documents_of_a_stream_are_edited_each() {
    let out = edited("a: 1\n---\na: 2 # b\n", |editor| {
        editor
            .document(1)
            .unwrap()
            .set(&path("a"), &json!(3).into())
            .unwrap();
    });
    assert_eq!(out, "a: 1\n---\na: 3 # b\n");
}

#[test]
fn line_ends_of_the_file_are_kept() {
    let out = set("a: 1\r\nb:\r\n  - w\r\n", "b", json!(["x", "z"]));
    assert_eq!(out, "a: 1\r\nb:\r\n  - x\r\n  - z\r\n");
}

#[test]
fn what_cannot_be_edited_is_an_error() {
    let mut editor = Editor::new("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n").unwrap();
    let value = json!(2).into();
    for at in ["a", "c", "c.b", "d.b"] {
        assert_eq!(
            editor.set(&path(at), &value),
            Err(EditError::Shared(path(at))),
            "{at}"
        );
    }
    assert_eq!(editor.set(&path("z"), &value), Err(EditError::NoPlace(path("z"))));
    assert_eq!(editor.document(1).err(), Some(EditError::NoDocument(1)));
    editor.set(&path("d.e"), &json!(4).into()).unwrap();
    editor.set(&path("d.e"), &json!(3).into()).unwrap();
    assert!(matches!(editor.finish(), Err(EditError::Overlap(_))));
}

#[test]
fn a_text_that_edits_do_not_get_right_is_refused() {
    let mut editor = Editor::new(": aa: ").unwrap();
    editor.set(&path("null"), &json!(1).into()).unwrap();
    assert_eq!(editor.finish(), Err(EditError::Unfit));
}

#[test]
fn a_new_document_is_written_in_the_house_style() {
    let out = crate::emit(
        &json!({"kind": "X", "list": [{"a": 1, "b": ["1"]}, "x"], "empty": {}, "text": "a\nb\n"}).into(),
        0,
    );
    insta::assert_snapshot!(out, @r#"
    kind: X
    list:
      - a: 1
        b:
          - "1"
      - x
    empty: {}
    text: |
      a
      b
    "#);
}

fn values() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z0-9:# ,'\"\\[{-]{0,6}".prop_map(Value::from),
        "[a-z]{1,3}\n[a-z]{1,3}\n?".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-d]", inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// All paths of a tree.
fn paths(node: &Node, at: &KeyPath, out: &mut Vec<KeyPath>) {
    out.push(at.clone());
    for entry in node.entries() {
        paths(&entry.value, &at.key(entry.name()), out);
    }
    for (index, item) in node.items().iter().enumerate() {
        paths(item, &at.index(index), out);
    }
}

fn put(value: &mut Value, at: &[Segment], new: Value) {
    match at {
        [] => *value = new,
        [Segment::Key(key), rest @ ..] => put(&mut value[key.as_str()], rest, new),
        [Segment::Index(index), rest @ ..] => put(&mut value[*index], rest, new),
    }
}

fn texts() -> impl Strategy<Value = String> {
    let written = values().prop_filter_map("a collection", |value| {
        (value.is_array() || value.is_object()).then(|| crate::emit(&value.into(), 0))
    });
    prop_oneof![
        written,
        Just(TEXT.to_owned()),
        Just("- - a # x\n  - b\n-\n- c:\n    d: 1 # y\n\n    # z\n    e:\n- {a: , b: [ ]}\n".to_owned()),
        Just(
            "a: # x\n- b # y\n# z\n- c:\n  - d: 1\n    e: 2\nf:\n-\n- # w\n  g: 1\nh: \"x\" # v\n".to_owned()
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn setting_a_value_changes_it_and_nothing_else(text in texts(), pick: prop::sample::Index, new in values()) {
        let tree = yaml::parse(&text).into_single().unwrap();
        let mut all = Vec::new();
        paths(&tree, &KeyPath::root(), &mut all);
        let at = &all[pick.index(all.len())];
        let mut expected = tree.to_value();
        put(&mut expected, at.segments(), new.clone());
        let out = edited(&text, |editor| editor.set(at, &new.clone().into()).unwrap());
        let read = yaml::parse(&out);
        prop_assert!(read.errors.is_empty(), "{at} ← {new}\n{text}\n→\n{out}\n{:?}", read.errors);
        let read = read.documents.first().map_or(Value::Null, Node::to_value);
        prop_assert_eq!(&read, &expected, "{} ← {}\n{}\n→\n{}", at, new, text, out);
        let again = edited(&out, |editor| if !editor.document.trees().is_empty() { editor.set(at, &new.into()).unwrap() });
        prop_assert_eq!(again, out);
    }

    #[test]
    fn removing_and_adding_change_what_they_name(text in texts(), pick: prop::sample::Index, new in values()) {
        let tree = yaml::parse(&text).into_single().unwrap();
        let mut all = Vec::new();
        paths(&tree, &KeyPath::root(), &mut all);
        let at = &all[pick.index(all.len())];
        let mut expected = tree.to_value();
        let node = tree.at(at).unwrap();
        let parent = at.parent().unwrap_or_default();
        let out = edited(&text, |editor| match &node.kind {
            Kind::Mapping(_) => editor.insert(at, "zz", &new.clone().into(), Position::End).unwrap(),
            Kind::Sequence(_) => editor.append(at, &new.clone().into()).unwrap(),
            _ => if !at.segments().is_empty() { editor.remove(at).unwrap() },
        });
        match (&node.kind, at.segments().last()) {
            (Kind::Mapping(_), _) => { put(&mut expected, at.key("zz").segments(), new.clone()); }
            (Kind::Sequence(_), _) => {
                let mut items = node.to_value();
                items.as_array_mut().unwrap().push(new.clone());
                put(&mut expected, at.segments(), items);
            }
            (_, None) => {}
            (_, Some(last)) => {
                let mut value = tree.at(&parent).unwrap().to_value();
                match last {
                    Segment::Key(key) => { value.as_object_mut().unwrap().shift_remove(key); }
                    Segment::Index(index) => { value.as_array_mut().unwrap().remove(*index); }
                }
                put(&mut expected, parent.segments(), value);
            }
        }
        let read = yaml::parse(&out);
        prop_assert!(read.errors.is_empty(), "{at} {new}\n{text}\n→\n{out}\n{:?}", read.errors);
        let read = read.documents.first().map_or(Value::Null, Node::to_value);
        prop_assert_eq!(&read, &expected, "{} {}\n{}\n→\n{}", at, new, text, out);
    }
}

/// Texts that are YAML by chance: made of what gives it its shape.
fn shapes() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "b",
        "c",
        "1",
        ": ",
        ":",
        " ",
        "\n",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        " # c",
        "\n# c",
        "\"x\"",
        "'y'",
        ": |\n  t\n",
        "&n ",
        "*n",
        "? ",
        "\n---\n",
        "!!str ",
        "ö",
        "\r\n",
        "\t",
        "a: ",
        "b: ",
        "\nc: ",
        "\n  d: ",
    ]);
    prop::collection::vec(token, 1..14).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_of_any_text_is_right_or_refused(text in shapes(), pick: prop::sample::Index, new in values()) {
        let parsed = yaml::parse(&text);
        prop_assume!(parsed.errors.is_empty() && parsed.documents.len() == 1);
        let tree = &parsed.documents[0];
        let mut all = Vec::new();
        paths(tree, &KeyPath::root(), &mut all);
        let at = &all[pick.index(all.len())];
        let mut editor = Editor::new(&text).unwrap();
        let mut expected = tree.to_value();
        put(&mut expected, at.segments(), new.clone());
        if let Ok(out) = editor.set(at, &new.clone().into()).and_then(|()| editor.finish()) {
            let read = yaml::parse(&out);
            prop_assert!(read.errors.is_empty(), "{at} ← {new}\n{text}\n→\n{out}\n{:?}", read.errors);
            let read = read.documents.first().map_or(Value::Null, Node::to_value);
            prop_assert_eq!(&read, &expected, "{} ← {}\n{}\n→\n{}", at, new, text, out);
        }
    }
}
