//! Binds the views of a platform into the catalog's files.
//!
//! Each file of the catalog was read once; here its bound places are spliced, per view. What is already in a repository
//! is not looked at: that is [`crate::plan`]'s.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use becket_document::edit::EditError;
use becket_document::{Fragment, KeyPath};
use becket_platform::view::{Scope, View, roots, views_with};
use becket_platform::{Lock, Platform};
use becket_source::{Diagnostic, FileSet, Location};
use serde_json::Value;

use crate::binding::{From, Missing, leaf};
use crate::catalog::{Binding, Bound, Catalog, Condition, Contents, File, Folder, NativeEditor, SCOPES};
use crate::source_map::{Origins, SourceMap};
use crate::{MANIFEST, manifest, rules};

/// The repositories that render makes: the topmost folders of what comes out.
pub const REPOSITORIES: [&str; 2] = ["gitops", "iac"];

/// What comes out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rendered {
    /// The files, each repository in its folder, with the manifests.
    pub files: FileSet,
    /// Those of the files that are written only where there is none, and are the user's from then on.
    pub once: BTreeSet<String>,
    /// What in the platform file caused the files and their values.
    pub source_map: SourceMap,
}

impl Rendered {
    /// What in the platform file caused what stands at `place`, a place in a rendered file; none of files that render does
    /// not make.
    pub fn cause(&self, place: &Location) -> Option<&KeyPath> {
        let whole = || self.source_map.origin(&place.path, &KeyPath::root());
        match (place.span, self.files.text(&place.path)) {
            (Some(span), Some(Ok(text))) => self.source_map.origin_of_span(&place.path, text, span),
            _ => whole(),
        }
    }
}

/// Renders a platform. The same platform and catalog give the same bytes. What can go wrong is the catalog's fault, and is
/// said at its place there.
pub fn render(platform: &Platform, catalog: &Catalog) -> Result<Rendered, Vec<Diagnostic>> {
    render_with(platform, &Lock::default().allocate(platform).0, catalog)
}

/// Renders a platform with what was allocated once.
pub fn render_with(platform: &Platform, lock: &Lock, catalog: &Catalog) -> Result<Rendered, Vec<Diagnostic>> {
    let mut output = Output::default();
    for (_, scope) in SCOPES {
        let folders: Vec<&Folder> = catalog
            .components
            .iter()
            .filter(|component| {
                let chosen = platform.capabilities.provider(&component.capability);
                chosen.is_none_or(|provider| provider == component.name)
            })
            .flat_map(|component| &component.folders)
            .filter(|folder| folder.per == scope)
            .collect();
        if folders.is_empty() {
            continue;
        }
        let views = if scope == Scope::Root {
            roots(platform, terraform_roots(&output.rendered.files))
        } else {
            views_with(platform, lock, scope)
        };
        for view in &views {
            output.scope(&folders, view);
        }
    }
    if !output.findings.is_empty() {
        return Err(output.findings);
    }
    let mut rendered = output.rendered;
    for repository in REPOSITORIES {
        if rendered.files.has_folder(repository) {
            let owned = rendered
                .files
                .under(repository)
                .filter(|(path, _)| !rendered.once.contains(*path))
                .map(|(path, contents)| (&path[repository.len() + 1..], &**contents));
            let text = manifest::write(owned);
            rendered
                .files
                .insert_text(format!("{repository}/{MANIFEST}"), text);
        }
    }
    Ok(rendered)
}

/// The folders below `iac/terraform` of the roots among `files`: of modules there is none, and a bootstrap keeps its state
/// beside it until the place that it makes is there.
fn terraform_roots(files: &FileSet) -> Vec<&str> {
    let folders = files
        .under("iac/terraform")
        .filter_map(|(path, _)| path.strip_prefix("iac/terraform/")?.strip_suffix("/providers.tf"));
    folders
        .filter(|folder| !folder.starts_with("bootstrap/"))
        .collect()
}

#[derive(Default)]
struct Output {
    rendered: Rendered,
    findings: Vec<Diagnostic>,
}

/// What goes to one folder.
struct Target<'c, 'v> {
    path: String,
    /// What in the platform file the folder is there for.
    origin: Option<&'v KeyPath>,
    files: Vec<(String, &'c File, bool)>,
}

impl Output {
    fn scope(&mut self, folders: &[&Folder], view: &View) {
        let mut targets: Vec<Target<'_, '_>> = Vec::new();
        for folder in folders {
            if !folder.conditions.iter().all(|condition| holds(condition, view)) {
                continue;
            }
            let (path, origin) = match folder.to.fill(view) {
                Ok(filled) => filled,
                Err(missing) => {
                    self.missing(&missing, &folder.place);
                    continue;
                }
            };
            let index = targets.iter().position(|target| target.path == path);
            let index = index.unwrap_or_else(|| {
                targets.push(Target {
                    path,
                    origin,
                    files: Vec::new(),
                });
                targets.len() - 1
            });
            for file in folder.files.iter().filter(|file| holds(&file.condition, view)) {
                let name = match file.named.as_ref().map(|named| named.fill(view)) {
                    None => file.name.clone(),
                    Some(Ok((name, _))) => name,
                    Some(Err(missing)) => {
                        self.missing(&missing, &folder.place);
                        continue;
                    }
                };
                targets[index].files.push((name, file, folder.once));
            }
        }
        for target in &targets {
            for (name, file, once) in &target.files {
                self.file(target, name, file, *once, view);
            }
        }
    }

    fn file(&mut self, target: &Target<'_, '_>, name: &str, file: &File, once: bool, view: &View) {
        let path = format!("{}/{name}", target.path);
        let mut origins = Origins {
            file: target.origin.cloned().unwrap_or_default(),
            places: Vec::new(),
        };
        let contents: Arc<[u8]> = match &file.contents {
            Contents::Constant(contents) => contents.clone(),
            Contents::Bound(bound) => {
                let mut editor = bound.document.edit();
                self.bind(&mut editor, bound, target, view, &mut origins);
                match editor.finish() {
                    Ok(text) => text.into_bytes().into(),
                    Err(error) => {
                        let place = bound.bindings.first().map(|binding| binding.at.clone());
                        self.edit(
                            &error,
                            &place.unwrap_or_else(|| Location::new(path.clone(), None)),
                        );
                        return;
                    }
                }
            }
        };
        if self
            .rendered
            .files
            .get(&path)
            .is_some_and(|other| *other != contents)
        {
            let message = format!("the catalog makes {path} twice, differently");
            let place = Location::new(path.clone(), None);
            self.findings
                .push(Diagnostic::error(rules::CATALOG.code, message, place));
        }
        if once {
            self.rendered.once.insert(path.clone());
        }
        self.rendered.source_map.insert(path.clone(), origins);
        self.rendered.files.insert(path, contents);
    }

    fn bind(
        &mut self,
        editor: &mut NativeEditor,
        bound: &Bound,
        target: &Target<'_, '_>,
        view: &View,
        origins: &mut Origins,
    ) {
        for binding in &bound.bindings {
            if !holds(&binding.condition, view) {
                if let Err(error) = editor.remove(&binding.place) {
                    self.edit(&error, &binding.at);
                }
                continue;
            }
            let Some(from) = &binding.from else { continue };
            match value(from, binding, view) {
                Ok((value, origin)) => {
                    if let Err(error) = editor.set(&binding.place, &value) {
                        self.edit(&error, &binding.at);
                    }
                    if let Some(origin) = origin {
                        origins.places.push((binding.place.clone(), origin.clone()));
                    }
                }
                Err(missing) => self.missing(&missing, &binding.at),
            }
        }
        if let Some(head) = bound.head.as_ref().filter(|head| holds(&head.condition, view)) {
            match head.text.fill(view) {
                Ok((comment, _)) => editor.set_head_comment(&comment),
                Err(missing) => self.missing(&missing, &head.at),
            }
        }
        if let Some(siblings) = &bound.siblings
            && let Err(error) = list_resources(editor, siblings, target)
        {
            let place = Location::new(format!("{}/kustomization.yaml", target.path), None);
            self.edit(&error, &place);
        }
    }

    fn missing(&mut self, missing: &Missing, at: &Location) {
        let finding = match missing {
            Missing::Unknown(path) => Diagnostic::error(
                rules::CATALOG.code,
                format!("no view offers `{path}` here"),
                at.clone(),
            ),
            Missing::Absent(path) => Diagnostic::error(
                rules::CATALOG.code,
                format!("`{path}` has no value here, and the example would stay"),
                at.clone(),
            )
            .help("let the file or the place come out only where it has one, by `when`"),
        };
        self.report(finding);
    }

    fn edit(&mut self, error: &EditError, at: &Location) {
        self.report(Diagnostic::error(
            rules::CATALOG.code,
            error.to_string(),
            at.clone(),
        ));
    }

    /// What is wrong in the catalog is wrong for each view, and said once.
    fn report(&mut self, finding: Diagnostic) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// A kustomization lists what comes out beside it: files of its own that do not are taken out, those of other
/// components come behind.
fn list_resources(
    editor: &mut NativeEditor,
    siblings: &[(usize, String)],
    target: &Target<'_, '_>,
) -> Result<(), EditError> {
    let resources = KeyPath::root().key("resources");
    let comes_out = |name: &str| target.files.iter().any(|(other, ..)| other == name);
    for (index, _) in siblings.iter().filter(|(_, name)| !comes_out(name)) {
        editor.remove(&resources.index(*index))?;
    }
    for (name, ..) in &target.files {
        let listed = siblings.iter().any(|(_, sibling)| sibling == name);
        if !listed && name != "kustomization.yaml" {
            editor.append(&resources, &Fragment::Scalar(Value::String(name.clone())))?;
        }
    }
    Ok(())
}

fn holds(condition: &Condition, view: &View) -> bool {
    let is = |path: &KeyPath| {
        let leaf = view.get(path);
        leaf.is_some_and(|leaf| leaf.value == Fragment::Scalar(Value::Bool(true)))
    };
    condition.when.as_ref().is_none_or(is) && !condition.unless.as_ref().is_some_and(is)
}

/// The value of a binding, in the type that the file needs, and what in the platform file it comes from.
fn value<'v>(
    from: &From,
    binding: &Binding,
    view: &'v View,
) -> Result<(Cow<'v, Fragment>, Option<&'v KeyPath>), Missing> {
    match from {
        From::Text(text) => {
            let (text, origin) = text.fill(view)?;
            Ok((Cow::Owned(Fragment::Scalar(Value::String(text))), origin))
        }
        From::View(path) => {
            let leaf = leaf(view, path)?;
            let value = match &leaf.value {
                Fragment::Scalar(value @ (Value::Number(_) | Value::Bool(_))) if binding.as_text => {
                    Cow::Owned(Fragment::Scalar(Value::String(value.to_string())))
                }
                value => Cow::Borrowed(value),
            };
            Ok((value, Some(&leaf.origin)))
        }
    }
}
