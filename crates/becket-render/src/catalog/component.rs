//! Reads a `component.yaml` and the files that it speaks of.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use becket_document::{KeyPath, Kind, Node, PathError, yaml};
use becket_source::{Diagnostic, FileSet, Location, Span, did_you_mean};

use super::{Binding, Bound, Component, Condition, Contents, File, Folder, Head, Native, SCOPES, check};
use crate::binding::Text;
use crate::rules;

/// Reads the component in `folder`; what is wrong with it goes to `findings`.
pub(super) fn read(files: &FileSet, folder: &str, findings: &mut Vec<Diagnostic>) -> Option<Component> {
    let mut reader = Reader {
        files,
        folder,
        path: format!("{folder}/component.yaml"),
        findings,
    };
    reader.component()
}

struct Reader<'a> {
    files: &'a FileSet,
    /// The component's folder.
    folder: &'a str,
    /// The path of its `component.yaml`.
    path: String,
    findings: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn component(&mut self) -> Option<Component> {
        let text = self.text(&self.path.clone())?;
        let root = match yaml::parse(&text).into_single() {
            Ok(root) => root,
            Err(error) => {
                self.wrong(error.message, error.span);
                return None;
            }
        };
        self.known_keys(
            &root,
            &[
                "component",
                "capability",
                "stack",
                "when",
                "unless",
                "to",
                "examples",
                "files",
                "bind",
            ],
        );
        let name = self.string(&root, "component")?;
        let capability = self.string(&root, "capability")?;
        let folders = root.get("to").map_or(&[][..], Node::entries);
        let folders: Vec<Folder> = folders
            .iter()
            .filter_map(|entry| self.folder(&root, &entry.name(), &entry.value))
            .collect();
        self.all_files_are_spoken_of(&root);
        Some(Component {
            name,
            capability,
            folders,
        })
    }

    fn folder(&mut self, root: &Node, name: &str, node: &Node) -> Option<Folder> {
        self.known_keys(node, &["per", "folder", "once", "deep", "when", "unless"]);
        let per = self.string(node, "per")?;
        let Some((_, per)) = SCOPES.iter().find(|(name, _)| *name == per) else {
            let known: Vec<_> = SCOPES.iter().map(|(name, _)| *name).collect();
            self.wrong(
                format!("`{per}` is no scope; there are {}", known.join(", ")),
                node.get("per").map_or(node.span, |per| per.span),
            );
            return None;
        };
        let to = self.string(node, "folder")?;
        let to = self.parse::<Text>(&to, node.get("folder").map_or(node.span, |folder| folder.span))?;
        let once = node.get("once").is_some_and(|once| once.kind == Kind::Bool(true));
        let deep = is_deep(node);
        let whole = match name {
            "." => self.folder.to_owned(),
            name => format!("{}/{name}", self.folder),
        };
        let names: Vec<String> = self
            .files
            .under(&whole)
            .map(|(path, _)| path[whole.len() + 1..].to_owned())
            .filter(|file| deep || !file.contains('/'))
            .filter(|file| name != "." || file != "component.yaml")
            .collect();
        if names.is_empty() {
            self.wrong(format!("the folder `{name}` holds no file"), node.span);
        }
        let files = names
            .iter()
            .filter_map(|file| self.file(root, name, file, &names))
            .collect();
        Some(Folder {
            per: *per,
            to,
            conditions: vec![self.condition(root), self.condition(node)],
            once,
            files,
            place: self.place(node.span),
        })
    }

    fn file(&mut self, root: &Node, folder: &str, name: &str, siblings: &[String]) -> Option<File> {
        let key = format!("{folder}/{name}");
        let mut condition = Condition::default();
        let mut named = None;
        if let Some(entry) = root.get("files").and_then(|files| files.get(&key)) {
            self.known_keys(entry, &["when", "unless", "as"]);
            condition = self.condition(entry);
            if let Some(node) = entry.get("as") {
                named = self.parsed(node);
            }
        }
        let path = format!("{}/{}", self.folder, key.trim_start_matches("./"));
        let bindings = root.get("bind").and_then(|bind| bind.get(&key));
        let contents = if let Some(bindings) = bindings {
            Contents::Bound(self.bound(&path, name, bindings, siblings)?)
        } else {
            let contents = self.files.get(&path)?;
            if let Ok(text) = std::str::from_utf8(contents) {
                self.findings.extend(check::examples(&path, text, &[]));
            }
            Contents::Constant(contents.clone())
        };
        Some(File {
            name: name.to_owned(),
            named,
            condition,
            contents,
        })
    }

    fn bound(&mut self, path: &str, name: &str, bindings: &Node, siblings: &[String]) -> Option<Bound> {
        let text = self.text(path)?;
        let document = match Native::parse(path, text.clone()) {
            Ok(document) => document,
            Err(error) => {
                let place = Location::new(format!("catalog/{path}"), error.span);
                self.findings
                    .push(Diagnostic::error(rules::CATALOG.code, error.message, place));
                return None;
            }
        };
        let mut bound = Bound {
            document,
            bindings: Vec::new(),
            head: None,
            siblings: None,
        };
        let root = bound.document.tree().cloned();
        let mut covered = Vec::new();
        for entry in bindings.entries() {
            if entry.name() == "#" {
                let head = self.head(&entry.value)?;
                if head.condition == Condition::default() {
                    covered.push(bound.document.head_comment());
                }
                bound.head = Some(head);
                continue;
            }
            let place: KeyPath = self.parse(&entry.name(), entry.key.span)?;
            let Some(node) = root.as_ref().and_then(|root| root.at(&place)) else {
                self.wrong(
                    format!("`{place}` is bound, and {path} has no such place"),
                    entry.key.span,
                );
                continue;
            };
            let binding = self.binding(place, &entry.value, node)?;
            if binding.from.is_some() {
                let key = root.as_ref().and_then(|root| root.key_span(&binding.place));
                let line = text[node.span.end..]
                    .find('\n')
                    .map_or(text.len(), |end| node.span.end + end);
                covered.push(Span::new(
                    key.map_or(node.span.start, |key| key.end.min(node.span.start)),
                    line,
                ));
            }
            bound.bindings.push(binding);
        }
        if name == "kustomization.yaml"
            && let Some(resources) = root.as_ref().and_then(|root| root.get("resources"))
        {
            let listed = resources.items().iter().enumerate();
            let own = listed.filter_map(|(index, item)| {
                let item = item.as_str()?;
                siblings
                    .iter()
                    .any(|name| name == item)
                    .then(|| (index, item.to_owned()))
            });
            bound.siblings = Some(own.collect());
        }
        self.findings.extend(check::examples(path, &text, &covered));
        Some(bound)
    }

    fn head(&mut self, node: &Node) -> Option<Head> {
        let (text, condition) = if node.as_str().is_some() {
            (node, Condition::default())
        } else {
            self.known_keys(node, &["from", "when", "unless"]);
            (node.get("from").unwrap_or(node), self.condition(node))
        };
        Some(Head {
            text: self.parsed(text)?,
            condition,
            at: self.place(node.span),
        })
    }

    fn binding(&mut self, place: KeyPath, node: &Node, now: &Node) -> Option<Binding> {
        let (from, condition) = if node.as_str().is_some() {
            (Some(node), Condition::default())
        } else {
            self.known_keys(node, &["from", "when", "unless"]);
            (node.get("from"), self.condition(node))
        };
        if from.is_none() && condition == Condition::default() {
            self.wrong(format!("`{place}` is bound to nothing"), node.span);
            return None;
        }
        let from = match from {
            Some(from) => Some(self.parsed(from)?),
            None => None,
        };
        Some(Binding {
            place: Arc::new(place),
            from,
            condition,
            as_text: matches!(now.kind, Kind::String(_)),
            at: self.place(node.span),
        })
    }

    fn condition(&mut self, node: &Node) -> Condition {
        let mut path = |key| {
            let node: &Node = node.get(key)?;
            self.parsed(node)
        };
        Condition {
            when: path("when"),
            unless: path("unless"),
        }
    }

    /// Every file lies in a folder that goes somewhere or is an example, and what `files` and `bind` name exists.
    fn all_files_are_spoken_of(&mut self, root: &Node) {
        let mut folders: BTreeSet<String> = root
            .get("to")
            .map_or(&[][..], Node::entries)
            .iter()
            .map(|entry| entry.name().into_owned())
            .collect();
        let deep: Vec<String> = root
            .get("to")
            .map_or(&[][..], Node::entries)
            .iter()
            .filter(|entry| is_deep(&entry.value))
            .map(|entry| format!("{}/", entry.name()))
            .collect();
        for key in ["files", "bind"] {
            for entry in root.get(key).map_or(&[][..], Node::entries) {
                let name = entry.name();
                let folder = name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
                let known = folder.is_some_and(|folder| folders.contains(&folder) || below(&folder, &deep));
                let path = format!("{}/{}", self.folder, name.trim_start_matches("./"));
                if !known || !self.files.contains(&path) {
                    self.wrong(
                        format!("`{}` is no file that goes anywhere", entry.name()),
                        entry.key.span,
                    );
                }
            }
        }
        let examples = root.get("examples").map_or(&[][..], Node::items);
        folders.extend(
            examples
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned)),
        );
        for (path, _) in self.files.under(self.folder) {
            let name = &path[self.folder.len() + 1..];
            let folder = name.rsplit_once('/').map_or(".", |(folder, _)| folder);
            if name != "component.yaml" && !folders.contains(folder) && !below(folder, &deep) {
                let place = Location::new(format!("catalog/{path}"), None);
                let message =
                    "this file goes nowhere: its folder stands neither under `to` nor under `examples`";
                self.findings
                    .push(Diagnostic::error(rules::CATALOG.code, message, place));
            }
        }
    }

    fn known_keys(&mut self, node: &Node, known: &[&str]) {
        for entry in node.entries() {
            let name = entry.name();
            if !known.contains(&&*name) {
                let mut finding = Diagnostic::error(
                    rules::CATALOG.code,
                    format!("`{name}` is no key here"),
                    self.place(entry.key.span),
                );
                if let Some(meant) = did_you_mean(&name, known.iter().copied()) {
                    finding = finding.help(format!("did you mean `{meant}`?"));
                }
                self.findings.push(finding);
            }
        }
    }

    fn string(&mut self, node: &Node, key: &str) -> Option<String> {
        let text = node.get(key).and_then(Node::as_str);
        if text.is_none() {
            self.wrong(format!("`{key}` is missing, or no text"), node.span);
        }
        text.map(str::to_owned)
    }

    fn parsed<T: FromStr<Err = PathError>>(&mut self, node: &Node) -> Option<T> {
        let Some(text) = node.as_str().filter(|text| !text.is_empty()) else {
            self.wrong("this is to be a text, and is none".to_owned(), node.span);
            return None;
        };
        self.parse(text, node.span)
    }

    fn parse<T: FromStr<Err = PathError>>(&mut self, text: &str, span: Span) -> Option<T> {
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.wrong(error.to_string(), span);
                None
            }
        }
    }

    fn text(&mut self, path: &str) -> Option<String> {
        match self.files.text(path)? {
            Ok(text) => Some(text.to_owned()),
            Err(error) => {
                let place = Location::new(format!("catalog/{path}"), None);
                self.findings
                    .push(Diagnostic::error(rules::CATALOG.code, error.to_string(), place));
                None
            }
        }
    }

    fn place(&self, span: Span) -> Location {
        Location::new(format!("catalog/{}", self.path), span)
    }

    fn wrong(&mut self, message: String, span: Span) {
        let place = self.place(span);
        self.findings
            .push(Diagnostic::error(rules::CATALOG.code, message, place));
    }
}

/// Whether the folders below come along with this one.
fn is_deep(folder: &Node) -> bool {
    folder
        .get("deep")
        .is_some_and(|deep| deep.kind == Kind::Bool(true))
}

/// Whether `folder` lies in one of the `deep` ones, which end with `/`.
fn below(folder: &str, deep: &[String]) -> bool {
    deep.iter().any(|parent| folder.starts_with(parent.as_str()))
}
