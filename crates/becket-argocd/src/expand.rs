//! From ApplicationSets to Applications, as the ApplicationSet controller makes them.

use std::collections::BTreeMap;

use becket_document::KeyPath;
use becket_gotemplate::Data;
use becket_source::Diagnostic;
use serde_json::{Value, json};

use crate::application::Application;
use crate::applicationset::ApplicationSet;
use crate::generator::Reader;
use crate::object::scalar;
use crate::project::Project;
use crate::template::Template;
use crate::tree::Trees;
use crate::{codes, patch};

/// What is held against ApplicationSets or Applications, by name: each reason a sentence that stands alone.
pub type Reasons = BTreeMap<String, Vec<String>>;

/// What became of ApplicationSets.
///
/// Who deletes what is no longer made keeps the Applications of ApplicationSets in `failed`, and those in `withheld`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expansion {
    /// The Applications, each name once, by name; those in `refused` too.
    pub applications: Vec<Application>,
    /// The ApplicationSets that failed as a whole: until they are mended they make, change and remove nothing, and what
    /// they made before stays.
    pub failed: Reasons,
    /// The Applications that are left as they are, be they there or not: several of one ApplicationSet have the name, or
    /// their project does not exist.
    pub withheld: Reasons,
    /// The Applications that are there and not synced, as their project does not permit what they ask for. The reasons are
    /// in Argo CD's words.
    pub refused: Reasons,
    /// What is wrong: all of the above with place and remedy, and names that two ApplicationSets make.
    pub findings: Vec<Diagnostic>,
}

/// The finalizer that has an Application's objects deleted with it.
const RESOURCES_FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

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
        let reasons = expansion.findings.iter().map(|found| found.message.clone());
        expansion.failed.insert(set.name.clone(), reasons.collect());
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
    let compiled_patch = match set.template_patch.clone() {
        Some(text) => Some(
            Template::compile(&Value::String(text), &at_patch, set.missing_key)
                .map_err(|failed| reader.failed(&failed, None))?,
        ),
        None => None,
    };
    for parameters in parameters {
        let data = Data::new(parameters);
        let rendered = compiled.render(&data);
        let rendered = rendered.map_err(|failed| reader.failed(&failed, Some(parameters)))?;
        let mut manifest = manifest(set, &rendered);
        if let Some(template) = &compiled_patch {
            let rendered = template.render(&data);
            let rendered = rendered.map_err(|failed| reader.failed(&failed, Some(parameters)))?;
            let project = manifest["spec"]["project"].clone();
            patch::apply(&mut manifest, &scalar(&rendered)).map_err(|why| {
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

fn duplicates(set: &ApplicationSet, expansion: &mut Expansion) {
    let mut counts: BTreeMap<&str, Vec<&Application>> = BTreeMap::new();
    for application in &expansion.applications {
        counts.entry(&application.name).or_default().push(application);
    }
    let path = KeyPath::of_keys(["spec", "template", "metadata", "name"]);
    let sought = scalar(&set.template["metadata"]["name"]);
    for (name, same) in counts.into_iter().filter(|(_, same)| same.len() > 1) {
        let message = format!("it makes {} Applications with the name `{name}`", same.len());
        let mut found = set.finding(codes::DUPLICATE, &path, &sought, &message);
        for application in same.iter().take(3) {
            found = found.note(format!(
                "One is of `{}` for namespace `{}`.",
                application.source.path, application.destination.namespace
            ));
        }
        expansion
            .withheld
            .insert(name.to_owned(), vec![found.message.clone()]);
        expansion.findings.push(found.help(
            "look for a file that exists once per unit: in a files generator `*` matches `/` too; or add what differs to the name",
        ));
    }
    let withheld = &expansion.withheld;
    expansion
        .applications
        .retain(|application| !withheld.contains_key(&application.name));
}

/// Holds each Application against its project, as Argo CD does: one whose project does not exist is withheld, one that
/// asks for what its project does not permit is refused. `place` says where an Application was made.
pub fn permissions(
    expansion: &mut Expansion,
    projects: &[Project],
    place: &dyn Fn(&Application) -> becket_source::Location,
) {
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
            let whose = format!("`{}`: {message}", application.name);
            expansion
                .findings
                .push(Diagnostic::error(codes::PROJECT, whose, place(application)).help(help));
            expansion.withheld.insert(application.name.clone(), vec![message]);
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
    let withheld = &expansion.withheld;
    expansion
        .applications
        .retain(|application| !withheld.contains_key(&application.name));
}
