//! Terraform's HTTP backend: what a request asks for, and what it is answered. It reads no socket and no disk itself.
//!
//! Terraform shows a person only the status of most answers, and the lock of 409 and 423; the reason is in the answer's
//! body for whoever looks, and in the server's log. Three things that it does are not in its documentation:
//! `terraform force-unlock` sends UNLOCK with an empty body (`tofu` with the id that was typed); a request whose answer
//! was lost is sent again, so each has to be fine twice; and any 404 is taken for an empty state, so only that is one.

use std::io::Read;

use serde::Serialize;
use serde_json::json;

use crate::access::Identity;
use crate::error::StoreError;
use crate::lock::{Lock, LockInfo};
use crate::name::StateName;
use crate::store::Store;
use crate::version::{By, Content, Sent};

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    Read,
    Write { lock: Option<String>, force: bool },
    Delete { lock: Option<String> },
    Lock,
    Unlock,
}

impl Ask {
    /// Whether it needs more than the right to read.
    pub(crate) fn writes(&self) -> bool {
        *self != Self::Read
    }

    /// How large its body may be, where that is not the state's own limit.
    pub(crate) fn most(&self) -> Option<u64> {
        match self {
            Self::Write { .. } => None,
            Self::Lock | Self::Unlock => Some(64 << 10),
            Self::Read | Self::Delete { .. } => Some(0),
        }
    }
}

/// An answer.
pub(crate) struct Answer {
    pub status: u16,
    /// Of the body, as `Content-MD5`.
    pub md5: Option<String>,
    pub body: Body,
    /// What the log says beside it.
    pub note: String,
}

/// What an answer holds.
pub(crate) enum Body {
    Json(Vec<u8>),
    Text(String),
    State(u64, Box<dyn Read + Send>),
}

impl Answer {
    fn fine(note: impl Into<String>) -> Self {
        Self {
            status: 200,
            md5: None,
            body: Body::Text(String::new()),
            note: note.into(),
        }
    }

    /// A refusal with its reason, and what to do about it.
    pub(crate) fn refused(status: u16, reason: &str, help: &str) -> Self {
        let body = if help.is_empty() {
            json!({ "error": reason })
        } else {
            json!({ "error": reason, "help": help })
        };
        Self {
            status,
            md5: None,
            body: Body::Json(format!("{body}\n").into_bytes()),
            note: reason.to_owned(),
        }
    }

    fn holder(status: u16, reason: String, lock: &Lock, name: &StateName, by: &By) -> Self {
        #[derive(Serialize)]
        struct Told {
            #[serde(flatten)]
            info: LockInfo,
            error: String,
        }
        let told = Told {
            info: lock.told(name, by.now),
            error: reason.clone(),
        };
        Self {
            status,
            md5: None,
            body: Body::Json(serde_json::to_vec(&told).unwrap_or_default()),
            note: reason,
        }
    }
}

/// What is asked of which state.
pub(crate) fn route(method: &str, path: &str, query: Option<&str>) -> Result<(StateName, Ask), Answer> {
    let Some(name) = path.strip_prefix("/states/") else {
        // Not 404, which Terraform takes for a state that does not exist yet.
        return Err(Answer::refused(
            400,
            &format!("there is nothing at {path}"),
            "states are at /states/<name>",
        ));
    };
    let name: StateName = name
        .parse()
        .map_err(|error: crate::name::NameError| Answer::refused(400, &error.to_string(), ""))?;
    let lock = parameter(query, "ID").filter(|id| !id.is_empty());
    let ask = match method {
        "GET" | "HEAD" => Ask::Read,
        "POST" | "PUT" => Ask::Write {
            lock,
            force: parameter(query, "force").is_some_and(|force| force == "true"),
        },
        "DELETE" => Ask::Delete { lock },
        "LOCK" => Ask::Lock,
        "UNLOCK" => Ask::Unlock,
        other => return Err(Answer::refused(405, &format!("a state knows no {other}"), "")),
    };
    Ok((name, ask))
}

/// Does what is asked. The caller has seen that `identity` may.
pub(crate) fn answer(
    store: &Store,
    name: &StateName,
    ask: &Ask,
    md5: Option<&str>,
    body: &[u8],
    identity: &Identity,
    now: jiff::Timestamp,
) -> Answer {
    let sent = Sent::of(body);
    if md5.is_some_and(|said| said != sent.md5()) {
        let help = "it was changed on its way; send it again";
        return Answer::refused(400, "the body does not have the MD5 that Content-MD5 says", help);
    }
    let by = By {
        user: identity.name().to_owned(),
        now,
    };
    let done = match ask {
        Ask::Read => read(store, name),
        Ask::Write { lock, force } => {
            let written = store.write(name, &sent, lock.as_deref(), *force, &by);
            written.map(|version| {
                Answer::fine(format!(
                    "version {}, serial {}",
                    version.number, version.meta.serial
                ))
            })
        }
        Ask::Delete { lock } => store
            .delete(name, lock.as_deref(), &by)
            .map(|()| Answer::fine("deleted")),
        Ask::Lock => match LockInfo::read(body) {
            Err(reason) => return Answer::refused(400, &reason, ""),
            Ok(info) => {
                let note = format!("lock {} of {} for {}", info.id, info.who, info.operation);
                store.lock(name, info, &by).map(|()| Answer::fine(note))
            }
        },
        Ask::Unlock if body.is_empty() => store.unlock(name, None).map(|lock| unlocked(lock, "forced: ")),
        Ask::Unlock => match LockInfo::read(body) {
            Err(reason) => return Answer::refused(400, &reason, ""),
            Ok(info) => store.unlock(name, Some(&info.id)).map(|lock| unlocked(lock, "")),
        },
    };
    done.unwrap_or_else(|error| refused(&error, name, &by))
}

fn read(store: &Store, name: &StateName) -> Result<Answer, StoreError> {
    let Some(Content { version, reader }) = store.read(name)? else {
        return Ok(Answer::refused(
            404,
            &StoreError::Missing(name.clone()).to_string(),
            "",
        ));
    };
    Ok(Answer {
        status: 200,
        md5: Some(version.meta.md5),
        body: Body::State(version.meta.size, reader),
        note: format!("version {}, serial {}", version.number, version.meta.serial),
    })
}

fn unlocked(lock: Option<Lock>, how: &str) -> Answer {
    Answer::fine(match lock {
        Some(lock) => format!("{how}lock {} of {} is gone", lock.info.id, lock.info.who),
        None => "there was no lock".to_owned(),
    })
}

fn refused(error: &StoreError, name: &StateName, by: &By) -> Answer {
    let reason = error.to_string();
    match error {
        StoreError::Locked { lock, .. } => Answer::holder(423, reason, lock, name, by),
        StoreError::OtherLock { lock, .. } => Answer::holder(409, reason, lock, name, by),
        StoreError::LockGone { .. } => Answer::refused(
            409,
            &reason,
            "run terraform again; a state that it saved as errored.tfstate is pushed with `terraform state push`",
        ),
        StoreError::Lineage { .. } | StoreError::Serial { .. } => Answer::refused(
            409,
            &reason,
            "if it is meant, write with `?force=true` on the address, or go back with `becket state restore`",
        ),
        StoreError::NotAState(_) => Answer::refused(400, &reason, ""),
        StoreError::Missing(_) | StoreError::MissingVersion { .. } | StoreError::Deletion { .. } => {
            Answer::refused(404, &reason, "")
        }
        StoreError::Sealed { .. } => Answer::refused(
            500,
            &reason,
            "give the server the key, or go back with `becket state restore --force`",
        ),
        StoreError::Disk { .. } => Answer::refused(500, &reason, ""),
    }
}

/// A parameter of the query. Ids are written plainly by every client: they are UUIDs.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    query?
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

#[cfg(test)]
mod tests;
