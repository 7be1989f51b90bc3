//! What a build reads: the files that it asks for, what was parsed of them before, and what it found wrong so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use becket_document::KeyPath;
use becket_source::{Diagnostic, Location, Span};

use crate::codes;
use crate::fields::Text;
use crate::files::{Files, is_within, join, relative};
use crate::kustomization::Kustomization;
use crate::load::{self, Document, Documents};
use crate::resource::Origin;

/// Parsed files by their contents, for whoever builds again after a change: what did not change is not parsed again.
#[derive(Debug, Default)]
pub struct Cache {
    parsed: BTreeMap<Arc<[u8]>, (Documents, bool)>,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many different files it holds.
    pub fn len(&self) -> usize {
        self.parsed.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.parsed.is_empty()
    }

    /// Forgets what no build has used since the last time.
    pub fn sweep(&mut self) {
        self.parsed.retain(|_, (_, used)| std::mem::take(used));
    }
}

/// A folder that is being built: where it is, and what its kustomization file says.
pub(crate) struct Folder {
    pub(crate) path: String,
    pub(crate) file: String,
    pub(crate) kustomization: Kustomization,
}

impl Folder {
    /// The place of `at` in the kustomization file, as what wrote something.
    pub(crate) fn origin(&self, at: &KeyPath) -> Origin {
        Origin {
            path: self.file.clone(),
            document: 0,
            at: at.clone(),
        }
    }

    pub(crate) fn place(&self, span: Span) -> Location {
        Location::new(&self.file, span)
    }
}

/// The files of a build, and what came of reading them.
pub(crate) struct Input<'a> {
    pub(crate) files: &'a dyn Files,
    cache: Option<&'a mut Cache>,
    /// The files that were read.
    pub(crate) read: BTreeSet<String>,
    pub(crate) findings: Vec<Diagnostic>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(files: &'a dyn Files, cache: Option<&'a mut Cache>) -> Self {
        Self {
            files,
            cache,
            read: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// Whether `path` may be read from `folder`: kustomize reads files from a folder and below only.
    pub(crate) fn may_read(&mut self, folder: &Folder, path: &str, entry: &Text) -> bool {
        if is_within(path, &folder.path) && !entry.value.starts_with('/') {
            return true;
        }
        let message = format!(
            "file `{}` is not in or below the folder of this kustomization file",
            entry.value
        );
        self.findings.push(
            Diagnostic::error(codes::OUTSIDE, message, folder.place(entry.span))
                .note("kustomize reads files from below a kustomization only; folders may be anywhere")
                .help(format!(
                    "give the file's own folder a kustomization file and list `{}` under `resources`, or copy the file here",
                    relative(&folder.path, path.rsplit_once('/').map_or("", |(parent, _)| parent))
                )),
        );
        false
    }

    /// The contents of a file that `entry` names as data, such as a patch or a generator's source.
    pub(crate) fn data(&mut self, folder: &Folder, entry: &Text, name: &str) -> Option<(String, Arc<[u8]>)> {
        let path = join(&folder.path, name);
        if is_remote(name) {
            let message = format!("`{name}` lies on another machine, and a build reads nothing from there");
            self.findings.push(
                Diagnostic::error(codes::REMOTE, message, folder.place(entry.span))
                    .help("copy it into this repository"),
            );
            return None;
        }
        let contents = path.as_deref().and_then(|path| self.files.read(path));
        let (Some(path), Some(contents)) = (path, contents) else {
            let message = format!("file `{name}` is not there");
            self.findings.push(
                Diagnostic::error(codes::MISSING, message, folder.place(entry.span))
                    .help("create it, or correct the path: it is relative to this file's folder"),
            );
            return None;
        };
        if !self.may_read(folder, &path, entry) {
            return None;
        }
        self.read.insert(path.clone());
        Some((path, contents))
    }

    /// The resources in `contents`, parsed now or before.
    pub(crate) fn documents(&mut self, path: &str, contents: &Arc<[u8]>) -> Option<Documents> {
        if let Some((documents, used)) = self
            .cache
            .as_mut()
            .and_then(|cache| cache.parsed.get_mut(contents))
        {
            *used = true;
            return Some(documents.clone());
        }
        let text = match load::decode(path, contents) {
            Ok(text) => text,
            Err(finding) => {
                self.findings.push(*finding);
                return None;
            }
        };
        match load::documents(text, load::Written::Annotations) {
            Ok(documents) => {
                let documents: Arc<Vec<Document>> = Arc::new(documents);
                if let Some(cache) = &mut self.cache {
                    cache.parsed.insert(contents.clone(), (documents.clone(), true));
                }
                Some(documents)
            }
            Err(wrong) => {
                self.findings.extend(wrong.into_iter().map(|(message, span)| {
                    Diagnostic::error(codes::RESOURCE, message, Location::new(path, span))
                        .help("each document of the file has to be a Kubernetes resource with kind and metadata.name")
                }));
                None
            }
        }
    }
}

/// Whether `name` names something on another machine.
pub(crate) fn is_remote(name: &str) -> bool {
    name.contains("://")
        || name.starts_with("git@")
        || name.starts_with("git::")
        || name.starts_with("github.com/")
}
