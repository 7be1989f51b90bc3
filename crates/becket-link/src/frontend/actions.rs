//! GitHub Actions: the actions and workflows of the same repository that workflows use, what those are given, and the
//! files and folders that steps name.
//!
//! Actions of other repositories are not known. Where a job checks out into a folder, or another repository, nothing is said
//! of its paths, nor of those behind a `cd`; a path may also be made by a step before, so that one is only missed where one
//! of almost the same name is there, or where it lies in `.github/`.

use std::collections::{BTreeMap, BTreeSet};

use becket_document::yaml::SyntaxError;
use becket_document::{Node, yaml};
use becket_kustomize::join;
use becket_source::{FileSet, Span, did_you_mean};

use crate::symbol::{By, Kind, Place, Resolution, Symbol, Use};

const WORKFLOWS: &str = ".github/workflows/";

/// All that was read.
#[derive(Debug, Default)]
pub(crate) struct Actions<'a> {
    pub(crate) uses: Vec<(Use<'a>, Resolution)>,
    /// Workflows and actions that are no YAML, by their paths.
    pub(crate) unreadable: BTreeMap<&'a str, SyntaxError>,
    /// The inputs of the workflows and actions that are given some.
    pub(crate) inputs: BTreeMap<String, BTreeSet<String>>,
}

/// Reads the workflows and the composite actions of every repository in `files`.
pub(crate) fn read(files: &FileSet) -> Actions<'_> {
    let mut actions = Actions::default();
    for (path, _) in files.iter() {
        let Some(at) = path.find(WORKFLOWS) else { continue };
        let repository = path[..at].trim_end_matches('/');
        let is_whole = at == 0 || path[..at].ends_with('/');
        if !is_whole || !is_yaml(path) {
            continue;
        }
        let mut reader = Reader {
            files,
            repository,
            path,
            actions: &mut actions,
        };
        let Some(document) = reader.document(path) else {
            continue;
        };
        for job in document.get("jobs").map(Node::entries).unwrap_or_default() {
            reader.job(&job.value, document.get("defaults"));
        }
    }
    actions
}

struct Reader<'a, 'r> {
    files: &'a FileSet,
    repository: &'a str,
    path: &'a str,
    actions: &'r mut Actions<'a>,
}

impl Reader<'_, '_> {
    fn job(&mut self, job: &Node, defaults: Option<&Node>) {
        if let Some((node, name)) = text(job, "uses") {
            self.workflow(node, name, job);
            return;
        }
        let steps = job.get("steps").map(Node::items).unwrap_or_default();
        if !is_checked_out(steps) {
            return;
        }
        let folder = |node: Option<&Node>| {
            let folder = node.and_then(|node| node.get("run"))?.get("working-directory")?;
            folder.as_str().map(str::to_owned)
        };
        let usual = folder(job.get("defaults")).or_else(|| folder(defaults));
        for step in steps {
            if let Some((node, name)) = text(step, "uses") {
                self.action(node, name, step);
            }
            if let Some((node, name)) = text(step, "working-directory") {
                self.folder(node, name);
            }
            let folder = text(step, "working-directory").map(|(_, name)| name.to_owned());
            if let Some((node, script)) = text(step, "run") {
                let folder = folder.or_else(|| usual.clone()).unwrap_or_default();
                self.scripts(node, script, &folder);
            }
        }
    }

    /// A workflow of the same repository that a job calls.
    fn workflow(&mut self, node: &Node, name: &str, job: &Node) {
        let Some(target) = self.local(name) else { return };
        self.push(
            Kind::Workflow,
            "",
            &target,
            node.span,
            self.files.contains(&target),
        );
        let Some(workflow) = self.document(&target) else {
            return;
        };
        let inputs = workflow
            .get("on")
            .and_then(|on| on.get("workflow_call"))
            .and_then(|call| call.get("inputs"));
        self.inputs(job, inputs, &[], &target);
    }

    /// An action of the same repository that a step uses.
    fn action(&mut self, node: &Node, name: &str, step: &Node) {
        let Some(target) = self.local(name) else { return };
        let files = ["action.yaml", "action.yml"].map(|file| join(&target, file).unwrap_or_default());
        let found = files.iter().find(|path| self.files.contains(path));
        let there = found.is_some() || self.files.contains(&format!("{target}/Dockerfile"));
        self.push(Kind::Action, "", &target, node.span, there);
        let Some(action) = found.and_then(|path| self.document(path)) else {
            return;
        };
        let using = action.get("runs").and_then(|runs| runs.get("using"));
        let further: &[&str] = match using.and_then(Node::as_str) {
            Some("docker") => &["args", "entrypoint"],
            _ => &[],
        };
        self.inputs(step, action.get("inputs"), further, &target);
    }

    /// What a job or step gives under `with`; whether in capitals or not makes no difference. `further` are inputs that
    /// nobody has to declare.
    fn inputs(&mut self, user: &Node, inputs: Option<&Node>, further: &[&str], target: &str) {
        let known: BTreeSet<String> = inputs
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|input| input.name().to_lowercase())
            .chain(further.iter().map(|name| (*name).to_owned()))
            .collect();
        for given in user.get("with").map(Node::entries).unwrap_or_default() {
            let there = known.contains(&given.name().to_lowercase());
            self.push(Kind::Input, target, &given.name(), given.key.span, there);
        }
        self.actions.inputs.insert(target.to_owned(), known);
    }

    fn folder(&mut self, node: &Node, name: &str) {
        let Some(folder) = self.inside(name) else { return };
        self.named(&folder, node.span, self.files.has_folder(&folder));
    }

    /// The scripts of the repository that a step runs: `bash .github/scripts/plan.sh`, `./build.sh`.
    fn scripts(&mut self, node: &Node, script: &str, folder: &str) {
        let Some(folder) = self.inside(folder) else { return };
        for line in script.lines() {
            let mut words = line.split_whitespace();
            let script = match words.next() {
                Some("cd" | "pushd") => return,
                Some("bash" | "sh") => words.find(|word| !word.starts_with('-')),
                Some(word) if word.starts_with("./") => Some(word),
                _ => None,
            };
            let plain = |word: &&str| word.contains('/') && word.bytes().all(is_plain);
            let Some(path) = script.filter(plain).and_then(|word| join(&folder, word)) else {
                continue;
            };
            self.named(&path, node.span, self.files.contains(&path));
        }
    }

    /// The document of a file; none of one that is no YAML, which is noted.
    fn document(&mut self, path: &str) -> Option<Node> {
        let text = self.files.text(path)?.ok()?;
        let parsed = yaml::parse(text);
        if let Some(error) = parsed.errors.into_iter().next() {
            let (path, _) = self.files.at(path)?;
            self.actions.unreadable.insert(path, error);
            return None;
        }
        parsed.documents.into_iter().next()
    }

    /// A path that has to be there unless a step makes it.
    fn named(&mut self, path: &str, span: Span, there: bool) {
        let is_own = path[self.repository.len()..]
            .trim_start_matches('/')
            .starts_with(".github/");
        if there || is_own || near(self.files, path).is_some() {
            self.push(Kind::Path, "", path, span, there);
        }
    }

    /// The path of what `./…` names in the repository.
    fn local(&self, name: &str) -> Option<String> {
        let inside = name.strip_prefix("./")?;
        self.inside(inside)
    }

    fn inside(&self, path: &str) -> Option<String> {
        let plain = path.bytes().all(is_plain) && !path.starts_with('/');
        if plain { join(self.repository, path) } else { None }
    }

    fn push(&mut self, kind: Kind, home: &str, name: &str, span: Span, there: bool) {
        let used = Use {
            symbol: Symbol::whole(kind, home, name),
            by: By::Expression,
            place: Place {
                path: self.path,
                span,
            },
        };
        let how = if there {
            Resolution::Defined
        } else {
            Resolution::Undefined
        };
        self.actions.uses.push((used, how));
    }
}

/// Whether a job has the repository at hand, and it alone, in its working directory.
fn is_checked_out(steps: &[Node]) -> bool {
    let checkouts: Vec<&Node> = steps
        .iter()
        .filter(|step| text(step, "uses").is_some_and(|(_, name)| name.starts_with("actions/checkout@")))
        .collect();
    let is_plain = |step: &&Node| {
        let with = step.get("with");
        with.is_none_or(|with| {
            ["path", "repository", "ref", "submodules"]
                .iter()
                .all(|field| with.get(field).is_none())
        })
    };
    !checkouts.is_empty() && checkouts.iter().all(is_plain)
}

/// The file or folder beside `path` whose name is nearest to it.
pub(crate) fn near<'a>(files: &'a FileSet, path: &str) -> Option<&'a str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let beside = files
        .paths_under(folder)
        .map(|path| path[skip..].split('/').next());
    did_you_mean(name, beside.flatten())
}

fn text<'n>(node: &'n Node, field: &str) -> Option<(&'n Node, &'n str)> {
    let value = node.get(field)?;
    Some((value, value.as_str()?))
}

fn is_yaml(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("yaml" | "yml"))
}

/// Whether a letter of a path stands for itself.
fn is_plain(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || b"_-./".contains(&letter)
}
