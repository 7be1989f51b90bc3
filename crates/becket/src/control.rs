//! How other commands speak with the process that serves a platform: lines of JSON over a Unix socket in `.becket/run`,
//! which only the user can open. The one side asks for the board, for every board that comes, or to stop.

use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use becket_engine::status::Board;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

const SOCKET: &str = "control.sock";

/// How long a process that was told to stop may take: the longest grace of a pod, and some.
const STOP: Duration = Duration::from_secs(40);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ask {
    /// Who serves.
    Who,
    /// The board as it is.
    Board,
    /// The board as it is, and each that follows.
    Boards,
    /// The end.
    Stop,
}

#[derive(Debug, Serialize, Deserialize)]
struct Who {
    pid: u32,
    port: u16,
}

/// A path by which the socket can be named, however deep the folder lies: a socket's name has room for 107 bytes.
fn short(run: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", run.as_raw_fd()))
}

/// The serving side.
pub(crate) struct Control {
    stop: Arc<Notify>,
    listening: JoinHandle<()>,
    path: PathBuf,
}

impl Control {
    /// Listens in `run`, whose lock this process holds, so that a socket that is there is a dead one's.
    pub(crate) fn listen(run: &Path, port: u16, board: watch::Receiver<Arc<Board>>) -> io::Result<Self> {
        let path = run.join(SOCKET);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let folder = File::open(run)?;
        let listener = UnixListener::bind(short(&folder))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let stop = Arc::new(Notify::new());
        let told = Arc::clone(&stop);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, port, board.clone(), Arc::clone(&told)));
            }
        });
        Ok(Self {
            stop,
            listening,
            path,
        })
    }

    /// Resolves when somebody asks to stop.
    pub(crate) async fn asked_to_stop(&self) {
        self.stop.notified().await;
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.listening.abort();
        drop(fs::remove_file(&self.path));
    }
}

async fn answer(
    mut stream: tokio::net::UnixStream,
    port: u16,
    mut boards: watch::Receiver<Arc<Board>>,
    stop: Arc<Notify>,
) -> Option<()> {
    let (reading, mut writing) = stream.split();
    let mut lines = tokio::io::BufReader::new(reading).lines();
    let mut line = async |value: serde_json::Result<String>| {
        writing.write_all((value.ok()? + "\n").as_bytes()).await.ok()
    };
    while let Some(asked) = lines.next_line().await.ok()? {
        match serde_json::from_str(&asked).ok()? {
            Ask::Who => {
                line(serde_json::to_string(&Who {
                    pid: std::process::id(),
                    port,
                }))
                .await?;
            }
            Ask::Board => {
                let board = Arc::clone(&boards.borrow());
                line(serde_json::to_string(&*board)).await?;
            }
            Ask::Boards => loop {
                let board = Arc::clone(&boards.borrow_and_update());
                line(serde_json::to_string(&*board)).await?;
                boards.changed().await.ok()?;
            },
            Ask::Stop => stop.notify_one(),
        }
    }
    Some(())
}

/// Whether the process is there. One that has ended and waits for its parent to notice is not.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// The asking side.
pub(crate) struct Client {
    lines: BufReader<UnixStream>,
    who: Who,
}

impl Client {
    /// Speaks with the process that serves from the state folder `state`; an error where none does.
    pub(crate) fn connect(state: &Path) -> io::Result<Self> {
        let folder = File::open(state.join("run"))?;
        let stream = UnixStream::connect(short(&folder))?;
        let mut client = Self {
            lines: BufReader::new(stream),
            who: Who { pid: 0, port: 0 },
        };
        client.ask(&Ask::Who)?;
        client.who = client.read()?;
        Ok(client)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.who.pid
    }

    pub(crate) fn port(&self) -> u16 {
        self.who.port
    }

    /// The board as it is.
    pub(crate) fn board(&mut self) -> io::Result<Board> {
        self.ask(&Ask::Board)?;
        self.read()
    }

    /// Hands each board to `seen` until it says that it is the last one. False when that took longer than `timeout`.
    pub(crate) fn boards(
        &mut self,
        timeout: Option<Duration>,
        seen: &mut dyn FnMut(&Board) -> bool,
    ) -> io::Result<bool> {
        self.ask(&Ask::Boards)?;
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
            self.lines.get_ref().set_read_timeout(left)?;
            match self.read() {
                Ok(board) if seen(&board) => return Ok(true),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Has the process stop, and waits until it is gone.
    pub(crate) fn stop(&mut self) -> io::Result<()> {
        self.ask(&Ask::Stop)?;
        let deadline = Instant::now() + STOP;
        while runs(self.who.pid) {
            if Instant::now() > deadline {
                let text = format!("process {} does not stop", self.who.pid);
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn ask(&mut self, ask: &Ask) -> io::Result<()> {
        let line = serde_json::to_string(ask)? + "\n";
        self.lines.get_mut().write_all(line.as_bytes())
    }

    fn read<T: for<'a> Deserialize<'a>>(&mut self) -> io::Result<T> {
        let mut line = String::new();
        if self.lines.read_line(&mut line)? == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the platform was stopped",
            ));
        }
        Ok(serde_json::from_str(&line)?)
    }
}
