//! `history`: tells what happened to a service, stage by stage.

use becket_release::{Event, HistoryEntry, LogEntry, Step};
use serde_json::json;

use crate::cli;
use crate::error::{CommandError, chain};
use crate::folder::{Folder, today};
use crate::output::Output;
use crate::platform::Read;
use crate::steps;

const LIMIT: usize = 10_000;

pub(crate) fn run(folder: &Folder, arguments: &cli::History, output: Output) -> Result<(), CommandError> {
    let stages = Read::of(folder, output)?.stages()?;
    let unit = arguments.unit.as_str();
    if let Some(stage) = &arguments.stage {
        stages.get(stage).map_err(|error| steps::refused(&error))?;
    }
    steps::look(folder, |files| {
        becket_release::status(files, &stages, unit, today()).map(drop)
    })?;
    let log = folder
        .repository("gitops")?
        .log(&[&format!("apps/{unit}")], LIMIT)
        .map_err(|error| CommandError::machine(chain(&error)))?;
    let log: Vec<LogEntry> = log
        .into_iter()
        .map(|commit| LogEntry {
            id: commit.id.to_string(),
            author: commit.author.name,
            seconds: commit.time.seconds,
            message: commit.message,
            paths: commit.changes.into_iter().map(|(path, _)| path).collect(),
        })
        .collect();
    let story = becket_release::history(unit, &log);
    let told: Vec<_> = story
        .iter()
        .filter(|entry| touches(entry, arguments.stage.as_deref()))
        .collect();
    let text = told
        .iter()
        .map(|entry| line(entry))
        .collect::<Vec<_>>()
        .join("\n");
    let value = json!({ "unit": unit, "entries": told.iter().map(|entry| value(entry)).collect::<Vec<_>>() });
    output.result(text, &value);
    Ok(())
}

/// The stages that an entry is about.
fn stages_of(event: &Event) -> Vec<&str> {
    match event {
        Event::Edit { stages, .. } | Event::Step(Step::First { stages, .. }) => {
            stages.iter().map(String::as_str).collect()
        }
        Event::Step(Step::Release { to, .. } | Step::Promote { to, .. }) => vec![to],
        Event::Step(
            Step::Rollback { stage, .. }
            | Step::Hold { stage, .. }
            | Step::Unhold { stage, .. }
            | Step::Remove { stage, .. },
        ) => vec![stage],
    }
}

fn touches(entry: &HistoryEntry, stage: Option<&str>) -> bool {
    stage.is_none_or(|stage| stages_of(&entry.event).contains(&stage))
}

fn time(seconds: i64) -> String {
    let zone = jiff::tz::TimeZone::system();
    jiff::Timestamp::from_second(seconds)
        .map(|time| {
            time.to_zoned_datetime(zone)
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        })
        .unwrap_or_default()
}

fn line(entry: &HistoryEntry) -> String {
    let mut text = format!(
        "{}  {}  {}  {}",
        &entry.id[..entry.id.len().min(10)],
        time(entry.seconds),
        entry.author,
        entry.event
    );
    for change in &entry.changes {
        text.push_str(&format!("\n            {change}"));
    }
    text
}

fn value(entry: &HistoryEntry) -> serde_json::Value {
    json!({
        "commit": entry.id,
        "author": entry.author,
        "time": jiff::Timestamp::from_second(entry.seconds).map(|time| time.to_string()).unwrap_or_default(),
        "event": entry.event.to_string(),
        "stages": stages_of(&entry.event),
        "changes": entry.changes,
    })
}
