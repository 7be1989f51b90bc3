//! A server to test, and a client that speaks the protocol and nothing more.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub const BECKET: &str = env!("CARGO_BIN_EXE_becket");

pub struct Server {
    pub folder: PathBuf,
    pub port: u16,
    child: Child,
}

impl Server {
    pub fn start(folder: &Path) -> Self {
        Self::start_at(folder, 0, &[])
    }

    /// On port 0, the machine finds one.
    pub fn start_at(folder: &Path, port: u16, arguments: &[&str]) -> Self {
        let mut child = command(folder)
            .args([
                "serve",
                "--format",
                "json",
                "--listen",
                &format!("127.0.0.1:{port}"),
            ])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        assert!(read.unwrap() > 0, "the server does not start");
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = said["address"].as_str().unwrap();
        let port = address.rsplit_once(':').unwrap().1;
        Self {
            folder: folder.to_owned(),
            port: port.split('/').next().unwrap().parse().unwrap(),
            child,
        }
    }

    pub fn address(&self, state: &str) -> String {
        format!("http://127.0.0.1:{}/states/{state}", self.port)
    }

    /// SIGKILL, and the end of it.
    pub fn kill(&mut self) -> (PathBuf, u16) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.folder.clone(), self.port)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A command of `becket state` on the same folder.
    pub fn state(&self, arguments: &[&str]) -> Output {
        command(&self.folder).args(arguments).output().unwrap()
    }

    pub fn send(&self, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
        send(self.port, method, path, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(BECKET);
    command
        .arg("state")
        .env("BECKET_STATE_DIR", folder.join("states"))
        .env("XDG_CONFIG_HOME", folder.join("config"));
    command
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One request on a connection of its own; none where the server went away.
pub fn send(port: u16, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
    send_with(port, method, path, "Host: localhost", body)
}

/// The same with these lines of its head.
pub fn send_with(port: u16, method: &str, path: &str, lines: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\n{lines}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = head.split("content-length: ").nth(1)?.split("\r\n").next()?;
    let body = answer[end + 4..].to_vec();
    // An answer that was cut is none.
    (Some(body.len()) == length.parse().ok()).then(|| Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body,
    })
}

/// A state of about `size` bytes.
pub fn state(serial: u64, size: usize) -> Vec<u8> {
    let filler = "x".repeat(size);
    format!(
        r#"{{"version":4,"serial":{serial},"lineage":"l","outputs":{{}},"resources":[],"filler":"{filler}"}}"#
    )
    .into_bytes()
}

pub fn lock(id: &str) -> Vec<u8> {
    format!(r#"{{"ID":"{id}","Who":"ann@laptop","Operation":"OperationTypeApply"}}"#).into_bytes()
}
