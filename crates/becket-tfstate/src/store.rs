//! What may happen to a state: read, written, locked, unlocked, deleted, restored. Every change holds the state's guard
//! from the first look to the last flush, and nothing is answered before it is durable. It knows no HTTP and no user's
//! rights, and is told the time.

use std::io::{self, Read};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::keys::Keyring;
use crate::layout::{Place, STATES};
use crate::lock::{Lock, LockInfo};
use crate::name::StateName;
use crate::retention::Retention;
use crate::seal::SealError;
use crate::statefile::{self, NotAState, Summary};

/// Who does something, and when.
#[derive(Debug, Clone)]
pub struct By {
    /// Whom the server knows.
    pub user: String,
    /// The time.
    pub now: Timestamp,
}

/// How a version came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A client wrote it.
    Written,
    /// A client wrote it over another lineage or a serial that is not older.
    Forced,
    /// It is an older version again.
    Restored(u64),
    /// It says that the state was deleted, and has no content.
    Deleted,
}

/// What is known of a version beside its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The state's own serial.
    pub serial: u64,
    /// The state's own lineage.
    pub lineage: String,
    /// What wrote it, as it says.
    pub terraform_version: String,
    /// How many resources it has, where that can be read.
    pub resources: Option<usize>,
    /// In bytes.
    pub size: u64,
    /// Of the content, as base64: what HTTP's `Content-MD5` says.
    pub md5: String,
    /// Who wrote it.
    pub user: String,
    /// When.
    pub time: Timestamp,
    /// Who held the lock then: Terraform's `user@host`.
    pub who: String,
    /// What for, such as `OperationTypeApply`.
    pub operation: String,
    /// How it came to be.
    pub origin: Origin,
}

/// A version of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Counts all versions of the state, across lineages.
    pub number: u64,
    /// What is known of it.
    #[serde(flatten)]
    pub meta: Meta,
}

/// What a client sent. Its digest is taken once, for all that ask for it.
pub struct Sent<'a> {
    content: &'a [u8],
    md5: String,
}

impl<'a> Sent<'a> {
    /// The body of a request.
    pub fn of(content: &'a [u8]) -> Self {
        let md5 = md5_of(content);
        Self { content, md5 }
    }

    /// As HTTP's `Content-MD5` has it.
    pub fn md5(&self) -> &str {
        &self.md5
    }
}

/// A version with its content.
pub struct Content {
    /// Which it is.
    pub version: Version,
    /// Opens the content piece by piece; an error in the midst means that the file is damaged.
    pub reader: Box<dyn Read + Send>,
}

/// A state, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How many versions are kept.
    pub versions: usize,
    /// The newest; none while there is only a lock.
    pub last: Option<Version>,
    /// Who works on it.
    pub lock: Option<Lock>,
}

/// Why something does not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else works on the state.
    #[error("`{name}` is locked by {} for {}", .lock.info.who, .lock.info.operation)]
    Locked {
        /// The state.
        name: StateName,
        /// Who holds it.
        lock: Box<Lock>,
    },
    /// Somebody else holds the lock, not the one who proves it with this id.
    #[error("lock {given} does not hold `{name}`: {} does, of {}", .lock.info.id, .lock.info.who)]
    OtherLock {
        /// The state.
        name: StateName,
        /// Who holds it.
        lock: Box<Lock>,
        /// What was given.
        given: String,
    },
    /// The lock was taken away, and somebody else may have worked on the state since.
    #[error("lock {given} does not hold `{name}` any more: it was taken away")]
    LockGone {
        /// The state.
        name: StateName,
        /// What was given.
        given: String,
    },
    /// The state belongs to something else.
    #[error("`{name}` has lineage {ours}; what was sent has {theirs}, so it is the state of something else")]
    Lineage {
        /// The state.
        name: StateName,
        /// What is kept.
        ours: String,
        /// What was sent.
        theirs: String,
    },
    /// The state has moved on.
    #[error("`{name}` is at serial {ours}; what was sent has {theirs} and would undo what came since")]
    Serial {
        /// The state.
        name: StateName,
        /// What is kept.
        ours: u64,
        /// What was sent.
        theirs: u64,
    },
    /// The body is something else.
    #[error(transparent)]
    NotAState(#[from] NotAState),
    /// There is no such state.
    #[error("there is no state `{0}`")]
    Missing(StateName),
    /// There is no such version.
    #[error("`{name}` has no version {number}")]
    MissingVersion {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
    },
    /// A version that says that the state was deleted has no content.
    #[error("version {number} of `{name}` is its deletion: there is nothing in it")]
    Deletion {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
    },
    /// A version cannot be opened or sealed.
    #[error("version {number} of `{name}`: {source}")]
    Sealed {
        /// The state.
        name: StateName,
        /// The version.
        number: u64,
        /// Why.
        source: SealError,
    },
    /// The disk fails.
    #[error("cannot {doing} {path}: {source}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

impl StoreError {
    pub(crate) fn disk(doing: &'static str, path: &str, source: io::Error) -> Self {
        Self::Disk {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

/// All states of a disk.
#[derive(Clone)]
pub struct Store {
    pub(crate) disk: Arc<dyn Disk>,
    keys: Arc<Keyring>,
    retention: Retention,
}

impl Store {
    /// The states on `disk`; the folder for them is made if need be.
    pub fn open(disk: Arc<dyn Disk>, keys: Keyring, retention: Retention) -> Result<Self, StoreError> {
        disk.make_folder(STATES)
            .and_then(|()| disk.sync_folder("."))
            .map_err(|error| StoreError::disk("make", STATES, error))?;
        Ok(Self {
            disk,
            keys: Arc::new(keys),
            retention,
        })
    }

    fn place<'a>(&'a self, name: &'a StateName) -> Place<'a> {
        Place::of(&*self.disk, &self.keys, name)
    }

    /// The names of all states, sorted.
    pub fn names(&self) -> Result<Vec<StateName>, StoreError> {
        let entries = self.disk.list(STATES);
        let entries = entries.map_err(|error| StoreError::disk("list", STATES, error))?;
        let mut names: Vec<_> = (entries.iter())
            .filter_map(|name| StateName::of_folder(name))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Every state that has a version or a lock.
    pub fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::new();
        for name in self.names()? {
            let place = self.place(&name);
            let (versions, lock) = (place.numbers()?.len(), place.lock()?);
            if versions > 0 || lock.is_some() {
                listed.push(Listed {
                    name: name.to_string(),
                    versions,
                    last: place.last()?,
                    lock,
                });
            }
        }
        Ok(listed)
    }

    /// Who works on a state.
    pub fn locked(&self, name: &StateName) -> Result<Option<Lock>, StoreError> {
        self.place(name).lock()
    }

    /// The versions of a state, the newest first.
    pub fn history(&self, name: &StateName) -> Result<Vec<Version>, StoreError> {
        let place = self.place(name);
        let mut versions = Vec::new();
        for number in place.numbers()? {
            versions.extend(place.open(number)?.map(|(version, _)| version));
        }
        if versions.is_empty() {
            return Err(StoreError::Missing(name.clone()));
        }
        Ok(versions)
    }

    /// The state as it is; none where there is none, or it was deleted.
    pub fn read(&self, name: &StateName) -> Result<Option<Content>, StoreError> {
        let place = self.place(name);
        while let Some(last) = place.numbers()?.first() {
            // Gone between the two looks: there is a newer one.
            let Some((version, reader)) = place.open(*last)? else {
                continue;
            };
            return Ok((version.meta.origin != Origin::Deleted).then(|| Content {
                version,
                reader: Box::new(reader),
            }));
        }
        Ok(None)
    }

    /// One version of a state.
    pub fn read_version(&self, name: &StateName, number: u64) -> Result<Content, StoreError> {
        let name = name.clone();
        match self.place(&name).open(number)? {
            None => Err(StoreError::MissingVersion { name, number }),
            Some((version, _)) if version.meta.origin == Origin::Deleted => {
                Err(StoreError::Deletion { name, number })
            }
            Some((version, reader)) => Ok(Content {
                version,
                reader: Box::new(reader),
            }),
        }
    }

    /// Writes a state. `lock` is the id of the lock that the client holds, `force` skips the comparison with what is kept.
    ///
    /// Writing the same again is fine, so that a client whose answer was lost can do it.
    pub fn write(
        &self,
        name: &StateName,
        sent: &Sent,
        lock: Option<&str>,
        force: bool,
        by: &By,
    ) -> Result<Version, StoreError> {
        let Sent { content, md5 } = sent;
        let summary = Summary::read(content)?;
        let place = self.place(name);
        let _held = place.hold()?;
        let lock = held_by(name, place.lock()?, lock)?;
        let last = place.last()?;
        let number = last.as_ref().map_or(1, |last| last.number + 1);
        let mut origin = Origin::Written;
        if let Some(last) = last.filter(|last| last.meta.origin != Origin::Deleted) {
            let kept = &last.meta;
            let same_lineage = kept.lineage == summary.lineage;
            if same_lineage && kept.serial == summary.serial && kept.md5 == *md5 {
                place.flush()?;
                return Ok(last);
            }
            if !same_lineage || summary.serial <= kept.serial {
                if !force {
                    return Err(conflict(name, kept, summary));
                }
                origin = Origin::Forced;
            }
        }
        let mut meta = Meta::of(summary, content, md5.clone(), origin, by);
        if let Some(lock) = lock {
            (meta.who, meta.operation) = (lock.info.who, lock.info.operation);
        }
        if number == 1 {
            place.keep_folder()?;
        }
        place.put(number, &meta, content)?;
        // The state is written: what cannot be pruned now is with the next one.
        drop(prune(&place, self.retention, by.now));
        Ok(Version { number, meta })
    }

    /// Locks a state. Locking again with the same id is fine, so that a client whose answer was lost can do it.
    pub fn lock(&self, name: &StateName, info: LockInfo, by: &By) -> Result<(), StoreError> {
        let place = self.place(name);
        let _held = place.hold()?;
        match place.lock()? {
            Some(lock) if lock.info.id == info.id && lock.user == by.user => place.flush(),
            Some(lock) => Err(StoreError::Locked {
                name: name.clone(),
                lock: Box::new(lock),
            }),
            None => {
                if place.numbers()?.is_empty() {
                    place.keep_folder()?;
                }
                place.put_lock(&Lock {
                    info,
                    user: by.user.clone(),
                    since: by.now,
                })
            }
        }
    }

    /// Takes a lock away; without an id, whichever it is. Returns what was taken away: nothing where there was none,
    /// which is fine, so that a client whose answer was lost can do it again.
    pub fn unlock(&self, name: &StateName, id: Option<&str>) -> Result<Option<Lock>, StoreError> {
        let place = self.place(name);
        if place.numbers()?.is_empty() && place.lock()?.is_none() {
            return Ok(None);
        }
        let _held = place.hold()?;
        let Some(lock) = place.lock()? else {
            place.flush()?;
            return Ok(None);
        };
        if let Some(given) = id.filter(|id| *id != lock.info.id) {
            return Err(StoreError::OtherLock {
                name: name.clone(),
                lock: Box::new(lock),
                given: given.to_owned(),
            });
        }
        place.remove_lock()?;
        Ok(Some(lock))
    }

    /// Deletes a state; its versions stay, and the deletion is one more.
    pub fn delete(&self, name: &StateName, lock: Option<&str>, by: &By) -> Result<(), StoreError> {
        let place = self.place(name);
        if place.numbers()?.is_empty() {
            return Ok(());
        }
        let _held = place.hold()?;
        let lock = held_by(name, place.lock()?, lock)?;
        match place.last()? {
            None => Ok(()),
            Some(last) if last.meta.origin == Origin::Deleted => place.flush(),
            Some(last) => {
                let lock = lock.map(|lock| lock.info).unwrap_or_default();
                let meta = Meta {
                    resources: Some(0),
                    size: 0,
                    md5: md5_of(&[]),
                    user: by.user.clone(),
                    time: by.now,
                    who: lock.who,
                    operation: lock.operation,
                    origin: Origin::Deleted,
                    ..last.meta
                };
                place.put(last.number + 1, &meta, &[])
            }
        }
    }

    /// Writes an older version as the newest, with a serial that comes after all. Refused while somebody works on the
    /// state; `force` goes back over another lineage, and over a newest version that cannot be read.
    pub fn restore(
        &self,
        name: &StateName,
        number: u64,
        force: bool,
        by: &By,
    ) -> Result<Version, StoreError> {
        let place = self.place(name);
        let mut content = Vec::new();
        let mut wanted = self.read_version(name, number)?;
        let failed = |error| StoreError::disk("read", name.as_str(), error);
        wanted.reader.read_to_end(&mut content).map_err(failed)?;
        let _held = place.hold()?;
        held_by(name, place.lock()?, None)?;
        let numbers = place.numbers()?;
        let last = match place.last() {
            Err(StoreError::Sealed { .. }) if force => None,
            last => last?,
        };
        let from = &wanted.version.meta;
        if let Some(last) = &last
            && last.meta.lineage != from.lineage
            && last.meta.origin != Origin::Deleted
            && !force
        {
            return Err(StoreError::Lineage {
                name: name.clone(),
                ours: last.meta.lineage.clone(),
                theirs: from.lineage.clone(),
            });
        }
        let highest = numbers
            .iter()
            .filter_map(|number| Some(place.open(*number).ok()??.0.meta.serial))
            .max();
        let content = statefile::with_serial(&content, highest.unwrap_or(from.serial) + 1)?;
        let summary = Summary::read(&content)?;
        let md5 = md5_of(&content);
        let meta = Meta::of(summary, &content, md5, Origin::Restored(number), by);
        let number = numbers.first().map_or(1, |last| last + 1);
        place.put(number, &meta, &content)?;
        Ok(Version { number, meta })
    }

    /// Takes away the versions of a state that need not be kept. Returns how many.
    pub fn prune(&self, name: &StateName, retention: Retention, now: Timestamp) -> Result<usize, StoreError> {
        let place = self.place(name);
        if place.numbers()?.is_empty() {
            return Err(StoreError::Missing(name.clone()));
        }
        let _held = place.hold()?;
        prune(&place, retention, now)
    }

    /// Seals every version with the current key. Returns how many were not.
    pub fn renew_keys(&self) -> Result<usize, StoreError> {
        let mut renewed = 0;
        for name in self.names()? {
            let place = self.place(&name);
            let _held = place.hold()?;
            for number in place.numbers()? {
                renewed += usize::from(place.renew(number)?);
            }
        }
        Ok(renewed)
    }

    /// Takes away what those who were killed had begun to write. Returns how many files that was.
    pub fn recover(&self) -> Result<usize, StoreError> {
        let mut left = 0;
        for name in self.names()? {
            let place = self.place(&name);
            let _held = place.hold()?;
            left += usize::from(place.tidy()?);
        }
        Ok(left)
    }
}

impl Meta {
    fn of(summary: Summary, content: &[u8], md5: String, origin: Origin, by: &By) -> Self {
        Self {
            serial: summary.serial,
            lineage: summary.lineage,
            terraform_version: summary.terraform_version,
            resources: summary.resources,
            size: content.len() as u64,
            md5,
            user: by.user.clone(),
            time: by.now,
            who: String::new(),
            operation: String::new(),
            origin,
        }
    }
}

/// The lock under which a change may be made: none where nobody holds one.
fn held_by(name: &StateName, lock: Option<Lock>, given: Option<&str>) -> Result<Option<Lock>, StoreError> {
    let name = name.clone();
    match (lock, given) {
        (None, None) => Ok(None),
        (Some(lock), Some(given)) if lock.info.id == given => Ok(Some(lock)),
        (Some(lock), None) => Err(StoreError::Locked {
            name,
            lock: Box::new(lock),
        }),
        (Some(lock), Some(given)) => Err(StoreError::OtherLock {
            name,
            lock: Box::new(lock),
            given: given.to_owned(),
        }),
        (None, Some(given)) => Err(StoreError::LockGone {
            name,
            given: given.to_owned(),
        }),
    }
}

fn conflict(name: &StateName, kept: &Meta, sent: Summary) -> StoreError {
    let name = name.clone();
    if kept.lineage == sent.lineage {
        StoreError::Serial {
            name,
            ours: kept.serial,
            theirs: sent.serial,
        }
    } else {
        StoreError::Lineage {
            name,
            ours: kept.lineage.clone(),
            theirs: sent.lineage,
        }
    }
}

fn prune(place: &Place, retention: Retention, now: Timestamp) -> Result<usize, StoreError> {
    if retention.is_everything() {
        return Ok(0);
    }
    let mut going = Vec::new();
    for (newer, number) in place.numbers()?.into_iter().enumerate().skip(1) {
        // One that cannot be read is left for a person to look at.
        if let Ok(Some((version, _))) = place.open(number)
            && retention.lets_go(newer, version.meta.time, now)
        {
            going.push(number);
        }
    }
    place.remove(&going)?;
    Ok(going.len())
}

/// As HTTP's `Content-MD5` has it.
fn md5_of(content: &[u8]) -> String {
    STANDARD.encode(Md5::digest(content))
}
