//! The engine that runs a platform, asked from another process.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use becket_engine::client::{self, ClientError, Status};
use becket_engine::status::Board;

use crate::error::{CommandError, Kind, chain};
use crate::family::Family;
use crate::folder::Folder;
use crate::host::INGRESS;
use crate::runtime::runtime;

/// How long an engine that was told to stop may take: the longest grace of a pod, and some.
const STOP: Duration = Duration::from_secs(40);

/// A platform that another process runs.
pub(crate) struct Running {
    state: PathBuf,
    runtime: tokio::runtime::Runtime,
    status: Status,
}

impl Running {
    /// The engine of `folder`; none where none runs.
    pub(crate) fn find(folder: &Folder) -> Result<Option<Self>, CommandError> {
        let (state, runtime) = (folder.state(), runtime()?);
        match runtime.block_on(client::status(&state)) {
            Ok(status) => Ok(Some(Self {
                state,
                runtime,
                status,
            })),
            Err(ClientError::NotRunning) => Ok(None),
            Err(error) => Err(CommandError::machine(chain(&error))),
        }
    }

    /// The engine of `folder`, or an error that says how to start one.
    pub(crate) fn of(folder: &Folder) -> Result<Self, CommandError> {
        Self::find(folder)?
            .ok_or_else(|| CommandError::new(Kind::Machine, "the platform does not run").hint("becket up"))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.status.pid
    }

    /// The port that everything is served at; none while it is only starting.
    pub(crate) fn port(&self) -> Option<u16> {
        self.status.links.get(INGRESS)?.parse().ok()
    }

    /// How everything stood when it was asked.
    pub(crate) fn board(&self) -> &Board {
        &self.status.board
    }

    /// The objects that are there, as they were applied.
    pub(crate) fn objects(&self) -> Result<Vec<serde_json::Value>, CommandError> {
        let asked = self.runtime.block_on(client::objects(&self.state));
        asked.map_err(|error| CommandError::machine(chain(&error)))
    }

    /// Hands each board to `seen` until it says that it is the last one. False when that took longer than `timeout`.
    pub(crate) fn boards(
        &self,
        timeout: Option<Duration>,
        seen: &mut dyn FnMut(&Board) -> bool,
    ) -> Result<bool, CommandError> {
        let watching = async {
            let mut watching = client::watch(&self.state).await?;
            loop {
                if seen(&watching.next().await?.board) {
                    return Ok::<(), ClientError>(());
                }
            }
        };
        let reached = self.runtime.block_on(async {
            match timeout {
                Some(timeout) => tokio::time::timeout(timeout, watching).await.ok().transpose(),
                None => watching.await.map(Some),
            }
        });
        reached
            .map(|reached| reached.is_some())
            .map_err(|error| CommandError::machine(chain(&error)))
    }

    /// Has it stop, and waits until nothing of it is left.
    pub(crate) fn stop(&self) -> Result<(), CommandError> {
        let family = Family::of(self.status.pid);
        let stopped = self.runtime.block_on(client::stop(&self.state, STOP));
        match stopped {
            Ok(true) | Err(ClientError::NotRunning) => {}
            Ok(false) => return Err(stays(self.status.pid)),
            Err(error) => return Err(CommandError::machine(chain(&error))),
        }
        let deadline = Instant::now() + STOP;
        while let Some(pid) = family.running() {
            if Instant::now() > deadline {
                return Err(stays(pid));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

fn stays(pid: u32) -> CommandError {
    CommandError::machine(format!("process {pid} does not stop")).hint(format!("kill -9 {pid}"))
}
