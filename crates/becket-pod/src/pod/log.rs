//! A container's output, line by line into a file, as lines of the CRI log format.
//!
//! Written within the task that reads, without a thread per container: these are appends to the page cache. When the
//! file cannot be written the container still runs, and what it said is lost.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use jiff::Timestamp;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;

use crate::spec::LogSpec;

/// The size at which a log is begun anew when the specification says none.
const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// The longest line kept whole; of a longer one the parts are marked `P`.
const MAX_LINE: usize = 16 * 1024;

/// How much to read at once.
const READ: usize = 8 * 1024;

/// An open log file.
pub(super) struct Log {
    file: Option<File>,
    path: PathBuf,
    size: u64,
    max: u64,
}

impl Log {
    /// Opens it for appending, and makes its folder.
    pub(super) fn open(spec: &LogSpec) -> io::Result<Self> {
        let max = if spec.max_bytes == 0 {
            MAX_BYTES
        } else {
            spec.max_bytes
        };
        if spec.path.as_os_str().is_empty() {
            return Ok(Self {
                file: None,
                path: PathBuf::new(),
                size: 0,
                max,
            });
        }
        if let Some(folder) = spec.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().append(true).create(true).open(&spec.path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            file: Some(file),
            path: spec.path.clone(),
            size,
            max,
        })
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if self.size > 0 && self.size + lines.len() as u64 > self.max {
            let mut old = self.path.clone().into_os_string();
            old.push(".1");
            fs::rename(&self.path, old)?;
            *file = File::options().append(true).create(true).open(&self.path)?;
            self.size = 0;
        }
        file.write_all(lines)?;
        self.size += lines.len() as u64;
        Ok(())
    }
}

/// One of the two streams, with the line that has not ended yet.
struct Stream {
    name: &'static str,
    pipe: Receiver,
    rest: Vec<u8>,
    open: bool,
}

impl Stream {
    fn new(name: &'static str, pipe: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            name,
            pipe: Receiver::from_owned_fd(pipe)?,
            rest: Vec::new(),
            open: true,
        })
    }

    async fn read(&mut self) -> usize {
        self.rest.reserve(READ);
        self.pipe.read_buf(&mut self.rest).await.unwrap_or(0)
    }

    /// Takes the whole lines read so far, and at the end what is left.
    fn lines(&mut self, at: Timestamp) -> Vec<u8> {
        let mut lines = Vec::new();
        let mut taken = 0;
        while let Some(end) = self.rest[taken..].iter().position(|&byte| byte == b'\n') {
            line(&mut lines, at, self.name, &self.rest[taken..taken + end], "F");
            taken += end + 1;
        }
        if !self.open && taken < self.rest.len() {
            line(&mut lines, at, self.name, &self.rest[taken..], "F");
            taken = self.rest.len();
        }
        while self.rest.len() - taken > MAX_LINE {
            line(
                &mut lines,
                at,
                self.name,
                &self.rest[taken..taken + MAX_LINE],
                "P",
            );
            taken += MAX_LINE;
        }
        self.rest.drain(..taken);
        lines
    }
}

fn line(lines: &mut Vec<u8>, at: Timestamp, stream: &str, text: &[u8], tag: &str) {
    let mut parts = text.chunks(MAX_LINE).peekable();
    let mut write = |text: &[u8], tag: &str| {
        // Writing to memory does not fail.
        let _ = write!(lines, "{at:.9} {stream} {tag} ");
        lines.extend(text);
        lines.push(b'\n');
    };
    if text.is_empty() {
        write(b"", tag);
    }
    while let Some(part) = parts.next() {
        write(part, if parts.peek().is_some() { "P" } else { tag });
    }
}

/// How much was written, and whether that was all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    pub(super) bytes: u64,
    pub(super) ended: bool,
}

/// Writes both streams into the log until they end. Answers where progress will be told.
pub(super) fn follow(mut log: Log, out: OwnedFd, err: OwnedFd) -> io::Result<watch::Receiver<Progress>> {
    let (mut out, mut err) = (Stream::new("stdout", out)?, Stream::new("stderr", err)?);
    let (tell, progress) = watch::channel(Progress::default());
    tokio::spawn(async move {
        while out.open || err.open {
            let (stream, read) = tokio::select! {
                read = out.read(), if out.open => (&mut out, read),
                read = err.read(), if err.open => (&mut err, read),
            };
            stream.open = read > 0;
            let lines = stream.lines(Timestamp::now());
            let _ = log.append(&lines);
            tell.send_modify(|progress| progress.bytes += lines.len() as u64);
        }
        tell.send_modify(|progress| progress.ended = true);
    });
    Ok(progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the log and the one before it hold after this was written to standard output, in these pieces.
    async fn logged(pieces: &[&str], max_bytes: u64) -> (String, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some/where/log");
        let log = Log::open(&LogSpec {
            path: path.clone(),
            max_bytes,
        })
        .unwrap();
        let (out, mut stdout) = io::pipe().unwrap();
        let (err, stderr) = io::pipe().unwrap();
        let mut progress = follow(log, out.into(), err.into()).unwrap();
        drop(stderr);
        let mut written = 0;
        for piece in pieces {
            stdout.write_all(piece.as_bytes()).unwrap();
            if piece.ends_with('\n') {
                let more = progress
                    .wait_for(|progress| progress.bytes > written)
                    .await
                    .unwrap();
                written = more.bytes;
            }
        }
        drop(stdout);
        progress.wait_for(|progress| progress.ended).await.unwrap();
        (
            fs::read_to_string(&path).unwrap(),
            fs::read_to_string(folder.path().join("some/where/log.1")).ok(),
        )
    }

    /// Lines without their times, which are checked to be times.
    fn untimed(log: &str) -> Vec<&str> {
        log.lines()
            .map(|line| {
                let (time, rest) = line.split_once(' ').unwrap();
                assert!(
                    time.parse::<Timestamp>().is_ok() && time.len() == 30 && time.ends_with('Z'),
                    "{time}"
                );
                rest
            })
            .collect()
    }

    #[tokio::test]
    async fn lines_have_time_stream_and_tag() {
        let (log, _) = logged(&["one\n", "two\n\nthr", "ee\n", "no end"], 0).await;
        let expected = [
            "stdout F one",
            "stdout F two",
            "stdout F ",
            "stdout F three",
            "stdout F no end",
        ];
        assert_eq!(untimed(&log), expected);
    }

    #[tokio::test]
    async fn a_long_line_is_kept_in_parts() {
        let long = "x".repeat(2 * MAX_LINE + 5);
        for pieces in [&[long.as_str(), "\n"][..], &[long.as_str()]] {
            let (text, _) = logged(pieces, 0).await;
            let lines = untimed(&text);
            let tags: Vec<&str> = lines.iter().map(|line| &line[..9]).collect();
            assert_eq!(tags, ["stdout P ", "stdout P ", "stdout F "]);
            assert_eq!(lines.iter().map(|line| &line[9..]).collect::<String>(), long);
        }
    }

    #[tokio::test]
    async fn a_log_that_is_too_long_is_begun_anew() {
        let (log, old) = logged(&["1\n", "2\n", "3\n"], 90).await;
        assert_eq!(untimed(&log), ["stdout F 3"]);
        assert_eq!(untimed(&old.unwrap()), ["stdout F 1", "stdout F 2"]);
    }
}
