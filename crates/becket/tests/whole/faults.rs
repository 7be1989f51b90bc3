//! What goes wrong: files with faults, services that do not build, start, get ready or stop, a port that somebody has,
//! several who commit at once, an engine that is killed. Nothing is lost, and each says what to do.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::judge::judge;
use crate::machine::{Machine, SOON, wait_for};

const PLATFORM: &str = "name: odd\norganisation: example\ndomain: odd.example\nclusters:\n  local: {}\nenvironments:\n  \
                        dev: { clusters: [local] }\n  prod: { clusters: [local] }\nservices:\n  left:\n    source: left\n    \
                        host: www\n  right:\n    source: right\n";

/// A service without dependencies: `BEHAVIOUR` says what is wrong with it.
const SERVICE: &str = r#"use std::io::{Read, Write};

const BEHAVIOUR: &str = "serves";
const RELEASE: &str = "release one";

unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
}

fn main() {
    if BEHAVIOUR == "exits" {
        println!("the configuration is missing");
        std::process::exit(7);
    }
    if BEHAVIOUR == "stays" {
        unsafe { signal(15, 1) };
    }
    let listener = std::net::TcpListener::bind(("0.0.0.0", 8080)).unwrap();
    for connection in listener.incoming() {
        let mut connection = connection.unwrap();
        let mut request = [0; 4096];
        let length = connection.read(&mut request).unwrap_or(0);
        let ready = BEHAVIOUR != "waits" || !request[..length].starts_with(b"GET /readyz");
        let status = if ready { "200 OK" } else { "503 Service Unavailable" };
        let length = RELEASE.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let _ = connection.write_all((head + RELEASE).as_bytes());
    }
}
"#;

const HOST: &str = "www.dev.odd.localhost";

/// A platform of two such services.
fn odd() -> Machine {
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n")
    };
    let lock = |name: &str| format!("version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
    Machine::of(
        "odd",
        &[
            ("platform.yaml", PLATFORM),
            ("left/Cargo.toml", &package("left")),
            ("left/Cargo.lock", &lock("left")),
            ("left/src/main.rs", SERVICE),
            ("right/Cargo.toml", &package("right")),
            ("right/Cargo.lock", &lock("right")),
            ("right/src/main.rs", SERVICE),
        ],
    )
}

/// Has a service behave so from its next release on, which answers with `text`.
fn behave(machine: &Machine, unit: &str, behaviour: &str, text: &str) {
    let source = SERVICE
        .replace("\"serves\"", &format!("{behaviour:?}"))
        .replace("release one", text);
    fs::write(machine.folder.join(unit).join("src/main.rs"), source).unwrap();
}

fn serves(machine: &Machine, text: &str) {
    wait_for(text, SOON, || (machine.get(HOST, "/")? == text).then_some(()));
}

/// Waits until the status says `why` of the service in dev.
fn says(machine: &Machine, why: &str) {
    wait_for(why, SOON, || {
        machine.app("apps-left-dev")["message"]
            .as_str()?
            .contains(why)
            .then_some(())
    });
    let status = machine.becket(&["status"]).ends(1);
    assert!(status.out.contains(why), "{status:?}");
}

#[test]
fn all_faults_of_a_file_are_shown_at_once() {
    let faulty = PLATFORM
        .replace("organisation: example\n", "")
        .replace("domain:", "domian:")
        .replace("prod: { clusters: [local] }", "Prod: { clusters: [locl] }")
        .replace("    source: right\n", "    source: right\n    needs: [lefft]\n");
    let machine = Machine::of("odd", &[("platform.yaml", &faulty), ("left/Cargo.toml", "")]);
    let check = machine.becket(&["check"]).ends(1);
    for part in ["organisation", "domian", "did you mean", "Prod", "locl", "lefft"] {
        assert!(check.err.contains(part), "{part}: {}", check.err);
    }
    let up = machine.becket(&["up", "--until", "healthy"]).ends(1);
    assert!(up.err.contains("lefft"), "{up:?}");
    assert!(!machine.folder.join(".becket/git").exists());
}

#[test]
fn services_that_do_not_build_start_get_ready_or_stop() {
    if judge("curl", "faulty services").is_none() || judge("git", "faulty services").is_none() {
        return;
    }
    let machine = odd();
    a_port_that_somebody_has(&machine);
    machine.up(90).ends(0);
    serves(&machine, "release one");

    let commits = machine.subjects();
    behave(&machine, "left", "serves", "release\" + missing_name + \"");
    let refused = machine.becket(&["release", "left"]).ends(1);
    assert!(refused.err.contains("missing_name"), "{refused:?}");
    assert!(refused.err.contains("main.rs"), "{refused:?}");
    assert_eq!(machine.subjects(), commits, "nothing is committed");

    behave(&machine, "left", "exits", "never seen");
    machine.becket(&["release", "left"]).ends(0);
    says(&machine, "7");
    assert_eq!(machine.get(HOST, "/").unwrap(), "release one");

    behave(&machine, "left", "waits", "never seen");
    machine.becket(&["release", "left"]).ends(0);
    says(&machine, "503");
    assert_eq!(machine.get(HOST, "/").unwrap(), "release one");
    let not = machine
        .becket(&["up", "--until", "healthy", "--timeout", "1s"])
        .ends(1);
    assert!(not.err.contains("apps-left-dev"), "{not:?}");

    // Killed in the middle of a rollout: Git has it all.
    behave(&machine, "left", "stays", "release two");
    machine.becket(&["release", "left"]).ends(0);
    let (family, commits) = (machine.family(), machine.subjects());
    machine.kill(machine.engine().unwrap());
    machine.nothing_is_left(&family, Duration::from_secs(20));
    machine.up(90).ends(0);
    serves(&machine, "release two");
    assert_eq!(machine.subjects(), commits);

    let family = machine.family();
    machine.becket(&["down"]).ends(0);
    machine.nothing_is_left(&family, Duration::ZERO);
}

fn a_port_that_somebody_has(machine: &Machine) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, machine.port)).unwrap();
    let up = machine.up(30).ends(3);
    let taken = format!(
        "port {} is taken, by process {}",
        machine.port,
        std::process::id()
    );
    assert!(up.err.contains(&taken), "{up:?}");
    assert!(up.err.contains("--port"), "{up:?}");
    assert!(machine.engine().is_none());
    drop(listener);
}

#[test]
fn several_who_commit_at_once_lose_nothing() {
    if judge("git", "several who commit at once").is_none() {
        return;
    }
    let machine = odd();
    machine.becket(&["render"]).ends(0);
    for unit in ["left", "right"] {
        machine.becket(&["release", unit]).ends(0);
    }
    three_promotions_at_once(&machine);
    pushes_between_read_and_commit(&machine);
    machine.becket(&["check"]).ends(0);
    machine.git(
        &machine.folder,
        &["--git-dir", ".becket/git/gitops.git", "fsck", "--strict"],
    );
}

fn three_promotions_at_once(machine: &Machine) {
    let three = ["left", "right", "left"].map(|unit| {
        machine
            .command(&["promote", unit, "--to", "prod"])
            .spawn()
            .unwrap()
    });
    let codes: Vec<_> = three
        .into_iter()
        .map(|mut child| child.wait().unwrap().code())
        .collect();
    assert_eq!(codes[1], Some(0), "{codes:?}");
    assert!(codes[0] == Some(0) || codes[2] == Some(0), "{codes:?}");
    let subjects = machine.subjects();
    for unit in ["left", "right"] {
        let wanted = format!("promote({unit}): dev → prod");
        let count = subjects.iter().filter(|subject| **subject == wanted).count();
        assert_eq!(count, 1, "{subjects:?}");
    }
}

fn pushes_between_read_and_commit(machine: &Machine) {
    const TIMES: usize = 12;
    let clone = machine.clone_into("pushing");
    let before = machine.subjects().len();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..TIMES {
                fs::write(clone.join(format!("note-{number}.md")), "a note\n").unwrap();
                machine.git(&clone, &["add", "--all"]);
                machine.git(
                    &clone,
                    &["commit", "--quiet", "--message", &format!("note {number}")],
                );
                wait_for("the push", SOON, || {
                    machine.git(&clone, &["pull", "--quiet", "--rebase"]);
                    let pushed = std::process::Command::new("git")
                        .args(["push", "--quiet"])
                        .current_dir(&clone)
                        .stderr(std::process::Stdio::null())
                        .status();
                    pushed.unwrap().success().then_some(())
                });
            }
        });
        for number in 0..TIMES {
            let reason = format!("reason {number}");
            machine
                .becket(&["hold", "left", "--in", "prod", "--reason", &reason])
                .ends(0);
        }
    });
    let subjects = machine.subjects();
    assert_eq!(subjects.len(), before + 2 * TIMES, "{subjects:?}");
    let fresh = machine.clone_into("fresh");
    for number in 0..TIMES {
        assert!(fresh.join(format!("note-{number}.md")).is_file(), "{number}");
    }
}
