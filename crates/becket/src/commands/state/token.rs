//! `state token`: who may read and write which states.

use std::path::Path;

use becket_tfstate::{AccessError, Pattern, Store, User};
use jiff::Timestamp;
use serde_json::json;

use super::{columns, keys, local, or, refused, there};
use crate::cli::state::{Place, Token};
use crate::error::CommandError;
use crate::output::Output;

pub(super) fn run(start: &Path, token: &Token, output: Output) -> Result<(), CommandError> {
    match token {
        Token::Add {
            name,
            read,
            write,
            until,
            certificate,
            place,
        } => {
            let user = User {
                token: None,
                certificate: *certificate,
                read: patterns(read)?,
                write: patterns(write)?,
                created: Timestamp::now(),
                until: until.as_deref().map(end_of).transpose()?,
            };
            let store = users(start, place)?;
            let token = store
                .change_access(|access| access.add(name, user, !certificate))
                .map_err(|error| wrong(&error))?;
            let text = match &token {
                Some(token) => {
                    output.progress("the token is shown only now; Terraform takes it as TF_HTTP_PASSWORD");
                    token.clone()
                }
                None => format!("{name} is known by its certificate"),
            };
            output.result(text, &json!({ "name": name, "token": token }));
        }
        Token::List { place } => {
            let access = users(start, place)?.access().map_err(|error| wrong(&error))?;
            let texts = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
            let (mut rows, mut values) = (Vec::new(), Vec::new());
            for (name, user) in &access.users {
                let by = if user.certificate { "certificate" } else { "token" };
                rows.push(vec![
                    name.clone(),
                    by.to_owned(),
                    format!("write {}", or(&texts(&user.write).join(" "), "nothing")),
                    format!("read {}", or(&texts(&user.read).join(" "), "what it writes")),
                    user.until
                        .map_or_else(String::new, |until| format!("until {}", local(until))),
                ]);
                values.push(json!({
                    "name": name, "by": by, "write": user.write, "read": user.read,
                    "created": user.created, "until": user.until,
                }));
            }
            output.result(
                or(
                    &columns(&rows),
                    "no users: whoever is on this machine may do everything",
                ),
                &json!(values),
            );
        }
        Token::Remove { name, place } => {
            users(start, place)?
                .change_access(|access| access.remove(name))
                .map_err(|error| wrong(&error))?;
            output.result(format!("{name} is gone"), &json!({ "name": name }));
        }
    }
    Ok(())
}

/// The store of the users, who are not sealed.
fn users(start: &Path, place: &Place) -> Result<Store, CommandError> {
    there(start, place, keys::unneeded)
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, CommandError> {
    let read = texts.iter().map(|text| text.parse());
    read.collect::<Result<_, AccessError>>()
        .map_err(|error| wrong(&error))
}

/// The end of a day, here.
fn end_of(date: &str) -> Result<Timestamp, CommandError> {
    date.parse::<jiff::civil::Date>()
        .and_then(jiff::civil::Date::tomorrow)
        .and_then(|next| next.to_zoned_datetime(jiff::tz::TimeZone::system()))
        .map(|midnight| midnight.timestamp())
        .map_err(|_| CommandError::usage(format!("`{date}` is no date")).hint("write it as 2026-12-31"))
}

fn wrong(error: &AccessError) -> CommandError {
    match error {
        AccessError::Store(error) => refused(error),
        AccessError::Random | AccessError::File(_) => CommandError::machine(error),
        _ => CommandError::usage(error),
    }
}
