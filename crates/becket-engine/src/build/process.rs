//! A process of a build: in a group of its own that ends with the build, its lines as they come.

use std::io;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Error,
}

/// Ends a process group when dropped.
struct Group(Option<Pid>);

impl Group {
    fn kill(&self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command to its end and gives out its lines; a carriage return ends a line, too. When the future is dropped,
/// the command and all it started are killed.
pub(super) async fn run(mut command: Command, mut line: impl FnMut(Stream, &str)) -> io::Result<ExitStatus> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    let group = Group(
        child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .map(Pid::from_raw),
    );
    let mut output = Lines::new(child.stdout.take());
    let mut error = Lines::new(child.stderr.take());
    let mut status = None;
    while output.open() || error.open() {
        tokio::select! {
            read = output.more(), if output.open() => read?,
            read = error.more(), if error.open() => read?,
            ended = child.wait(), if status.is_none() => {
                status = Some(ended?);
                // What it left running in the background would keep the pipes open, and is no part of a build.
                group.kill();
            }
        }
        output.give(|text| line(Stream::Output, text));
        error.give(|text| line(Stream::Error, text));
    }
    match status {
        Some(status) => Ok(status),
        None => child.wait().await,
    }
}

/// The lines of a pipe.
struct Lines<R> {
    pipe: Option<R>,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(pipe: Option<R>) -> Self {
        Self {
            pipe,
            buffer: Vec::new(),
        }
    }

    fn open(&self) -> bool {
        self.pipe.is_some()
    }

    async fn more(&mut self) -> io::Result<()> {
        if let Some(pipe) = &mut self.pipe
            && pipe.read_buf(&mut self.buffer).await? == 0
        {
            self.pipe = None;
        }
        Ok(())
    }

    fn give(&mut self, mut line: impl FnMut(&str)) {
        while let Some(end) = self.buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let taken: Vec<u8> = self.buffer.drain(..=end).collect();
            if end > 0 {
                line(&String::from_utf8_lossy(&taken[..end]));
            }
        }
        if self.pipe.is_none() && !self.buffer.is_empty() {
            line(&String::from_utf8_lossy(&self.buffer));
            self.buffer.clear();
        }
    }
}
