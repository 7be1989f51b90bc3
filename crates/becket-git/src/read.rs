//! Finding the way through Git's folders.

use std::collections::BTreeMap;

use becket_source::{Change, FileSet};

/// Folders with more names than this are kept once read: finding one name in a thousand costs reading all.
const LARGE: usize = 32;

/// What lies under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file, executable or not.
    File,
    /// A folder.
    Folder,
    /// A symbolic link or a submodule.
    Other,
}

type Entry = (git2::Oid, Kind);

/// A handle that remembers large folders.
pub(crate) struct Reader {
    pub(crate) git: git2::Repository,
    large: BTreeMap<git2::Oid, BTreeMap<String, Entry>>,
}

impl Reader {
    pub(crate) fn new(git: git2::Repository) -> Self {
        Self {
            git,
            large: BTreeMap::new(),
        }
    }

    /// What lies at `path` below the folder `root`.
    pub(crate) fn entry(&mut self, root: git2::Oid, path: &str) -> Result<Option<Entry>, git2::Error> {
        let Self { git, large } = self;
        find(root, path, |folder, name| {
            if let Some(names) = large.get(&folder) {
                return Ok(names.get(name).copied());
            }
            let tree = git.find_tree(folder)?;
            let found = tree
                .get_name(name)
                .map(|entry| (entry.id(), kind_of(entry.filemode())));
            if tree.len() > LARGE {
                let names = tree.iter().filter_map(|entry| {
                    let name = entry.name().ok()?.to_owned();
                    Some((name, (entry.id(), kind_of(entry.filemode()))))
                });
                large.insert(folder, names.collect());
            }
            Ok(found)
        })
    }

    /// The folder at `path` below the folder `root`.
    pub(crate) fn folder(&mut self, root: git2::Oid, path: &str) -> Result<Option<git2::Oid>, git2::Error> {
        Ok(self
            .entry(root, path)?
            .and_then(|(id, kind)| (kind == Kind::Folder).then_some(id)))
    }
}

/// What lies at `path` below the folder `root`, in an ordinary handle.
pub(crate) fn entry_at(
    git: &git2::Repository,
    root: git2::Oid,
    path: &str,
) -> Result<Option<Entry>, git2::Error> {
    find(root, path, |folder, name| {
        let tree = git.find_tree(folder)?;
        Ok(tree
            .get_name(name)
            .map(|entry| (entry.id(), kind_of(entry.filemode()))))
    })
}

fn find(
    root: git2::Oid,
    path: &str,
    mut step: impl FnMut(git2::Oid, &str) -> Result<Option<Entry>, git2::Error>,
) -> Result<Option<Entry>, git2::Error> {
    let mut found = (root, Kind::Folder);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if found.1 != Kind::Folder {
            return Ok(None);
        }
        match step(found.0, name)? {
            Some(next) => found = next,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn kind_of(mode: i32) -> Kind {
    match mode & 0o170_000 {
        0o100_000 => Kind::File,
        0o040_000 => Kind::Folder,
        _ => Kind::Other,
    }
}

/// The files below `folder`, with paths relative to it.
pub(crate) fn files_below(git: &git2::Repository, folder: git2::Oid) -> Result<FileSet, git2::Error> {
    let mut files = FileSet::new();
    walk(git, folder, "", &mut |path, id| {
        files.insert(path, git.find_blob(id)?.content());
        Ok(())
    })?;
    Ok(files)
}

/// Visits each file below `folder`, whose own path is `shown`.
pub(crate) fn walk(
    git: &git2::Repository,
    folder: git2::Oid,
    shown: &str,
    visit: &mut dyn FnMut(String, git2::Oid) -> Result<(), git2::Error>,
) -> Result<(), git2::Error> {
    let mut open = vec![(folder, shown.trim_matches('/').to_owned())];
    while let Some((id, shown)) = open.pop() {
        let tree = git.find_tree(id)?;
        for entry in &tree {
            // A name that is no UTF-8 belongs to none of our files.
            let Ok(name) = entry.name() else { continue };
            let path = if shown.is_empty() {
                name.to_owned()
            } else {
                format!("{shown}/{name}")
            };
            match kind_of(entry.filemode()) {
                Kind::File => visit(path, entry.id())?,
                Kind::Folder => open.push((entry.id(), path)),
                Kind::Other => {}
            }
        }
    }
    Ok(())
}

/// What happened to which file between two trees, below any of `paths` (all where there are none), by path.
pub(crate) fn changes(
    git: &git2::Repository,
    from: Option<&git2::Tree<'_>>,
    to: Option<&git2::Tree<'_>>,
    paths: &[&str],
) -> Result<Vec<(String, Change)>, git2::Error> {
    let mut options = git2::DiffOptions::new();
    options.disable_pathspec_match(true).skip_binary_check(true);
    for path in paths.iter().filter(|path| !path.is_empty()) {
        options.pathspec(path);
    }
    let diff = git.diff_tree_to_tree(from, to, Some(&mut options))?;
    let mut changes: Vec<(String, Change)> = diff
        .deltas()
        .filter_map(|delta| {
            let change = match delta.status() {
                git2::Delta::Added => Change::Added,
                git2::Delta::Deleted => Change::Removed,
                _ => Change::Modified,
            };
            let file = if change == Change::Removed {
                delta.old_file()
            } else {
                delta.new_file()
            };
            Some((file.path()?.to_str()?.to_owned(), change))
        })
        .collect();
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(changes)
}
