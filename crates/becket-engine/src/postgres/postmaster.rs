//! The server process: started, waited for, started again when it dies, stopped. One thread does it, because the
//! server ends with the thread that started it.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;

use super::PostgresError;
use super::init::Launch;

/// How long a start may take; after a kill the log is replayed first.
const START: Duration = Duration::from_mins(1);
/// How long an orderly end may take before the next harder one is asked for.
const STOP: Duration = Duration::from_secs(10);
/// How often files and processes that give no event are looked at.
const LOOK: Duration = Duration::from_millis(5);
/// How often a server that dies at once is started again: the processes of a killed one need a moment to go.
const ATTEMPTS: usize = 20;
/// How long it waits before the next attempt.
const PAUSE: Duration = Duration::from_millis(100);

/// What is started.
pub(super) struct Plan {
    pub(super) program: PathBuf,
    pub(super) data: PathBuf,
    pub(super) log: PathBuf,
    pub(super) launch: Launch,
}

#[derive(Debug, Clone)]
enum State {
    Starting(u32),
    Ready(u32),
    Ended(Option<PostgresError>),
}

/// The server of a data folder, kept running.
#[derive(Debug)]
pub(super) struct Postmaster {
    state: watch::Receiver<State>,
    stopping: Arc<AtomicBool>,
}

impl Postmaster {
    /// Starts the server; done when it takes connections.
    pub(super) async fn start(plan: Plan) -> Result<Self, PostgresError> {
        let (tell, state) = watch::channel(State::Starting(0));
        let stopping = Arc::new(AtomicBool::new(false));
        let thread_stopping = Arc::clone(&stopping);
        std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || keep(&plan, &tell, &thread_stopping))
            .map_err(PostgresError::system("start a thread for PostgreSQL"))?;
        let started = Self { state, stopping };
        started.ready().await?;
        Ok(started)
    }

    /// Waits until the server takes connections.
    pub(super) async fn ready(&self) -> Result<(), PostgresError> {
        let mut state = self.state.clone();
        let ended = |error: Option<PostgresError>| {
            Err(error.unwrap_or_else(|| PostgresError::System {
                doing: "use PostgreSQL".to_owned(),
                reason: "it has been stopped".to_owned(),
            }))
        };
        match state.wait_for(|state| !matches!(state, State::Starting(_))).await {
            Ok(state) => match &*state {
                State::Ended(error) => ended(error.clone()),
                _ => Ok(()),
            },
            Err(_) => ended(None),
        }
    }

    /// The server's process id, 0 while there is none.
    pub(super) fn pid(&self) -> u32 {
        match *self.state.borrow() {
            State::Starting(pid) | State::Ready(pid) => pid,
            State::Ended(_) => 0,
        }
    }

    /// Stops the server, with more force the longer it takes; done when it is gone.
    pub(super) async fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        let mut state = self.state.clone();
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
            send(self.pid(), signal);
            let ended = state.wait_for(|state| matches!(state, State::Ended(_)));
            if tokio::time::timeout(STOP, ended).await.is_ok() {
                return;
            }
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        send(self.pid(), Signal::SIGINT);
    }
}

fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 0) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Keeps the server running until it is stopped or cannot be started.
fn keep(plan: &Plan, tell: &watch::Sender<State>, stopping: &AtomicBool) {
    let mut failures = 0;
    let error = loop {
        if stopping.load(Ordering::SeqCst) {
            break None;
        }
        match run(plan, tell, stopping) {
            Ok(()) => failures = 0,
            Err(_) if stopping.load(Ordering::SeqCst) => break None,
            Err(error) => {
                failures += 1;
                if failures >= ATTEMPTS || !is_passing(&error) {
                    break Some(error);
                }
                std::thread::sleep(PAUSE);
            }
        }
    };
    tell.send_replace(State::Ended(error));
}

/// Whether a later start may go better: the server before is not quite gone.
fn is_passing(error: &PostgresError) -> bool {
    const LEFT_BEHIND: [&str; 2] = ["pre-existing shared memory block", "lock file"];
    matches!(error, PostgresError::Failed { tail, .. } if LEFT_BEHIND.iter().any(|words| tail.contains(words)))
}

/// Runs the server once; an error when it did not get as far as taking connections.
fn run(plan: &Plan, tell: &watch::Sender<State>, stopping: &AtomicBool) -> Result<(), PostgresError> {
    end_orphan(&plan.data)?;
    let log =
        File::create(&plan.log).map_err(PostgresError::system(format!("write `{}`", plan.log.display())))?;
    let mut child =
        spawn(plan, &log).map_err(PostgresError::system(format!("run `{}`", plan.program.display())))?;
    let pid = child.id();
    tell.send_replace(State::Starting(pid));
    if stopping.load(Ordering::SeqCst) {
        send(pid, Signal::SIGINT);
    }
    let failed = |reason: String| {
        let log = fs::read_to_string(&plan.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(8)..].join("\n");
        PostgresError::Failed {
            reason,
            tail,
            log: plan.log.clone(),
        }
    };
    let since = Instant::now();
    while !is_ready(&plan.data, pid) {
        let ended = child
            .try_wait()
            .map_err(PostgresError::system("wait for PostgreSQL"))?;
        if let Some(status) = ended {
            tell.send_replace(State::Starting(0));
            return Err(failed(format!("it ended with {status}")));
        }
        if since.elapsed() > START {
            let _ = child.kill();
            let _ = child.wait();
            tell.send_replace(State::Starting(0));
            return Err(failed(format!("it was not ready within {} s", START.as_secs())));
        }
        std::thread::sleep(LOOK);
    }
    tell.send_replace(State::Ready(pid));
    let ended = child.wait();
    tell.send_replace(State::Starting(0));
    ended
        .map(|_| ())
        .map_err(PostgresError::system("wait for PostgreSQL"))
}

fn spawn(plan: &Plan, log: &File) -> io::Result<Child> {
    let mut command = plan.launch.command(&plan.program);
    command
        .arg("-D")
        .arg(&plan.data)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?);
    // A group of its own, so that an interrupt at the terminal reaches the engine first.
    command.process_group(0).current_dir(&plan.data).spawn()
}

/// Whether the server with this process id takes connections; it writes so into its lock file, as `pg_ctl` reads it.
fn is_ready(data: &Path, pid: u32) -> bool {
    let Ok(lock) = fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let lines: Vec<&str> = lock.lines().collect();
    lines.first().and_then(|line| line.parse().ok()) == Some(pid)
        && lines.get(7).is_some_and(|line| line.trim() == "ready")
}

/// Ends a server that a killed engine left behind on the same data, and removes a lock file that nobody holds.
fn end_orphan(data: &Path) -> Result<(), PostgresError> {
    let lock = data.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&lock) else {
        return Ok(());
    };
    let pid = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse::<u32>().ok())
        .unwrap_or(0);
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
        if !is_ours(pid, data) {
            break;
        }
        send(pid, signal);
        let since = Instant::now();
        while is_ours(pid, data) && since.elapsed() < STOP {
            std::thread::sleep(LOOK);
        }
    }
    if is_ours(pid, data) {
        let doing = format!("end the PostgreSQL that was left behind on `{}`", data.display());
        return Err(PostgresError::System {
            doing,
            reason: format!("process {pid} does not end; kill it"),
        });
    }
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PostgresError::system(format!(
            "remove `{}`",
            lock.display()
        ))(error)),
        _ => Ok(()),
    }
}

/// Whether the process is a server on this data: process ids are given again to others.
fn is_ours(pid: u32, data: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    let mut words = line.split(|byte| *byte == 0);
    words.any(|word| word == b"-D") && words.next() == Some(data.as_os_str().as_bytes())
}
