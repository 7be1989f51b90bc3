//! Many clients at once, large states, and users.

use std::path::Path;
use std::process::Command;

use crate::server::{BECKET, Server, lock, send, send_with, state};

#[test]
fn fifty_clients_on_fifty_states_and_on_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let port = server.port;
    let won: usize = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..50)
            .map(|client| {
                scope.spawn(move || {
                    let own = format!("/states/team/{client}");
                    for serial in 1..=3 {
                        assert_eq!(
                            send(port, "POST", &own, &state(serial, 1000)).unwrap().status,
                            200
                        );
                    }
                    // All want the same lock; who has it writes, and the others are told.
                    match send(port, "LOCK", "/states/one", &lock(&client.to_string()))
                        .unwrap()
                        .status
                    {
                        200 => {
                            let path = format!("/states/one?ID={client}");
                            assert_eq!(
                                send(port, "POST", &path, &state(client + 1, 1000))
                                    .unwrap()
                                    .status,
                                200
                            );
                            1
                        }
                        423 => 0,
                        status => panic!("{status}"),
                    }
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
    let listed = server.state(&["list", "--format", "json"]);
    let listed: Vec<serde_json::Value> = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.len(), 51);
    assert!(
        listed
            .iter()
            .all(|state| state["name"] == "one" || state["versions"] == 3)
    );
    assert!(
        !contains(&folder.path().join("states/states"), b"xxxxxxxx"),
        "a state can be read on the disk"
    );
    let metrics = server.send("GET", "/metrics", b"").unwrap().text();
    assert!(metrics.contains("becket_state_locks 1\n"), "{metrics}");
    assert_eq!(server.send("GET", "/healthz", b"").unwrap().text(), "ok\n");
}

#[test]
fn a_state_of_100_mb_goes_through_with_one_copy_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let large = state(1, 100_000_000);
    assert_eq!(server.send("POST", "/states/a", &large).unwrap().status, 200);
    let back = server.send("GET", "/states/a", b"").unwrap();
    assert!(back.body == large, "another state came back");
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 190_000, "{peak} kB");
    let restarted = {
        let (folder, port) = server.kill();
        Server::start_at(&folder, port, &["--max-size", "1"])
    };
    let refused = restarted.send("POST", "/states/b", &state(1, 2 << 20)).unwrap();
    assert_eq!(refused.status, 413, "{}", refused.text());
}

/// Whether any file below `folder` holds `part`.
fn contains(folder: &Path, part: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return contains(&path, part);
        }
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(part.len()).any(|window| window == part)
    })
}

#[test]
fn users_do_what_they_may_and_the_clear_stays_at_home() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let token = server.state(&["token", "add", "ann", "--write", "nonprod/*", "--read", "prod/*"]);
    let token = String::from_utf8(token.stdout).unwrap();
    let curl = |method: &str, path: &str, user: &str| {
        let asked = Command::new("curl")
            .args([
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "-X",
                method,
                "-u",
                user,
            ])
            .args(["-d", std::str::from_utf8(&state(1, 1)).unwrap()])
            .arg(server.address(path))
            .output()
            .unwrap();
        String::from_utf8(asked.stdout).unwrap()
    };
    let ann = format!("ann:{}", token.trim());
    assert_eq!(server.send("GET", "/states/nonprod/a", b"").unwrap().status, 401);
    assert_eq!(curl("POST", "nonprod/a", "ann:becket_wrong"), "401");
    assert_eq!(curl("POST", "nonprod/a", &ann), "200");
    assert_eq!(curl("POST", "prod/a", &ann), "403");
    assert!(server.state(&["token", "remove", "ann"]).status.success());
    server.state(&["token", "add", "bob", "--write", "*"]);
    assert_eq!(curl("POST", "nonprod/a", &ann), "401");

    let elsewhere = Command::new(BECKET)
        .args(["state", "serve", "--listen", "0.0.0.0:0", "--dir"])
        .arg(folder.path().join("states"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .output()
        .unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("--tls-cert"));
}

#[test]
fn without_users_no_page_of_a_browser_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let asks = |lines: &str| {
        let path = "/states/a?force=true";
        let answer = send_with(server.port, "POST", path, lines, &state(1, 10));
        answer.unwrap().status
    };
    let page = "Host: localhost\r\nOrigin: https://page.example\r\nContent-Type: text/plain";
    assert_eq!(asks(page), 403);
    assert_eq!(asks("Host: localhost"), 200);
    assert_eq!(asks("Host: rebound.example"), 403);
}

#[test]
fn a_key_is_made_for_a_server_and_for_nobody_who_only_looks() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let elsewhere = folder.path().join("elsewhere");
    let command = |states: &Path, config: &Path, arguments: &[&str]| {
        let mut command = Command::new(BECKET);
        command.arg("state").args(arguments).arg("--dir").arg(states);
        command.env("XDG_CONFIG_HOME", config).output().unwrap()
    };
    let states = server.folder.join("states");
    let listed = command(&states, &elsewhere, &["list"]);
    assert_eq!(listed.status.code(), Some(2));
    let said = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(
        said.contains("there is no key for the states") && said.contains("BECKET_STATE_KEY"),
        "{said}"
    );
    // A folder without states is none of them, and stays as it is.
    let empty = tempfile::tempdir().unwrap();
    let listed = command(empty.path(), &server.folder.join("config"), &["list"]);
    assert!(String::from_utf8_lossy(&listed.stderr).contains("there are no states in"));
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
    // Users are not sealed.
    let users = command(&states, &elsewhere, &["token", "list"]);
    assert!(users.status.success(), "{users:?}");
    assert!(!elsewhere.exists());
}
