//! One engine per platform: a locked file that says who has it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// Who has the lock.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
}

/// A lock that is held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(crate) fn take(path: &Path) -> Result<Self, EngineError> {
        let io = |doing: &'static str| {
            let path = path.to_owned();
            move |source| EngineError::Io { doing, path, source }
        };
        let options = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let mut file = options.map_err(io("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(EngineError::Running {
                    pid: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(io("lock")(error)),
        }
        let holder = Holder {
            pid: std::process::id(),
        };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        file.set_len(0).map_err(io("write"))?;
        file.rewind().map_err(io("write"))?;
        file.write_all(text.as_bytes()).map_err(io("write"))?;
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> u32 {
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok();
    let holder = read.and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    holder.map_or(0, |holder| holder.pid)
}

/// The process that runs the platform whose `.becket` folder this is, if any does.
pub fn running(folder: &Path) -> Option<u32> {
    let mut file = File::open(folder.join("run/engine.lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_learns_who_runs() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        let path = folder.path().join("run/engine.lock");
        assert_eq!(running(folder.path()), None);
        let first = Lock::take(&path).unwrap();
        let EngineError::Running { pid } = Lock::take(&path).unwrap_err() else {
            panic!("the lock was taken twice");
        };
        assert_eq!(pid, std::process::id());
        assert_eq!(running(folder.path()), Some(pid));
        drop(first);
        assert_eq!(running(folder.path()), None);
        Lock::take(&path).unwrap();
    }
}
