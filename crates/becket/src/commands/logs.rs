//! `logs`: what a service wrote to its output.

use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::cli::{Format, Logs};
use crate::error::CommandError;
use crate::folder::{Folder, today, unreadable};
use crate::output::{Output, nobody_reads};
use crate::platform::Read;
use crate::steps;

/// How often a log that is followed is looked at.
const PAUSE: Duration = Duration::from_millis(200);

pub(crate) fn run(folder: &Folder, arguments: &Logs, output: Output) -> Result<(), CommandError> {
    let read = Read::of(folder, output)?;
    let stages = read.stages()?;
    let stage = match &arguments.stage {
        Some(stage) => stages.get(stage).map_err(|error| steps::refused(&error))?,
        None => stages.lowest().map_err(|error| steps::refused(&error))?,
    };
    let unit = arguments.unit.as_str();
    let units: Vec<String> = steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, today())?;
        Ok(becket_release::units(files)
            .into_iter()
            .map(str::to_owned)
            .collect())
    })?;
    let logs = folder.state().join("logs").join(stage);
    let mut tails: Vec<Tail> = files(&logs, unit, &units)?.into_iter().map(Tail::new).collect();
    if tails.is_empty() && !arguments.follow {
        return Err(
            CommandError::machine(format!("{unit} has written nothing in {stage} yet")).hint("becket status"),
        );
    }
    let named = tails.len() > 1 || arguments.follow;
    for tail in &mut tails {
        let mut lines = tail.read().map_err(|error| unreadable(&tail.path, &error))?;
        if !arguments.follow {
            lines.extend(tail.unfinished());
        }
        for line in &lines[lines.len().saturating_sub(arguments.lines)..] {
            print(line, &tail.pod, named, output);
        }
    }
    while arguments.follow && !nobody_reads() {
        std::thread::sleep(PAUSE);
        for path in files(&logs, unit, &units)? {
            if !tails.iter().any(|tail| tail.path == path) {
                tails.push(Tail::new(path));
            }
        }
        for tail in &mut tails {
            // One that is gone has nothing more to say.
            for line in tail.read().unwrap_or_default() {
                print(&line, &tail.pod, named, output);
            }
        }
    }
    Ok(())
}

/// The logs of a unit's pods, the oldest first: those of its Deployment and of its hooks.
fn files(folder: &Path, unit: &str, units: &[String]) -> Result<Vec<PathBuf>, CommandError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = folder.read_dir().map_err(|error| unreadable(folder, &error))?;
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let pod = name.to_str().and_then(|name| name.strip_suffix(".log"));
            pod.is_some_and(|pod| unit_of(pod, units) == Some(unit))
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The unit that a pod is of: `orders-<template>-<word>` or `orders-<job>-<word>` is of `orders`, unless there is an
/// `orders-<job>` whose Deployment it belongs to.
fn unit_of<'a>(pod: &str, units: &'a [String]) -> Option<&'a str> {
    units
        .iter()
        .filter(|unit| {
            let rest = pod
                .strip_prefix(unit.as_str())
                .and_then(|rest| rest.strip_prefix('-'));
            // Two words at least: the pods of a Job `orders-migration` are none of a unit of that name.
            rest.is_some_and(|rest| rest.contains('-'))
        })
        .max_by_key(|unit| unit.len())
        .map(String::as_str)
}

/// The log of one pod, read on from where it was read before.
struct Tail {
    path: PathBuf,
    pod: String,
    /// What is behind this byte was not read yet.
    next: u64,
    /// What was read and has no end yet: of the file's last line, and of a line that the file has in parts.
    half: Vec<u8>,
    parts: String,
}

impl Tail {
    fn new(path: PathBuf) -> Self {
        let pod = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            path,
            pod,
            next: 0,
            half: Vec::new(),
            parts: String::new(),
        }
    }

    /// The lines that were ended since. Bytes that are no text are shown as such; they hold nothing up.
    fn read(&mut self) -> io::Result<Vec<String>> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() < self.next {
            // Rotated.
            self.next = 0;
            self.half.clear();
        }
        file.seek(SeekFrom::Start(self.next))?;
        self.next += file.read_to_end(&mut self.half)? as u64;
        let whole = self
            .half
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let whole: Vec<u8> = self.half.drain(..whole).collect();
        let text = String::from_utf8_lossy(&whole);
        Ok(text.lines().filter_map(|line| self.said(line)).collect())
    }

    /// What was said last and has no end.
    fn unfinished(&mut self) -> Option<String> {
        let half = std::mem::take(&mut self.half);
        let last = (!half.is_empty()).then(|| self.said(&String::from_utf8_lossy(&half)));
        let parts = std::mem::take(&mut self.parts);
        last.flatten().or((!parts.is_empty()).then_some(parts))
    }

    /// What a line of the file says behind its time, stream and mark; none where the mark says that it goes on.
    fn said(&mut self, line: &str) -> Option<String> {
        let mut words = line.splitn(4, ' ').skip(2);
        let (mark, said) = (words.next(), words.next().unwrap_or(line));
        self.parts.push_str(said);
        (mark != Some("P")).then(|| std::mem::take(&mut self.parts))
    }
}

fn print(line: &str, pod: &str, named: bool, output: Output) {
    if output.format == Format::Json {
        output.result("", &serde_json::json!({ "pod": pod, "line": line }));
    } else if named {
        output.line(format!("{pod}  {line}"));
    } else {
        output.line(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write;

    fn append(path: &Path, bytes: &[u8]) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    }

    #[test]
    fn a_pod_is_of_one_unit() {
        let units = ["orders", "orders-api", "orders-migration"].map(str::to_owned);
        for (pod, unit) in [
            ("orders-wscs5zmqss-wqb6l", Some("orders")),
            ("orders-migration-dpdb8", Some("orders")),
            ("orders-api-wscs5zmqss-wqb6l", Some("orders-api")),
            ("orders-api-migration-dpdb8", Some("orders-api")),
            ("orders-migration-wscs5zmqss-wqb6l", Some("orders-migration")),
            ("ordersx-wscs5zmqss-wqb6l", None),
        ] {
            assert_eq!(unit_of(pod, &units), unit, "{pod}");
        }
    }

    #[test]
    fn a_line_is_read_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders-x-y.log");
        append(&path, b"T stdout F one\nT stdout F tw");
        let mut tail = Tail::new(path.clone());
        assert_eq!(tail.read().unwrap(), ["one"]);
        assert!(tail.read().unwrap().is_empty());
        append(&path, b"o\nT stdout P th");
        assert_eq!(tail.read().unwrap(), ["two"]);
        append(&path, b"\nT stdout P r\nT stdout F ee\n");
        assert_eq!(tail.read().unwrap(), ["three"]);
        std::fs::write(&path, "T stdout F rotated\n").unwrap();
        assert_eq!(tail.read().unwrap(), ["rotated"]);
    }

    #[test]
    fn what_has_no_end_is_the_last_that_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders-x-y.log");
        append(&path, b"T stdout P on\nT stdout F e");
        let mut tail = Tail::new(path);
        assert!(tail.read().unwrap().is_empty());
        assert_eq!(tail.unfinished().unwrap(), "one");
        assert_eq!(tail.unfinished(), None);
    }

    #[test]
    fn bytes_that_are_no_text_hold_nothing_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders-x-y.log");
        append(&path, b"T stdout F one\nT stdout F \xff\nT stdout F three\n");
        assert_eq!(Tail::new(path).read().unwrap(), ["one", "\u{fffd}", "three"]);
    }
}
