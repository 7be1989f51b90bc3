//! From the platform's two bare repositories to what the operators ask for and what each overlay builds to.
//!
//! An overlay is built again only when a commit touched a file that its last build read, or one that it looked for and
//! did not find. It reads at a commit and never writes. Everything here blocks: it runs on threads of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use becket_argocd::Operators;
use becket_git::{CommitId, Repository, Tree, Watch};
use becket_kustomize::{Cache, Files};
use becket_source::FileSet;

use crate::application::{Application, Built, Declared, Place};
use crate::declare::{self, Made, messages};
use crate::memory::PROTECTED;
use crate::world::{Event, Protected};

/// What a build asked for: files and whether they were there, folders and whether they were there.
#[derive(Debug, Default, Clone)]
struct Asked {
    files: BTreeSet<String>,
    folders: BTreeMap<String, bool>,
}

/// The folder of an overlay, and what its build asked for.
type Overlay = (String, Asked);

/// The repositories, and what was read from them last.
#[derive(Debug)]
pub(crate) struct Repositories {
    iac: Repository,
    gitops: Repository,
    root: Option<(CommitId, Operators)>,
    read: Option<CommitId>,
    asked: BTreeMap<String, Overlay>,
    made: Vec<Made>,
    /// What was protected before the start.
    protected: Protected,
    /// Of that what cannot be read any more, and why.
    lost: BTreeMap<String, String>,
}

/// The heads of both repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heads {
    pub(crate) iac: Option<CommitId>,
    pub(crate) gitops: Option<CommitId>,
}

impl Repositories {
    /// Opens `iac.git` and `gitops.git` in `folder`; makes what is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, becket_git::Error> {
        Ok(Self {
            iac: Repository::open_or_init(folder.join("iac.git"))?,
            gitops: Repository::open_or_init(folder.join("gitops.git"))?,
            root: None,
            read: None,
            asked: BTreeMap::new(),
            made: Vec::new(),
            protected: Protected::new(),
            lost: BTreeMap::new(),
        })
    }

    /// Keeps these Applications when they are no longer made.
    pub(crate) fn keeping(self, protected: Protected) -> Self {
        Self { protected, ..self }
    }

    /// Watches both: iac, then gitops.
    pub(crate) fn watch(&self) -> Result<(Watch, Watch), becket_git::Error> {
        Ok((self.iac.watch()?, self.gitops.watch()?))
    }

    /// Reads both at `heads` and tells what is asked for now, and what changed overlays build to.
    /// Whether they could be read.
    pub(crate) fn read(&mut self, heads: Heads, tell: &(dyn Fn(Event) + Sync)) -> bool {
        let told = self.try_read(heads, tell);
        if told.is_err() {
            // Some overlays were told as they are at these heads, others not: none of them is known any more.
            self.asked.clear();
        }
        let why = told
            .err()
            .map(|error| format!("cannot read the repositories: {error}"));
        let read = why.is_none();
        tell(Event::Unreadable(why));
        read
    }

    fn try_read(&mut self, heads: Heads, tell: &(dyn Fn(Event) + Sync)) -> Result<(), becket_git::Error> {
        let (Some(iac), Some(gitops)) = (heads.iac, heads.gitops) else {
            tell(Event::Declared(Declared::default()));
            tell(Event::Settled);
            return Ok(());
        };
        if self.root.as_ref().is_none_or(|(commit, _)| *commit != iac) {
            let mut files = FileSet::new();
            let root = becket_argocd::operator::ROOT;
            files.replace_folder(root, &self.iac.folder(iac, root)?);
            self.root = Some((iac, becket_argocd::operator::read(&files)));
        }
        let mut declared = self.declare(gitops)?;
        let applications = declared.applications.clone();
        let kept = if self.read.is_none() {
            self.kept(&applications)
        } else {
            Vec::new()
        };
        let of = |(application, commit): &(Application, CommitId)| (application.clone(), commit.to_string());
        declared.kept = kept.iter().map(of).collect();
        self.lost
            .retain(|name, _| applications.iter().all(|one| one.name != *name));
        declared.errors.extend(self.lost.values().cloned());
        tell(Event::Declared(declared));

        for (application, commit) in kept {
            self.build(&[application], commit, tell)?;
        }
        let stale = self.stale(&applications, gitops)?;
        self.build(&stale, gitops, tell)?;
        let names: BTreeSet<&str> = applications.iter().map(|one| one.name.as_str()).collect();
        self.asked.retain(|name, _| names.contains(name.as_str()));
        self.read = Some(gitops);
        tell(Event::Settled);
        Ok(())
    }

    fn declare(&mut self, commit: CommitId) -> Result<Declared, becket_git::Error> {
        let empty = Operators::default();
        let operators = self.root.as_ref().map_or(&empty, |(_, operators)| operators);
        let tree = AtCommit::new(self.gitops.tree(commit)?);
        let (declared, made) = declare::declared(operators, &tree, &commit.to_string(), &self.made);
        if let Some(error) = tree.error.take() {
            return Err(error);
        }
        self.made = made;
        Ok(declared)
    }

    /// The protected Applications that are no longer made, as they were at the commits that they were synced to.
    fn kept(&mut self, applications: &[Application]) -> Vec<(Application, CommitId)> {
        self.lost.clear();
        let mut kept = Vec::new();
        for (name, commit) in &self.protected {
            if applications.iter().any(|one| one.name == *name) {
                continue;
            }
            match self.at(name, commit) {
                Ok(found) => kept.push(found),
                Err(why) => {
                    let why = format!(
                        "{name} is protected and was last synced to {commit}, from which it cannot be made again: {why} \
                     (to delete it stop the engine and take it out of .becket/run/{PROTECTED})"
                    );
                    self.lost.insert(name.clone(), why);
                }
            }
        }
        kept
    }

    /// An Application as it was at a commit.
    fn at(&self, name: &str, commit: &str) -> Result<(Application, CommitId), String> {
        let commit: CommitId = commit.parse().map_err(|_| "this is no commit".to_owned())?;
        let tree = self.gitops.tree(commit).map_err(|error| error.to_string())?;
        let tree = AtCommit::new(tree);
        let empty = Operators::default();
        let operators = self.root.as_ref().map_or(&empty, |(_, operators)| operators);
        let (declared, _) = declare::declared(operators, &tree, &commit.to_string(), &[]);
        if let Some(error) = tree.error.take() {
            return Err(error.to_string());
        }
        let mut found = declared.applications.into_iter().filter(|one| one.name == name);
        let found = found.next().ok_or("no ApplicationSet makes it there")?;
        // Whatever the operators say of it now: it was protected when it was synced.
        Ok((
            Application {
                protect: true,
                place: Place::Here,
                ..found
            },
            commit,
        ))
    }

    /// The Applications whose overlays have to be built: new ones, and those whose last build read what changed.
    fn stale(
        &self,
        applications: &[Application],
        commit: CommitId,
    ) -> Result<Vec<Application>, becket_git::Error> {
        let changed: Vec<String> = match self.read {
            Some(read) => self
                .gitops
                .changes(Some(read), commit)?
                .into_iter()
                .map(|(path, _)| path)
                .collect(),
            None => Vec::new(),
        };
        let tree = self.gitops.tree(commit)?;
        let mut stale = Vec::new();
        for application in applications.iter().filter(|one| one.is_built_here()) {
            let fresh = match self.asked.get(&application.name) {
                Some((path, asked)) if *path == application.path => {
                    !changed.iter().any(|path| asked.files.contains(path))
                        && asked.same_folders(&changed, &tree)?
                }
                _ => false,
            };
            if !fresh {
                stale.push(application.clone());
            }
        }
        Ok(stale)
    }

    fn build(
        &mut self,
        stale: &[Application],
        commit: CommitId,
        tell: &(dyn Fn(Event) + Sync),
    ) -> Result<(), becket_git::Error> {
        let threads = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(stale.len());
        let next = AtomicUsize::new(0);
        let gitops = &self.gitops;
        let work = || -> Result<Vec<(String, Overlay)>, becket_git::Error> {
            let files = AtCommit::new(gitops.tree(commit)?);
            let mut cache = Cache::new();
            let mut asked = Vec::new();
            while let Some(application) = stale.get(next.fetch_add(1, Ordering::Relaxed)) {
                let outcome = becket_kustomize::build_with(&files, &application.path, &mut cache);
                if let Some(error) = files.error.take() {
                    return Err(error);
                }
                asked.push((
                    application.name.clone(),
                    (application.path.clone(), files.asked.take()),
                ));
                tell(Event::Built(Built {
                    application: application.name.clone(),
                    revision: commit.to_string(),
                    outcome: match outcome {
                        Ok(built) => Ok(built
                            .resources
                            .into_iter()
                            .map(|one| Arc::new(one.value))
                            .collect()),
                        Err(findings) => Err(messages(&findings).join("; ")),
                    },
                }));
            }
            Ok(asked)
        };
        let results: Vec<_> = if threads <= 1 {
            vec![work()]
        } else {
            std::thread::scope(|scope| {
                let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                let joined = running.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            })
        };
        for result in results {
            self.asked.extend(result?);
        }
        Ok(())
    }
}

impl Asked {
    /// Whether the folders that were looked for are still there, or still not. Only what changed can tell.
    fn same_folders(&self, changed: &[String], tree: &Tree) -> Result<bool, becket_git::Error> {
        for (folder, there) in &self.folders {
            let within = |path: &String| {
                path.strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            if changed.iter().any(within) && tree.has_folder(folder)? != *there {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A repository at a commit that notes what is asked of it, and keeps the first error for whoever can report it.
pub(crate) struct AtCommit {
    tree: Tree,
    asked: RefCell<Asked>,
    error: RefCell<Option<becket_git::Error>>,
}

impl AtCommit {
    fn new(tree: Tree) -> Self {
        Self {
            tree,
            asked: RefCell::default(),
            error: RefCell::default(),
        }
    }

    fn or_note<T: Default>(&self, result: Result<T, becket_git::Error>) -> T {
        result.unwrap_or_else(|error| {
            self.error.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

impl Files for AtCommit {
    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        self.asked.borrow_mut().files.insert(path.to_owned());
        self.or_note(self.tree.read(path))
    }

    fn has_folder(&self, path: &str) -> bool {
        let there = self.or_note(self.tree.has_folder(path));
        self.asked.borrow_mut().folders.insert(path.to_owned(), there);
        there
    }
}

impl becket_argocd::Tree for AtCommit {
    fn walk(&self, folder: &str, each: &mut dyn FnMut(&str)) {
        for path in self.or_note(self.tree.list(folder)) {
            each(&path);
        }
    }

    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        self.or_note(self.tree.read(path))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use becket_git::{Author, Commit, Edits, Time};

    use super::*;

    const SET: &str = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: apps }
spec:
  goTemplate: true
  generators:
    - git: { repoURL: https://git.example/acme/gitops, revision: main, directories: [{ path: 'apps/*' }] }
  template:
    metadata: { name: 'apps-{{`{{.path.basename}}`}}' }
    spec:
      project: default
      source: { repoURL: https://git.example/acme/gitops, path: '{{`{{.path.path}}`}}' }
      destination: { server: https://one.example, namespace: qa }
";

    fn commit(repository: &Repository, files: &[(&str, String)]) -> CommitId {
        let mut edits = Edits::new();
        for (path, text) in files {
            edits.put(*path, text.as_bytes());
        }
        commit_edits(repository, &edits)
    }

    fn commit_edits(repository: &Repository, edits: &Edits) -> CommitId {
        let commit = Commit {
            author: Author {
                name: "Somebody".to_owned(),
                email: "somebody@acme.example".to_owned(),
            },
            time: Time {
                seconds: 1_700_000_000,
                offset: 0,
            },
            message: "a change".to_owned(),
        };
        let committed = repository.commit(repository.head().unwrap(), edits, &commit);
        committed.unwrap().head().unwrap()
    }

    fn root() -> [(&'static str, String); 3] {
        [
            (
                "ansible/root/Chart.yaml",
                "apiVersion: v2\nname: root\nversion: 1.0.0\n".to_owned(),
            ),
            (
                "ansible/root/values.yaml",
                "clusters: { one: 'https://one.example' }\n".to_owned(),
            ),
            ("ansible/root/templates/apps.yaml", SET.to_owned()),
        ]
    }

    fn config(value: &str) -> String {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: x }}\ndata: {{ KEY: {value} }}\n")
    }

    /// Reads at `heads`: what `orders` was last built to, and whether all could be read.
    fn read(repositories: &mut Repositories, heads: Heads) -> (Option<String>, bool) {
        let events = Mutex::new(Vec::new());
        let done = repositories.read(heads, &|event| events.lock().unwrap().push(event));
        let built = events
            .into_inner()
            .unwrap()
            .into_iter()
            .filter_map(|event| match event {
                Event::Built(built) if built.application == "apps-orders" => Some(built.outcome.unwrap()),
                _ => None,
            });
        let value = built
            .last()
            .map(|objects| objects[0]["data"]["KEY"].as_str().unwrap().to_owned());
        (value, done)
    }

    #[test]
    fn after_a_read_that_failed_midway_everything_is_built_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut repositories = Repositories::open(folder.path()).unwrap();
        let iac = Some(commit(&repositories.iac, &root()));
        let kustomization = || "resources: [config.yaml]\n".to_owned();
        let files = [
            ("apps/orders/kustomization.yaml", kustomization()),
            ("apps/orders/config.yaml", config("one")),
            ("apps/payments/kustomization.yaml", kustomization()),
            ("apps/payments/config.yaml", config("one")),
        ];
        let gitops = Some(commit(&repositories.gitops, &files));
        let first = Heads { iac, gitops };
        assert_eq!(read(&mut repositories, first), (Some("one".to_owned()), true));
        assert_eq!(
            read(&mut repositories, first),
            (None, true),
            "nothing is built twice"
        );

        let files = [
            ("apps/orders/config.yaml", config("two")),
            ("apps/payments/config.yaml", config("three")),
        ];
        let gitops = commit(&repositories.gitops, &files);
        let tree = repositories.gitops.tree(gitops).unwrap();
        let lost = tree
            .id_of("apps/payments/config.yaml")
            .unwrap()
            .unwrap()
            .to_string();
        let object = format!("gitops.git/objects/{}/{}", &lost[..2], &lost[2..]);
        std::fs::remove_file(folder.path().join(object)).unwrap();
        let second = Heads {
            iac,
            gitops: Some(gitops),
        };
        assert_eq!(read(&mut repositories, second), (Some("two".to_owned()), false));
        // Back to the commit that was read last.
        assert_eq!(read(&mut repositories, first), (Some("one".to_owned()), true));
    }

    #[test]
    fn what_is_protected_and_no_longer_made_is_built_at_its_commit() {
        let folder = tempfile::tempdir().unwrap();
        let mut repositories = Repositories::open(folder.path()).unwrap();
        let iac = Some(commit(&repositories.iac, &root()));
        let files = [
            (
                "apps/orders/kustomization.yaml",
                "resources: [config.yaml]\n".to_owned(),
            ),
            ("apps/orders/config.yaml", config("one")),
        ];
        let before = commit(&repositories.gitops, &files);
        let mut edits = Edits::new();
        for (path, _) in &files {
            edits.remove(*path);
        }
        edits.put("README.md", b"x".as_slice());
        let gitops = Some(commit_edits(&repositories.gitops, &edits));
        repositories = repositories.keeping(Protected::from([
            ("apps-orders".to_owned(), before.to_string()),
            ("apps-lost".to_owned(), before.to_string()),
            ("apps-older".to_owned(), "1".repeat(40)),
        ]));
        let events = Mutex::new(Vec::new());
        assert!(repositories.read(Heads { iac, gitops }, &|event| events.lock().unwrap().push(event)));
        let events = events.into_inner().unwrap();
        let Some(Event::Declared(declared)) = events.first() else {
            panic!("{events:?}");
        };
        assert_eq!(
            (declared.kept.len(), declared.errors.len()),
            (1, 2),
            "{declared:?}"
        );
        let (kept, at) = &declared.kept[0];
        assert_eq!(
            (kept.name.as_str(), kept.protect, at),
            ("apps-orders", true, &before.to_string())
        );
        let Some(Event::Built(built)) = events.get(1) else {
            panic!("{events:?}");
        };
        assert_eq!((built.application.as_str(), &built.revision), ("apps-orders", at));
        assert_eq!(built.outcome.as_ref().unwrap()[0]["data"]["KEY"], "one");
    }
}
