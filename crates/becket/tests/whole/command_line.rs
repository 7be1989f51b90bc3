//! The command line where nothing is as it should be: no platform, no engine, unknown names, nobody who reads on.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::machine::{Machine, SOON, becket_in, command, wait_for};

const PLATFORM: &str = "name: shop\norganisation: example\ndomain: shop.example\nclusters:\n  local: {}\nenvironments:\n  \
                        dev: { clusters: [local] }\n  prod: { clusters: [local] }\nservices:\n  hello:\n    source: hello\n";

/// Every command that is about a platform.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["render"],
    &["diff"],
    &["up", "--until", "healthy"],
    &["down"],
    &["status"],
    &["logs", "hello"],
    &["release", "hello"],
    &["promote", "hello"],
    &["rollback", "hello", "--in", "dev"],
    &["remove", "hello", "--in", "dev"],
    &["hold", "hello", "--in", "dev", "--reason", "a test"],
    &["history", "hello"],
];

#[test]
fn without_a_platform_every_command_says_how_to_name_or_start_one() {
    let empty = tempfile::tempdir().unwrap();
    for arguments in COMMANDS {
        let ran = becket_in(empty.path(), *arguments).ends(2);
        assert_eq!(ran.out, "", "{arguments:?}");
        assert!(
            ran.err.contains("there is no platform.yaml in"),
            "{arguments:?}: {ran:?}"
        );
        assert!(ran.err.contains("becket -C DIR"), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("becket new"), "{arguments:?}: {ran:?}");
        let ran = becket_in(empty.path(), [&["-C", "nowhere"], *arguments].concat()).ends(2);
        assert!(
            ran.err.contains("there is no folder nowhere"),
            "{arguments:?}: {ran:?}"
        );
    }
    let ran = becket_in(empty.path(), ["kustomize", "build", "nowhere"]).ends(2);
    assert!(ran.err.contains("there is no folder ./nowhere"), "{ran:?}");
    let left = empty.path().read_dir().unwrap().count();
    assert_eq!(left, 0, "nothing is made where no platform is");
}

#[test]
fn before_up_every_command_says_what_is_missing() {
    let machine = Machine::of("shop", &[("platform.yaml", PLATFORM), ("hello/Cargo.toml", "")]);
    for (arguments, code, says) in [
        (&["status"][..], 3, "becket up"),
        (&["logs", "hello"], 2, "becket up"),
        (&["promote", "hello"], 2, "becket up"),
        (&["rollback", "hello", "--in", "dev"], 2, "becket up"),
        (&["remove", "hello", "--in", "dev"], 2, "becket up"),
        (
            &["hold", "hello", "--in", "dev", "--reason", "a test"],
            2,
            "becket up",
        ),
        (&["history", "hello"], 2, "becket up"),
    ] {
        let ran = machine.becket(arguments).ends(code);
        assert!(ran.err.contains(says), "{arguments:?}: {ran:?}");
    }
    assert_eq!(machine.becket(&["down"]).ends(0).out, "not running\n");
    assert!(!machine.becket(&["diff"]).ends(0).out.is_empty());
}

#[test]
fn an_unknown_name_gets_the_one_that_was_meant() {
    let machine = Machine::of("shop", &[("platform.yaml", PLATFORM), ("hello/Cargo.toml", "")]);
    machine.becket(&["render"]).ends(0);
    for arguments in [
        &["promote", "helo"][..],
        &["history", "helo"],
        &["rollback", "helo", "--in", "dev"],
        &["release", "helo"],
    ] {
        let ran = machine.becket(arguments);
        assert!(matches!(ran.code, Some(1 | 2)), "{arguments:?}: {ran:?}");
        assert!(
            ran.err.contains("helo") && ran.err.contains("hello"),
            "{arguments:?}: {ran:?}"
        );
    }
    for arguments in [
        &["promote", "hello", "--to", "prd"][..],
        &["hold", "hello", "--in", "prd", "--reason", "a test"],
        &["diff", "hello", "--to", "prd"],
    ] {
        let ran = machine.becket(arguments);
        assert!(matches!(ran.code, Some(1 | 2)), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("prod"), "{arguments:?}: {ran:?}");
    }
    let ran = machine.becket(&["explain", "BK9999"]).ends(2);
    assert!(ran.err.contains("help"), "{ran:?}");
}

#[test]
fn programs_read_json_and_nothing_else() {
    let machine = Machine::of("shop", &[("platform.yaml", PLATFORM), ("hello/Cargo.toml", "")]);
    let all = [COMMANDS, &[&["explain"], &["explain", "BK0001"]]].concat();
    for arguments in all.iter().filter(|one| !["up", "release"].contains(&one[0])) {
        let ran = machine.becket(&[&["--format", "json"], *arguments].concat());
        assert!(!ran.out.is_empty(), "{arguments:?}: {ran:?}");
        for line in ran.out.lines().filter(|line| !line.is_empty()) {
            assert!(
                serde_json::from_str::<Value>(line).is_ok(),
                "{arguments:?}: {line}"
            );
        }
    }
}

#[test]
fn a_reader_who_leaves_is_no_fault() {
    let empty = tempfile::tempdir().unwrap();
    for arguments in [&["explain"][..], &["completions", "bash"], &["--help"]] {
        let mut child = command(empty.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        wait_for("its end", SOON, || child.try_wait().unwrap());
        assert_eq!(said, "", "{arguments:?}");
    }
}

#[test]
fn a_path_with_spaces_and_signs_is_a_path() {
    let machine = Machine::of(
        "a shop's ähre",
        &[("platform.yaml", PLATFORM), ("hello/Cargo.toml", "")],
    );
    machine.becket(&["check"]).ends(0);
    machine.becket(&["render"]).ends(0);
    machine.becket(&["render", "--check"]).ends(0);
    machine.becket(&["render", "--to", "out put"]).ends(0);
    assert_eq!(machine.becket(&["down"]).ends(0).out, "not running\n");
}

#[test]
fn what_somebody_edits_in_terraform_is_found_there_and_at_every_user() {
    let machine = Machine::example("storefront");
    machine.becket(&["render"]).ends(0);
    let clone = machine.folder.join(".becket/renamed");
    let iac = ".becket/git/iac.git";
    machine.git(
        &machine.folder,
        &["clone", "--quiet", iac, clone.to_str().unwrap()],
    );
    for (root, name) in [
        ("nonprod/network", "private_subnet_ids"),
        ("prod/eks", "cluster_name"),
    ] {
        let outputs = clone.join("terraform").join(root).join("outputs.tf");
        let text = fs::read_to_string(&outputs).unwrap();
        let renamed = text.replace(&format!("output \"{name}\""), "output \"renamed\"");
        assert_ne!(text, renamed, "{root} has no {name}");
        fs::write(&outputs, renamed).unwrap();
    }
    let broken = clone.join("terraform/prod-dr/network/terraform.tfvars");
    fs::write(&broken, fs::read_to_string(&broken).unwrap() + "more = [\n").unwrap();
    machine.git(
        &clone,
        &["commit", "--quiet", "--all", "--message", "other names"],
    );
    machine.git(&clone, &["push", "--quiet"]);
    let ran = machine.becket(&["check"]).ends(1);
    let said = format!("{}{}", ran.out, ran.err);
    for (root, name, user) in [
        (
            "nonprod/network",
            "private_subnet_ids",
            "iac/terraform/nonprod/eks/facts.yaml:",
        ),
        ("prod/eks", "cluster_name", "iac/ansible/facts.yaml:"),
    ] {
        let message = format!("error[BK0505]: `iac/terraform/{root}` has no output `{name}`");
        assert!(said.contains(&message), "{message}: {said}");
        let all = said.match_indices(&message).map(|(at, _)| &said[at..]);
        let mut shown = all.map(|rest| rest.split("\n\n").next().unwrap_or(rest));
        assert!(shown.any(|finding| finding.contains(user)), "{user}: {said}");
    }
    // What somebody wrote into a file is shown there, and not blamed on a line of platform.yaml.
    let (_, fault) = said.split_once("warning[BK0501]").unwrap();
    let place = fault.lines().nth(1).unwrap().trim();
    assert!(
        place.starts_with("--> iac/terraform/prod-dr/network/terraform.tfvars:"),
        "{said}"
    );
}
