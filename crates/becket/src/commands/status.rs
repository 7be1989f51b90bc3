//! `status`: how every app stands.

use becket_engine::status::{AppStatus, Board};

use crate::cli::Status;
use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::{Output, short};
use crate::running::Running;

pub(crate) fn run(folder: &Folder, arguments: &Status, output: Output) -> Result<(), CommandError> {
    let running = Running::of(folder)?;
    if arguments.objects {
        let objects = running.objects()?;
        let texts: Vec<String> = objects.iter().map(becket_kustomize::yaml::to_string).collect();
        output.result(texts.join("---\n").trim_end(), &serde_json::Value::Array(objects));
        return Ok(());
    }
    let board = running.board();
    let value = serde_json::to_value(board).map_err(|error| CommandError::machine(&error))?;
    output.result(table(board), &value);
    if board.is_healthy() {
        Ok(())
    } else {
        Err(CommandError::shown())
    }
}

fn table(board: &Board) -> String {
    let mut lines = Vec::new();
    for message in &board.messages {
        lines.push(message.clone());
    }
    for operator in &board.operators {
        lines.extend(
            operator
                .errors
                .iter()
                .map(|error| format!("Argo CD of {}: {error}", operator.name)),
        );
    }
    let width = board
        .apps
        .iter()
        .map(|app| app.name.len())
        .max()
        .unwrap_or_default();
    for app in &board.apps {
        lines.push(row(app, width));
    }
    if board.apps.is_empty() {
        lines.push("no apps".to_owned());
    }
    lines.join("\n")
}

fn row(app: &AppStatus, width: usize) -> String {
    if let Some(same) = &app.same_as {
        return format!("{:<width$}  same as {same}, runs once here", app.name);
    }
    let image = app
        .image
        .as_deref()
        .and_then(|image| image.split_once('@'))
        .map_or("", |(_, digest)| short(digest));
    let mut text = format!(
        "{:<width$}  {:<9}  {:<11}  {}/{}  {image}",
        app.name,
        format!("{:?}", app.sync),
        format!("{:?}", app.health),
        app.replicas.ready,
        app.replicas.wanted,
    );
    let said = app
        .conditions
        .iter()
        .map(|condition| condition.message.as_str())
        .chain([app.message.as_str()]);
    for line in said.flat_map(str::lines) {
        text.push_str(&format!("\n    {line}"));
    }
    text
}
