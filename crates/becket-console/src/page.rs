//! The pages, as HTML.

use maud::{DOCTYPE, Markup, html};

use crate::board::{Board, Cell, Health, Row, Sync};

/// The whole page.
pub(crate) fn page(model: &Board) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (model.platform) " · Becket" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
                script src="/live.js" defer {}
                noscript { meta http-equiv="refresh" content="2"; }
            }
            body {
                div #board { (board(model)) }
                footer { span #connection { "live" } }
            }
        }
    }
}

/// What changes: everything but the frame.
pub(crate) fn board(model: &Board) -> Markup {
    html! {
        header {
            h1 { (model.platform) }
            p { (summary(model)) }
        }
        @for message in &model.messages { p.problem { (message) } }
        table {
            thead {
                tr {
                    th scope="col" { "Service" }
                    @for stage in &model.stages { th scope="col" { (stage) } }
                }
            }
            tbody {
                @for row in &model.rows {
                    tr {
                        th scope="row" { (row.unit) }
                        @for (index, cell) in row.cells.iter().enumerate() {
                            @let stage = model.stages.get(index).map_or("", String::as_str);
                            (self::cell(row, cell, stage, model.stages.get(index + 1)))
                        }
                    }
                }
            }
        }
        @if model.rows.is_empty() { p { "No service yet." } }
        p.where {
            @if !model.revision.is_empty() { "Running commit " code { (model.revision) } ". " }
            @if !model.clone.is_empty() { "Clone, change and push: " code { "git clone " (model.clone) } }
        }
    }
}

/// One line that says how it all stands.
fn summary(model: &Board) -> Markup {
    let released: Vec<&Cell> = model
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .filter(|cell| cell.version.is_some())
        .collect();
    let fine = released
        .iter()
        .filter(|cell| cell.health == Health::Healthy && cell.sync == Sync::Synced)
        .count();
    let waiting = released.iter().filter(|cell| cell.ahead).count();
    html! {
        @if fine == released.len() { span.fine { "All " (released.len()) " apps synced and healthy" } }
        @else { span.busy { (fine) " of " (released.len()) " apps synced and healthy" } }
        @if waiting > 0 { " · " (waiting) " waiting to be promoted" }
    }
}

fn cell(row: &Row, cell: &Cell, stage: &str, next: Option<&String>) -> Markup {
    let Some(version) = &cell.version else {
        return html! { td.empty data-stage=(stage) { "not released" } };
    };
    html! {
        td class=(class(cell)) data-stage=(stage) {
            div.version {
                i.swatch style={ "background:hsl(" (hue(version)) " 62% 55%)" } {}
                @if let Some(url) = &cell.url { a href=(url) title=(url) { code { (version) } } } @else { code { (version) } }
            }
            div.state {
                span.health { (health(cell.health)) }
                @if cell.sync != Sync::Synced { " · " (sync(cell.sync)) }
                @if cell.wanted > 0 { " · " (cell.ready) "/" (cell.wanted) }
            }
            @if !cell.message.is_empty() { p.message { (cell.message) } }
            @if let Some(reason) = &cell.held { p.held { "Held: " (reason) } }
            @if !cell.note.is_empty() { p.note { (cell.note) } }
            @if let Some(next) = next.filter(|_| cell.ahead) {
                p.ahead title={ "becket promote " (row.unit) " --to " (next) } { "waits for " (next) }
            }
        }
    }
}

fn class(cell: &Cell) -> &'static str {
    match (cell.health, cell.sync) {
        (Health::Healthy, Sync::Synced) => "healthy",
        (Health::Degraded | Health::Missing, _) => "degraded",
        (Health::Unknown, _) | (_, Sync::Unknown) => "unknown",
        _ => "progressing",
    }
}

fn health(health: Health) -> &'static str {
    match health {
        Health::Healthy => "Healthy",
        Health::Suspended => "Suspended",
        Health::Progressing => "Progressing",
        Health::Degraded => "Degraded",
        Health::Missing => "Missing",
        Health::Unknown => "Unknown",
    }
}

fn sync(sync: Sync) -> &'static str {
    match sync {
        Sync::Synced => "Synced",
        Sync::OutOfSync => "OutOfSync",
        Sync::Unknown => "Unknown",
    }
}

/// A colour per version, so that the eye sees which stages run the same.
fn hue(version: &str) -> u32 {
    version.bytes().fold(7, |hash: u32, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % 360
}

/// The page for a path that is not there.
pub(crate) fn not_found(path: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Not here · Becket" } link rel="stylesheet" href="/style.css"; }
            body { header { h1 { "Not here" } } p { "There is no page " code { (path) } ". " a href="/" { "The board" } } }
        }
    }
}
