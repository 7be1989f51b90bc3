//! A process that starts pods, from outside: what is left when it is killed, and what it says when it may not.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Bench, DEADLINE, fixture, judged};

/// All processes that descend from `pid`, by what `/proc` says.
fn descendants(pid: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children: Vec<u32> = children
        .split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect();
    children
        .iter()
        .copied()
        .chain(children.iter().flat_map(|&child| descendants(child)))
        .collect()
}

fn started(bench: &Bench) -> (Child, PathBuf) {
    let engine = Command::new(fixture())
        .arg(bench.root())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    (engine, bench.folder.path().join("root.pid"))
}

/// Waits with a deadline for what another process does: there is no event to wait for but `/proc`.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !done() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

#[test]
fn killing_the_engine_leaves_no_process_and_no_mount() {
    judged!();
    let bench = Bench::new();
    let mounts = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let before = mounts();
    let (mut engine, told) = started(&bench);
    // The outer process, the first process, and a family of three.
    until("the pod runs", || {
        told.exists() && descendants(engine.id()).len() == 5
    });
    let processes = descendants(engine.id());
    assert_eq!(mounts(), before, "a pod's mounts are its own");
    engine.kill().unwrap();
    engine.wait().unwrap();
    until("all processes are gone", || {
        processes.iter().all(|pid| !runs(*pid))
    });
    assert_eq!(mounts(), before);
}

#[test]
fn killing_the_engine_while_it_starts_a_pod_leaves_no_process() {
    judged!();
    let bench = Bench::new();
    for after in 1..=4 {
        let (mut engine, _) = started(&bench);
        until("it has begun", || descendants(engine.id()).len() >= after);
        let processes = descendants(engine.id());
        engine.kill().unwrap();
        engine.wait().unwrap();
        until("all processes are gone", || {
            processes.iter().all(|pid| !runs(*pid))
        });
    }
    let root = bench.root();
    until("nothing else was started", || !anyone_runs_in(&root));
}

#[test]
fn a_kernel_that_forbids_user_namespaces_is_named_with_the_remedy() {
    judged!();
    let bench = Bench::new();
    // In a user namespace of one's own the limit is one's own, too.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$1\"";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script])
        .arg(fixture())
        .arg(bench.root())
        .output();
    let Ok(output) = output else {
        assert!(std::env::var_os("CI").is_none(), "unshare is missing");
        println!("not judged: a kernel without user namespaces: unshare is missing");
        return;
    };
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said.lines().next().unwrap(),
        "this kernel allows no user namespaces (user.max_user_namespaces is 0) (cannot make a user namespace: No space \
         left on device (os error 28))"
    );
    assert!(
        said.contains("sudo sysctl -w user.max_user_namespaces="),
        "{said}"
    );
    assert!(!output.status.success());
}

/// Whether a process still does something; one that only waits to be reaped by its parent does not.
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

/// Whether a process has a mount that shows `root`, as an overlay's lower folder.
fn anyone_runs_in(root: &Path) -> bool {
    let root = root.to_str().unwrap();
    std::fs::read_dir("/proc").unwrap().flatten().any(|process| {
        let mounts = std::fs::read_to_string(process.path().join("mountinfo"));
        mounts.is_ok_and(|mounts| mounts.contains(root))
    })
}
