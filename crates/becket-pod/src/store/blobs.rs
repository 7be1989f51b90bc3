//! Blobs: written beside and renamed, so that a name never stands for half of its bytes; checked when read.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::schema::Descriptor;
use super::{Digest, Store, StoreError};

/// Hashes what is written or read through it.
pub(super) struct Hashing<T> {
    inner: T,
    hash: Sha256,
    size: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            size: 0,
        }
    }

    pub(super) fn finish(self) -> (T, Digest, u64) {
        (self.inner, Digest::of_hash(&self.hash.finalize()), self.size)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

/// A name beside `path` that no other process and no other thread uses.
fn beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(
        ".{}-{}.new",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    name.into()
}

/// Puts a whole file in its place at once.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let new = beside(path);
    fs::write(&new, bytes).map_err(StoreError::io("write", &new))?;
    fs::rename(&new, path).map_err(StoreError::io("write", path))
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize, path: &Path) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Malformed {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

impl Store {
    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    /// Writes a blob as `write` says, and names it by what it turned out to be.
    pub(super) fn write_blob(
        &self,
        media_type: &str,
        write: impl FnOnce(&mut Hashing<io::BufWriter<File>>) -> Result<(), StoreError>,
    ) -> Result<Descriptor, StoreError> {
        let new = beside(&self.blobs().join("blob"));
        let write_all = || {
            let file = File::create(&new).map_err(StoreError::io("write", &new))?;
            let mut blob = Hashing::new(io::BufWriter::with_capacity(256 * 1024, file));
            write(&mut blob)?;
            blob.flush().map_err(StoreError::io("write", &new))?;
            let (_, digest, size) = blob.finish();
            let path = self.blob(&digest);
            fs::rename(&new, &path).map_err(StoreError::io("write", &path))?;
            Ok(Descriptor::new(media_type, digest, size))
        };
        let written = write_all();
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }

    pub(super) fn write_json(
        &self,
        media_type: &str,
        value: &impl Serialize,
    ) -> Result<Descriptor, StoreError> {
        let bytes = json(value, &self.folder)?;
        self.write_blob(media_type, |blob| {
            blob.write_all(&bytes)
                .map_err(StoreError::io("write", &self.blobs()))
        })
    }

    /// Opens a blob for reading; whoever reads it hashes it.
    pub(super) fn open_blob(&self, digest: &Digest) -> Result<File, StoreError> {
        let path = self.blob(digest);
        File::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => StoreError::Missing {
                digest: digest.clone(),
                folder: self.folder.clone(),
            },
            _ => StoreError::Io {
                doing: "open",
                path,
                source,
            },
        })
    }

    pub(super) fn damaged(&self, digest: &Digest) -> StoreError {
        StoreError::Damaged {
            digest: digest.clone(),
            path: self.blob(digest),
        }
    }

    pub(super) fn read_json<T: DeserializeOwned>(&self, digest: &Digest) -> Result<T, StoreError> {
        let mut blob = Hashing::new(self.open_blob(digest)?);
        let path = self.blob(digest);
        let mut bytes = Vec::new();
        blob.read_to_end(&mut bytes)
            .map_err(StoreError::io("read", &path))?;
        if blob.finish().1 != *digest {
            return Err(self.damaged(digest));
        }
        serde_json::from_slice(&bytes).map_err(|error| StoreError::Malformed {
            path,
            reason: error.to_string(),
        })
    }
}
