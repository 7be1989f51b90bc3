//! `kustomize build`: what kustomize 5.8.2 prints, byte for byte.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use becket_kustomize::Files;
use becket_source::FileSet;

use crate::cli::Kustomize;
use crate::error::CommandError;
use crate::folder::existing;
use crate::output::Output;

/// Files of a disk, read when they are asked for and kept for showing findings in them.
struct Disk {
    root: PathBuf,
    read: RefCell<BTreeMap<String, Arc<[u8]>>>,
}

impl Files for Disk {
    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        if let Some(contents) = self.read.borrow().get(path) {
            return Some(contents.clone());
        }
        let contents: Arc<[u8]> = std::fs::read(self.root.join(path)).ok()?.into();
        self.read.borrow_mut().insert(path.to_owned(), contents.clone());
        Some(contents)
    }

    fn has_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }
}

pub(crate) fn run(start: &Path, arguments: &Kustomize, output: Output) -> Result<(), CommandError> {
    let Kustomize::Build { folder } = arguments;
    let folder = existing(&start.join(folder))?;
    // The root of the disk, so that bases above the folder are found.
    let disk = Disk {
        root: PathBuf::from("/"),
        read: RefCell::default(),
    };
    let path = folder.to_string_lossy().trim_start_matches('/').to_owned();
    match becket_kustomize::build(&disk, &path) {
        Ok(built) => {
            output.raw(&built.to_yaml());
            Ok(())
        }
        Err(mut findings) => {
            let files: FileSet = disk.read.into_inner().into_iter().collect();
            output.findings(&mut findings, &files);
            Err(CommandError::shown())
        }
    }
}
