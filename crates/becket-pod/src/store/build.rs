//! Builds an image from scratch: one layer with a static program and the files it needs.
//!
//! The same contents give the same digest, wherever and whenever they are built: sorted, with fixed times and owners.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use tar::{EntryType, Header};

use super::schema::{CONFIG, Config, Execution, LAYER, MANIFEST, Manifest, RootFs, architecture};
use super::{Digest, Store, StoreError};

/// An image to build.
#[derive(Debug, Clone, Default)]
pub struct ImageSpec {
    /// The name, such as `localhost/orders`.
    pub name: String,
    /// The static program on this machine.
    pub binary: PathBuf,
    /// Its place in the image, such as `/orders`.
    pub program: String,
    /// Other files.
    pub files: Vec<ImageFile>,
    /// The entrypoint; the program alone when empty.
    pub entrypoint: Vec<String>,
    /// Arguments that others may take the place of.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// User and group, such as `65532:65532`.
    pub user: String,
    /// The folder to start in.
    pub workdir: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A file in an image.
#[derive(Debug, Clone)]
pub struct ImageFile {
    /// Its place in the image.
    pub path: String,
    /// What is in it.
    pub contents: ImageContents,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
}

/// What is in a file of an image.
#[derive(Debug, Clone)]
pub enum ImageContents {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A copy of a file of this machine.
    Copy(PathBuf),
}

impl Store {
    /// Builds an image, and makes it the newest of its name.
    pub fn build_scratch(&self, spec: &ImageSpec) -> Result<Digest, StoreError> {
        let wrong = |reason: String| StoreError::Spec {
            name: spec.name.clone(),
            reason,
        };
        let mut files = BTreeMap::new();
        let program = ImageContents::Copy(spec.binary.clone());
        files.insert(inside(&spec.program).map_err(wrong)?, (&program, 0o755));
        for file in &spec.files {
            files.insert(inside(&file.path).map_err(wrong)?, (&file.contents, file.mode));
        }
        let _lock = self.lock_shared("blobs.lock")?;
        let layer = self.write_blob(LAYER, |blob| write_layer(blob, &files))?;
        let list = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        let entrypoint = list(&spec.entrypoint).unwrap_or_else(|| vec![spec.program.clone()]);
        let config = Config {
            architecture: architecture().to_owned(),
            os: "linux".to_owned(),
            execution: Execution {
                user: spec.user.clone(),
                env: spec
                    .env
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect(),
                entrypoint: Some(entrypoint),
                cmd: list(&spec.args),
                working_dir: spec.workdir.clone(),
                labels: (!spec.labels.is_empty()).then(|| spec.labels.clone()),
            },
            // The layer is not compressed, so that its digest is the one of its contents.
            rootfs: RootFs {
                kind: "layers".to_owned(),
                diff_ids: vec![layer.digest.clone()],
            },
        };
        let config = self.write_json(CONFIG, &config)?;
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            config,
            layers: vec![layer],
        };
        let manifest = self.write_json(MANIFEST, &manifest)?;
        let digest = manifest.digest.clone();
        self.enter(manifest, &spec.name)?;
        Ok(digest)
    }
}

/// A place in the image as a layer writes it: without the first `/`, never upwards.
fn inside(path: &str) -> Result<PathBuf, String> {
    let relative = Path::new(path.trim_start_matches('/'));
    let normal = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if normal && relative.components().next().is_some() {
        Ok(relative.to_owned())
    } else {
        Err(format!(
            "{path:?} is no place in an image; one looks like /{}",
            path.replace("..", "")
        ))
    }
}

fn write_layer(
    blob: &mut impl Write,
    files: &BTreeMap<PathBuf, (&ImageContents, u32)>,
) -> Result<(), StoreError> {
    let mut layer = tar::Builder::new(blob);
    let mut folders = std::collections::BTreeSet::new();
    for (path, (contents, mode)) in files {
        let writing = |source| StoreError::io("put into an image", path)(source);
        let parents: Vec<_> = path
            .ancestors()
            .skip(1)
            .filter(|path| !path.as_os_str().is_empty())
            .collect();
        for folder in parents.into_iter().rev() {
            if folders.insert(folder.to_owned()) {
                let mut header = header(EntryType::Directory, 0o755, 0);
                layer
                    .append_data(&mut header, folder, io::empty())
                    .map_err(writing)?;
            }
        }
        match contents {
            ImageContents::Bytes(bytes) => {
                let mut header = header(EntryType::Regular, *mode, bytes.len() as u64);
                layer
                    .append_data(&mut header, path, bytes.as_slice())
                    .map_err(writing)?;
            }
            ImageContents::Copy(from) => {
                let file = File::open(from).map_err(StoreError::io("read", from))?;
                let size = file.metadata().map_err(StoreError::io("read", from))?.len();
                let mut header = header(EntryType::Regular, *mode, size);
                // What grows while it is read must not spoil the layer.
                layer
                    .append_data(&mut header, path, file.take(size))
                    .map_err(writing)?;
            }
        }
    }
    layer
        .finish()
        .map_err(StoreError::io("finish", Path::new("the layer")))
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}
