//! Asks a running engine of the same user, from another process.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use crate::control::{Request, short, socket};
use crate::lock;

pub use crate::control::Status;

/// Why an engine does not answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is none.
    #[error("this platform is not running\n`becket up` runs it")]
    NotRunning,
    /// It is there and does not answer as it should.
    #[error("the engine in process {pid} does not answer: {source}")]
    Broken {
        /// Its process.
        pid: u32,
        /// What went wrong.
        source: io::Error,
    },
}

/// How everything stands in the platform whose `.becket` folder this is.
pub async fn status(folder: &Path) -> Result<Status, ClientError> {
    let mut watching = ask(folder, Request::Status).await?;
    watching.next().await
}

/// How everything stands, and again after each change.
pub async fn watch(folder: &Path) -> Result<Watching, ClientError> {
    ask(folder, Request::Watch).await
}

/// The objects that are there, as they were applied, by kind, namespace and name.
pub async fn objects(folder: &Path) -> Result<Vec<Value>, ClientError> {
    let mut watching = ask(folder, Request::Objects).await?;
    watching.line().await
}

/// Has the engine stop, and waits until it has. `false`: it has not within `timeout`.
pub async fn stop(folder: &Path, timeout: Duration) -> Result<bool, ClientError> {
    let mut watching = ask(folder, Request::Stop).await?;
    let mut rest = Vec::new();
    let ended = async {
        let _ = watching.lines.get_mut().read_to_end(&mut rest).await;
        // The socket is closed a moment before the lock is free.
        while lock::running(folder).is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    Ok(tokio::time::timeout(timeout, ended).await.is_ok())
}

/// A connection on which the engine tells how everything stands.
#[derive(Debug)]
pub struct Watching {
    pid: u32,
    lines: Lines<BufReader<OwnedReadHalf>>,
    _writer: OwnedWriteHalf,
}

impl Watching {
    /// How everything stands, as soon as it is told.
    pub async fn next(&mut self) -> Result<Status, ClientError> {
        self.line().await
    }

    async fn line<T: DeserializeOwned>(&mut self) -> Result<T, ClientError> {
        let line = match self.lines.next_line().await {
            Ok(Some(line)) => line,
            Ok(None) => return Err(ClientError::NotRunning),
            Err(error) => return Err(self.broken(error)),
        };
        serde_json::from_str(&line).map_err(|error| self.broken(error.into()))
    }

    fn broken(&self, source: io::Error) -> ClientError {
        ClientError::Broken {
            pid: self.pid,
            source,
        }
    }
}

async fn ask(folder: &Path, request: Request) -> Result<Watching, ClientError> {
    let Some(pid) = lock::running(folder) else {
        return Err(ClientError::NotRunning);
    };
    let asked = async {
        let path = socket(folder);
        let (_folder, short) = short(&path)?;
        let (reader, mut writer) = UnixStream::connect(short).await?.into_split();
        let mut line = serde_json::to_vec(&request)?;
        line.push(b'\n');
        writer.write_all(&line).await?;
        Ok(Watching {
            pid,
            lines: BufReader::new(reader).lines(),
            _writer: writer,
        })
    };
    asked.await.map_err(|source| ClientError::Broken { pid, source })
}
