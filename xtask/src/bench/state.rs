//! `state`: how long a client of the state server waits until its state is durable, and what the server holds in memory.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use super::measure::in_words;
use super::report::Table;
use crate::process::root;

const MEGABYTE: usize = 1_000_000;
const ROUNDS: usize = 500;
const CLIENTS: usize = 50;

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub fn run(bench: &Bench) -> Result<()> {
    // Beside what is built, because the usual place for such folders may be in memory.
    let folder = tempfile::tempdir_in(root().join("target"))?;
    let mut child = Command::new(&bench.becket)
        .args([
            "state",
            "serve",
            "--format",
            "json",
            "--listen",
            "127.0.0.1:0",
            "--dir",
        ])
        .arg(folder.path().join("states"))
        .env("XDG_CONFIG_HOME", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    let stdout = child.stdout.take().context("the server has an output")?;
    let mut server = Server(child, String::new());
    BufReader::new(stdout).read_line(&mut line)?;
    let said: serde_json::Value = serde_json::from_str(&line)?;
    let address = said["address"].as_str().context("the server says where it is")?;
    address
        .trim_start_matches("http://")
        .trim_end_matches("/states/")
        .clone_into(&mut server.1);
    let idle = memory(&server, "VmRSS:")?;

    let mut rows = Vec::new();
    let mut row = |what: String, mut times: Vec<Duration>| {
        times.sort();
        let at = |part: usize| times.get(times.len() * part / 100).or(times.last()).copied();
        let words = |time: Option<Duration>| time.map_or_else(|| "–".to_owned(), in_words);
        rows.push(vec![
            what,
            words(at(50)),
            words(at(99)),
            words(times.last().copied()),
        ]);
    };
    let mut alone = Client::of(&server)?;
    let mut times = Vec::new();
    for serial in 1..=ROUNDS {
        times.push(alone.put("one", serial, MEGABYTE)?);
    }
    row(
        format!("a state of 1 MB written durably, {ROUNDS} times by one client"),
        times,
    );
    row(
        format!("the same bytes by write, fsync, rename and fsync of the folder, {ROUNDS} times"),
        bare(folder.path())?,
    );
    let times = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let server = &server;
                scope.spawn(move || {
                    let mut own = Client::of(server)?;
                    (1..=5)
                        .map(|serial| own.put(&format!("many/{client}"), serial, MEGABYTE))
                        .collect::<Result<Vec<_>>>()
                })
            })
            .collect();
        let mut times = Vec::new();
        for client in clients {
            times.extend(
                client
                    .join()
                    .map_err(|_| anyhow::anyhow!("a client panicked"))??,
            );
        }
        anyhow::Ok(times)
    })?;
    row(
        format!("the same by {CLIENTS} clients at once, a state each"),
        times,
    );
    let large = alone.put("large", 1, 100 * MEGABYTE)?;
    row("a state of 100 MB written durably".to_owned(), vec![large]);
    row(
        "a state of 100 MB read".to_owned(),
        vec![alone.ask("GET", "large", b"")?],
    );
    let peak = memory(&server, "VmHWM:")?;
    Table {
        measure: "state",
        heads: ["what", "median", "99 of 100", "longest"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes: vec![
            format!("Resident: {idle} before the first request, {peak} at most."),
            bench.note(),
        ],
    }
    .publish()
}

/// What the disk itself takes.
fn bare(folder: &std::path::Path) -> Result<Vec<Duration>> {
    let content = vec![b'x'; MEGABYTE];
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let begin = Instant::now();
        let new = folder.join("new");
        let mut file = std::fs::File::create(&new)?;
        file.write_all(&content)?;
        file.sync_all()?;
        std::fs::rename(&new, folder.join(format!("{round}.bare")))?;
        std::fs::File::open(folder)?.sync_all()?;
        times.push(begin.elapsed());
    }
    Ok(times)
}

fn memory(server: &Server, field: &str) -> Result<String> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes: f64 = line
        .context("a process has a memory")?
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(format!("{:.1} MiB", kilobytes / 1024.0))
}

/// A state of `size` bytes, of resources as a cloud has them: one long text would be read faster.
fn body(serial: usize, size: usize) -> String {
    let mut body = format!(r#"{{"version":4,"serial":{serial},"lineage":"l","outputs":{{}},"resources":["#);
    let mut number = 0;
    while body.len() < size {
        let comma = if number == 0 { "" } else { "," };
        body += &format!(
            r#"{comma}{{"mode":"managed","type":"aws_route_table_association","name":"private","instances":[{{"index_key":"eu-central-1a","schema_version":0,"attributes":{{"id":"rtbassoc-{number:017}","gateway_id":"","subnet_id":"subnet-{number:017}","timeouts":null}},"sensitive_attributes":[]}}]}}"#
        );
        number += 1;
    }
    body + "]}"
}

/// A connection that stays.
struct Client(BufReader<TcpStream>);

impl Client {
    fn of(server: &Server) -> Result<Self> {
        let stream = TcpStream::connect(&server.1)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn put(&mut self, state: &str, serial: usize, size: usize) -> Result<Duration> {
        self.ask("POST", state, body(serial, size).as_bytes())
    }

    /// From the first byte that is sent to the last that is received.
    fn ask(&mut self, method: &str, state: &str, body: &[u8]) -> Result<Duration> {
        let begin = Instant::now();
        let head = format!(
            "{method} /states/{state} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all(head.as_bytes())?;
        self.0.get_mut().write_all(body)?;
        let (mut length, mut first) = (0, String::new());
        self.0.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        std::io::copy(&mut (&mut self.0).take(length), &mut std::io::sink())?;
        if !first.contains(" 200 ") {
            bail!("{method} {state}: {first}");
        }
        Ok(begin.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_a_state_of_that_size() {
        let body = body(3, 10_000);
        let state: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(state["serial"], 3);
        assert!((10_000..10_500).contains(&body.len()), "{}", body.len());
    }
}
