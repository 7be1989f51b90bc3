//! The walk over folders: each adds its resources, generators, components and then its transformations, as kustomize does.

use std::sync::Arc;

use becket_source::{Diagnostic, Location, Span};

use crate::codes;
use crate::fields::{Reader, Text};
use crate::files::{NAMES, is_within, join};
use crate::input::{Folder, Input, is_remote};
use crate::kustomization::{self, Kustomization, Order};
use crate::load;
use crate::set::Set;
use crate::{generate, order, patch, references, transform};

/// How deep folders may use each other; past it is a finding instead of an exhausted stack.
const DEPTH: usize = 64;

/// A build in progress.
pub(crate) struct Build<'a> {
    pub(crate) input: Input<'a>,
    /// The folders that lead to the one that is being built.
    chain: Vec<String>,
}

impl<'a> Build<'a> {
    pub(crate) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            chain: Vec::new(),
        }
    }

    /// Builds `folder` whole: names get their hashes, references follow, the order is the final one.
    pub(crate) fn run(&mut self, folder: &str) -> Set {
        let mut set = Set::default();
        let Some(folder) = self.open(folder, None) else {
            return set;
        };
        self.fill(&folder, &mut set);
        if self.input.findings.is_empty() {
            let resources = set.as_mut();
            generate::add_hashes(resources);
            references::follow(resources, self.input.files, &mut self.input.findings);
            transform::clean(resources, self.input.files, &mut self.input.findings);
            match &folder.kustomization.order {
                Order::Fifo => {}
                Order::Legacy => order::sort(resources, order::FIRST, order::LAST),
                Order::Kinds { first, last } => order::sort(resources, first, last),
            }
        }
        set
    }

    /// Reads the kustomization file of the folder at `path`, which `asked` names.
    fn open(&mut self, path: &str, asked: Option<(&Folder, Span)>) -> Option<Folder> {
        let found: Vec<(String, Arc<[u8]>)> = NAMES
            .iter()
            .filter_map(|name| {
                let file = join(path, name)?;
                let contents = self.input.files.read(&file)?;
                Some((file, contents))
            })
            .collect();
        self.input.read.extend(found.iter().map(|(file, _)| file.clone()));
        let shown = if path.is_empty() { "." } else { path };
        let (file, contents) = match &found[..] {
            [one] => one,
            [] => {
                let place = match asked {
                    Some((folder, span)) => folder.place(span),
                    None => Location::new(path, None),
                };
                let message = format!("no kustomization file in `{shown}`");
                self.input
                    .findings
                    .push(
                        Diagnostic::error(codes::KUSTOMIZATION, message, place).help(format!(
                            "add `{shown}/kustomization.yaml`, or name a folder that has one"
                        )),
                    );
                return None;
            }
            [(first, _), (second, _), ..] => {
                let message = format!("more than one kustomization file in `{shown}`");
                self.input.findings.push(
                    Diagnostic::error(codes::KUSTOMIZATION, message, Location::new(second, None))
                        .related(Location::new(first, None).labelled("the other one"))
                        .help("keep one of them"),
                );
                return None;
            }
        };
        let text = match load::decode(file, contents) {
            Ok(text) => text.to_owned(),
            Err(finding) => {
                self.input.findings.push(*finding);
                return None;
            }
        };
        let before = self.input.findings.len();
        let kustomization = self.parse(file, &text)?;
        if kustomization.empty && self.input.findings.len() == before {
            self.input.findings.push(
                Diagnostic::error(
                    codes::FORMAT,
                    "the kustomization file says nothing",
                    Location::new(file, None),
                )
                .help("list what belongs to it under `resources`, or remove the folder where it is used"),
            );
            return None;
        }
        Some(Folder {
            path: path.to_owned(),
            file: file.clone(),
            kustomization,
        })
    }

    fn parse(&mut self, file: &str, text: &str) -> Option<Kustomization> {
        let mut parsed = becket_document::yaml::parse(text);
        if parsed.documents.is_empty() && parsed.errors.is_empty() {
            return Some(Kustomization {
                empty: true,
                ..Kustomization::default()
            });
        }
        if parsed.documents.len() > 1 {
            // Like kustomize: the first document counts.
            parsed.documents.truncate(1);
        }
        match parsed.into_single() {
            Ok(node) => {
                let mut reader = Reader {
                    path: file,
                    text,
                    findings: &mut self.input.findings,
                };
                Some(kustomization::read(&mut reader, &node))
            }
            Err(error) => {
                self.input.findings.push(
                    Diagnostic::error(codes::FORMAT, error.message, Location::new(file, error.span))
                        .help("the file has to be YAML"),
                );
                None
            }
        }
    }

    /// Adds to `set` what `folder` is made of, and transforms all of it.
    fn fill(&mut self, folder: &Folder, set: &mut Set) {
        self.chain.push(folder.path.clone());
        for resource in &folder.kustomization.resources {
            self.resource(folder, resource, set);
        }
        // What was not read would be missed everywhere below; those would be findings of findings.
        if self.input.findings.is_empty() {
            generate::run(&mut self.input, folder, set);
        }
        for component in &folder.kustomization.components {
            self.component(folder, component, set);
        }
        if self.input.findings.is_empty() {
            patch::run(&mut self.input, folder, set);
        }
        if self.input.findings.is_empty() {
            transform::run(&mut self.input, folder, set);
        }
        self.chain.pop();
    }

    fn resource(&mut self, folder: &Folder, resource: &Text, set: &mut Set) {
        let file = join(&folder.path, &resource.value);
        if let Some(path) = file.as_deref().filter(|_| !is_remote(&resource.value))
            && let Some(contents) = self.input.files.read(path)
        {
            if self.input.may_read(folder, path, resource) {
                self.input.read.insert(path.to_owned());
                self.add_file(path, &contents, set);
            }
            return;
        }
        if let Some(inner) = self.enter(folder, resource, "resource") {
            if inner.kustomization.component {
                let message = format!("`{}` is a component, and `resources` lists it", resource.value);
                self.input.findings.push(
                    Diagnostic::error(codes::FORMAT, message, folder.place(resource.span))
                        .help("list it under `components`"),
                );
                return;
            }
            let mut inner_set = Set::default();
            self.fill(&inner, &mut inner_set);
            for resource in inner_set.into_vec() {
                if let Err(twins) = set.append(resource) {
                    self.input.findings.push(twins.finding(self.input.files));
                }
            }
        }
    }

    fn component(&mut self, folder: &Folder, component: &Text, set: &mut Set) {
        let Some(inner) = self.enter(folder, component, "component") else {
            return;
        };
        if !inner.kustomization.component {
            let message = format!("`{}` is no component, and `components` lists it", component.value);
            self.input.findings.push(
                Diagnostic::error(codes::FORMAT, message, folder.place(component.span))
                    .help("list it under `resources`, or give it `kind: Component`"),
            );
            return;
        }
        self.fill(&inner, set);
    }

    /// Opens the folder that `entry` names.
    fn enter(&mut self, folder: &Folder, entry: &Text, what: &str) -> Option<Folder> {
        let place = folder.place(entry.span);
        let name = &entry.value;
        let path = join(&folder.path, name).filter(|_| !name.is_empty() && !name.starts_with('/'));
        let odd = name
            .split('/')
            .any(|segment| segment != ".." && segment.contains(".."));
        let finding = match &path {
            _ if is_remote(name) => Diagnostic::error(
                codes::REMOTE,
                format!("{what} `{name}` lies on another machine, and a build reads nothing from there"),
                place,
            )
            .help("copy what it needs into this repository"),
            None => Diagnostic::error(
                codes::OUTSIDE,
                format!("{what} `{name}` lies outside of the repository"),
                place,
            )
            .help("name a path below the repository's root, relative to this file"),
            Some(path) if !self.input.files.has_folder(path) || odd => Diagnostic::error(
                codes::MISSING,
                format!("{what} `{name}` is neither a file nor a folder"),
                place,
            )
            .help(format!(
                "create `{path}`, or correct the path: it is relative to this file's folder"
            )),
            Some(_) if self.chain.len() >= DEPTH => Diagnostic::error(
                codes::CYCLE,
                format!("{what} `{name}` lies more than {DEPTH} folders deep"),
                place,
            )
            .help("list it in a folder that is nearer to the first one"),
            Some(path) => match self.chain.iter().find(|visited| is_within(visited, path)) {
                None => return self.open(path, Some((folder, entry.span))),
                Some(visited) => Diagnostic::error(
                    codes::CYCLE,
                    format!("{what} `{name}` contains `{visited}`, which leads here"),
                    place,
                )
                .note(format!("the way here is {}", self.chain.join(" → ")))
                .help("let a folder use only folders that do not use it"),
            },
        };
        self.input.findings.push(finding);
        None
    }

    fn add_file(&mut self, path: &str, contents: &Arc<[u8]>, set: &mut Set) {
        let Some(documents) = self.input.documents(path, contents) else {
            return;
        };
        for resource in load::resources(path, documents) {
            if let Err(twins) = set.append(resource) {
                self.input.findings.push(twins.finding(self.input.files));
            }
        }
    }
}
