//! The reference platform as a user tries it: from one file to five environments, changed, promoted, rolled back,
//! broken, healed and stopped. One story on one platform, told in the order in which a user meets it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::judge::judge;
use crate::machine::{Machine, SOON, becket_in, wait_for};

const STAGES: [&str; 5] = ["dev", "qa", "uat", "pre-prod", "prod"];

/// The console's host.
const CONSOLE: &str = "storefront.localhost";

#[test]
fn from_one_file_to_five_environments_and_back() {
    if judge("curl", "the reference platform").is_none() || judge("git", "the reference platform").is_none() {
        return;
    }
    let mut machine = Machine::example("storefront");
    let up = machine.up(120).ends(0);
    assert!(
        up.out.contains("console     https://storefront.localhost:"),
        "{up:?}"
    );

    status_has_its_shape(&machine);
    every_environment_answers(&machine);
    rendered_is_what_the_real_kustomize_builds(&machine);
    a_second_up_attaches(&machine);
    a_change_is_released_to_dev(&machine);
    let boards = watch(&mut machine);
    a_promotion_is_shown_live(&machine, &boards);
    production_asks_for_an_approval(&machine);
    a_rollback_leaves_a_hold(&machine);
    a_pushed_patch_is_applied(&machine);
    the_console_is_drawn_by_a_browser(&machine);
    a_killed_pod_is_healed(&machine);
    a_killed_engine_leaves_nothing_and_up_goes_on(&machine);

    let family = machine.family();
    machine.becket(&["down"]).ends(0);
    machine.nothing_is_left(&family, Duration::ZERO);
    let again = machine.becket(&["down"]).ends(0);
    assert_eq!(again.out, "not running\n");

    check_finds_a_misspelt_need(&machine);
    check_finds_a_key_that_nobody_defines(&machine);
}

fn www(stage: &str) -> String {
    format!("www.{stage}.storefront.localhost")
}

fn status_has_its_shape(machine: &Machine) {
    let status = machine.becket(&["status", "--format", "json"]).ends(0).json();
    let apps = status["apps"].as_array().unwrap();
    assert!(apps.len() >= 15, "{status}");
    for unit in ["frontend", "catalog", "orders"] {
        for stage in &STAGES[..4] {
            let app = machine.app(&format!("apps-{unit}-{stage}"));
            assert_eq!(app["unit"], unit, "{app}");
            assert_eq!(app["stage"], *stage);
            assert_eq!(app["sync"], "Synced");
            assert_eq!(app["health"], "Healthy");
            assert_eq!(app["revision"].as_str().unwrap().len(), 40);
            assert!(app["image"].as_str().unwrap().contains("@sha256:"), "{app}");
        }
    }
    let same = apps.iter().filter(|app| app["same_as"].is_string());
    let same: Vec<_> = same.map(|app| app["name"].as_str().unwrap()).collect();
    assert_eq!(
        same,
        [
            "apps-catalog-prod-prod-dr",
            "apps-frontend-prod-prod-dr",
            "apps-orders-prod-prod-dr",
            "platform-rbac-prod-prod-dr",
        ],
        "each app of the second production cluster is said to run once here"
    );
}

fn every_environment_answers(machine: &Machine) {
    for stage in STAGES {
        let page = machine.get(&www(stage), "/").unwrap();
        assert!(page.contains("Things that hold"), "{stage}");
    }
}

fn rendered_is_what_the_real_kustomize_builds(machine: &Machine) {
    let out = machine.folder.join(".becket/out");
    drop(fs::remove_dir_all(&out));
    machine.becket(&["render", "--to", out.to_str().unwrap()]).ends(0);
    assert!(out.join("iac").is_dir());
    let committed = machine.clone_into("committed");
    for folder in [&out.join("gitops"), &committed] {
        let mut built = 0;
        for unit in ["frontend", "catalog", "orders"] {
            for stage in STAGES {
                let overlay = folder.join(format!("apps/{unit}/overlays/{stage}"));
                if !overlay.join("release").is_dir() {
                    continue;
                }
                built += 1;
                let ours = becket_in(&overlay, ["kustomize", "build"]).ends(0);
                let Some(kustomize) = judge("kustomize", "the build of an overlay") else {
                    return;
                };
                let theirs = Command::new(kustomize)
                    .arg("build")
                    .arg(&overlay)
                    .output()
                    .unwrap();
                assert!(
                    theirs.status.success(),
                    "{}",
                    String::from_utf8_lossy(&theirs.stderr)
                );
                assert_eq!(
                    ours.out,
                    String::from_utf8(theirs.stdout).unwrap(),
                    "{unit} {stage}"
                );
            }
        }
        assert_eq!(built, 15, "{}", folder.display());
    }
}

fn a_second_up_attaches(machine: &Machine) {
    let before = machine.engine().unwrap();
    let up = machine.up(60).ends(0);
    assert!(
        up.err.contains(&format!("already running, in process {before}")),
        "{up:?}"
    );
    assert_eq!(machine.engine(), Some(before));
}

/// Changes one line of a service.
fn change(machine: &Machine, file: &str, from: &str, to: &str) {
    let file = machine.folder.join("services").join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{}", file.display());
    fs::write(&file, text.replace(from, to)).unwrap();
}

fn a_change_is_released_to_dev(machine: &Machine) {
    change(
        machine,
        "frontend/src/pages/mod.rs",
        "Things that hold",
        "Things that last",
    );
    change(
        machine,
        "orders/src/main.rs",
        r#"async { "orders" }"#,
        r#"async { "all orders" }"#,
    );
    let released = machine.json(&["release", "frontend"]);
    assert_eq!(released["unit"], "frontend");
    assert_eq!(released["to"], "dev");
    machine.becket(&["release", "orders"]).ends(0);
    wait_for("the change in dev", SOON, || {
        machine
            .get(&www("dev"), "/")?
            .contains("Things that last")
            .then_some(())
    });
    assert!(machine.get(&www("qa"), "/").unwrap().contains("Things that hold"));
    machine.up(60).ends(0);
    assert_eq!(machine.subjects()[0], "release(orders): → dev");
}

/// The boards that the console sends from now on.
fn watch(machine: &mut Machine) -> Receiver<String> {
    let (tell, boards) = channel();
    let mut curl = machine.curl(CONSOLE, "/live");
    let mut curl = curl
        .args(["--no-buffer", "--max-time", "600"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(curl.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if let Some(board) = line.strip_prefix("data:") {
                drop(tell.send(board.to_owned()));
            }
        }
    });
    machine.keep(curl);
    boards
}

fn a_promotion_is_shown_live(machine: &Machine, boards: &Receiver<String>) {
    let digest = machine.app("apps-orders-dev")["image"]
        .as_str()
        .unwrap()
        .rsplit_once("sha256:")
        .unwrap()
        .1
        .to_owned();
    let shown = |board: &str| board.matches(&digest[..7]).count();
    let first = boards.recv_timeout(SOON).unwrap();
    let before = shown(&first);
    assert!(before > 0, "{first}");

    let diff = machine
        .becket(&["diff", "orders", "--from", "dev", "--to", "qa"])
        .ends(0);
    assert!(diff.out.contains(&digest[..12]), "{diff:?}");
    let promoted = machine
        .becket(&["promote", "orders", "--to", "qa", "--format", "json"])
        .ends(0)
        .json();
    assert_eq!(promoted["commit"].as_str().unwrap().len(), 40);
    assert_eq!(promoted["unit"], "orders");
    assert_eq!(promoted["from"], "dev");
    assert_eq!(promoted["to"], "qa");
    assert_eq!(promoted["digest"], format!("sha256:{digest}"));

    while shown(&boards.recv_timeout(SOON).unwrap()) <= before {}
    machine.up(60).ends(0);
    let qa = machine.app("apps-orders-qa");
    assert!(qa["image"].as_str().unwrap().ends_with(&digest), "{qa}");
    // Without a target it goes one stage on from the lowest that is ahead.
    assert_eq!(machine.json(&["promote", "orders"])["to"], "uat");
}

fn production_asks_for_an_approval(machine: &Machine) {
    machine.becket(&["promote", "orders"]).ends(0);
    let refused = machine.becket(&["promote", "orders", "--to", "prod"]).ends(1);
    assert!(
        refused
            .err
            .contains("prod asks for an approval of release-managers"),
        "{refused:?}"
    );
    machine
        .becket(&[
            "promote",
            "orders",
            "--to",
            "prod",
            "--approved-by",
            "release-managers",
        ])
        .ends(0);
    machine.up(90).ends(0);
}

fn a_rollback_leaves_a_hold(machine: &Machine) {
    let reason = "carts are lost";
    machine
        .becket(&["rollback", "orders", "--in", "qa", "--reason", reason])
        .ends(0);
    machine.up(60).ends(0);
    let image = |stage: &str| machine.app(&format!("apps-orders-{stage}"))["image"].clone();
    assert_ne!(image("qa"), image("dev"));
    let refused = machine.becket(&["promote", "orders", "--to", "qa"]).ends(1);
    assert!(refused.err.contains(reason), "{refused:?}");
    assert!(refused.err.contains("help"), "{refused:?}");

    let history = machine.becket(&["history", "orders"]).ends(0).out;
    let story = machine.json(&["history", "orders"]);
    let events: Vec<&str> = story["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["event"].as_str())
        .collect();
    assert!(events.len() >= 6, "{history}");
    assert!(history.contains("Tess Tester"), "{history}");
    assert!(history.contains(reason), "{history}");

    machine.becket(&["hold", "orders", "--in", "qa", "--end"]).ends(0);
    machine
        .becket(&["promote", "orders", "--from", "dev", "--to", "qa"])
        .ends(0);
    machine.up(60).ends(0);
    assert_eq!(image("qa"), image("dev"));
}

/// Commits a patch of `unit` in `stage` in a clone, and pushes it.
fn push_patch(machine: &Machine, unit: &str, stage: &str, env: &str) {
    let clone = machine.clone_into("patched");
    let patches = clone.join(format!("apps/{unit}/overlays/{stage}/patches"));
    let list = fs::read_to_string(patches.join("kustomization.yaml")).unwrap();
    let list = list.replace("patches: []", "patches:\n  - path: mine.yaml");
    fs::write(patches.join("kustomization.yaml"), list).unwrap();
    let patch = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {unit}\nspec:\n  template:\n    spec:\n      \
         containers:\n        - name: {unit}\n          env:\n{env}"
    );
    fs::write(patches.join("mine.yaml"), patch).unwrap();
    machine.git(&clone, &["add", "--all"]);
    machine.git(&clone, &["commit", "--quiet", "--message", "a patch of mine"]);
    machine.git(&clone, &["push", "--quiet"]);
}

fn a_pushed_patch_is_applied(machine: &Machine) {
    let products = || {
        let page = machine.get(&www("dev"), "/")?;
        let list = page
            .split_once("class=\"products\"")?
            .1
            .split_once("</ul>")?
            .0
            .to_owned();
        Some(list.matches("<li").count())
    };
    let before = products().unwrap();
    assert!(before > 4, "{before}");
    push_patch(
        machine,
        "catalog",
        "dev",
        "            - name: PAGE_SIZE\n              value: \"4\"\n",
    );
    wait_for("four products a page", SOON, || {
        (products() == Some(4)).then_some(())
    });
    let history = machine.becket(&["history", "catalog", "--in", "dev"]).ends(0).out;
    assert!(history.contains("Pat Pusher"), "{history}");
    machine.up(60).ends(0);
}

fn the_console_is_drawn_by_a_browser(machine: &Machine) {
    let Some(chromium) = judge("chromium", "the console in a browser") else {
        return;
    };
    let profile = tempfile::tempdir().unwrap();
    let seen = machine.folder.join(".becket/console.html");
    // `--dump-dom` waits for the page to be loaded whole, not for the stream behind it to end.
    let mut browser = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--ignore-certificate-errors", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("https://{CONSOLE}:{}/", machine.port))
        .stdin(Stdio::null())
        .stdout(fs::File::create(&seen).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let page = wait_for("the page", SOON, || {
        let page = fs::read_to_string(&seen).unwrap();
        page.contains("</html>").then_some(page)
    });
    drop(browser.kill());
    drop(browser.wait());
    let text = page.split_once("id=\"board\"").map_or("", |(_, board)| board);
    for word in ["frontend", "catalog", "orders"].iter().chain(&STAGES) {
        assert!(text.contains(word), "{word} is not on the board: {page}");
    }
    assert!(text.matches("Healthy").count() >= 15, "{page}");
    assert!(text.contains(&www("uat")), "{page}");
}

fn a_killed_pod_is_healed(machine: &Machine) {
    let restarts = || {
        let app = machine.app("apps-frontend-uat");
        app["pods"][0]["restarts"]
            .as_u64()
            .map(|count| (count, app["pods"][0]["name"].clone()))
    };
    let before = restarts().unwrap();
    let victim = machine
        .family()
        .into_iter()
        .filter(|one| one.name == "frontend")
        .find(|one| environment(one.pid).contains("ENVIRONMENT=uat"))
        .unwrap();
    machine.kill(victim.pid);
    wait_for("another process in its place", SOON, || {
        let now = restarts()?;
        (now != before).then_some(())
    });
    machine.up(60).ends(0);
    assert!(!victim.runs());
    assert!(
        machine
            .get(&www("uat"), "/")
            .unwrap()
            .contains("Things that hold")
    );
}

fn environment(pid: u32) -> String {
    let text = fs::read(Path::new("/proc").join(pid.to_string()).join("environ")).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

fn a_killed_engine_leaves_nothing_and_up_goes_on(machine: &Machine) {
    let family = machine.family();
    assert!(family.iter().any(|one| one.name == "postgres"), "{family:?}");
    let commits = machine.subjects();
    machine.kill(machine.engine().unwrap());
    machine.nothing_is_left(&family, Duration::from_secs(20));
    let status = machine.becket(&["status"]).ends(3);
    assert!(status.err.contains("becket up"), "{status:?}");
    machine.up(120).ends(0);
    assert_eq!(machine.subjects(), commits, "what is in Git stays as it is");
    assert!(
        machine
            .get(&www("dev"), "/")
            .unwrap()
            .contains("Things that last")
    );
}

fn check_finds_a_misspelt_need(machine: &Machine) {
    let file = machine.folder.join("platform.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("needs: [catalog, orders]", "needs: [catalgo, orders]"),
    )
    .unwrap();
    let check = machine.becket(&["check"]).ends(1);
    for part in ["catalgo", "did you mean", "`catalog`", "platform.yaml:"] {
        assert!(check.err.contains(part), "{part}: {check:?}");
    }
    fs::write(&file, text).unwrap();
    machine.becket(&["check"]).ends(0);
}

fn check_finds_a_key_that_nobody_defines(machine: &Machine) {
    let env = "            - name: GREETING\n              valueFrom:\n                configMapKeyRef:\n                  \
               name: orders\n                  key: CATALOG_ULR\n";
    push_patch(machine, "orders", "qa", env);
    let check = machine.becket(&["check"]).ends(1);
    for part in ["CATALOG_ULR", "did you mean", "CATALOG_URL", "mine.yaml"] {
        assert!(check.err.contains(part), "{part}: {check:?}");
    }
}
