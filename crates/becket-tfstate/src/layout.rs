//! Where the files of a state lie, and how one is written so that it is there whole or not at all. It decides nothing.
//!
//! ```text
//! states/prod+network/.guard                 who changes this state holds it
//! states/prod+network/000000000007.version   sealed
//! states/prod+network/lock                   who works on it, while somebody does
//! states/prod+network/new                    what is being written; a left one is nobody's
//! ```

use std::io::{self, BufReader, Read, Write};

use crate::disk::{Disk, Held, OpenFile};
use crate::error::StoreError;
use crate::keys::Keyring;
use crate::lock::Lock;
use crate::name::StateName;
use crate::seal::{self, Opened, bound_to};
use crate::version::{Meta, Version};

/// The folder of all states.
pub(crate) const STATES: &str = "states";
const NEW: &str = "new";
const LOCK: &str = "lock";
const ENDING: &str = ".version";

/// Writes a file beside `path` and gives it that name once its content is safe; returns when the name is, too.
pub(crate) fn put(
    disk: &dyn Disk,
    folder: &str,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let new = inside(folder, NEW);
    let path = inside(folder, name);
    let failed = |error| StoreError::disk("write", &path, error);
    let mut file = disk.create(&new).map_err(failed)?;
    let mut buffered = io::BufWriter::with_capacity(256 << 10, &mut file);
    write(&mut buffered)?;
    buffered.flush().map_err(failed)?;
    drop(buffered);
    file.sync().map_err(failed)?;
    drop(file);
    disk.rename(&new, &path).map_err(failed)?;
    disk.sync_folder(folder).map_err(failed)
}

fn inside(folder: &str, name: &str) -> String {
    if folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The content of a version, as it is read from the disk.
pub(crate) type FromDisk = Opened<BufReader<Box<dyn OpenFile>>>;

/// A state's folder, to look at.
pub(crate) struct Place<'a> {
    pub disk: &'a dyn Disk,
    pub keys: &'a Keyring,
    pub name: &'a StateName,
    pub folder: String,
}

impl<'a> Place<'a> {
    pub(crate) fn of(disk: &'a dyn Disk, keys: &'a Keyring, name: &'a StateName) -> Self {
        let folder = format!("{STATES}/{}", name.folder());
        Self {
            disk,
            keys,
            name,
            folder,
        }
    }

    /// Waits until nobody else changes the state. Its folder is made if need be.
    pub(crate) fn hold(&self) -> Result<Box<dyn Held>, StoreError> {
        let guard = format!("{}/.guard", self.folder);
        let failed = |error| StoreError::disk("hold", &guard, error);
        match self.disk.hold(&guard) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.disk.make_folder(&self.folder).map_err(failed)?;
                self.disk.hold(&guard).map_err(failed)
            }
            held => held.map_err(failed),
        }
    }

    /// What a first file in the folder needs: that the folder itself stays. Whoever made it may have died before saying so.
    pub(crate) fn keep_folder(&self) -> Result<(), StoreError> {
        self.disk
            .sync_folder(STATES)
            .map_err(|error| StoreError::disk("flush", STATES, error))
    }

    /// The numbers of the versions, the newest first; none where there is no such state.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, StoreError> {
        let entries = match self.disk.list(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| StoreError::disk("list", &self.folder, error))?,
        };
        let mut numbers: Vec<u64> = entries
            .iter()
            .filter_map(|name| name.strip_suffix(ENDING)?.parse().ok())
            .collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    /// A version, and what reads its content; none where there is no such version.
    pub(crate) fn open(&self, number: u64) -> Result<Option<(Version, FromDisk)>, StoreError> {
        let path = self.version_path(number);
        let file = match self.disk.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|error| StoreError::disk("read", &path, error))?,
        };
        let bound = bound_to(self.name.as_str(), number);
        let broken = |source| self.sealed(number, source);
        let (facts, content) = seal::open(self.keys, bound, BufReader::new(file)).map_err(broken)?;
        let meta = serde_json::from_slice(&facts).map_err(|_| broken(seal::SealError::Broken))?;
        Ok(Some((Version { number, meta }, content)))
    }

    /// The newest version.
    pub(crate) fn last(&self) -> Result<Option<Version>, StoreError> {
        match self.numbers()?.first() {
            Some(number) => Ok(self.open(*number)?.map(|(version, _)| version)),
            None => Ok(None),
        }
    }

    /// Writes a version.
    pub(crate) fn put(&self, number: u64, meta: &Meta, content: &[u8]) -> Result<(), StoreError> {
        let facts = serde_json::to_vec(meta)
            .map_err(|error| StoreError::disk("write", &self.folder, error.into()))?;
        let bound = bound_to(self.name.as_str(), number);
        put(self.disk, &self.folder, &file_name(number), |to| {
            seal::seal(self.keys, &bound, &facts, content, to).map_err(|source| self.sealed(number, source))
        })
    }

    /// Seals a version's data key with the current key, if it is not. True when it was not.
    pub(crate) fn renew(&self, number: u64) -> Result<bool, StoreError> {
        let path = self.version_path(number);
        let open = || {
            let file = self.disk.open(&path);
            file.map_err(|error| StoreError::disk("read", &path, error))
        };
        let broken = |source| self.sealed(number, source);
        if seal::is_current(self.keys, &mut open()?).map_err(broken)? {
            return Ok(false);
        }
        let bound = bound_to(self.name.as_str(), number);
        let mut from = open()?;
        put(self.disk, &self.folder, &file_name(number), |to| {
            seal::renew(self.keys, &bound, &mut from, to).map_err(broken)
        })?;
        Ok(true)
    }

    /// Takes versions away.
    pub(crate) fn remove(&self, numbers: &[u64]) -> Result<(), StoreError> {
        for number in numbers {
            let path = self.version_path(*number);
            self.disk
                .remove(&path)
                .map_err(|error| StoreError::disk("remove", &path, error))?;
        }
        self.flush()
    }

    /// Returns once every name in the folder is safe.
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        self.disk
            .sync_folder(&self.folder)
            .map_err(|error| StoreError::disk("flush", &self.folder, error))
    }

    /// Who works on the state.
    pub(crate) fn lock(&self) -> Result<Option<Lock>, StoreError> {
        let path = inside(&self.folder, LOCK);
        let failed = |error| StoreError::disk("read", &path, error);
        let mut text = Vec::new();
        match self.disk.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file
                .and_then(|mut file| file.read_to_end(&mut text))
                .map_err(failed)?,
        };
        let lock = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
        Ok(Some(lock))
    }

    pub(crate) fn put_lock(&self, lock: &Lock) -> Result<(), StoreError> {
        put(self.disk, &self.folder, LOCK, |to| {
            serde_json::to_writer_pretty(to, lock)
                .map_err(|error| StoreError::disk("write", &self.folder, error.into()))
        })
    }

    pub(crate) fn remove_lock(&self) -> Result<(), StoreError> {
        let path = inside(&self.folder, LOCK);
        self.disk
            .remove(&path)
            .map_err(|error| StoreError::disk("remove", &path, error))?;
        self.flush()
    }

    /// Takes away what somebody who was killed had begun to write.
    pub(crate) fn tidy(&self) -> Result<bool, StoreError> {
        let path = inside(&self.folder, NEW);
        match self.disk.remove(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::disk("remove", &path, error)),
        }
    }

    fn version_path(&self, number: u64) -> String {
        inside(&self.folder, &file_name(number))
    }

    fn sealed(&self, number: u64, source: seal::SealError) -> StoreError {
        StoreError::Sealed {
            name: self.name.clone(),
            number,
            source,
        }
    }
}

fn file_name(number: u64) -> String {
    format!("{number:012}{ENDING}")
}
