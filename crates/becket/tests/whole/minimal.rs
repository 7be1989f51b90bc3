//! The shortest platform, and a new one of one's own: nothing is fitted to the reference platform.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::judge::judge;
use crate::machine::{Machine, SOON, becket_in, wait_for};

#[test]
fn the_shortest_platform_runs() {
    let machine = Machine::example("minimal");
    runs(&machine, &["www.prod.minimal.localhost"], "prod");
    assert_eq!(
        machine.subjects(),
        ["release(hello): first → prod", "render: the first time"]
    );
}

#[test]
fn two_who_start_it_at_once_have_one_engine() {
    let machine = Machine::example("minimal");
    machine.becket(&["render"]).ends(0);
    machine.becket(&["release", "hello"]).ends(0);
    let port = machine.port.to_string();
    let both = [0, 1].map(|_| {
        let mut up = machine.command(&["up", "--until", "healthy", "--timeout", "60s", "--port", &port]);
        up.spawn().unwrap()
    });
    for mut up in both {
        assert_eq!(up.wait().unwrap().code(), Some(0));
    }
    let family = machine.family();
    let engines = family.iter().filter(|one| one.name == "becket").count();
    assert_eq!(engines, 1, "{family:?}");
    machine.becket(&["down"]).ends(0);
    machine.nothing_is_left(&family, Duration::ZERO);
}

#[test]
fn a_new_platform_of_ones_own_runs() {
    let machine = Machine::of("shop", &[]);
    let parent = machine.folder.parent().unwrap().to_path_buf();
    let new = becket_in(&parent, ["new", "shop", "--domain", "shop.example"]).ends(0);
    assert!(new.out.contains("becket -C shop up"), "{new:?}");
    let again = becket_in(&parent, ["new", "shop", "--domain", "shop.example"]).ends(2);
    assert!(again.err.contains("is there already"), "{again:?}");
    what_new_says_runs_where_it_was_typed(&parent);
    runs(
        &machine,
        &["www.dev.shop.localhost", "www.prod.shop.localhost"],
        "prod",
    );
}

#[test]
fn up_that_is_interrupted_while_it_starts_stops_in_order() {
    let machine = Machine::example("minimal");
    let port = machine.port.to_string();
    let mut up = machine.command(&["up", "--port", &port]).spawn().unwrap();
    // The first that the platform makes when it starts.
    let authority = machine.folder.join(".becket/ca/ca.crt");
    let deadline = Instant::now() + SOON;
    while !authority.exists() {
        assert!(Instant::now() < deadline, "it does not start");
        std::thread::yield_now();
    }
    let told = Command::new("kill").args(["-INT", &up.id().to_string()]).status();
    assert!(told.unwrap().success());
    let ended = wait_for("its end", SOON, || up.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    TcpListener::bind((Ipv4Addr::LOCALHOST, machine.port)).unwrap();
    assert_eq!(machine.becket(&["down"]).ends(0).out, "not running\n");
}

/// A folder before the command counts for the new platform, and for what is typed next.
fn what_new_says_runs_where_it_was_typed(parent: &Path) {
    std::fs::create_dir(parent.join("my shops")).unwrap();
    let new = becket_in(
        parent,
        ["-C", "my shops", "new", "shop", "--domain", "shop.example"],
    )
    .ends(0);
    let shop = parent.canonicalize().unwrap().join("my shops/shop");
    assert!(
        new.out.contains(&format!("becket -C '{}' up", shop.display())),
        "{new:?}"
    );
    let whole = shop.to_str().unwrap();
    for behind in [
        &["-C", "my shops", "-C", whole][..],
        &["-C", "my shops", "-C", "shop"],
    ] {
        becket_in(parent, [behind, &["check"]].concat()).ends(0);
    }
}

fn runs(machine: &Machine, hosts: &[&str], last: &str) {
    machine.becket(&["check"]).ends(0);
    let out = machine.folder.join(".becket/out");
    machine.becket(&["render", "--to", out.to_str().unwrap()]).ends(0);
    assert!(out.join("gitops/apps/hello/base/deployment.yaml").is_file());
    machine.up(60).ends(0);
    if judge("curl", "HTTPS").is_some() {
        for host in hosts {
            let page = machine.get(host, "/").unwrap();
            assert!(page.contains("<h1>Hello</h1>"), "{page}");
        }
        let page = machine.get(hosts.last().unwrap(), "/").unwrap();
        assert!(page.contains(last), "{page}");
    }
    machine.becket(&["render", "--check"]).ends(0);
    let logs = machine.becket(&["logs", "hello", "--in", last]).ends(0);
    assert!(logs.out.contains("serving"), "{logs:?}");
    let family = machine.family();
    machine.becket(&["down"]).ends(0);
    machine.nothing_is_left(&family, Duration::ZERO);
}
