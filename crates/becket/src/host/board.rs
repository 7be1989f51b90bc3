//! The console's model: what the engine says of apps, and what the repository says of releases.

use becket_console::{Board, Cell, Health, Row, Sync};
use becket_engine::status;
use becket_release::{StageStatus, UnitStatus};

use super::Places;
use crate::output::short;

/// The model for these apps and releases, by unit.
pub(crate) fn board(
    platform: &str,
    engine: &status::Board,
    releases: &[UnitStatus],
    places: &Places,
) -> Board {
    let stages: Vec<String> = releases
        .first()
        .map(|unit| unit.stages.iter().map(|stage| stage.stage.clone()).collect())
        .unwrap_or_default();
    let rows = releases
        .iter()
        .map(|unit| Row {
            unit: unit.unit.clone(),
            cells: unit
                .stages
                .iter()
                .map(|stage| cell(unit, stage, engine, places))
                .collect(),
        })
        .collect();
    let failing = engine.operators.iter().flat_map(|operator| {
        operator
            .errors
            .iter()
            .map(move |error| format!("Argo CD of {}: {error}", operator.name))
    });
    Board {
        platform: platform.to_owned(),
        stages,
        rows,
        revision: engine.revision.get(..10).unwrap_or(&engine.revision).to_owned(),
        clone: places.repository.display().to_string(),
        messages: engine.messages.iter().cloned().chain(failing).collect(),
    }
}

fn cell(unit: &UnitStatus, stage: &StageStatus, engine: &status::Board, places: &Places) -> Cell {
    let apps = || {
        engine
            .apps
            .iter()
            .filter(|app| app.unit == unit.unit && app.namespace == stage.stage)
    };
    let app = apps().find(|app| app.same_as.is_none());
    let others: Vec<&str> = apps()
        .filter(|app| app.same_as.is_some())
        .map(|app| app.name.as_str())
        .collect();
    let released = stage.released.as_ref().and_then(|release| {
        let own = release
            .images
            .iter()
            .find(|image| image.name() == unit.unit)
            .or(release.images.first())?;
        Some(short(own.digest().as_str()).to_owned())
    });
    let url = places
        .services
        .iter()
        .find(|(at, name, _)| *at == stage.stage && *name == unit.unit);
    let mut cell = Cell {
        version: released,
        ahead: stage.ahead,
        held: stage
            .hold
            .as_ref()
            .filter(|_| stage.held)
            .map(|hold| format!("{} ({})", hold.reason, hold.author)),
        url: url.map(|(_, _, url)| url.clone()),
        message: stage.problem.clone().unwrap_or_default(),
        note: if others.is_empty() {
            String::new()
        } else {
            format!("also for {}, once here", others.join(", "))
        },
        ..Cell::default()
    };
    if let Some(app) = app {
        cell.sync = match app.sync {
            status::Sync::Synced => Sync::Synced,
            status::Sync::OutOfSync => Sync::OutOfSync,
            status::Sync::Unknown => Sync::Unknown,
        };
        cell.health = match app.health {
            status::Health::Healthy => Health::Healthy,
            status::Health::Suspended => Health::Suspended,
            status::Health::Progressing => Health::Progressing,
            status::Health::Missing => Health::Missing,
            status::Health::Degraded => Health::Degraded,
            status::Health::Unknown => Health::Unknown,
        };
        cell.ready = app.replicas.ready;
        cell.wanted = app.replicas.wanted;
        for condition in &app.conditions {
            push_line(&mut cell.message, &condition.message);
        }
        push_line(&mut cell.message, &app.message);
    }
    cell
}

fn push_line(text: &mut String, line: &str) {
    if line.is_empty() || text.contains(line) {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
