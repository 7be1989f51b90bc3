//! The engine's ear: a Unix socket on which other processes ask how everything stands, and ask it to stop.
//!
//! A request is a line of JSON, an answer one or more of them. Only the user who runs the engine can connect. It carries
//! nothing that changes what runs: for that there is Git.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::status::Board;

/// The longest request.
const LONGEST: u64 = 4096;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Request {
    /// How everything stands, once.
    Status,
    /// How everything stands, and again after each change.
    Watch,
    /// The objects that are there.
    Objects,
    /// Stop. The connection is closed when everything has stopped.
    Stop,
}

/// How everything stands, and who says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The engine's process.
    pub pid: u32,
    /// Where to look, by what is there: `console`, `git`, `ingress`.
    pub links: BTreeMap<String, String>,
    /// How everything stands.
    pub board: Arc<Board>,
}

/// What the ear hears of.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(crate) board: watch::Receiver<Arc<Board>>,
    pub(crate) links: watch::Receiver<BTreeMap<String, String>>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) objects: mpsc::UnboundedSender<AskForObjects>,
}

/// Asks the loop for the objects that are there.
pub(crate) type AskForObjects = oneshot::Sender<Vec<Arc<Value>>>;

/// Where the socket of the platform is.
pub(crate) fn socket(folder: &Path) -> PathBuf {
    folder.join("run/engine.sock")
}

/// A name for a path that is short enough for a socket, and what must live as long as the name is used.
pub(crate) fn short(path: &Path) -> io::Result<(Option<File>, PathBuf)> {
    // A socket's address holds 108 bytes, with the zero at its end.
    if path.as_os_str().len() < 108 {
        return Ok((None, path.to_owned()));
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let folder = File::open(folder)?;
    let short = Path::new("/proc/self/fd")
        .join(folder.as_raw_fd().to_string())
        .join(name);
    Ok((Some(folder), short))
}

/// Takes the place of a socket that an engine left behind; the lock says that none is there.
pub(crate) fn bind(folder: &Path) -> io::Result<UnixListener> {
    let path = socket(folder);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let (_folder, short) = short(&path)?;
    let listener = UnixListener::bind(short)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers until it is dropped.
pub(crate) async fn serve(listener: UnixListener, sources: Sources) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let sources = sources.clone();
                connections.spawn(async move {
                    // Whoever asked and left wants no answer.
                    let _ = answer(stream, sources).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(stream: UnixStream, mut sources: Sources) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader.take(LONGEST)).read_line(&mut line).await?;
    match serde_json::from_str(&line) {
        Ok(Request::Status) => writer.write_all(&sources.line()?).await,
        Ok(Request::Watch) => loop {
            writer.write_all(&sources.line()?).await?;
            tokio::select! {
                changed = sources.board.changed() => if changed.is_err() { return Ok(()) },
                changed = sources.links.changed() => if changed.is_err() { return Ok(()) },
            }
        },
        Ok(Request::Objects) => {
            let (ask, answered) = oneshot::channel();
            // Who is stopping has no objects any more.
            let objects = match sources.objects.send(ask) {
                Ok(()) => answered.await.unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            let mut line = serde_json::to_vec(&objects.iter().map(AsRef::as_ref).collect::<Vec<&Value>>())?;
            line.push(b'\n');
            writer.write_all(&line).await
        }
        Ok(Request::Stop) => {
            sources.stop.send_replace(true);
            // The end of this process closes the connection.
            std::future::pending().await
        }
        Err(error) => {
            let text = serde_json::json!({"error": error.to_string()});
            writer.write_all(format!("{text}\n").as_bytes()).await
        }
    }
}

impl Sources {
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let status = Status {
            pid: std::process::id(),
            links: self.links.borrow_and_update().clone(),
            board: Arc::clone(&*self.board.borrow_and_update()),
        };
        let mut line = serde_json::to_vec(&status)?;
        line.push(b'\n');
        Ok(line)
    }
}
