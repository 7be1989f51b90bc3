//! A running container, as the process that started its pod sees it.

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;

use tokio::sync::watch;

use super::Stopped;
use super::control::Control;
use super::exit::Exit;
use super::log::{Log, Progress, follow};
use crate::PodError;
use crate::spec::ContainerSpec;
use crate::wire::{self, Request};

/// How long to wait for the last output of a container that has ended, should a process of another one hold its output
/// open.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// A program in a pod. Copies are the same container; dropping them does not stop it.
#[derive(Debug, Clone)]
pub struct Container {
    name: String,
    number: u64,
    control: Arc<Control>,
    log: PathBuf,
    exit: watch::Receiver<Option<Exit>>,
    progress: watch::Receiver<Progress>,
}

impl Container {
    pub(super) async fn run(
        pod: &str,
        control: &Arc<Control>,
        spec: ContainerSpec,
    ) -> Result<Self, PodError> {
        if spec.command.is_empty() {
            let reason = format!(
                "container {}: the command is empty; the image has no entrypoint either",
                spec.name
            );
            return Err(PodError::Spec {
                pod: pod.to_owned(),
                reason,
            });
        }
        let step = |what: &str| PodError::outside(pod, &format!("container {}: {what}", spec.name));
        let log = Log::open(&spec.log).map_err(step("open its log"))?;
        let file = wire::file_of(&spec).map_err(step("write its specification"))?;
        let (out, stdout) = std::io::pipe().map_err(step("make a pipe"))?;
        let (err, stderr) = std::io::pipe().map_err(step("make a pipe"))?;
        let progress = follow(log, out.into(), err.into()).map_err(step("read its output"))?;
        let number = control.number();
        let exit = control.follow(number);
        let answer = control
            .call_as(
                number,
                Request::Run,
                &[file.as_fd(), stdout.as_fd(), stderr.as_fd()],
            )
            .await;
        match answer {
            Ok(_) => Ok(Self {
                name: spec.name,
                number,
                control: Arc::clone(control),
                log: spec.log.path,
                exit,
                progress,
            }),
            Err(fault) => {
                control.forget(number);
                Err(fault.map_or_else(
                    || PodError::gone(pod),
                    |mut fault| {
                        fault.step = format!("container {}: {}", spec.name, fault.step);
                        PodError::inside(pod, fault)
                    },
                ))
            }
        }
    }

    /// The name from the specification.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its output goes.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// How it ended, when it has.
    pub fn exit(&self) -> Option<Exit> {
        *self.exit.borrow()
    }

    /// Waits until its program has ended, its other processes are killed, and all that it wrote is in the log.
    pub async fn wait(&self) -> Exit {
        let exit = self
            .exit
            .clone()
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|exit| *exit);
        let mut progress = self.progress.clone();
        let _ = tokio::time::timeout(LAST_OUTPUT, progress.wait_for(|progress| progress.ended)).await;
        // Nobody left to tell means that the pod is gone.
        exit.unwrap_or_else(Exit::killed)
    }

    /// Waits until more than `beyond` bytes have gone to its log since it was started, over all of its log's files.
    /// Answers how many; nothing when no more will come.
    pub async fn written(&self, beyond: u64) -> Option<u64> {
        let mut progress = self.progress.clone();
        let more = progress
            .wait_for(|progress| progress.bytes > beyond || progress.ended)
            .await
            .ok()?;
        (more.bytes > beyond).then_some(more.bytes)
    }

    /// Sends a signal to its program. One that has ended gets none.
    pub async fn signal(&self, signal: Signal) {
        let _ = self
            .control
            .call(
                Request::Signal {
                    container: self.number,
                    signal: signal.as_raw(),
                },
                &[],
            )
            .await;
    }

    /// SIGTERM to its program, after the grace period SIGKILL to all of its processes. Answers when they have ended.
    pub async fn stop(&self, grace: Duration) -> Stopped {
        self.signal(Signal::TERM).await;
        let killed = tokio::time::timeout(grace, self.wait()).await.is_err();
        if killed {
            self.kill().await;
        }
        Stopped { killed }
    }

    /// Kills all of its processes. Answers when they have ended.
    pub async fn kill(&self) {
        let _ = self
            .control
            .call(
                Request::Kill {
                    container: self.number,
                },
                &[],
            )
            .await;
        self.wait().await;
    }
}
