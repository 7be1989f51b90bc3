//! Random trees, built here and by the real kustomize; and random bytes, which must not panic.
//!
//! What fails is kept: its seed goes into `random.regressions` beside this file and is tried first from then on, and the
//! message holds the smallest tree that still fails. `BECKET_RANDOM=1 PROPTEST_CASES=1000` looks for new ones.

#![expect(clippy::unwrap_used, reason = "what tests call fails as tests do")]

mod real;

use std::fmt::Write as _;

use becket_source::FileSet;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

/// Texts that mean something else without quotes, or that are hard to print.
const HARD: &[&str] = &[
    "",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "null",
    "~",
    "1",
    "0x1",
    "1e3",
    "0777",
    "08",
    "0o7",
    "1_0",
    ".5",
    "5.",
    "-",
    "--",
    "---",
    "...",
    "- a",
    "? a",
    "a: b",
    "a:",
    ":a",
    "a #b",
    "a#b",
    "#a",
    "<<",
    "=",
    "!a",
    "&a",
    "*a",
    "%a",
    "@a",
    "`a",
    "'a",
    "\"a",
    "a'b\"c",
    "[a",
    "{a",
    "a]",
    "a, b",
    "|",
    ">",
    "12:30",
    "1:2:3",
    "2024-01-02",
    "2024-1-2 3:4:5",
    "2024-01-02T03:04:05Z",
    "1.2.3",
    "10.0.0.0/16",
    "+1",
    "-0",
    ".inf",
    ".nan",
    "0b1",
    "1e400",
    " a",
    "a ",
    "a  b",
    "a\n",
    "a\nb",
    "\n",
    "\n\n",
    "a\n\n",
    " a\nb",
    "a \nb",
    "a\n b",
    "\ta",
    "a\tb",
    "a\rb",
    "ü",
    "日本",
    "😀",
    "\u{a0}",
    "\u{feff}a",
    "\u{1}",
    "\u{7f}",
    "\\",
    "a\\nb",
    "/a/b",
    "$(A)",
    "{{ a }}",
    "<a & b>",
    "0",
    "00",
    "1.0",
    "1E5",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(HARD).prop_map(str::to_owned),
        2 => "[ -~]{0,12}",
        1 => "[a-z:#' \"\n-]{0,24}",
        1 => "([a-z]{1,12} {1,2}){8,24}[a-z']{1,9}",
        // Letters that Go and this know alike: newer ones sort differently.
        1 => "[ -~à-ÿΑ-Ωа-я一-龥ぁ-ん😀-😎]{0,8}",
    ]
    // Kustomize refuses control characters, and takes the line breaks of YAML 1.1 for line breaks even in quotes; both are
    // left to it.
    .prop_filter("control characters and old line breaks", |text| {
        !text
            .chars()
            .any(|c| ('\u{7f}'..'\u{a0}').contains(&c) || matches!(c, '\u{2028}' | '\u{2029}'))
    })
}

fn plain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+]?[0-9_]{1,6}(\\.[0-9_]{0,4})?([eE][-+]?[0-9]{1,3})?",
        "[-+]?0[xXoObB][0-9a-fA-F_]{1,5}",
        "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\\.[0-9]{1,10})?(Z|[-+][0-9]{2}:[0-9]{2})?)?",
        "[-+.0-9a-fxoeETZ_]{1,8}",
        "[0-9]{1,3}(:[0-9]{1,2}){1,2}(\\.[0-9]{0,2})?",
        prop::sample::select(
            &[
                "yes",
                "No",
                "on",
                "y",
                "TRUE",
                "Null",
                "~",
                ".5",
                ".5e3",
                "1e21",
                "1e20",
                "123456789012345678901"
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn compare(kustomize: &real::Kustomize, files: &FileSet, folder: &str) -> Result<(), TestCaseError> {
    let ours = becket_kustomize::build(files, folder).map(|built| built.to_yaml());
    let theirs = kustomize.build(files, folder);
    let shown = || {
        files.iter().fold(String::new(), |mut text, (path, contents)| {
            let _ = writeln!(text, "-- {path} --\n{}", String::from_utf8_lossy(contents));
            text
        })
    };
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => prop_assert!(ours == theirs, "ours\n{ours}\ntheirs\n{theirs}\n{}", shown()),
        (Ok(ours), Err(error)) => {
            prop_assert!(false, "only the real one refuses: {error}\n{ours}\n{}", shown());
        }
        (Err(findings), Ok(_)) => {
            prop_assert!(false, "only this one refuses: {findings:#?}\n{}", shown());
        }
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// Keeps the seeds of what fails. A test is started in its crate's folder.
fn keeping() -> Config {
    Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/random.regressions",
        ))),
        ..Config::default()
    }
}

fn run<S: Strategy>(strategy: &S, test: impl Fn(&real::Kustomize, S::Value) -> Result<(), TestCaseError>) {
    let Some(kustomize) = real::Kustomize::find() else {
        return;
    };
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(24, |cases| cases.parse().unwrap()),
        max_shrink_iters: 200,
        ..keeping()
    };
    // The same trees each time, so that a change is judged by what it changed.
    let mut runner = if std::env::var_os("BECKET_RANDOM").is_some() {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
    let ran = runner.run(strategy, |value| test(&kustomize, value));
    assert!(ran.is_ok(), "{}", ran.unwrap_err());
}

#[test]
fn texts_are_printed_as_the_real_one_prints_them() {
    let pairs = prop::collection::vec((text(), text()), 1..30);
    let sorted = prop::collection::btree_map("[a-zA-Z._/-]{1,4}[0-9]{0,2}", Just(1), 0..12);
    run(&(pairs, sorted), |kustomize, (pairs, sorted)| {
        // A quoted `<<` as a key vanishes in the real one. The order of odd keys is no order at all: one each.
        let keyed: Vec<serde_json::Value> = pairs
            .iter()
            .filter(|(key, _)| key != "<<")
            .map(|(key, value)| json!({key: value}))
            .collect();
        let list: Vec<&String> = pairs.iter().map(|(_, value)| value).collect();
        let thing = json!({
            "apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "thing"},
            "spec": {"keyed": keyed, "sorted": sorted, "list": list, "nested": [[list], {"a": [{"b": list}]}]},
        });
        let mut files = FileSet::new();
        files.insert_text("kustomization.yaml", "resources: [thing.yaml]\n");
        files.insert_text("thing.yaml", thing.to_string());
        compare(kustomize, &files, "")
    });
}

#[test]
fn plain_scalars_mean_what_they_mean_to_the_real_one() {
    run(&prop::collection::vec(plain(), 1..30), |kustomize, scalars| {
        let mut thing =
            "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n".to_owned();
        for (index, scalar) in scalars.iter().enumerate() {
            let _ = writeln!(thing, "  k{index}: {scalar}");
        }
        let mut files = FileSet::new();
        files.insert_text("kustomization.yaml", "resources: [thing.yaml]\n");
        files.insert_text("thing.yaml", thing);
        compare(kustomize, &files, "")
    });
}

#[test]
fn generators_hash_as_the_real_one_does() {
    let pairs = prop::collection::vec(("[a-zA-Z._-]{1,8}", text()), 0..8);
    run(
        &(pairs, any::<[bool; 3]>()),
        |kustomize, (pairs, [secret, merge, no_hash])| {
            let literals: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let field = if secret {
                "secretGenerator"
            } else {
                "configMapGenerator"
            };
            let base = json!({field: [{"name": "config", "literals": literals, "options": {"disableNameSuffixHash": no_hash}}]});
            let overlay = json!({
                "resources": ["base"],
                "namespace": "here",
                field: [{"name": if merge { "config" } else { "other" }, "behavior": if merge { "merge" } else { "create" }, "literals": ["k=v"]}],
            });
            let mut files = FileSet::new();
            files.insert_text("kustomization.yaml", overlay.to_string());
            files.insert_text("base/kustomization.yaml", base.to_string());
            compare(kustomize, &files, "")
        },
    );
}

/// A container with ports and environment that a patch may share some of.
fn container() -> impl Strategy<Value = serde_json::Value> {
    let port = (
        1..4_u8,
        prop::option::of(prop::sample::select(&["TCP", "UDP"][..])),
        prop::option::of("[a-c]"),
    );
    let env = (
        prop::sample::select(&["A", "B", "C"][..]),
        prop::option::of("[a-z]{0,3}"),
    );
    (
        prop::sample::select(&["a", "b", "c"][..]),
        prop::option::of("[ab](:[0-9])?"),
        prop::option::of(prop::collection::vec(port, 0..4)),
        prop::option::of(prop::collection::vec(env, 0..4)),
        prop::option::of(prop::collection::vec("[a-c]", 0..3)),
    )
        .prop_map(|(name, image, ports, env, args)| {
            let mut container = json!({"name": name});
            if let Some(image) = image {
                container["image"] = json!(image);
            }
            if let Some(args) = args {
                container["args"] = json!(args);
            }
            if let Some(ports) = ports {
                let ports = ports.into_iter().map(|(port, protocol, name)| {
                    let mut entry = json!({"containerPort": port});
                    if let Some(protocol) = protocol {
                        entry["protocol"] = json!(protocol);
                    }
                    if let Some(name) = name {
                        entry["name"] = json!(name);
                    }
                    entry
                });
                container["ports"] = ports.collect();
            }
            if let Some(env) = env {
                container["env"] = env
                    .into_iter()
                    .map(|(name, value)| match value {
                        Some(value) => json!({"name": name, "value": value}),
                        None => json!({"name": name}),
                    })
                    .collect();
            }
            container
        })
}

#[test]
fn random_overlays_build_as_the_real_one_builds_them() {
    let containers = || prop::collection::vec(container(), 0..4);
    let patch = (
        containers(),
        prop::option::of(prop::sample::select(&["replace", "delete", "merge"][..])),
    );
    let strategy = (
        containers(),
        prop::option::of(patch),
        any::<[bool; 8]>(),
        "[a-z]{1,3}-",
        "[a-z0-9]{1,4}",
    );
    run(&strategy, |kustomize, (containers, patch, on, prefix, word)| {
        let deployment = |containers: &serde_json::Value| {
            json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
                "spec": {"template": {"spec": {"containers": containers}}},
            })
        };
        let mut overlay = json!({"resources": ["base"]});
        if let Some((mut containers, directive)) = patch {
            if let (Some(directive), Some(first)) = (directive, containers.first_mut()) {
                first["$patch"] = json!(directive);
            }
            overlay["patches"] = json!([{"patch": deployment(&json!(containers)).to_string()}]);
        }
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        });
        let fields = [
            ("namespace", json!(word)),
            ("namePrefix", json!(prefix)),
            (
                "labels",
                json!([{"pairs": {"team": "shop"}, "includeSelectors": on[6], "includeTemplates": on[7]}]),
            ),
            ("commonAnnotations", json!({"a": "1"})),
            ("images", json!([{"name": "a", "newTag": word}])),
            (
                "configMapGenerator",
                json!([{"name": "config", "literals": [format!("a={word}")]}]),
            ),
        ];
        for ((name, value), _) in fields.into_iter().zip(on).filter(|(_, on)| *on) {
            overlay[name] = value;
        }
        let mut files = FileSet::new();
        files.insert_text("overlay/kustomization.yaml", overlay.to_string());
        files.insert_text("overlay/base/kustomization.yaml", "resources: [all.yaml]\n");
        files.insert_text(
            "overlay/base/all.yaml",
            format!("{}\n---\n{service}\n", deployment(&json!(containers))),
        );
        compare(kustomize, &files, "overlay")
    });
}

/// Values with few keys, so that two of them meet.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        // A text that has to stand in quotes: of others the real one knows whether they did, and this does not.
        Just(json!("7")),
        Just(json!(1)),
        Just(json!(true)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"name": "a", "v": 1}, {"name": "b"}])),
        Just(json!([{"name": "b", "v": 2}, {"$patch": "merge"}])),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(&["a", "b", "c", "name"][..]);
        prop_oneof![
            3 => prop::collection::btree_map(key, inner.clone(), 0..4).prop_map(|mut map| {
                // A name that is no scalar is beyond all sense, and beyond what is looked for here.
                map.retain(|key, value| *key != "name" || !(value.is_object() || value.is_array()));
                json!(map)
            }),
            1 => prop::collection::vec(inner.clone().prop_filter("no null in lists", |value| !value.is_null()), 0..3)
                .prop_map(|items| json!(items)),
            1 => (inner, prop::sample::select(&["replace", "delete", "merge"][..])).prop_map(|(mut value, said)| {
                if let Some(map) = value.as_object_mut() {
                    map.insert("$patch".to_owned(), json!(said));
                }
                value
            }),
        ]
    })
}

#[test]
fn random_merges_are_those_of_the_real_one() {
    let strategy = (
        value(),
        value(),
        any::<bool>(),
        prop::sample::select(&["example.com/v1", "v1"][..]),
    );
    run(&strategy, |kustomize, (resource, patch, target, api_version)| {
        let kind = if api_version == "v1" { "Pod" } else { "Thing" };
        let wrap = |spec: &serde_json::Value| {
            let spec = if kind == "Pod" {
                json!({"containers": spec["a"], "volumes": spec["b"]})
            } else {
                spec.clone()
            };
            json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": spec})
        };
        let mut entry = json!({"patch": wrap(&patch).to_string()});
        if target {
            entry["target"] = json!({"kind": kind});
        }
        let mut files = FileSet::new();
        files.insert_text(
            "kustomization.yaml",
            json!({"resources": ["x.yaml"], "patches": [entry]}).to_string(),
        );
        files.insert_text("x.yaml", wrap(&resource).to_string());
        compare(kustomize, &files, "")
    });
}

#[test]
fn random_operations_are_those_of_the_real_one() {
    let pointer = prop::sample::select(
        &[
            "/spec/a",
            "/spec/b",
            "/spec/a/b",
            "/spec/l/0",
            "/spec/l/-",
            "/spec/l/-1",
            "/spec/l/2",
            "/spec/x/y",
            "/spec",
            "/spec/a~1b",
            "spec/a",
            "/spec/l/0/name",
        ][..],
    );
    let operation = (
        prop::sample::select(&["add", "remove", "replace", "move", "copy", "test"][..]),
        pointer.clone(),
        pointer,
        prop::sample::select(vec![
            json!(1),
            json!("x"),
            json!({"b": 1}),
            json!([1]),
            json!(null),
        ]),
    );
    let selector = prop::sample::select(vec![
        json!({"kind": "Thing"}),
        json!({"name": "o.*"}),
        json!({"name": "one|two"}),
        json!({"namespace": "default"}),
        json!({"namespace": "other"}),
        json!({"labelSelector": "l=1"}),
        json!({"labelSelector": "l notin (1, 2)"}),
        json!({"labelSelector": "l in (1,2),!m"}),
        json!({"labelSelector": "l,m!=x"}),
        json!({"group": "example"}),
        json!({"version": "v1", "group": "example.com"}),
        json!({"annotationSelector": "a"}),
        json!({}),
    ]);
    run(
        &(prop::collection::vec(operation, 1..4), selector),
        |kustomize, (operations, target)| {
            let operations: Vec<serde_json::Value> = operations
                .into_iter()
                .map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}))
                .collect();
            let thing = |name: &str, metadata: serde_json::Value| {
                let mut metadata = metadata;
                metadata["name"] = json!(name);
                json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": metadata,
                "spec": {"a": {"b": 1}, "b": "x", "l": [{"name": 1}, 2]}})
            };
            let things = [
                thing("one", json!({"labels": {"l": "1"}, "annotations": {"a": "b"}})),
                thing(
                    "two",
                    json!({"labels": {"l": "2", "m": "x"}, "namespace": "other"}),
                ),
                thing("only", json!({})),
            ];
            let all: Vec<String> = things.iter().map(ToString::to_string).collect();
            let entry = json!({"patch": json!(operations).to_string(), "target": target});
            let mut files = FileSet::new();
            files.insert_text(
                "kustomization.yaml",
                json!({"resources": ["x.yaml"], "patches": [entry]}).to_string(),
            );
            files.insert_text("x.yaml", all.join("\n---\n"));
            compare(kustomize, &files, "")
        },
    );
}

proptest! {
    #![proptest_config(keeping())]

    #[test]
    fn no_bytes_panic(kustomization in prop::collection::vec(any::<u8>(), 0..200), resource in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut files = FileSet::new();
        files.insert("a/kustomization.yaml", kustomization);
        files.insert("kustomization.yaml", &b"resources: [a, r.yaml]\npatches: [{path: r.yaml}]\n"[..]);
        files.insert("r.yaml", resource);
        let _ = becket_kustomize::build(&files, "");
    }

    #[test]
    fn no_key_panics(keys in prop::collection::vec(prop_oneof!["[0-9a._-]{0,4}", "\\PC{0,4}", ".{0,4}"], 0..80)) {
        let map: serde_json::Map<String, serde_json::Value> = keys.into_iter().map(|key| (key, json!(1))).collect();
        becket_kustomize::yaml::to_string(&map.into());
    }

    #[test]
    fn no_kustomization_panics(
        fields in prop::collection::vec((
            prop::sample::select(&[
                "resources", "components", "namespace", "namePrefix", "labels", "images", "replicas", "configMapGenerator",
                "secretGenerator", "generatorOptions", "patches", "sortOptions", "commonAnnotations", "kind", "apiVersion", "vars", "x",
            ][..]),
            prop::sample::select(&[
                "", "x", "1", "[]", "{}", "[x]", "[[]]", "[{}]", "[{name: x}]", "[../..]", "[..]", "[/]", "[.]", "[a, a]", "yes",
                "[{patch: '- {op: add, path: x}', target: {}}]", "[{patch: '[]', target: {name: '('}}]", "[{path: r.yaml}]",
                "[{name: x, literals: [a], files: [=, a=b=c], envs: [r.yaml]}]", "[{pairs: {a: b}, includeSelectors: true}]",
                "{order: fifo}", "[{name: x, count: 1}]", "[r.yaml]", "[{patch: '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{}, 1, [], {name: a}]}}'}]",
            ][..]),
        ), 0..6),
        resource in prop::sample::select(&[
            "", "a: b", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a}, {image: 1}, 2]}}",
            "{apiVersion: v1, kind: Pod, metadata: {name: [p]}, spec: 1}", "{kind: List, items: [1, {}, {kind: A, metadata: {name: b}}]}",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, labels: 1}, spec: {template: []}}",
            "[]", "x", "{kind: XList, items: 1}", "{apiVersion: v1, kind: RoleBinding, metadata: {name: x}, subjects: [1, {}, {name: default}]}",
        ][..]),
    ) {
        let mut text = String::new();
        for (field, value) in fields {
            let _ = writeln!(text, "{field}: {value}");
        }
        let mut files = FileSet::new();
        files.insert_text("a/kustomization.yaml", text);
        files.insert_text("kustomization.yaml", "resources: [a]\n");
        files.insert_text("a/r.yaml", resource);
        for folder in ["a", ""] {
            if let Ok(built) = becket_kustomize::build(&files, folder) {
                built.to_yaml();
            }
        }
    }
}
