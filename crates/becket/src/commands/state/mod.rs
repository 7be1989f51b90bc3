//! `state`: Terraform's state on a server of our own. All but `serve` work on the folder itself, under the same locks as
//! a server that runs on it, so they are right beside it and need none.

mod keys;
mod serve;
mod token;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use becket_tfstate::{
    By, ChangeKind, Content, Folder, Kept, Keyring, Origin, Retention, SealError, StateName, Store,
    StoreError, Version, age,
};
use jiff::Timestamp;
use serde_json::json;

use crate::cli::state::{Keep, Place, State};
use crate::error::{CommandError, Kind, chain};
use crate::folder::author;
use crate::output::Output;

pub(crate) fn run(start: &Path, state: &State, output: Output) -> Result<(), CommandError> {
    match state {
        State::Serve(arguments) => serve::run(start, arguments, output),
        State::Token(arguments) => token::run(start, arguments, output),
        State::List { place } => list(&existing(start, place)?, output),
        State::Locks { place } => locks(&existing(start, place)?, output),
        State::History { name, place } => history(&existing(start, place)?, &named(name)?, output),
        State::Diff {
            name,
            from,
            to,
            place,
        } => diff(&existing(start, place)?, &named(name)?, *from, *to, output),
        State::Show { name, number, place } => show(&existing(start, place)?, &named(name)?, *number, output),
        State::Restore {
            name,
            number,
            force,
            place,
        } => {
            let name = named(name)?;
            let restored = existing(start, place)?
                .restore(&name, *number, *force, &by())
                .map_err(|error| refused(&error))?;
            let serial = restored.meta.serial;
            output.result(
                format!(
                    "{name} is version {number} again: version {}, serial {serial}",
                    restored.number
                ),
                &json!(restored),
            );
            Ok(())
        }
        State::Unlock { name, id, place } => unlock(&existing(start, place)?, &named(name)?, id, output),
        State::Prune { keep, place } => prune(&existing(start, place)?, keep, output),
        State::Rekey { place } => {
            let store = existing(start, place)?;
            let renewed = store.renew_keys().map_err(|error| refused(&error))?;
            output.result(
                format!(
                    "{renewed} versions are sealed with the first key now; the others of the file may go"
                ),
                &json!({ "renewed": renewed }),
            );
            Ok(())
        }
    }
}

/// The states of a folder that is there.
fn existing(start: &Path, place: &Place) -> Result<Store, CommandError> {
    there(start, place, || keys::of(start, place))
}

/// What is kept in a folder that is there, with these keys.
fn there(
    start: &Path,
    place: &Place,
    keys: impl FnOnce() -> Result<Keyring, CommandError>,
) -> Result<Store, CommandError> {
    let dir = start.join(&place.dir);
    let none = |error: &dyn std::fmt::Display| {
        CommandError::usage(format!("there are no states in {}: {error}", dir.display()))
            .hint("--dir DIR, the folder that `becket state serve` has")
    };
    let folder = Folder::existing(&dir).map_err(|error| none(&error))?;
    Store::existing(Arc::new(folder), keys()?).map_err(|error| none(&error))
}

fn named(name: &str) -> Result<StateName, CommandError> {
    name.parse()
        .map_err(|error: becket_tfstate::NameError| CommandError::usage(error))
}

fn by() -> By {
    By {
        user: author().name,
        now: Timestamp::now(),
    }
}

fn retention(keep: &Keep) -> Retention {
    Retention {
        versions: keep.keep,
        days: keep.keep_days,
    }
}

/// What the store refuses, with what to type.
fn refused(error: &StoreError) -> CommandError {
    let message = chain(error);
    match error {
        StoreError::Locked { name, lock } => {
            let held = format!("{message}, since {}", lock.age(Timestamp::now()));
            CommandError::new(Kind::Findings, held)
                .hint(format!("if nobody works on it any more: {}", lock.remedy(name)))
        }
        StoreError::OtherLock { name, lock, .. } => CommandError::new(Kind::Findings, message)
            .hint(format!("if nobody works on it any more: {}", lock.remedy(name))),
        StoreError::LockGone { .. } | StoreError::Serial { .. } => CommandError::new(Kind::Findings, message),
        StoreError::Lineage { .. } => {
            CommandError::new(Kind::Findings, message).hint("if it is meant: --force")
        }
        StoreError::NotAState(_) => CommandError::usage(message),
        StoreError::Missing(_) => CommandError::usage(message).hint("becket state list"),
        StoreError::MissingVersion { name, .. } | StoreError::Deletion { name, .. } => {
            CommandError::usage(message).hint(format!("becket state history {name}"))
        }
        StoreError::Sealed {
            source: SealError::UnknownKey(_),
            ..
        } => {
            CommandError::machine(message).hint("--key-file FILE, with the key that it was sealed with in it")
        }
        StoreError::Sealed { name, .. } => CommandError::machine(message)
            .hint(format!("becket state history {name} shows which can be read"))
            .hint(format!(
                "becket state restore {name} VERSION --force goes back to one"
            )),
        StoreError::Disk { .. } => CommandError::machine(message),
    }
}

fn local(time: Timestamp) -> String {
    let zoned = time.to_zoned_datetime(jiff::tz::TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Lines whose columns stand below each other.
fn columns(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn list(store: &Store, output: Output) -> Result<(), CommandError> {
    let states = store.list().map_err(|error| refused(&error))?;
    let mut rows = Vec::new();
    for state in &states {
        let mut row = vec![state.name.clone()];
        if let Some(Version { number, meta }) = &state.last {
            row.push(format!("version {number}"));
            row.push(format!("serial {}", meta.serial));
            row.push(match (meta.origin, meta.resources) {
                (Origin::Deleted, _) => "deleted".to_owned(),
                (_, Some(count)) => format!("{count} resources"),
                (_, None) => "encrypted".to_owned(),
            });
            row.push(local(meta.time));
            row.push(or(&meta.who, &meta.user).to_owned());
        }
        if state.damage.is_some() {
            row.push("unreadable".to_owned());
        }
        if let Some(lock) = &state.lock {
            row.push(format!("locked by {}", lock.info.who));
        }
        rows.push(row);
    }
    output.result(or(&columns(&rows), "no states"), &json!(states));
    Ok(())
}

fn locks(store: &Store, output: Output) -> Result<(), CommandError> {
    let now = Timestamp::now();
    let states = store.list().map_err(|error| refused(&error))?;
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for state in &states {
        let Some(lock) = &state.lock else { continue };
        let (name, info) = (named(&state.name)?, &lock.info);
        let version = if info.version.is_empty() {
            String::new()
        } else {
            format!(" with {}", info.version)
        };
        lines.push(format!(
            "{name}: {} for {}{version}, as {}, since {} ({})\n    if nobody works on it any more: {}",
            info.who,
            info.operation,
            lock.user,
            age(lock.since, now),
            local(lock.since),
            lock.remedy(&name)
        ));
        values.push(json!({ "name": state.name, "lock": lock, "unlock": lock.remedy(&name) }));
    }
    output.result(or(&lines.join("\n"), "nobody holds a lock"), &json!(values));
    Ok(())
}

fn history(store: &Store, name: &StateName, output: Output) -> Result<(), CommandError> {
    let versions = store.history(name).map_err(|error| refused(&error))?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for Kept { number, meta } in versions {
        let meta = match meta {
            Ok(meta) => meta,
            Err(damage) => {
                let damage = chain(&damage);
                let mut row = vec![number.to_string(), "unreadable".to_owned()];
                row.resize(7, String::new());
                row.push(damage.clone());
                rows.push(row);
                values.push(json!({ "number": number, "damage": damage }));
                continue;
            }
        };
        let what = match meta.origin {
            Origin::Written => meta.operation.clone(),
            Origin::Forced => "forced".to_owned(),
            Origin::Restored(from) => format!("version {from} again"),
            Origin::Deleted => "deleted".to_owned(),
        };
        rows.push(vec![
            number.to_string(),
            format!("serial {}", meta.serial),
            meta.lineage.chars().take(8).collect(),
            local(meta.time),
            meta.user.clone(),
            meta.who.clone(),
            meta.resources
                .map_or_else(String::new, |count| format!("{count} resources")),
            what,
        ]);
        values.push(json!(Version { number, meta }));
    }
    output.result(columns(&rows), &json!(values));
    Ok(())
}

fn whole(mut content: Content, name: &StateName) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    let read = content.reader.read_to_end(&mut bytes);
    read.map_err(|error| {
        CommandError::machine(format!("version {} of `{name}`: {error}", content.version.number))
    })?;
    Ok(bytes)
}

fn diff(
    store: &Store,
    name: &StateName,
    from: Option<u64>,
    to: Option<u64>,
    output: Output,
) -> Result<(), CommandError> {
    let versions = store.history(name).map_err(|error| refused(&error))?;
    let last = versions.first().map_or(0, |version| version.number);
    let to = to.unwrap_or(last);
    let before = versions
        .iter()
        .map(|version| version.number)
        .find(|number| *number < to);
    let from = from.or(before).ok_or_else(|| {
        CommandError::usage(format!(
            "there is no version of `{name}` before {to} to compare it with"
        ))
    })?;
    let content = |number| {
        let content = store
            .read_version(name, number)
            .map_err(|error| refused(&error))?;
        whole(content, name)
    };
    let difference = becket_tfstate::compare(&content(from)?, &content(to)?)
        .map_err(|error| CommandError::new(Kind::Findings, &error))?;
    let lines: Vec<String> = difference
        .changes
        .iter()
        .map(|change| {
            let sign = match change.kind {
                ChangeKind::Added => '+',
                ChangeKind::Changed => '~',
                ChangeKind::Removed => '-',
            };
            let details = change.details.join(", ");
            if details.is_empty() {
                format!("{sign} {}", change.what)
            } else {
                format!("{sign} {}: {details}", change.what)
            }
        })
        .collect();
    let value = json!({ "state": name.as_str(), "from": from, "to": to, "changes": difference.changes });
    output.result(or(&lines.join("\n"), "no resource and no output changed"), &value);
    Ok(())
}

fn show(store: &Store, name: &StateName, version: Option<u64>, output: Output) -> Result<(), CommandError> {
    let content = match version {
        Some(number) => Some(
            store
                .read_version(name, number)
                .map_err(|error| refused(&error))?,
        ),
        None => store.read(name).map_err(|error| refused(&error))?,
    };
    let content = content.ok_or_else(|| refused(&StoreError::Missing(name.clone())))?;
    output.raw(&String::from_utf8_lossy(&whole(content, name)?));
    Ok(())
}

fn unlock(store: &Store, name: &StateName, id: &str, output: Output) -> Result<(), CommandError> {
    let lock = store.unlock(name, Some(id)).map_err(|error| refused(&error))?;
    let text = match &lock {
        Some(lock) => format!(
            "{name} is free; {} had it for {}",
            lock.info.who,
            lock.age(Timestamp::now())
        ),
        None => format!("{name} was not locked"),
    };
    output.result(text, &json!({ "name": name.as_str(), "lock": lock }));
    Ok(())
}

fn prune(store: &Store, keep: &Keep, output: Output) -> Result<(), CommandError> {
    let retention = retention(keep);
    if retention.is_everything() {
        return Err(CommandError::usage("it was not said what to keep")
            .hint("--keep COUNT, --keep-days DAYS, or both"));
    }
    let mut gone = 0;
    for state in store.list().map_err(|error| refused(&error))? {
        if state.versions > 0 {
            let pruned = store.prune(&named(&state.name)?, retention, Timestamp::now());
            gone += pruned.map_err(|error| refused(&error))?;
        }
    }
    output.result(format!("{gone} versions are gone"), &json!({ "gone": gone }));
    Ok(())
}
