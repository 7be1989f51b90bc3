//! `up`, `commit` and `idle`: the reference platform on this machine, from nothing running to all healthy, from a commit
//! to its page, and what it holds in memory while nobody asks anything.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Bench;
use super::measure::{Runs, timed};
use super::report::Table;
use crate::process::{output, root};

const PORT: &str = "18443";
const ROUNDS: usize = 7;

/// The reference platform, running; stopped when dropped.
struct Running<'a> {
    bench: &'a Bench,
    folder: std::path::PathBuf,
}

impl<'a> Running<'a> {
    /// Builds and releases what is not yet, and starts it once.
    fn start(bench: &'a Bench) -> Result<Self> {
        let running = Self {
            bench,
            folder: root().join("examples/storefront"),
        };
        running.down()?;
        running.up()?;
        Ok(running)
    }

    fn becket(&self) -> Command {
        let mut command = Command::new(&self.bench.becket);
        command.arg("-C").arg(&self.folder);
        command
    }

    fn up(&self) -> Result<(Duration, Value)> {
        let arguments = [
            "up",
            "--until",
            "healthy",
            "--timeout",
            "600s",
            "--port",
            PORT,
            "--format",
            "json",
        ];
        let (time, said) = timed(self.becket().args(arguments))?;
        let said = String::from_utf8(said)?;
        let last = said.lines().last().context("`up` says where to look")?;
        Ok((time, serde_json::from_str(last)?))
    }

    fn down(&self) -> Result<()> {
        // Nothing may be running, which is as good.
        self.becket().arg("down").output()?;
        Ok(())
    }

    fn status(&self) -> Result<Value> {
        let said = output(self.becket().args(["status", "--format", "json"]))?;
        Ok(serde_json::from_str(&said)?)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.down() {
            println!("the platform may still run: {error:#}");
        }
    }
}

/// From built binaries to all healthy.
pub fn up(bench: &Bench) -> Result<()> {
    let running = Running::start(bench)?;
    let mut runs = Runs::default();
    for _ in 0..ROUNDS {
        running.down()?;
        runs.push(running.up()?.0);
    }
    let status = running.status()?;
    let apps = status["apps"].as_array().map_or(0, Vec::len);
    let pods: u64 = (status["apps"].as_array().into_iter().flatten())
        .filter_map(|app| app["replicas"]["ready"].as_u64())
        .sum();
    Table {
        measure: "up",
        heads: ["what", "becket"].map(str::to_owned).to_vec(),
        rows: vec![vec![
            format!(
                "`up --until healthy` of the reference platform: {apps} apps, {pods} pods and PostgreSQL"
            ),
            runs.to_string(),
        ]],
        notes: vec![bench.note()],
    }
    .publish()
}

/// From a commit to the page that shows it.
pub fn commit(bench: &Bench) -> Result<()> {
    let running = Running::start(bench)?;
    let said = running.up()?.1;
    let services = said["services"].as_array().context("`up` names the services")?;
    let url = services
        .iter()
        .find(|service| service["stage"] == "dev" && service["unit"] == "frontend")
        .and_then(|service| service["url"].as_str())
        .context("the shop is served in dev")?;
    let clone = tempfile::tempdir()?;
    let bare = running.folder.join(".becket/git/gitops.git");
    output(
        Command::new("git")
            .args(["clone", "--quiet"])
            .arg(&bare)
            .arg(clone.path()),
    )?;
    let overlay = clone.path().join("apps/frontend/overlays/dev/kustomization.yaml");
    let original = std::fs::read_to_string(&overlay)?;
    let mut runs = Runs::default();
    let mut outcome = Ok(());
    for round in 0..ROUNDS {
        let mark = format!("dev-{round}");
        let changed = original.replace("ENVIRONMENT=dev", &format!("ENVIRONMENT={mark}"));
        outcome = push(clone.path(), &overlay, &changed, &mark)
            .and_then(|()| serves(url, &mark))
            .map(|time| runs.push(time));
        if outcome.is_err() {
            break;
        }
    }
    // As it was, whatever happened.
    push(clone.path(), &overlay, &original, "dev as it was")?;
    outcome?;
    Table {
        measure: "commit",
        heads: ["what", "becket"].map(str::to_owned).to_vec(),
        rows: vec![vec![
            "from the end of `git push` to the page that the new pod serves over HTTPS".to_owned(),
            runs.to_string(),
        ]],
        notes: vec![
            "The page is asked for again and again by a `curl` each, whose own time is in the figure."
                .to_owned(),
            bench.note(),
        ],
    }
    .publish()
}

fn push(clone: &Path, file: &Path, text: &str, message: &str) -> Result<()> {
    std::fs::write(file, text)?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(clone);
        command.args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"]);
        output(command.args(arguments))
    };
    git(&["commit", "--quiet", "--all", "--message", message])?;
    git(&["push", "--quiet", "origin", "HEAD:main"])?;
    Ok(())
}

/// How long from now until the page at `url` shows `mark`.
fn serves(url: &str, mark: &str) -> Result<Duration> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(1) {
        let page = Command::new("curl")
            .args(["--silent", "--insecure", "--max-time", "5", url])
            .output()
            .context("cannot run curl")?;
        if String::from_utf8_lossy(&page.stdout).contains(&format!(">{mark}<")) {
            return Ok(begin.elapsed());
        }
    }
    bail!("{url} does not show {mark} within a minute")
}

/// What is held in memory while nobody asks anything.
pub fn idle(bench: &Bench) -> Result<()> {
    let running = Running::start(bench)?;
    // Long enough for what the start left behind to be given back.
    std::thread::sleep(Duration::from_secs(10));
    let lock = std::fs::read_to_string(running.folder.join(".becket/run/engine.lock"))?;
    let lock: Value = serde_json::from_str(&lock)?;
    let engine = lock["pid"]
        .as_u64()
        .context("the lock names the engine's process")?;
    let mut rows = vec![vec![
        "the engine with console and ingress".to_owned(),
        "1".to_owned(),
        kilobytes(engine, "Rss").map_or_else(|| "–".to_owned(), mebibytes),
        kilobytes(engine, "Pss").map_or_else(|| "–".to_owned(), mebibytes),
    ]];
    let mut by_program: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for pid in descendants(engine)? {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let sum = by_program.entry(name.trim().to_owned()).or_default();
        sum.0 += 1;
        sum.1 += kilobytes(pid, "Rss").unwrap_or_default();
        sum.2 += kilobytes(pid, "Pss").unwrap_or_default();
    }
    for (name, (count, rss, pss)) in by_program {
        rows.push(vec![
            format!("`{name}`, all together"),
            count.to_string(),
            mebibytes(rss),
            mebibytes(pss),
        ]);
    }
    Table {
        measure: "idle",
        heads: ["what", "processes", "resident", "its share of what is shared counted once"]
            .map(str::to_owned)
            .to_vec(),
        rows,
        notes: vec![
            "Ten seconds after all is healthy, from `smaps_rollup` of the engine and of all processes below it.".to_owned(),
            bench.note(),
        ],
    }
    .publish()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "memory in kilobytes is far from where that begins"
)]
fn mebibytes(kilobytes: u64) -> String {
    format!("{:.1} MiB", kilobytes as f64 / 1024.0)
}

fn kilobytes(pid: u64, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find(|line| line.starts_with(&format!("{field}:")))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// All processes below `ancestor`.
fn descendants(ancestor: u64) -> Result<Vec<u64>> {
    let mut parents = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u64>().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat
            .rsplit_once(") ")
            .map(|(_, after)| after.to_owned())
            .unwrap_or_default();
        if let Some(parent) = after
            .split(' ')
            .nth(1)
            .and_then(|parent| parent.parse::<u64>().ok())
        {
            parents.insert(pid, parent);
        }
    }
    let below = |pid: u64| {
        let mut at = pid;
        while let Some(parent) = parents.get(&at) {
            if *parent == ancestor {
                return true;
            }
            at = *parent;
        }
        false
    };
    Ok(parents.keys().copied().filter(|pid| below(*pid)).collect())
}
