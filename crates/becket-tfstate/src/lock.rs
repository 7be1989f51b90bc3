//! Who holds a state, as Terraform says it, and what somebody who finds it held is told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::StateName;

/// A UUID has 36.
const LONGEST_ID: usize = 100;

/// Terraform's own description of a lock; the body of LOCK and UNLOCK, and of the answer that refuses one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockInfo {
    /// What the holder proves itself with.
    #[serde(rename = "ID")]
    pub id: String,
    /// What the holder does, such as `OperationTypeApply`.
    pub operation: String,
    /// What the holder adds, for people.
    pub info: String,
    /// `user@host`.
    pub who: String,
    /// The version of Terraform.
    pub version: String,
    /// When, by the holder's clock: RFC 3339.
    pub created: String,
    /// Where, for a holder that locks a file.
    pub path: String,
}

impl LockInfo {
    /// Reads the body of a request. Fields that are not known are left out.
    ///
    /// Others are shown what it says, and commands with its id in them to type: so an id is plain, as the UUIDs of all
    /// clients are, and nothing in the rest can speak to a terminal.
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let mut info: Self =
            serde_json::from_slice(body).map_err(|error| format!("the body is no lock: {error}"))?;
        if info.id.is_empty() {
            return Err("the body is no lock: it has no ID".to_owned());
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        if info.id.len() > LONGEST_ID || !info.id.bytes().all(plain) {
            return Err(
                "the body is no lock: only letters, digits, `-`, `_`, `.` and `:` may be in its ID"
                    .to_owned(),
            );
        }
        for shown in [
            &mut info.operation,
            &mut info.info,
            &mut info.who,
            &mut info.version,
            &mut info.path,
        ] {
            shown.retain(|character| !character.is_control());
        }
        Ok(info)
    }
}

/// A lock as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// As the holder described it.
    pub info: LockInfo,
    /// Who the server knows the holder as.
    pub user: String,
    /// Since when, by the server's clock.
    pub since: Timestamp,
}

impl Lock {
    /// How long the lock has been held, in words.
    pub fn age(&self, now: Timestamp) -> String {
        age(self.since, now)
    }

    /// The command that takes the lock away.
    pub fn remedy(&self, name: &StateName) -> String {
        format!("becket state unlock {name} --id {}", self.info.id)
    }

    /// What a client that cannot have the lock is sent. Of all of it, Terraform 1.11 shows its person only the `ID`, beside
    /// a description of the lock that it did not get; so whatever there is to say has to stand in it, behind the id.
    pub fn told(&self, name: &StateName, now: Timestamp) -> LockInfo {
        let mut told = self.info.clone();
        told.id = format!(
            "{id}, held by {who} for {age}; if nobody works on it any more: `terraform force-unlock {id}`, or on the server \
             `{remedy}`",
            id = self.info.id,
            who = self.info.who,
            age = self.age(now),
            remedy = self.remedy(name)
        );
        // Clients refuse the whole answer where this is no time.
        if told.created.parse::<Timestamp>().is_err() {
            told.created = self.since.to_string();
        }
        told
    }
}

/// The time between two moments as a person says it: `3 days`, `12 minutes`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(since.as_second()).max(0);
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_refused_are_told_holder_age_and_commands() {
        let lock = Lock {
            info: LockInfo::read(
                br#"{"ID":"4f1c","Operation":"OperationTypeApply","Who":"ann@laptop","New":1}"#,
            )
            .unwrap(),
            user: "ann".to_owned(),
            since: at("2026-11-24T10:00:00Z"),
        };
        let told = lock.told(&"prod/network".parse().unwrap(), at("2026-11-24T10:12:30Z"));
        assert_eq!(
            told.id,
            "4f1c, held by ann@laptop for 12 minutes; if nobody works on it any more: `terraform force-unlock 4f1c`, or on \
             the server `becket state unlock prod/network --id 4f1c`"
        );
        assert_eq!(told.created, "2026-11-24T10:00:00Z");
        assert_eq!(
            (told.who.as_str(), told.operation.as_str()),
            ("ann@laptop", "OperationTypeApply")
        );
    }

    #[test]
    fn a_body_without_an_id_is_no_lock() {
        for wrong in ["", "[]", "{}", r#"{"ID":""}"#, r#"{"ID":7}"#, "x"] {
            assert!(LockInfo::read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_that_a_holder_says_reaches_a_terminal_or_a_shell() {
        for wrong in [
            "a b",
            "$(id)",
            "`id`",
            "a;b",
            "a\\u001b[2J",
            "a\\nb",
            &"a".repeat(101),
        ] {
            let body = format!(r#"{{"ID":"{wrong}"}}"#);
            assert!(LockInfo::read(body.as_bytes()).is_err(), "{wrong}");
        }
        let body = br#"{"ID":"tf:1.a_b-c","Who":"\u001b[31mann@laptop\n","Info":"a b"}"#;
        let info = LockInfo::read(body).unwrap();
        assert_eq!((info.who.as_str(), info.info.as_str()), ("[31mann@laptop", "a b"));
    }

    #[test]
    fn ages_are_said_in_one_unit() {
        let since = at("2026-11-24T10:00:00Z");
        for (now, said) in [
            ("2026-11-24T09:00:00Z", "0 seconds"),
            ("2026-11-24T10:00:01Z", "1 second"),
            ("2026-11-24T10:59:59Z", "59 minutes"),
            ("2026-11-25T10:00:00Z", "24 hours"),
            ("2026-11-30T10:00:00Z", "6 days"),
        ] {
            assert_eq!(age(since, at(now)), said);
        }
    }
}
