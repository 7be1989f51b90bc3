//! Unpacks images into root folders, each once, whoever asks at the same time.
//!
//! Refused: what would be written outside of the root, devices, and what takes away from a lower layer (whiteouts),
//! because images built here have one layer.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use tar::EntryType;

use super::blobs::Hashing;
use super::schema::{Descriptor, LAYER};
use super::{Digest, Store, StoreError};

impl Store {
    /// The folder with an image's root. It must not be changed; containers have it read-only or below an overlay.
    pub fn unpack(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        let root = self.roots().join(digest.hex());
        if root.is_dir() {
            return Ok(root);
        }
        let _lock = self.lock("roots.lock")?;
        if root.is_dir() {
            return Ok(root);
        }
        let manifest = self.manifest(digest)?;
        // What a killed process left behind: we have the lock, so nobody is at it.
        let partial = root.with_extension("partial");
        if partial.exists() {
            remove_tree(&partial).map_err(StoreError::io("remove", &partial))?;
        }
        fs::create_dir(&partial).map_err(StoreError::io("make", &partial))?;
        let unpacked = manifest
            .layers
            .iter()
            .try_for_each(|layer| self.unpack_layer(digest, layer, &partial));
        if let Err(error) = unpacked {
            let _ = remove_tree(&partial);
            return Err(error);
        }
        fs::rename(&partial, &root).map_err(StoreError::io("make", &root))?;
        Ok(root)
    }

    fn unpack_layer(&self, image: &Digest, layer: &Descriptor, root: &Path) -> Result<(), StoreError> {
        let refused = |reason: String| StoreError::Refused {
            digest: image.clone(),
            reason,
        };
        if layer.media_type != LAYER {
            return Err(refused(format!(
                "a layer of the media type {} is not known here",
                layer.media_type
            )));
        }
        let path = self.blob(&layer.digest);
        let mut blob = Hashing::new(io::BufReader::with_capacity(
            256 * 1024,
            self.open_blob(&layer.digest)?,
        ));
        let unpacked = unpack_tar(&mut blob, root);
        // Read to the end even then: a damaged blob is the better explanation of a tar that makes no sense.
        io::copy(&mut blob, &mut io::sink()).map_err(StoreError::io("read", &path))?;
        if blob.finish().1 != layer.digest {
            return Err(self.damaged(&layer.digest));
        }
        unpacked.map_err(|stop| match stop {
            Stop::Refused(reason) => refused(reason),
            Stop::Io(source) => StoreError::Io {
                doing: "unpack",
                path,
                source,
            },
        })
    }
}

enum Stop {
    Refused(String),
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn unpack_tar(tar: impl Read, root: &Path) -> Result<(), Stop> {
    let mut archive = tar::Archive::new(tar);
    archive.set_preserve_permissions(true);
    archive.set_preserve_mtime(false);
    archive.set_overwrite(true);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let shown = path.display();
        if !path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        {
            return Err(Stop::Refused(format!(
                "{shown:?} would be written outside of its root"
            )));
        }
        if path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b".wh."))
        {
            return Err(Stop::Refused(format!(
                "{shown:?} takes a file away from a lower layer, which is not known here"
            )));
        }
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Directory | EntryType::Symlink | EntryType::Link => {}
            other => {
                return Err(Stop::Refused(format!(
                    "{shown:?} is neither file, folder nor link but {other:?}"
                )));
            }
        }
        if !entry.unpack_in(root)? {
            return Err(Stop::Refused(format!(
                "{shown:?} would be written outside of its root"
            )));
        }
    }
    Ok(())
}

/// Removes a folder even when the image has made parts of it read-only.
pub(super) fn remove_tree(path: &Path) -> io::Result<()> {
    fn open_up(path: &Path) -> io::Result<()> {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open_up(&entry.path())?;
            }
        }
        Ok(())
    }
    open_up(path)?;
    fs::remove_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tar with one entry whose name is written as it is, which the library refuses to do.
    fn tar(name: &str, kind: EntryType, target: &str) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(0);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend([0; 1024]);
        bytes
    }

    #[test]
    fn nothing_is_written_outside_of_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let refused = [
            tar("../outside", EntryType::Regular, ""),
            tar("a/../../outside", EntryType::Regular, ""),
            tar("/outside", EntryType::Regular, ""),
            tar("null", EntryType::Char, ""),
            tar("a/.wh.b", EntryType::Regular, ""),
        ];
        for bytes in refused {
            assert!(matches!(
                unpack_tar(bytes.as_slice(), &root),
                Err(Stop::Refused(_))
            ));
        }
        // A link outwards may be there, but nothing is written through it.
        assert!(unpack_tar(tar("out", EntryType::Symlink, "..").as_slice(), &root).is_ok());
        assert!(unpack_tar(tar("out/outside", EntryType::Regular, "").as_slice(), &root).is_err());
        assert!(unpack_tar(tar("hard", EntryType::Link, "/etc/hostname").as_slice(), &root).is_err());
        assert!(!folder.path().join("outside").exists());
    }
}
