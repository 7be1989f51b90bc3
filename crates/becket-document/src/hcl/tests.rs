//! What is read, what edits change, and that they change nothing else.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Fragment, KeyPath};

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

fn edited(text: &str, edit: impl FnOnce(&mut Editor)) -> String {
    let mut editor = Document::parse(text).unwrap().edit();
    edit(&mut editor);
    editor.finish().unwrap()
}

fn set(text: &str, at: &str, value: Value) -> String {
    edited(text, |editor| editor.set(&path(at), &value.into()).unwrap())
}

const VALUES: &str = "\
# head
platform = \"storefront\" # the name
account  = \"111111111111\"

subnets = {
  eu-west-1a = { public = \"10.10.0.0/22\", private = \"10.10.32.0/19\" }
}
zones = [\"a\"]
";

const MAIN: &str = r#"terraform {
  backend "s3" {
    bucket = "x"
    key    = "y" # where

    # what it is
    encrypt = true
  }
}

# The group.
resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = { Name = "${var.platform}-${local.name}" }
}

resource "aws_route_table" "private" {
  for_each = var.subnets

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_nat_gateway.this[each.key].id
  }
  route {
    cidr_block = "::/0"
  }
}
"#;

#[test]
fn a_value_takes_the_place_of_another_in_its_style() {
    let out = edited(VALUES, |editor| {
        editor.set(&path("platform"), &json!("x").into()).unwrap();
        let subnets = json!({
            "eu-west-1a": { "public": "10.0.0.0/22", "private": "10.0.32.0/19" },
            "1-b": { "public": "10.0.4.0/22", "private": "10.0.64.0/19" },
        });
        editor.set(&path("subnets"), &subnets.into()).unwrap();
        editor.set(&path("zones"), &json!(["a", "b"]).into()).unwrap();
    });
    assert_eq!(
        out,
        "\
# head
platform = \"x\" # the name
account  = \"111111111111\"

subnets = {
  eu-west-1a = { public = \"10.0.0.0/22\", private = \"10.0.32.0/19\" }
  \"1-b\"      = { public = \"10.0.4.0/22\", private = \"10.0.64.0/19\" }
}
zones = [\"a\", \"b\"]
"
    );
    assert_eq!(set(VALUES, "zones", json!(["a"])), VALUES);
}

#[test]
fn a_place_is_found_by_block_types_labels_and_names() {
    assert_eq!(
        set(MAIN, "terraform.backend.s3.bucket", json!("bucket")),
        MAIN.replace("\"x\"", "\"bucket\"")
    );
    assert_eq!(
        set(
            MAIN,
            "resource.aws_route_table.private.route[1].cidr_block",
            json!("64::/8")
        ),
        MAIN.replace("\"::/0\"", "\"64::/8\"")
    );
    assert_eq!(
        set(MAIN, "resource.aws_vpc.this.tags.Name", json!("n")),
        MAIN.replace("${var.platform}-${local.name}", "n")
    );
    let editor = &mut Document::parse(MAIN).unwrap().edit();
    let block = editor
        .set(&path("resource.aws_vpc"), &json!(1).into())
        .unwrap_err();
    assert_eq!(
        block.to_string(),
        "at `resource.aws_vpc` stands no attribute, but a block"
    );
    let nothing = editor
        .set(&path("resource.aws_vpc.that"), &json!(1).into())
        .unwrap_err();
    assert_eq!(nothing.to_string(), "nothing stands at `resource.aws_vpc.that`");
}

#[test]
fn the_lines_around_are_aligned_again() {
    let text = "a   = 1\nbcd = 2\ne   = 3 # one\nf   = 44 # two\n";
    assert_eq!(
        set(text, "bcd", json!({"x": 1, "yy": "${z}"})),
        "a = 1\nbcd = {\n  x  = 1\n  yy = \"$${z}\"\n}\ne = 3  # one\nf = 44 # two\n"
    );
    assert_eq!(
        edited(text, |editor| editor.remove(&path("bcd")).unwrap()),
        "a = 1\ne = 3  # one\nf = 44 # two\n"
    );
    assert_eq!(
        set("a = {}\nbcd = {\n  x = 1\n}\n", "bcd", json!({})),
        "a   = {}\nbcd = {}\n"
    );
}

#[test]
fn what_is_removed_takes_its_comment_along() {
    assert_eq!(
        edited(MAIN, |editor| editor
            .remove(&path("terraform.backend.s3.encrypt"))
            .unwrap()),
        MAIN.replace("\n    # what it is\n    encrypt = true\n", "")
    );
    let whole = &MAIN[MAIN.find("# The group.").unwrap()..MAIN.find("resource \"aws_route").unwrap()];
    assert_eq!(
        edited(MAIN, |editor| editor
            .remove(&path("resource.aws_vpc.this"))
            .unwrap()),
        MAIN.replace(whole, "")
    );
    assert_eq!(
        edited("a = [1, 2, 3]\nb = { c = 1, d = 2 }\n", |editor| {
            editor.remove(&path("a[1]")).unwrap();
            editor.remove(&path("b.d")).unwrap();
        }),
        "a = [1, 3]\nb = { c = 1 }\n"
    );
}

#[test]
fn comments_of_a_fragment_stand_above_their_entries() {
    let value = Fragment::Mapping(
        [("a".to_owned(), (Some("why a".to_owned()), json!(1).into()))]
            .into_iter()
            .collect(),
    );
    let out = edited("x = {}\n", |editor| editor.set(&path("x"), &value).unwrap());
    assert_eq!(out, "x = {\n  # why a\n  a = 1\n}\n");
    let out = edited("# old\nx = 1\n", |editor| editor.set_head_comment("new\nlines"));
    assert_eq!(out, "# new\n# lines\nx = 1\n");
}

#[test]
fn references_are_found_with_their_places() {
    let text = r#"
a = { for zone, eip in aws_eip.nat : zone => eip.id if contains(var.zones, zone) }
b = "${module.x.y}-%{ for z in local.zs }${z}${each.key}%{ endfor }"
c = aws_subnet.public["a-b"].tags[var.i].x
d = [for s in aws_subnet.p : s.id]
e = data.aws_iam.x[*].arn
f = (var.a).b == one(var.c).d ? -var.e : <<EOT
${path.module}
EOT
x {
  dynamic "route" {
    for_each = var.routes
    content {
      id = route.value.id == self.id
    }
  }
}
"#;
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let found = parsed.body.references();
    let written: Vec<_> = found
        .iter()
        .map(|one| &text[one.span.start..one.span.end])
        .collect();
    assert_eq!(
        written,
        [
            "aws_eip.nat",
            "var.zones",
            "module.x.y",
            "local.zs",
            "each.key",
            "aws_subnet.public[\"a-b\"].tags[var.i].x",
            "var.i",
            "aws_subnet.p",
            "data.aws_iam.x[*].arn",
            "(var.a).b",
            "var.c",
            "var.e",
            "path.module",
            "var.routes",
            "self.id",
        ]
    );
    assert_eq!(found[2].dotted(), "module.x.y");
    let name = found[5].name(1).unwrap();
    assert_eq!(
        (name.text.as_str(), &text[name.span.start..name.span.end]),
        ("a-b", "\"a-b\"")
    );
    let id = found[2].name(1).unwrap();
    assert_eq!(&text[id.span.start..id.span.end], "y");
}

#[test]
fn blocks_have_their_places() {
    let parsed = parse(MAIN);
    let vpc = parsed.body.blocks_of("resource").next().unwrap();
    assert_eq!(vpc.label(1), Some("this"));
    let head = vpc.head_span();
    assert_eq!(&MAIN[head.start..head.end], "resource \"aws_vpc\" \"this\"");
    assert!(MAIN[vpc.span.start..vpc.span.end].ends_with("}\" }\n}"));
    let inside = vpc.body.span;
    assert!(MAIN[inside.start..inside.end].starts_with("\n  cidr_block"));
    let cidr = &vpc.body.attribute("cidr_block").unwrap().value;
    assert_eq!(cidr.as_reference().unwrap().dotted(), "var.cidr");
    assert_eq!(cidr.to_node(MAIN).as_str(), Some("${var.cidr}"));
}

#[test]
fn what_is_no_hcl_is_said_where_it_is() {
    let error = parse("a = 1\nb = [\n").errors.swap_remove(0);
    insta::assert_snapshot!(error.message, @"expected `]`");
    assert!(error.span.start >= 10);
    assert!(parse("a = \"ü\n").errors.len() == 1);
    assert!(parse("\u{feff}a = 1\n").errors.is_empty());
    assert!(Document::parse("a = \"${\"").is_err());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,8}|.*", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_reads_back(value in values(), other in values()) {
        let once = set("a = 1 # c\nbb = 2\n", "bb", value.clone());
        let document = Document::parse(once.clone()).unwrap();
        prop_assert_eq!(document.tree().get("bb").unwrap().to_value(), value);
        let twice = set(&once, "bb", other.clone());
        let document = Document::parse(twice).unwrap();
        prop_assert_eq!(document.tree().get("bb").unwrap().to_value(), other);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z\"{}\\[\\]=${}\\n #.*,ü]{0,60}") {
        if let Ok(document) = Document::parse(text) {
            let _ = document.body().references();
            let keys: Vec<_> = document.tree().entries().iter().map(|entry| entry.name().into_owned()).collect();
            for key in keys {
                let mut editor = document.edit();
                let _ = editor.set(&KeyPath::root().key(&key), &json!([1]).into());
                let _ = editor.finish();
                let mut editor = document.edit();
                let _ = editor.remove(&KeyPath::root().key(&key));
                let _ = editor.finish();
            }
        }
    }
}
