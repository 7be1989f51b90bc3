//! A real browser, driven over pipes in Chromium's own protocol. It knows nothing of what it shows.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// How long the browser may take to answer, on a machine that is busy with other things.
const ANSWER: Duration = Duration::from_mins(1);

/// What keeps a browser to itself: it asks nobody but the page's own host.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--remote-debugging-pipe",
];

/// A browser with one page; it ends when this is dropped.
pub struct Chromium {
    process: Child,
    to: File,
    from: Receiver<Value>,
    session: Option<String>,
    last: u64,
    _folder: tempfile::TempDir,
}

impl Chromium {
    /// Starts a browser that knows nothing of earlier ones, and has it show `url`.
    pub fn show(program: &Path, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (inward, outward) = (folder.path().join("in"), folder.path().join("out"));
        let made = Command::new("mkfifo").args([&inward, &outward]).status().unwrap();
        assert!(made.success());
        let process = Command::new("sh")
            .args(["-c", r#"in=$1 out=$2; shift 2; exec "$@" 3<"$in" 4>"$out""#, "sh"])
            .args([&inward, &outward])
            .arg(program)
            .args(FLAGS)
            .arg("--window-size=1280,720")
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("data").display()
            ))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        // A pipe opens once both ends are, in the order of the shell.
        let to = OpenOptions::new().write(true).open(&inward).unwrap();
        let (tell, from) = channel();
        let answers = File::open(&outward).unwrap();
        std::thread::spawn(move || {
            for message in BufReader::new(answers).split(0) {
                let Ok(message) = message else { return };
                if tell.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            process,
            to,
            from,
            session: None,
            last: 0,
            _folder: folder,
        };
        let page = browser.ask("Target.createTarget", &json!({ "url": url }));
        let attached = browser.ask(
            "Target.attachToTarget",
            &json!({ "targetId": page["targetId"], "flatten": true }),
        );
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        browser
    }

    /// What `expression` is on the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = &json!({ "expression": expression, "returnByValue": true });
        self.ask("Runtime.evaluate", parameters)["result"]["value"].take()
    }

    /// Waits until `expression` is true on the page.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let deadline = Instant::now() + ANSWER;
        while self.evaluate(expression) != true {
            let shown = self.evaluate("document.body && document.body.innerText");
            assert!(Instant::now() < deadline, "waited for {expression} on:\n{shown}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Writes what is seen to `file`, as PNG.
    pub fn screenshot(&mut self, file: &Path) {
        let shot = self.ask("Page.captureScreenshot", &json!({ "format": "png" }));
        let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    #[track_caller]
    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut answer = self.from.recv_timeout(ANSWER).unwrap();
            if answer["id"] == self.last {
                assert_eq!(answer["error"], Value::Null, "{method}");
                return answer["result"].take();
            }
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Told first, so that it ends its own processes; then made sure of.
        drop(self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0"));
        while self.from.recv_timeout(Duration::from_secs(10)).is_ok() {}
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
