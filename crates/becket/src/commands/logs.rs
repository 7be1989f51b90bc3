//! `logs`: what a service wrote to its output.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::Logs;
use crate::error::CommandError;
use crate::folder::{Folder, unreadable};
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
    steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, crate::folder::today()).map(drop)
    })?;
    let logs = folder.state().join("logs").join(stage);
    let mut read = BTreeMap::new();
    let found = files(&logs, unit)?;
    if found.is_empty() && !arguments.follow {
        return Err(
            CommandError::machine(format!("{unit} has written nothing in {stage} yet")).hint("becket status"),
        );
    }
    let several = found.len() > 1;
    for path in found {
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(arguments.lines)..] {
            print(line, &path, several, output);
        }
        read.insert(path, text.len() as u64);
    }
    if !arguments.follow {
        return Ok(());
    }
    while !nobody_reads() {
        std::thread::sleep(PAUSE);
        for path in files(&logs, unit)? {
            let from = read.entry(path.clone()).or_default();
            for line in rest(&path, from).lines() {
                print(line, &path, true, output);
            }
        }
    }
    Ok(())
}

/// The logs of a unit's pods: those of its Deployment and of its hooks.
fn files(folder: &Path, unit: &str) -> Result<Vec<PathBuf>, CommandError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = folder.read_dir().map_err(|error| unreadable(folder, &error))?;
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with(&format!("{unit}-"))
        })
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".log"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// What was written behind `from`, whole lines only.
fn rest(path: &Path, from: &mut u64) -> String {
    let mut text = String::new();
    let Ok(mut file) = File::open(path) else {
        return text;
    };
    if file.metadata().is_ok_and(|metadata| metadata.len() < *from) {
        *from = 0; // Rotated.
    }
    if file.seek(SeekFrom::Start(*from)).is_err() || file.read_to_string(&mut text).is_err() {
        return String::new();
    }
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text.truncate(whole);
    *from += whole as u64;
    text
}

/// A line without the time and stream that stand before it in the file.
fn print(line: &str, path: &Path, named: bool, output: Output) {
    let said = line.splitn(4, ' ').nth(3).unwrap_or(line);
    let pod = path
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    if output.format == crate::cli::Format::Json {
        output.result("", &serde_json::json!({ "pod": pod, "line": said }));
    } else if named {
        output.line(format!("{pod}  {said}"));
    } else {
        output.line(said);
    }
}
