//! Images on this machine: a folder in the OCI image layout 1.1, and beside it, under `roots/`, each image unpacked once.
//!
//! Everything is named by the SHA-256 of what is in it, written beside and renamed, and checked when it is read.
//! Several processes may use one store at once. No registry, no compression, one platform: this machine's.

mod blobs;
mod build;
mod digest;
mod schema;
mod unpack;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use build::{ImageContents, ImageFile, ImageSpec};
pub use digest::{Digest, NotADigest};
use schema::{Config, Descriptor, Index, Manifest};

/// A folder of images.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// What an image says about the program in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// The program and its first arguments.
    pub entrypoint: Vec<String>,
    /// Further arguments, which others may take the place of.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// User and group as the image writes them, such as `65532:65532`.
    pub user: String,
    /// The folder to start in.
    pub workdir: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

impl ImageConfig {
    /// User and group as numbers: root when nothing is said, the user's number for a group that is not said, and
    /// nothing when they are names.
    pub fn ids(&self) -> Option<(u32, u32)> {
        if self.user.is_empty() {
            return Some((0, 0));
        }
        let (user, group) = self.user.split_once(':').unwrap_or((&self.user, &self.user));
        Some((user.parse().ok()?, group.parse().ok()?))
    }
}

/// Something is wrong with the store, or with an image in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The machine refused.
    #[error("image store: {doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
    /// A blob is not what its name says.
    #[error("image {digest} is damaged: {} holds something else than its name says\n  delete that file and build the image again", path.display())]
    Damaged {
        /// The blob's digest.
        digest: Digest,
        /// Where it lies.
        path: PathBuf,
    },
    /// No such image here.
    #[error("image {digest} is not in the store {}\n  build it again, or release the service again", folder.display())]
    Missing {
        /// The digest asked for.
        digest: Digest,
        /// The store.
        folder: PathBuf,
    },
    /// A file of the store cannot be understood.
    #[error("image store: {} is not what the OCI image layout asks for: {reason}\n  delete it and build the images again", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The image holds or asks for what is refused here.
    #[error("image {digest} cannot be unpacked: {reason}")]
    Refused {
        /// The image.
        digest: Digest,
        /// What is refused.
        reason: String,
    },
    /// The description of an image to build is wrong.
    #[error("image {name} cannot be built: {reason}")]
    Spec {
        /// The image's name.
        name: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

impl StoreError {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

impl Store {
    /// Opens a store, and makes it when it is not there.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self {
            folder: folder.into(),
        };
        for path in [store.blobs(), store.roots()] {
            fs::create_dir_all(&path).map_err(StoreError::io("make", &path))?;
        }
        let layout = store.folder.join("oci-layout");
        if !layout.exists() {
            blobs::write_beside(&layout, br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        }
        let lock = store.lock("index.lock")?;
        if !store.folder.join("index.json").exists() {
            store.write_index(&Index::default())?;
        }
        drop(lock);
        Ok(store)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest image of a name.
    pub fn find(&self, name: &str) -> Result<Option<Digest>, StoreError> {
        Ok(self
            .index()?
            .manifests
            .into_iter()
            .find(|image| image.name() == Some(name))
            .map(|image| image.digest))
    }

    /// Whether an image of this digest is here.
    pub fn contains(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self
            .index()?
            .manifests
            .iter()
            .any(|image| image.digest == *digest))
    }

    /// What an image says about the program in it.
    pub fn config(&self, digest: &Digest) -> Result<ImageConfig, StoreError> {
        let config: Config = self.read_json(&self.manifest(digest)?.config.digest)?;
        Ok(config.into_image())
    }

    /// Removes every image but these, and their unpacked roots. Answers how many images were removed. Nobody may run
    /// one of them meanwhile.
    pub fn prune(&self, keep: &BTreeSet<Digest>) -> Result<usize, StoreError> {
        let _blobs = self.lock("blobs.lock")?;
        let _index = self.lock("index.lock")?;
        let _roots = self.lock("roots.lock")?;
        let mut index = self.index()?;
        let before = index.manifests.len();
        index.manifests.retain(|image| keep.contains(&image.digest));
        let mut blobs = BTreeSet::new();
        for image in &index.manifests {
            let manifest = self.manifest(&image.digest)?;
            blobs.insert(image.digest.hex().to_owned());
            blobs.insert(manifest.config.digest.hex().to_owned());
            blobs.extend(manifest.layers.iter().map(|layer| layer.digest.hex().to_owned()));
        }
        self.write_index(&index)?;
        remove_all_but(&self.blobs(), &blobs)?;
        remove_all_but(
            &self.roots(),
            &keep.iter().map(|digest| digest.hex().to_owned()).collect(),
        )?;
        Ok(before - index.manifests.len())
    }

    fn blobs(&self) -> PathBuf {
        self.folder.join("blobs/sha256")
    }

    fn roots(&self) -> PathBuf {
        self.folder.join("roots/sha256")
    }

    fn manifest(&self, digest: &Digest) -> Result<Manifest, StoreError> {
        self.read_json(digest)
    }

    /// Keeps other processes and threads out, until dropped.
    fn lock(&self, name: &str) -> Result<File, StoreError> {
        let (file, path) = self.lock_file(name)?;
        file.lock().map_err(StoreError::io("lock", &path))?;
        Ok(file)
    }

    /// Keeps out who wants to be alone, until dropped.
    fn lock_shared(&self, name: &str) -> Result<File, StoreError> {
        let (file, path) = self.lock_file(name)?;
        file.lock_shared().map_err(StoreError::io("lock", &path))?;
        Ok(file)
    }

    fn lock_file(&self, name: &str) -> Result<(File, PathBuf), StoreError> {
        let path = self.folder.join(name);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        Ok((file.map_err(StoreError::io("open", &path))?, path))
    }

    fn index(&self) -> Result<Index, StoreError> {
        let path = self.folder.join("index.json");
        let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
        serde_json::from_slice(&bytes).map_err(|error| StoreError::Malformed {
            path,
            reason: error.to_string(),
        })
    }

    fn write_index(&self, index: &Index) -> Result<(), StoreError> {
        let path = self.folder.join("index.json");
        blobs::write_beside(&path, &blobs::json(index, &path)?)
    }

    /// Enters an image as the newest of its name.
    fn enter(&self, mut image: Descriptor, name: &str) -> Result<(), StoreError> {
        let _lock = self.lock("index.lock")?;
        let mut index = self.index()?;
        for other in &mut index.manifests {
            if other.name() == Some(name) {
                other.annotations.clear();
            }
        }
        index.manifests.retain(|other| other.digest != image.digest);
        image.set_name(name);
        index.manifests.push(image);
        self.write_index(&index)
    }
}

fn remove_all_but(folder: &Path, keep: &BTreeSet<String>) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::io("read", folder))? {
        let entry = entry.map_err(StoreError::io("read", folder))?;
        let path = entry.path();
        if entry.file_name().to_str().is_some_and(|name| keep.contains(name)) {
            continue;
        }
        let kind = entry.file_type().map_err(StoreError::io("look at", &path))?;
        let removed = if kind.is_dir() {
            unpack::remove_tree(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(StoreError::io("remove", &path))?;
    }
    Ok(())
}
