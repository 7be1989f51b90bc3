//! The few things that are asked of a disk, and the real one. In tests stands another that loses what was not flushed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

/// A file that is being written.
pub trait NewFile: Write {
    /// Returns once its content outlives a power cut.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file that is read.
pub trait OpenFile: Read + Seek + Send {}

/// Held until it is dropped.
pub trait Held: Send {}

/// What is asked of a disk. Paths are relative to one folder, with `/`.
pub trait Disk: Send + Sync {
    /// A new, empty file; one that is there is emptied.
    fn create(&self, path: &str) -> io::Result<Box<dyn NewFile>>;
    /// An existing file.
    fn open(&self, path: &str) -> io::Result<Box<dyn OpenFile>>;
    /// Gives a file another name in its folder; what has that name is replaced.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Makes a folder, unless it is there.
    fn make_folder(&self, path: &str) -> io::Result<()>;
    /// Returns once the names in a folder outlive a power cut.
    fn sync_folder(&self, path: &str) -> io::Result<()>;
    /// The names of what lies in a folder, in no order. Nothing more is asked of each: a state may have many versions.
    fn list(&self, path: &str) -> io::Result<Vec<String>>;
    /// Waits until nobody else, in any process, holds this file, which is made if need be.
    fn hold(&self, path: &str) -> io::Result<Box<dyn Held>>;
}

/// A folder on the machine's disk. What is made in it is for its owner alone.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `root`, which is made if need be.
    pub fn at(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&root)?;
        if let Some(parent) = root.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        Ok(Self(root))
    }

    /// The folder at `root`, which must be there.
    pub fn existing(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        if fs::metadata(&root)?.is_dir() {
            Ok(Self(root))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }
}

impl NewFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl OpenFile for File {}
impl Held for File {}

impl Disk for Folder {
    fn create(&self, path: &str) -> io::Result<Box<dyn NewFile>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        Ok(Box::new(options.open(self.0.join(path))?))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(File::open(self.0.join(path))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(path))
    }

    fn make_folder(&self, path: &str) -> io::Result<()> {
        match fs::DirBuilder::new().mode(0o700).create(self.0.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    fn sync_folder(&self, path: &str) -> io::Result<()> {
        File::open(self.0.join(path))?.sync_all()
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.0.join(path))? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn hold(&self, path: &str) -> io::Result<Box<dyn Held>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(self.0.join(path))?;
        loop {
            // A lock of the open file: it holds between threads as between processes, and dies with its holder.
            match rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Box::new(file)),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
