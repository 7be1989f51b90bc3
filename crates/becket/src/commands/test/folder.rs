//! The folder that a test works in: the files that are laid out, and what a run of Terraform adds to them.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use becket_source::FileSet;
use serde_json::{Map, Value};

use super::laid::LEFTOVERS;
use super::roots::Root;
use crate::error::CommandError;
use crate::folder::{unreadable, unwritable, write_file};

/// The folder, and the files in it that are the test's own.
#[derive(Debug)]
pub(super) struct Work {
    path: PathBuf,
    files: RefCell<FileSet>,
}

impl Work {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            files: RefCell::default(),
        }
    }

    /// The folder of `root`.
    pub(super) fn root(&self, root: &Root) -> PathBuf {
        self.path.join("terraform").join(&root.path)
    }

    /// Lays out `files` in the place of those before.
    pub(super) fn lay_out(&self, files: FileSet) -> Result<(), CommandError> {
        let mut before = self.files.borrow_mut();
        for (path, contents) in files.iter() {
            if before.get(path) != Some(contents) {
                write_file(&self.path.join(path), contents)?;
            }
        }
        for (path, _) in before.iter().filter(|(path, _)| !files.contains(path)) {
            let path = self.path.join(path);
            fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
        }
        *before = files;
        Ok(())
    }

    /// Lays out what `files` has of `root` only.
    pub(super) fn lay_out_root(&self, files: &FileSet, root: &Root) -> Result<(), CommandError> {
        let folder = format!("terraform/{}", root.path);
        let mut all = self.files.borrow().clone();
        all.replace_folder(&folder, &files.folder(&folder));
        self.lay_out(all)
    }

    /// The text of a file of `root`; empty where it has none.
    pub(super) fn text(&self, root: &Root, name: &str) -> String {
        let files = self.files.borrow();
        let text = files.text(&format!("terraform/{}/{name}", root.path));
        text.and_then(Result::ok).unwrap_or_default().to_owned()
    }

    /// Writes the facts of `root`. Says whether they are others than before.
    pub(super) fn write_facts(&self, root: &Root, facts: Map<String, Value>) -> Result<bool, CommandError> {
        let path = self.root(root).join("facts.auto.tfvars.json");
        let text = Value::from(facts).to_string();
        if fs::read_to_string(&path).is_ok_and(|before| before == text) {
            return Ok(false);
        }
        write_file(&path, text.as_bytes())?;
        Ok(true)
    }

    /// The state of `root`; null where it has none.
    pub(super) fn state(&self, root: &Root) -> Result<Value, CommandError> {
        let path = self.root(root).join("terraform.tfstate");
        if !path.exists() {
            return Ok(Value::Null);
        }
        let text = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        serde_json::from_slice(&text)
            .map_err(|error| CommandError::machine(format!("{}: {error}", path.display())))
    }

    /// A root that finds what is left, with these variables.
    pub(super) fn leftovers(
        &self,
        name: &str,
        variables: &Map<String, Value>,
    ) -> Result<PathBuf, CommandError> {
        let folder: &Path = &self.path.join(format!("{LEFTOVERS}-{name}"));
        for (path, contents) in self.files.borrow().folder(LEFTOVERS).iter() {
            write_file(&folder.join(path), contents)?;
        }
        let text = Value::from(variables.clone()).to_string();
        write_file(&folder.join("terraform.tfvars.json"), text.as_bytes())?;
        Ok(folder.to_owned())
    }
}
