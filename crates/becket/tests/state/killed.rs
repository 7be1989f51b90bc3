//! The server is killed at any moment, again and again: what it acknowledged is there, and nothing is half.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::server::{Server, lock, send, state};

const ROUNDS: u64 = 12;

#[test]
fn a_server_that_is_killed_again_and_again_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let port = server.port;
    let acknowledged = Mutex::new(0u64);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut serial = 1;
            while !over.load(Ordering::SeqCst) {
                let sent = send(port, "POST", "/states/a", &state(serial, 200_000));
                match sent.map(|answer| answer.status) {
                    Some(200) => {
                        *acknowledged.lock().unwrap() = serial;
                        serial += 1;
                    }
                    // Killed in the midst: the same is sent again.
                    None => {}
                    Some(status) => panic!("{status} to serial {serial}"),
                }
            }
        });
        for round in 0..ROUNDS {
            // At another moment of a write each time.
            let begin = *acknowledged.lock().unwrap();
            while *acknowledged.lock().unwrap() < begin + 1 + round % 3 {
                std::hint::spin_loop();
            }
            let (folder, port) = server.kill();
            let promised = *acknowledged.lock().unwrap();
            server = Server::start_at(&folder, port, &[]);
            let found = server.send("GET", "/states/a", b"").unwrap();
            assert_eq!(found.status, 200, "{}", found.text());
            let found: serde_json::Value = serde_json::from_slice(&found.body).unwrap();
            assert!(found["serial"].as_u64().unwrap() >= promised);
        }
        over.store(true, Ordering::SeqCst);
        writer.join().unwrap();
    });
    let history = server.state(&["history", "a", "--format", "json"]);
    let history: Vec<serde_json::Value> = serde_json::from_slice(&history.stdout).unwrap();
    let serials: Vec<u64> = history
        .iter()
        .map(|version| version["serial"].as_u64().unwrap())
        .collect();
    assert_eq!(serials, (1..=serials.len() as u64).rev().collect::<Vec<_>>());
}

#[test]
fn locks_outlive_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    assert_eq!(
        server.send("LOCK", "/states/a", &lock("one")).unwrap().status,
        200
    );
    let (folder, port) = server.kill();
    let server = Server::start_at(&folder, port, &[]);
    let refused = server.send("LOCK", "/states/a", &lock("two")).unwrap();
    assert_eq!(refused.status, 423);
    assert!(
        refused.text().contains("becket state unlock a --id one"),
        "{}",
        refused.text()
    );
    // The holder's answer may have been lost: it may ask again.
    assert_eq!(
        server.send("LOCK", "/states/a", &lock("one")).unwrap().status,
        200
    );
    let without = server.send("POST", "/states/a", &state(1, 10)).unwrap();
    assert_eq!(without.status, 423);
    assert_eq!(
        server
            .send("POST", "/states/a?ID=two", &state(1, 10))
            .unwrap()
            .status,
        409
    );
    assert_eq!(
        server.send("UNLOCK", "/states/a", &lock("two")).unwrap().status,
        409
    );
    assert_eq!(
        server
            .send("POST", "/states/a?ID=one", &state(1, 10))
            .unwrap()
            .status,
        200
    );
    let wrong = server.state(&["unlock", "a", "--id", "two"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(server.state(&["unlock", "a", "--id", "one"]).status.success());
    // Whose lock was taken away cannot write any more.
    assert_eq!(
        server
            .send("POST", "/states/a?ID=one", &state(2, 10))
            .unwrap()
            .status,
        409
    );
}
