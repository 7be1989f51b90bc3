//! The protocol as a client meets it: what is taken, what is refused, and in which words.

use std::sync::Arc;

use super::*;
use crate::disk::Folder;
use crate::keys::Keyring;
use crate::retention::Retention;
use crate::version::Origin;

/// A store in a folder of its own, and who asks it.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Folder::at(folder.path().join("states")).unwrap();
        let keys = Keyring::read(&Keyring::new_key().unwrap()).unwrap();
        let store = Store::open(Arc::new(disk), keys, Retention::default()).unwrap();
        Self { folder, store }
    }

    /// The status and the body, where the request says `md5` of its own.
    fn sends(&self, method: &str, address: &str, md5: Option<&str>, body: &str) -> (u16, String) {
        let (path, query) = address
            .split_once('?')
            .map_or((address, None), |(path, query)| (path, Some(query)));
        let answer = match route(method, path, query) {
            Err(answer) => answer,
            Ok((name, ask)) => {
                let now = "2026-11-24T10:12:30Z".parse().unwrap();
                answer(
                    &self.store,
                    &name,
                    &ask,
                    md5,
                    body.as_bytes(),
                    &Identity::Anyone,
                    now,
                )
            }
        };
        let body = match answer.body {
            Body::Json(bytes) => String::from_utf8(bytes).unwrap(),
            Body::Text(text) => text,
            Body::State(_, mut reader) => {
                let mut text = String::new();
                reader.read_to_string(&mut text).unwrap();
                text
            }
        };
        (answer.status, body)
    }

    fn asks(&self, method: &str, address: &str, body: &str) -> u16 {
        self.sends(method, address, None, body).0
    }
}

fn state(lineage: &str, serial: u64) -> String {
    format!(r#"{{"version":4,"serial":{serial},"lineage":"{lineage}","outputs":{{}},"resources":[]}}"#)
}

#[test]
fn a_body_that_was_changed_on_its_way_is_refused() {
    let bench = Bench::new();
    let sent = state("l", 1);
    let right = Sent::of(sent.as_bytes()).md5().to_owned();
    for wrong in [
        "1B2M2Y8AsgTpgAmY7PhCfg==",
        "",
        "not base64",
        &right.to_lowercase(),
    ] {
        let (status, said) = bench.sends("POST", "/states/a", Some(wrong), &sent);
        assert_eq!(status, 400, "{wrong:?}");
        assert!(
            said.contains("Content-MD5") && said.contains("send it again"),
            "{said}"
        );
        assert_eq!(bench.asks("GET", "/states/a", ""), 404, "nothing was kept");
    }
    assert_eq!(bench.sends("POST", "/states/a", Some(&right), &sent).0, 200);
    // What is not said is not asked for.
    assert_eq!(bench.asks("POST", "/states/a", &state("l", 2)), 200);
}

#[test]
fn an_older_serial_and_another_lineage_are_taken_only_by_force() {
    let bench = Bench::new();
    assert_eq!(bench.asks("POST", "/states/a", &state("l", 7)), 200);
    for (lineage, serial, why) in [
        ("l", 6, "is at serial 7; what was sent has 6"),
        ("l", 7, "is at serial 7; what was sent has 7"),
        ("other", 8, "has lineage l; what was sent has other"),
    ] {
        let changed = state(lineage, serial).replace("[]", r#"[{"type":"x"}]"#);
        let (status, said) = bench.sends("POST", "/states/a", None, &changed);
        assert_eq!(status, 409, "{said}");
        assert!(said.contains(why) && said.contains("?force=true"), "{said}");
        assert!(
            bench
                .sends("GET", "/states/a", None, "")
                .1
                .contains(r#""serial":7"#)
        );
    }
    // The same again is the answer that was lost; all else goes by force, and the history says so.
    assert_eq!(bench.asks("POST", "/states/a", &state("l", 7)), 200);
    assert_eq!(bench.asks("POST", "/states/a?force=yes", &state("other", 1)), 409);
    assert_eq!(
        bench.asks("POST", "/states/a?force=true", &state("other", 1)),
        200
    );
    let history = bench.store.history(&"a".parse().unwrap()).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].meta.as_ref().unwrap().origin, Origin::Forced);
    // After a deletion whatever comes begins anew.
    assert_eq!(bench.asks("DELETE", "/states/a", ""), 200);
    assert_eq!(bench.asks("GET", "/states/a", ""), 404);
    assert_eq!(bench.asks("POST", "/states/a", &state("new", 1)), 200);
}

#[test]
fn force_goes_over_no_lock() {
    let bench = Bench::new();
    let lock = |id: &str| format!(r#"{{"ID":"{id}","Who":"ann@laptop","Operation":"OperationTypeApply"}}"#);
    assert_eq!(bench.asks("LOCK", "/states/a", &lock("one")), 200);
    assert_eq!(bench.asks("POST", "/states/a?force=true", &state("l", 1)), 423);
    assert_eq!(
        bench.asks("POST", "/states/a?ID=two&force=true", &state("l", 1)),
        409
    );
    assert_eq!(bench.asks("POST", "/states/a?ID=one", &state("l", 1)), 200);
    assert_eq!(bench.asks("DELETE", "/states/a", ""), 423);
}

#[test]
fn who_finds_a_lock_or_names_a_wrong_one_is_guided() {
    let bench = Bench::new();
    let lock = |id: &str| format!(r#"{{"ID":"{id}","Who":"ann@laptop","Operation":"OperationTypeApply"}}"#);
    assert_eq!(bench.asks("LOCK", "/states/a/b", &lock("one")), 200);
    assert_eq!(
        bench.asks("LOCK", "/states/a/b", &lock("one")),
        200,
        "the answer may have been lost"
    );
    for (method, wanted) in [("LOCK", 423), ("UNLOCK", 409)] {
        let (status, said) = bench.sends(method, "/states/a/b", None, &lock("two"));
        assert_eq!(status, wanted);
        for part in [
            "held by ann@laptop for 0 seconds",
            "`terraform force-unlock one`",
            "becket state unlock a/b --id one",
        ] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
    }
    assert_eq!(
        bench.asks("UNLOCK", "/states/a/b", "{}"),
        400,
        "a body without an id"
    );
    // As `terraform force-unlock` does it: whoever it is.
    assert_eq!(bench.asks("UNLOCK", "/states/a/b", ""), 200);
    let (status, said) = bench.sends("POST", "/states/a/b?ID=one", None, &state("l", 1));
    assert_eq!(status, 409);
    assert!(
        said.contains("was taken away") && said.contains("terraform state push"),
        "{said}"
    );
}

#[test]
fn only_a_state_that_is_not_there_is_404() {
    let bench = Bench::new();
    for (method, path, status) in [
        ("GET", "/states/a", 404),
        ("GET", "/state/a", 400),
        ("GET", "/states/", 400),
        ("GET", "/states/../a", 400),
        ("PATCH", "/states/a", 405),
        ("DELETE", "/states/a", 200),
        ("UNLOCK", "/states/a", 200),
    ] {
        assert_eq!(bench.asks(method, path, ""), status, "{method} {path}");
    }
    for wrong in ["", "[]", "{}", r#"{"version":4,"serial":1}"#, "null"] {
        assert_eq!(bench.asks("POST", "/states/a", wrong), 400, "{wrong}");
    }
}

#[test]
fn a_damaged_version_hides_no_other_and_is_gone_back_from() {
    let bench = Bench::new();
    for (path, serial) in [("/states/a", 1), ("/states/a", 2), ("/states/b", 1)] {
        assert_eq!(bench.asks("POST", path, &state("l", serial)), 200);
    }
    let version = bench.folder.path().join("states/states/a/000000000002.version");
    let half = std::fs::metadata(&version).unwrap().len() / 2;
    let file = std::fs::OpenOptions::new().write(true).open(&version).unwrap();
    file.set_len(half).unwrap();

    let (status, said) = bench.sends("GET", "/states/a", None, "");
    assert_eq!(status, 500, "an empty state would be built anew: {said}");
    assert!(
        said.contains("version 2 of `a`: it is damaged") && said.contains("restore"),
        "{said}"
    );
    let listed = bench.store.list().unwrap();
    let readable: Vec<_> = listed.iter().map(|state| state.damage.is_none()).collect();
    assert_eq!(readable, [false, true]);
    let name = "a".parse().unwrap();
    let history = bench.store.history(&name).unwrap();
    let readable: Vec<_> = history
        .iter()
        .map(|kept| (kept.number, kept.meta.is_ok()))
        .collect();
    assert_eq!(readable, [(2, false), (1, true)]);
    let by = By {
        user: "ann".to_owned(),
        now: "2026-11-24T10:12:30Z".parse().unwrap(),
    };
    assert!(bench.store.restore(&name, 1, false, &by).is_err());
    assert_eq!(bench.store.restore(&name, 1, true, &by).unwrap().number, 3);
    assert_eq!(bench.asks("GET", "/states/a", ""), 200);
}
