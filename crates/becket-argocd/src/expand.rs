//! From ApplicationSets to Applications, as the ApplicationSet controller makes them.

use std::collections::BTreeMap;

use becket_document::KeyPath;
use becket_gotemplate::Data;
use becket_source::Diagnostic;
use serde_json::{Value, json};

use crate::application::{Application, text};
use crate::applicationset::{ApplicationSet, objects};
use crate::codes;
use crate::generator::Reader;
use crate::project::Project;
use crate::template::Template;
use crate::tree::Tree;

/// The files of a repository, by its address, at a revision; none where it is not known.
pub type Trees<'a> = dyn Fn(&str, &str) -> Option<&'a dyn Tree> + 'a;

/// What became of ApplicationSets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expansion {
    /// The Applications, by name.
    pub applications: Vec<Application>,
    /// The ApplicationSets that failed as a whole: until they are mended they make, change and remove nothing, and what
    /// they made before stays.
    pub failed: Vec<String>,
    /// The names of Applications that are left as they are, be they there or not: several have the name, or their project
    /// does not exist.
    pub withheld: Vec<String>,
    /// What Argo CD holds against Applications that it makes and does not sync, by their names.
    pub refused: BTreeMap<String, Vec<String>>,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
}

/// The finalizer that has an Application's objects deleted with it.
pub const RESOURCES_FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

/// Expands one ApplicationSet. A generator or template that fails and the set as a whole makes nothing, as in Argo CD;
/// Applications of one name are left out, and the others made.
pub fn expand(set: &ApplicationSet, operator: &str, trees: &Trees<'_>) -> Expansion {
    let mut expansion = Expansion::default();
    let reader = Reader { set, trees };
    for (at, generator) in set.generators.iter().enumerate() {
        let path = KeyPath::of_keys(["spec", "generators"]).index(at);
        match reader.generate(generator, &path, None) {
            Ok(generated) => {
                let mut template = generated.template;
                fill(&mut template, &set.template);
                if let Err(finding) = applications(
                    &reader,
                    operator,
                    &template,
                    &generated.parameters,
                    &mut expansion,
                ) {
                    expansion.findings.push(*finding);
                }
            }
            Err(finding) => expansion.findings.push(*finding),
        }
    }
    if !expansion.findings.is_empty() {
        expansion.applications.clear();
        expansion.failed.push(set.name.clone());
    }
    duplicates(set, &mut expansion);
    expansion.applications.sort_by(|a, b| a.name.cmp(&b.name));
    expansion
}

/// Fills what a generator's own template leaves empty with what the set's says.
fn fill(over: &mut Value, under: &Value) {
    match (over, under) {
        (Value::Object(over), Value::Object(under)) => {
            for (key, value) in under {
                match over.get_mut(key) {
                    Some(there) => fill(there, value),
                    None => {
                        over.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (over, under) if is_empty(over) => *over = under.clone(),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(_) => false,
    }
}

fn applications(
    reader: &Reader<'_, '_>,
    operator: &str,
    template: &Value,
    parameters: &[Value],
    expansion: &mut Expansion,
) -> Result<(), Box<Diagnostic>> {
    let set = reader.set;
    let at = KeyPath::of_keys(["spec", "template"]);
    let compiled =
        Template::compile(template, &at, set.missing_key).map_err(|failed| reader.failed(&failed, None))?;
    let at_patch = KeyPath::of_keys(["spec", "templatePatch"]);
    let source = set
        .template_patch
        .as_ref()
        .map(|text| Value::String(text.clone()));
    let compiled_patch = match &source {
        Some(source) => Some(
            Template::compile(source, &at_patch, set.missing_key)
                .map_err(|failed| reader.failed(&failed, None))?,
        ),
        None => None,
    };
    for parameters in parameters {
        let data = Data::new(parameters);
        let rendered = compiled.render(&data, template, &at);
        let rendered = rendered.map_err(|failed| reader.failed(&failed, Some(parameters)))?;
        let mut manifest = manifest(set, &rendered);
        if let (Some(template), Some(source)) = (&compiled_patch, &source) {
            let rendered = template.render(&data, source, &at_patch);
            let rendered = rendered.map_err(|failed| reader.failed(&failed, Some(parameters)))?;
            let project = manifest["spec"]["project"].clone();
            apply_patch(&mut manifest, &text(&rendered)).map_err(|why| {
                Box::new(
                    set.finding(codes::TEMPLATE, &at_patch, "templatePatch:", &why)
                        .help("write it as a part of an Application"),
                )
            })?;
            if let (Some(spec), false) = (
                manifest.get_mut("spec").and_then(Value::as_object_mut),
                project.is_null(),
            ) {
                spec.insert("project".to_owned(), project);
            }
        }
        match Application::read(&manifest, operator, set.policy) {
            Ok(mut application) => {
                application.applicationset = Some(set.name.clone());
                expansion.applications.push(application);
            }
            Err(why) => {
                let found = set.finding(codes::UNREADABLE, &at, "template:", &why);
                return Err(Box::new(found.note(format!("The parameters are {parameters}."))));
            }
        }
    }
    Ok(())
}

/// The Application object of a rendered template.
fn manifest(set: &ApplicationSet, rendered: &Value) -> Value {
    let mut metadata = json!({ "name": rendered["metadata"]["name"], "namespace": set.namespace });
    for field in ["labels", "annotations", "finalizers"] {
        let value = &rendered["metadata"][field];
        if !is_empty(value) {
            metadata[field] = value.clone();
        }
    }
    if metadata.get("finalizers").is_none() && !set.policy.preserve_resources_on_deletion {
        metadata["finalizers"] = json!([RESOURCES_FINALIZER]);
    }
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": rendered["spec"],
    })
}

/// Lays a patch on an Application: mappings are merged, null deletes, lists are replaced but for finalizers, which are
/// joined.
fn apply_patch(manifest: &mut Value, patch: &str) -> Result<(), String> {
    let (mut objects, errors) = objects(patch);
    if let Some(error) = errors.first() {
        return Err(format!("the templatePatch is no YAML: {}", error.message));
    }
    if objects.is_empty() {
        return Ok(());
    }
    let patch = objects.swap_remove(0).0;
    if !patch.is_object() {
        return Err("the templatePatch holds no keys with values".to_owned());
    }
    lay(manifest, &patch, "")
}

fn lay(under: &mut Value, over: &Value, path: &str) -> Result<(), String> {
    let (Some(map), Some(over)) = (under.as_object_mut(), over.as_object()) else {
        *under = over.clone();
        return Ok(());
    };
    for (key, value) in over {
        if key.starts_with("$patch") || key.starts_with("$setElementOrder") || key.starts_with("$retainKeys")
        {
            return Err(format!("`{key}` in a templatePatch is not supported"));
        }
        let path = format!("{path}.{key}");
        match value {
            Value::Null => {
                map.shift_remove(key);
            }
            Value::Object(_) => {
                let there = map.entry(key.clone()).or_insert_with(|| json!({}));
                if !there.is_object() {
                    *there = json!({});
                }
                lay(there, value, &path)?;
            }
            Value::Array(items) if path == ".metadata.finalizers" => {
                let mut joined = items.clone();
                let there = map.get(key).and_then(Value::as_array);
                joined.extend(
                    there
                        .into_iter()
                        .flatten()
                        .filter(|item| !items.contains(item))
                        .cloned(),
                );
                map.insert(key.clone(), Value::Array(joined));
            }
            other => {
                map.insert(key.clone(), other.clone());
            }
        }
    }
    Ok(())
}

fn duplicates(set: &ApplicationSet, expansion: &mut Expansion) {
    let mut counts: BTreeMap<&str, Vec<&Application>> = BTreeMap::new();
    for application in &expansion.applications {
        counts.entry(&application.name).or_default().push(application);
    }
    let path = KeyPath::of_keys(["spec", "template", "metadata", "name"]);
    let sought = text(&set.template["metadata"]["name"]);
    let mut findings = Vec::new();
    let mut withheld = Vec::new();
    for (name, same) in counts.into_iter().filter(|(_, same)| same.len() > 1) {
        let message = format!("it makes {} Applications with the name `{name}`", same.len());
        let mut found = set.finding(codes::DUPLICATE, &path, &sought, &message);
        for application in same.iter().take(3) {
            found = found.note(format!(
                "One is of `{}` for namespace `{}`.",
                application.source.path, application.destination.namespace
            ));
        }
        findings.push(found.help(
            "look for a file that exists once per unit: in a files generator `*` matches `/` too; or add what differs to the name",
        ));
        withheld.push(name.to_owned());
    }
    expansion
        .applications
        .retain(|application| !withheld.contains(&application.name));
    expansion.withheld.append(&mut withheld);
    expansion.findings.append(&mut findings);
}

/// Holds each Application against its project, as Argo CD does: one whose project does not exist is withheld, one that
/// asks for what its project does not permit is refused. `place` says where an Application was made.
pub fn permissions(
    expansion: &mut Expansion,
    projects: &[Project],
    place: &dyn Fn(&Application) -> becket_source::Location,
) {
    let mut withheld = Vec::new();
    for application in &expansion.applications {
        let Some(project) = projects
            .iter()
            .find(|project| project.name == application.project)
        else {
            if application.project == "default" {
                continue;
            }
            let message = format!(
                "application references project {} which does not exist",
                application.project
            );
            let names = projects.iter().map(|project| project.name.as_str());
            let help = becket_source::did_you_mean(&application.project, names).map_or_else(
                || "make an AppProject of this name".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("`{}`: {message}", application.name);
            expansion
                .findings
                .push(Diagnostic::error(codes::PROJECT, message, place(application)).help(help));
            withheld.push(application.name.clone());
            continue;
        };
        let refusals = project.refusals(application);
        for refusal in &refusals {
            let message = format!("`{}`: {refusal}", application.name);
            let found = Diagnostic::error(codes::PROJECT, message, place(application));
            let spec = project
                .origin
                .place(&KeyPath::of_keys(["spec"]), "kind: AppProject");
            expansion.findings.push(
                found
                    .related(spec.labelled("the project"))
                    .help("permit it in the AppProject, or change the Application"),
            );
        }
        if !refusals.is_empty() {
            expansion.refused.insert(application.name.clone(), refusals);
        }
    }
    expansion
        .applications
        .retain(|application| !withheld.contains(&application.name));
    expansion.withheld.append(&mut withheld);
}
