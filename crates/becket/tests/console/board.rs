//! What the board shows in a browser while a platform changes.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::chromium::Chromium;
use crate::judge::judge;

const PLATFORM: &str = "\
name: watched
organisation: example
domain: watched.example
clusters:
  local: {}
environments:
  dev: { clusters: [local] }
  prod: { clusters: [local] }
services:
  hello:
    source: hello
    host: www
";

/// A platform with two stages that runs as long as this is there.
struct Watched {
    folder: tempfile::TempDir,
    port: String,
}

impl Watched {
    fn up() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        drop(listener);
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/minimal/hello");
        fs::write(folder.path().join("platform.yaml"), PLATFORM).unwrap();
        for file in ["Cargo.toml", "Cargo.lock", "Dockerfile", "src/main.rs"] {
            let to = folder.path().join("hello").join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(example.join(file), to).unwrap();
        }
        let watched = Self { folder, port };
        let port = watched.port.clone();
        watched.becket(&["up", "--until", "healthy", "--timeout", "180s", "--port", &port]);
        watched
    }

    /// Runs `becket`; it must succeed.
    #[track_caller]
    fn becket(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_becket"));
        command
            .arg("-C")
            .arg(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("console"),
            );
        command
    }

    fn console(&self) -> String {
        format!("https://watched.localhost:{}/", self.port)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(self.command(&["down"]).output());
    }
}

/// What the page's only row says of each stage: the version, and what waits.
const CELLS: &str = "JSON.stringify([...document.querySelectorAll('tbody tr:first-child td')].map(cell => \
    [cell.className, cell.querySelector('.version').innerText.trim(), !!cell.querySelector('.ahead')]))";

#[test]
fn the_board_changes_by_itself_in_a_browser() {
    let Some(program) = judge("chromium", "the console in a browser") else {
        return;
    };
    let platform = Watched::up();
    let mut page = Chromium::show(&program, &platform.console());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();

    page.wait_for("document.querySelectorAll('tbody td.healthy').length == 2");
    assert_eq!(
        page.evaluate("[...document.querySelectorAll('th')].map(head => head.innerText).join()")
            .as_str()
            .map(str::to_lowercase),
        Some("service,dev,prod,hello".to_owned())
    );
    let [dev, prod] = cells(&mut page);
    assert_eq!(
        dev.version, prod.version,
        "one release is in every stage at first"
    );
    assert!(!dev.ahead, "nothing waits to be promoted at first");
    page.wait_for("document.getElementById('connection').innerText == 'live'");
    page.screenshot(&target.join("console.png"));

    // A page that loads again forgets this.
    page.evaluate("window.since = 'the start'");
    let source = platform.folder.path().join("hello/src/main.rs");
    let text = fs::read_to_string(&source).unwrap();
    assert!(text.contains("<h1>Hello</h1>"));
    fs::write(&source, text.replace("<h1>Hello</h1>", "<h1>Hello again</h1>")).unwrap();
    platform.becket(&["release", "hello"]);
    page.wait_for("document.querySelectorAll('.ahead').length == 1");
    let [released, before] = cells(&mut page);
    assert_ne!(released.version, dev.version);
    assert_eq!(before.version, prod.version);
    page.screenshot(&target.join("console-released.png"));

    platform.becket(&["promote", "hello"]);
    page.wait_for("document.querySelectorAll('.ahead').length == 0");
    let [_, promoted] = cells(&mut page);
    assert_eq!(promoted.version, released.version);
    assert_eq!(
        page.evaluate("window.since"),
        "the start",
        "the page was loaded once"
    );

    platform.becket(&["down"]);
    page.wait_for("document.getElementById('connection').className == 'lost'");
}

struct Cell {
    version: String,
    ahead: bool,
}

fn cells(page: &mut Chromium) -> [Cell; 2] {
    let text = page.evaluate(CELLS);
    let cells: [(String, String, bool); 2] = serde_json::from_str(text.as_str().unwrap()).unwrap();
    cells.map(|(_, version, ahead)| {
        assert_eq!(version.len(), 12, "a digest as people tell it apart: {version}");
        Cell { version, ahead }
    })
}
