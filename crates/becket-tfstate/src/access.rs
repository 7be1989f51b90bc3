//! Who may do what: users with a token, a certificate or both, and the states they may read or write. It checks what it
//! is given; where requests and certificates come from is not its affair.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::keys::hex;
use crate::layout;
use crate::name::StateName;
use crate::store::Store;

const FILE: &str = "users.json";
const GUARD: &str = ".users.guard";

/// Which states: a name, `prefix/*` for all below it, or `*` for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

impl Pattern {
    fn matches(&self, name: &StateName) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.as_str().starts_with(prefix),
            None => name.as_str() == self.0,
        }
    }
}

impl FromStr for Pattern {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let name = match text {
            "*" => return Ok(Self(text.to_owned())),
            _ => text.strip_suffix("/*").unwrap_or(text),
        };
        match name.parse::<StateName>() {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(AccessError::Pattern(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = AccessError;

    fn try_from(text: String) -> Result<Self, AccessError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with users.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A pattern.
    #[error("`{0}` names no states: write a name, `prefix/*` for all below it, or `*` for all")]
    Pattern(String),
    /// A name that a client could not send, or a person not read.
    #[error("`{0}` is no name for a user: letters, digits, `-`, `_`, `.`, `@` and spaces may be in it")]
    User(String),
    /// It would take an existing user's place.
    #[error("there is a user `{0}` already; remove it first, with `becket state token remove`")]
    There(String),
    /// There is none.
    #[error("there is no user `{0}`")]
    Missing(String),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
    /// The file is damaged.
    #[error("{FILE} cannot be read: {0}")]
    File(#[from] serde_json::Error),
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The SHA-256 of the token, as hex. A token is 256 random bits, so a slow hash would protect nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether a client certificate of this name is this user.
    #[serde(default)]
    pub certificate: bool,
    /// What may be read, beside what may be written.
    #[serde(default)]
    pub read: Vec<Pattern>,
    /// What may be written, locked and read.
    #[serde(default)]
    pub write: Vec<Pattern>,
    /// Since when there is this user.
    pub created: Timestamp,
    /// Until when; for ever without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// All users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// By name.
    pub users: BTreeMap<String, User>,
}

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Nobody is asked for a name here.
    Anyone,
    /// A user.
    User(String, Box<User>),
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It says no name, or proves it wrongly.
    #[error("{0}")]
    Unknown(String),
    /// The user may not do this.
    #[error("{0}")]
    Forbidden(String),
}

impl Access {
    /// Makes a token for a new user, and returns it: only its hash is kept.
    pub fn add(
        &mut self,
        name: &str,
        mut user: User,
        with_token: bool,
    ) -> Result<Option<String>, AccessError> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | ' ');
        if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
            return Err(AccessError::User(name.to_owned()));
        }
        if self.users.contains_key(name) {
            return Err(AccessError::There(name.to_owned()));
        }
        let mut token = None;
        if with_token {
            let mut secret = [0; 32];
            SystemRandom::new()
                .fill(&mut secret)
                .map_err(|_| AccessError::Random)?;
            let text = format!("becket_{}", URL_SAFE_NO_PAD.encode(secret));
            user.token = Some(hash(&text));
            token = Some(text);
        }
        self.users.insert(name.to_owned(), user);
        Ok(token)
    }

    /// Takes a user away.
    pub fn remove(&mut self, name: &str) -> Result<(), AccessError> {
        self.users
            .remove(name)
            .map(drop)
            .ok_or_else(|| AccessError::Missing(name.to_owned()))
    }

    /// Who a request comes from: by the name and token that it says, else by the name of its certificate. `open` is
    /// whether, as long as there are no users, anyone may come.
    pub fn identify(
        &self,
        said: Option<(&str, &str)>,
        certificate: Option<&str>,
        open: bool,
        now: Timestamp,
    ) -> Result<Identity, Denied> {
        if open && self.users.is_empty() {
            return Ok(Identity::Anyone);
        }
        let (name, user) = match (said, certificate) {
            (Some((name, token)), _) => {
                // What is compared are digests: how far they agree says nothing of the token.
                let user = self
                    .users
                    .get(name)
                    .filter(|user| user.token.as_deref() == Some(&hash(token)));
                let wrong = || Denied::Unknown(format!("user `{name}` does not have this token"));
                (name, user.ok_or_else(wrong)?)
            }
            (None, Some(name)) => {
                let user = self.users.get(name).filter(|user| user.certificate);
                let unknown = || {
                    Denied::Forbidden(format!(
                        "no user has the certificate `{name}`; add it with `becket state token add '{name}' --certificate --write …`"
                    ))
                };
                (name, user.ok_or_else(unknown)?)
            }
            (None, None) => {
                return Err(Denied::Unknown(
                    "a user and a token are needed: TF_HTTP_USERNAME and TF_HTTP_PASSWORD".to_owned(),
                ));
            }
        };
        if user.until.is_some_and(|until| until <= now) {
            return Err(Denied::Unknown(format!("the token of `{name}` has ended")));
        }
        Ok(Identity::User(name.to_owned(), Box::new(user.clone())))
    }
}

impl Identity {
    /// The name that is kept with what is done.
    pub fn name(&self) -> &str {
        match self {
            Self::Anyone => "anyone",
            Self::User(name, _) => name,
        }
    }

    /// Whether it may read, or also write, a state.
    pub fn may(&self, write: bool, state: &StateName) -> Result<(), Denied> {
        let Self::User(name, user) = self else {
            return Ok(());
        };
        let allows = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(state));
        if allows(&user.write) || (!write && allows(&user.read)) {
            return Ok(());
        }
        let what = if write { "write" } else { "read" };
        Err(Denied::Forbidden(format!("`{name}` may not {what} `{state}`")))
    }
}

impl Store {
    /// All users. Read from the disk, so that who was taken away is refused at once.
    pub fn access(&self) -> Result<Access, AccessError> {
        let failed = |error| StoreError::disk("read", FILE, error);
        let mut text = Vec::new();
        match self.disk.open(FILE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Access::default()),
            file => file
                .and_then(|mut file| file.read_to_end(&mut text))
                .map_err(failed)?,
        };
        Ok(serde_json::from_slice(&text)?)
    }

    /// Changes the users; who changes them at the same time waits.
    pub fn change_access<T>(
        &self,
        change: impl FnOnce(&mut Access) -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        let held = self.disk.hold(GUARD);
        let _held = held.map_err(|error| StoreError::disk("hold", GUARD, error))?;
        let mut access = self.access()?;
        let done = change(&mut access)?;
        let text = serde_json::to_vec_pretty(&access)?;
        layout::put(&*self.disk, ".", FILE, |to| {
            to.write_all(&text)
                .map_err(|error| StoreError::disk("write", FILE, error))
        })?;
        Ok(done)
    }
}

fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn user(read: &[&str], write: &[&str]) -> User {
        let patterns = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        User {
            token: None,
            certificate: false,
            read: patterns(read),
            write: patterns(write),
            created: at("2026-11-24T00:00:00Z"),
            until: None,
        }
    }

    #[test]
    fn a_token_is_its_users_only_and_is_not_kept() {
        let now = at("2026-11-24T00:00:00Z");
        let mut access = Access::default();
        let ann = access.add("ann", user(&[], &["*"]), true).unwrap().unwrap();
        let bob = access.add("bob", user(&[], &["*"]), true).unwrap().unwrap();
        assert!(!serde_json::to_string(&access).unwrap().contains(&ann));
        assert_eq!(
            access
                .identify(Some(("ann", &ann)), None, true, now)
                .unwrap()
                .name(),
            "ann"
        );
        for wrong in [
            Some(("ann", bob.as_str())),
            Some(("ann", "")),
            Some(("eve", &ann)),
            None,
        ] {
            assert!(
                matches!(access.identify(wrong, None, true, now), Err(Denied::Unknown(_))),
                "{wrong:?}"
            );
        }
        // A hash that somebody saw is no token.
        let seen = access.users["ann"].token.clone().unwrap();
        assert!(access.identify(Some(("ann", &seen)), None, true, now).is_err());
        assert!(matches!(
            access.add("ann", user(&[], &[]), true),
            Err(AccessError::There(_))
        ));
        access.remove("ann").unwrap();
        assert!(access.identify(Some(("ann", &ann)), None, true, now).is_err());
    }

    #[test]
    fn a_token_ends_when_it_was_said_to() {
        let mut access = Access::default();
        let mut ann = user(&[], &["*"]);
        ann.until = Some(at("2026-12-01T00:00:00Z"));
        let token = access.add("ann", ann, true).unwrap().unwrap();
        let comes = |now| access.identify(Some(("ann", &token)), None, false, at(now));
        assert!(comes("2026-11-30T23:59:59Z").is_ok());
        assert!(comes("2026-12-01T00:00:00Z").is_err());
    }

    #[test]
    fn a_certificate_is_a_user_only_where_that_was_said() {
        let now = at("2026-11-24T00:00:00Z");
        let mut access = Access::default();
        let mut machine = user(&[], &["*"]);
        machine.certificate = true;
        assert_eq!(access.add("ci", machine, false).unwrap(), None);
        access.add("ann", user(&[], &["*"]), true).unwrap();
        assert_eq!(
            access.identify(None, Some("ci"), false, now).unwrap().name(),
            "ci"
        );
        for name in ["ann", "eve"] {
            assert!(matches!(
                access.identify(None, Some(name), false, now),
                Err(Denied::Forbidden(_))
            ));
        }
        // Who has no token is not let in by an empty one, certificate or not.
        assert!(access.identify(Some(("ci", "")), Some("ci"), false, now).is_err());
    }

    #[test]
    fn anyone_comes_only_where_that_was_said_and_nobody_is_known() {
        let now = at("2026-11-24T00:00:00Z");
        let mut access = Access::default();
        assert_eq!(access.identify(None, None, true, now), Ok(Identity::Anyone));
        assert!(access.identify(None, None, false, now).is_err());
        access.add("ann", user(&[], &[]), true).unwrap();
        assert!(access.identify(None, None, true, now).is_err());
    }

    #[test]
    fn rights_are_by_prefix_and_writing_is_reading() {
        let ann = Identity::User(
            "ann".to_owned(),
            Box::new(user(&["prod/*"], &["nonprod/*", "shared"])),
        );
        for (write, state, may) in [
            (true, "nonprod/network", true),
            (false, "nonprod/a/b", true),
            (false, "prod/network", true),
            (true, "prod/network", false),
            (false, "nonprod", false),
            (false, "nonprod2/network", false),
            (true, "shared", true),
            (true, "shared/a", false),
        ] {
            assert_eq!(
                ann.may(write, &state.parse().unwrap()).is_ok(),
                may,
                "{write} {state}"
            );
        }
        for wrong in ["", "/*", "a*", "**", "a/*/b", "../*"] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
    }
}
