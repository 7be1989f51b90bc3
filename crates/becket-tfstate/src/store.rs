//! What may happen to a state: read, written, locked, unlocked, deleted, restored. Every change holds the state's guard
//! from the first look to the last flush, and nothing is answered before it is durable. It knows no HTTP and no user's
//! rights, and is told the time.

use std::io::Read;
use std::sync::Arc;

use jiff::Timestamp;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keys::Keyring;
use crate::layout::{Place, STATES};
use crate::lock::{Lock, LockInfo};
use crate::name::StateName;
use crate::retention::Retention;
use crate::statefile::{self, Summary};
use crate::version::{By, Content, Kept, Listed, Meta, Origin, Sent, Version, md5_of};

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

    /// The states on `disk`, to look at and to change; an error where none were ever kept.
    pub fn existing(disk: Arc<dyn Disk>, keys: Keyring) -> Result<Self, StoreError> {
        disk.list(STATES)
            .map_err(|error| StoreError::disk("list", STATES, error))?;
        Ok(Self {
            disk,
            keys: Arc::new(keys),
            retention: Retention::default(),
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

    /// Every state that has a version or a lock. One that is damaged hides no other.
    pub fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::new();
        for name in self.names()? {
            let place = self.place(&name);
            let (versions, lock) = (place.numbers()?.len(), place.lock()?);
            if versions == 0 && lock.is_none() {
                continue;
            }
            let (last, damage) = match place.last() {
                Err(StoreError::Sealed { source, .. }) => (None, Some(source.to_string())),
                last => (last?, None),
            };
            listed.push(Listed {
                name: name.to_string(),
                versions,
                last,
                damage,
                lock,
            });
        }
        Ok(listed)
    }

    /// Who works on a state.
    pub fn locked(&self, name: &StateName) -> Result<Option<Lock>, StoreError> {
        self.place(name).lock()
    }

    /// The versions of a state, the newest first; also those that cannot be read, unless that is all of them.
    pub fn history(&self, name: &StateName) -> Result<Vec<Kept>, StoreError> {
        let place = self.place(name);
        let mut versions = Vec::new();
        for number in place.numbers()? {
            let meta = match place.open(number) {
                // Pruned since it was listed.
                Ok(None) => continue,
                Ok(Some((version, _))) => Ok(version.meta),
                Err(StoreError::Sealed { source, .. }) => Err(source),
                Err(error) => return Err(error),
            };
            versions.push(Kept { number, meta });
        }
        if versions.iter().any(|version| version.meta.is_ok()) {
            return Ok(versions);
        }
        Err(match versions.pop() {
            Some(Kept {
                number,
                meta: Err(source),
            }) => StoreError::Sealed {
                name: name.clone(),
                number,
                source,
            },
            _ => StoreError::Missing(name.clone()),
        })
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
