//! `check`: what is wrong with platform.yaml and with what is made of it, all at once.

use becket_source::Level;
use serde_json::json;

use crate::cli::{Check, Format};
use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::{Output, counts};
use crate::platform::Read;
use crate::repositories;

pub(crate) fn run(folder: &Folder, arguments: &Check, output: Output) -> Result<(), CommandError> {
    let (read, mut findings) = Read::with_findings(folder)?;
    let mut files = read.file.clone();
    let mut linked = None;
    if read.parsed.platform().is_some() {
        let rendered = repositories::render(&read)?;
        let checked = repositories::check(folder, &read, &rendered)?;
        findings.extend(checked.findings);
        files = checked.files;
        linked = Some(checked.linked);
    }
    let failed = output.findings(&mut findings, &files);
    if let Some(linked) = &linked {
        if arguments.unknown {
            for (symbol, place) in &linked.unknown {
                output.line(format!("unknown: {symbol}, used in {}", place.path));
            }
        }
        if output.format == Format::Text && !failed {
            let unknown = match linked.unknown.len() {
                0 => String::new(),
                count => format!(", {count} unknown (check --unknown)"),
            };
            output.line(format!("{} references defined{unknown}", linked.defined));
        }
    }
    if output.format == Format::Text {
        let notes = findings
            .iter()
            .filter(|finding| finding.level == Level::Note)
            .count();
        match counts(&findings) {
            Some(counts) => output.progress(counts),
            None if notes == 0 => output.progress("nothing found"),
            None => {}
        }
    } else if output.format == Format::Json {
        let errors = findings
            .iter()
            .filter(|finding| finding.level == Level::Error)
            .count();
        output.result(
            "",
            &json!({ "findings": findings.len(), "errors": errors,
            "unknown": linked.as_ref().map_or(0, |linked| linked.unknown.len()) }),
        );
    }
    if failed {
        Err(CommandError::shown())
    } else {
        Ok(())
    }
}
