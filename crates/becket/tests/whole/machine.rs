//! A platform of a test's own on this machine: its folder, the program run in it, and what is left of it afterwards.
//! It judges nothing; a platform is stopped when it is dropped, also where the test failed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take that has no time of its own.
pub const SOON: Duration = Duration::from_mins(1);

/// One platform at a time: they are whole machines' worth of processes, and the figures of one are the other's.
static ONE: Mutex<()> = Mutex::new(());

/// The checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Calls `look` until it finds something.
pub fn wait_for<T>(what: &str, time: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + time;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {time:?} for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Itself, where it ended with `code`.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.out,
            self.err
        );
        self
    }

    /// The one JSON value on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// `becket` with `arguments`, in the folder `from`.
pub fn becket_in<A: AsRef<OsStr>>(from: &Path, arguments: impl IntoIterator<Item = A>) -> Ran {
    Ran::of(command(from, arguments).output().unwrap())
}

/// `becket` with `arguments`, to be run in the folder `from`.
pub fn command<A: AsRef<OsStr>>(from: &Path, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becket"));
    command
        .args(arguments)
        .current_dir(from)
        .stdin(Stdio::null())
        .env("GIT_AUTHOR_NAME", "Tess Tester")
        .env("GIT_AUTHOR_EMAIL", "tess@example.com")
        .env("NO_COLOR", "1");
    command
}

/// A platform that is there as long as this is.
pub struct Machine {
    pub folder: PathBuf,
    pub port: u16,
    /// Where services are built: the compiled crates of one test serve the next.
    target: PathBuf,
    /// Processes that run without `down` knowing.
    children: Vec<Child>,
    _one: MutexGuard<'static, ()>,
    _temporary: Option<tempfile::TempDir>,
}

impl Machine {
    /// A platform in the folder `name` of a folder of its own, made of `files`.
    pub fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join(name);
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self {
            folder,
            port: free_port(),
            target: Path::new(env!("CARGO_TARGET_TMPDIR")).join("services"),
            children: Vec::new(),
            _one: one,
            _temporary: Some(temporary),
        }
    }

    /// A copy of an example of the checkout, always at the same place, so that what was compiled of it is of use again.
    pub fn example(name: &str) -> Self {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = checkout().join("examples").join(name);
        let machine = Self {
            port: free_port(),
            target: if source.join("services").is_dir() {
                source.join("services/target")
            } else {
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("services")
            },
            folder,
            children: Vec::new(),
            _one: one,
            _temporary: None,
        };
        machine.stop();
        if machine.folder.exists() {
            fs::remove_dir_all(&machine.folder).unwrap();
        }
        copy(&source, &machine.folder);
        machine
    }

    /// `becket` with `arguments` on this platform.
    pub fn becket(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// `becket` with `arguments` on this platform, to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let folder = self.folder.to_str().unwrap();
        let mut command = command(self.folder.parent().unwrap(), ["-C", folder]);
        command.args(arguments).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// `becket up --until healthy` within `seconds`.
    pub fn up(&self, seconds: u32) -> Ran {
        let (port, time) = (self.port.to_string(), format!("{seconds}s"));
        self.becket(&["up", "--until", "healthy", "--timeout", &time, "--port", &port])
    }

    /// `becket` with `arguments`, and its one JSON value.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        self.becket(&all).json()
    }

    /// How an app stands.
    pub fn app(&self, name: &str) -> Value {
        let board = self.json(&["status"]);
        let apps = board["apps"].as_array().cloned().unwrap_or_default();
        let found = apps.into_iter().find(|app| app["name"] == name);
        found.unwrap_or(Value::Null)
    }

    /// The body that `host` answers with at `path`, over HTTPS trusted by the platform's own authority; none where it
    /// does not answer with success.
    pub fn get(&self, host: &str, path: &str) -> Option<String> {
        let output = self.curl(host, path).output().unwrap();
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// curl, to be run for `path` of `host`.
    pub fn curl(&self, host: &str, path: &str) -> Command {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--fail",
            "--max-time",
            "20",
            "--cacert",
        ])
        .arg(self.folder.join(".becket/ca/ca.crt"))
        .args(["--resolve", &format!("{host}:{}:127.0.0.1", self.port)])
        .arg(format!("https://{host}:{}{path}", self.port))
        .stdin(Stdio::null());
        curl
    }

    /// The commits of the gitops repository, the newest first.
    pub fn subjects(&self) -> Vec<String> {
        let log = self.git(
            &self.folder,
            &[
                "--git-dir",
                ".becket/git/gitops.git",
                "log",
                "--format=%s",
                "main",
            ],
        );
        log.lines().map(str::to_owned).collect()
    }

    /// The real git in `folder`; must succeed.
    #[track_caller]
    #[expect(clippy::unused_self, reason = "git is run for a platform")]
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Pat Pusher", "-c", "user.email=pat@example.com"])
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        let ran = Ran::of(output).ends(0);
        ran.out
    }

    /// Clones gitops to `.becket/NAME` of the platform, and says where.
    pub fn clone_into(&self, name: &str) -> PathBuf {
        let clone = self.folder.join(".becket").join(name);
        drop(fs::remove_dir_all(&clone));
        self.git(
            &self.folder,
            &[
                "clone",
                "--quiet",
                ".becket/git/gitops.git",
                clone.to_str().unwrap(),
            ],
        );
        clone
    }

    /// The process that serves the platform.
    pub fn engine(&self) -> Option<u32> {
        processes().into_iter().find(|pid| {
            let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let words: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
            words.contains(
                &self
                    .folder
                    .canonicalize()
                    .unwrap_or_default()
                    .as_os_str()
                    .as_encoded_bytes(),
            ) && words.contains(&&b"serve"[..])
        })
    }

    /// The engine's process and all that it started, directly or not.
    pub fn family(&self) -> BTreeSet<Process> {
        let Some(engine) = self.engine() else {
            return BTreeSet::new();
        };
        let all: Vec<Process> = processes().into_iter().filter_map(Process::of).collect();
        let mut family: BTreeSet<u32> = [engine].into();
        loop {
            let children: Vec<u32> = all
                .iter()
                .filter(|one| family.contains(&one.parent) && !family.contains(&one.pid))
                .map(|one| one.pid)
                .collect();
            if children.is_empty() {
                break;
            }
            family.extend(children);
        }
        all.into_iter().filter(|one| family.contains(&one.pid)).collect()
    }

    /// That nothing is left of `family`, nor a mount, nor a listener.
    #[track_caller]
    pub fn nothing_is_left(&self, family: &BTreeSet<Process>, time: Duration) {
        assert!(family.len() > 2, "{family:?}");
        let deadline = Instant::now() + time;
        loop {
            let mut left: Vec<String> = family
                .iter()
                .filter(|one| one.runs())
                .map(|one| format!("{one:?}"))
                .collect();
            let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
            let folder = self.folder.to_str().unwrap();
            left.extend(
                mounts
                    .lines()
                    .filter(|line| line.contains(folder))
                    .map(str::to_owned),
            );
            if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)) {
                left.push(format!("port {}: {error}", self.port));
            }
            if left.is_empty() {
                break;
            }
            assert!(Instant::now() < deadline, "left: {left:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills a process outright.
    pub fn kill(&self, pid: u32) {
        assert!(
            self.family().iter().any(|one| one.pid == pid),
            "{pid} is not ours"
        );
        let killed = Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
    }

    /// Keeps a process that ends with the platform.
    pub fn keep(&mut self, child: Child) {
        self.children.push(child);
    }

    fn stop(&self) {
        if self.folder.join("platform.yaml").is_file() {
            drop(self.command(&["down"]).output());
        }
        if let Some(pid) = self.engine() {
            drop(Command::new("kill").args(["-9", &pid.to_string()]).status());
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for child in &mut self.children {
            drop(child.kill());
            drop(child.wait());
        }
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.join(".becket/run/engine.log")).unwrap_or_default();
            println!("engine.log:\n{log}");
        }
        self.stop();
    }
}

/// A process, told apart from a later one of the same number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    pub pid: u32,
    pub name: String,
    parent: u32,
    started: String,
}

impl Process {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        if fields[0] == "Z" || fields[0] == "X" {
            return None;
        }
        Some(Self {
            pid,
            name: name.to_owned(),
            parent: fields[1].parse().ok()?,
            started: fields[19].to_owned(),
        })
    }

    /// Whether it still runs.
    pub fn runs(&self) -> bool {
        Self::of(self.pid).is_some_and(|now| now.started == self.started)
    }
}

fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

/// Copies a folder without what was built in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == "target" || name == ".becket" {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
