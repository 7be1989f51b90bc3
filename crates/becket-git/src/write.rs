//! Writes the objects of a commit: a few as single files, many as one pack.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use crate::commit::Commit;
use crate::edits::Edits;
use crate::error::Error;
use crate::id::CommitId;
use crate::repository::{Repository, open_handle};

/// From so many edits on, the objects go into one pack: thousands of small files cost a second and a half more.
const PACK_FROM: usize = 64;

const FILE: i32 = 0o100_644;
const EXECUTABLE: i32 = 0o100_755;
const FOLDER: i32 = 0o040_000;

/// Writes a commit of `edits` on top of `parent`, which nothing refers to yet; none where it would change nothing.
pub(crate) fn write_commit(
    repository: &Repository,
    parent: Option<CommitId>,
    edits: &Edits,
    commit: &Commit,
) -> Result<Option<CommitId>, Error> {
    if edits.len() < PACK_FROM {
        return write_objects(repository, &repository.git(), parent, edits, commit);
    }
    let failed = |error: &git2::Error| repository.error("write a pack", error);
    let memory = open_handle(repository.path())?;
    let objects = memory.odb().map_err(|error| failed(&error))?;
    let pack = objects
        .add_new_mempack_backend(1000)
        .map_err(|error| failed(&error))?;
    let Some(id) = write_objects(repository, &memory, parent, edits, commit)? else {
        return Ok(None);
    };
    let mut bytes = git2::Buf::new();
    pack.dump(&memory, &mut bytes).map_err(|error| failed(&error))?;
    let git = repository.git();
    let objects = git.odb().map_err(|error| failed(&error))?;
    let mut writer = objects.packwriter().map_err(|error| failed(&error))?;
    writer
        .write_all(&bytes)
        .map_err(|error| repository.io_error("write a pack", &error))?;
    writer.commit().map_err(|error| failed(&error))?;
    Ok(Some(id))
}

fn write_objects(
    repository: &Repository,
    git: &git2::Repository,
    parent: Option<CommitId>,
    edits: &Edits,
    commit: &Commit,
) -> Result<Option<CommitId>, Error> {
    let failed = |error: &git2::Error| repository.error("write a commit", error);
    let base = parent.map(|parent| repository.root(git, parent)).transpose()?;
    let files = edits
        .files
        .iter()
        .map(|(path, contents)| (path.as_str(), path.as_str(), contents.as_ref()))
        .collect();
    let written = Folder { repository, git }.write(base.as_ref(), files)?;
    let tree = match written {
        Some(tree) if base.as_ref().is_some_and(|base| base.id() == tree) => return Ok(None),
        None if base.as_ref().is_none_or(git2::Tree::is_empty) => return Ok(None),
        Some(tree) => tree,
        // The last file went: the root alone may be empty.
        None => git
            .treebuilder(None)
            .and_then(|builder| builder.write())
            .map_err(|error| failed(&error))?,
    };
    let tree = git.find_tree(tree).map_err(|error| failed(&error))?;
    let signature = commit.signature().map_err(|error| failed(&error))?;
    let parent = parent
        .map(|parent| git.find_commit(parent.0))
        .transpose()
        .map_err(|error| failed(&error))?;
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    let id = git
        .commit(None, &signature, &signature, &commit.text(), &tree, &parents)
        .map_err(|error| failed(&error))?;
    Ok(Some(CommitId(id)))
}

/// An edit: what is left of the path, the whole path, the contents.
type Edit<'a> = (&'a str, &'a str, Option<&'a Arc<[u8]>>);

/// The edits of one name in a folder.
#[derive(Default)]
struct Name<'a> {
    file: Option<Edit<'a>>,
    below: Vec<Edit<'a>>,
}

struct Folder<'a> {
    repository: &'a Repository,
    git: &'a git2::Repository,
}

impl Folder<'_> {
    /// Writes a folder and what is below; none where nothing is left in it.
    fn write(&self, base: Option<&git2::Tree<'_>>, edits: Vec<Edit<'_>>) -> Result<Option<git2::Oid>, Error> {
        let failed = |error: git2::Error| self.repository.error("write a folder", &error);
        let mut names: BTreeMap<&str, Name<'_>> = BTreeMap::new();
        for edit in edits {
            match edit.0.split_once('/') {
                None => names.entry(edit.0).or_default().file = Some(edit),
                Some((name, rest)) => {
                    names.entry(name).or_default().below.push((rest, edit.1, edit.2));
                }
            }
        }
        let mut builder = self.git.treebuilder(base).map_err(failed)?;
        for (name, edits) in names {
            if let (Some((_, path, Some(_))), true) = (
                edits.file,
                edits.below.iter().any(|(_, _, contents)| contents.is_some()),
            ) {
                return Err(invalid(path, "it would be a file and a folder at once"));
            }
            let there = mode_of(&builder, name).map_err(failed)?;
            match edits.file {
                Some((_, path, Some(contents))) => {
                    let blob = self.git.blob(contents).map_err(failed)?;
                    let mode = match there {
                        Some(EXECUTABLE) => EXECUTABLE,
                        _ => FILE,
                    };
                    builder
                        .insert(name, blob, mode)
                        .map_err(|error| invalid(path, error.message()))?;
                }
                Some((_, _, None)) if there.is_some_and(|mode| mode != FOLDER) => {
                    builder.remove(name).map_err(failed)?;
                }
                _ => {}
            }
            if !edits.below.is_empty() {
                self.folder(&mut builder, name, edits.below)?;
            }
        }
        if builder.is_empty() {
            return Ok(None);
        }
        builder.write().map(Some).map_err(failed)
    }

    fn folder(
        &self,
        builder: &mut git2::TreeBuilder<'_>,
        name: &str,
        edits: Vec<Edit<'_>>,
    ) -> Result<(), Error> {
        let failed = |error: git2::Error| self.repository.error("write a folder", &error);
        let path = edits.first().map_or("", |(_, path, _)| *path);
        let there = builder
            .get(name)
            .map_err(failed)?
            .map(|entry| (entry.id(), entry.filemode()));
        let base = match there {
            Some((id, FOLDER)) => Some(self.git.find_tree(id).map_err(failed)?),
            // A file stands where the folder would be: it makes way only when something is put below.
            Some(_) if edits.iter().all(|(_, _, contents)| contents.is_none()) => return Ok(()),
            _ => None,
        };
        match self.write(base.as_ref(), edits)? {
            Some(id) => {
                builder
                    .insert(name, id, FOLDER)
                    .map_err(|error| invalid(path, error.message()))?;
            }
            None if there.is_some() => builder.remove(name).map_err(failed)?,
            None => {}
        }
        Ok(())
    }
}

fn mode_of(builder: &git2::TreeBuilder<'_>, name: &str) -> Result<Option<i32>, git2::Error> {
    Ok(builder.get(name)?.map(|entry| entry.filemode()))
}

fn invalid(path: &str, reason: &str) -> Error {
    Error::InvalidPath {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
