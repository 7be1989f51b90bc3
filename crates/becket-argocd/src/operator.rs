//! The operators of a platform: what each Argo CD is given by the root chart of the iac repository.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use becket_gotemplate::chart::{self, Capabilities, Chart, Release};
use becket_source::{Diagnostic, FileSet, Location};
use serde_json::Value;

use crate::application::Application;
use crate::applicationset::{ApplicationSet, Origin, Policy};
use crate::codes;
use crate::expand::{self, Expansion, Reasons};
use crate::object::{group, name, parse, scalar, scalars, text};
use crate::project::Project;
use crate::tree::Trees;

/// The folder of the root chart.
pub const ROOT: &str = "ansible/root";
/// The namespace that Argo CD lives in.
pub const NAMESPACE: &str = "argocd";

/// One Argo CD and what it serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    /// Its name: of the further ones that of their values file, `values-<name>.yaml`; of the first one that of its first
    /// cluster.
    pub name: String,
    /// The file that says what differs for it.
    pub values_file: String,
    /// Whether what its ApplicationSets no longer make stays until a person deletes it.
    pub protect: bool,
    /// Its clusters and their API servers, in the order of the values.
    pub clusters: Vec<(String, String)>,
    /// Its environments and the clusters of each, in the order of the values.
    pub environments: Vec<(String, Vec<String>)>,
    /// Its ApplicationSets.
    pub applicationsets: Vec<ApplicationSet>,
    /// ApplicationSets of its that cannot be read, and why. What they make is not known.
    pub unread: Reasons,
    /// Its projects.
    pub projects: Vec<Project>,
    /// Applications that are written as they are.
    pub applications: Vec<Application>,
    /// The values that the chart was rendered with.
    pub values: Value,
}

/// The operators of a repository, and what is wrong there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Operators {
    /// In the order of their files: the first one, then by name.
    pub operators: Vec<Operator>,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
}

/// Reads the root chart in [`ROOT`] of an iac repository, once with its own values and once with each
/// `values-<name>.yaml` on top of them.
pub fn read(iac: &FileSet) -> Operators {
    let mut all = Operators::default();
    let chart = match Chart::read(iac, ROOT) {
        Ok(chart) => chart,
        Err(findings) => {
            all.findings = findings;
            return all;
        }
    };
    let own = format!("{ROOT}/values.yaml");
    let mut given = vec![(None, own)];
    for (path, _) in iac.under(ROOT) {
        let name = path[ROOT.len() + 1..]
            .strip_prefix("values-")
            .and_then(|rest| rest.strip_suffix(".yaml"));
        if let Some(name) = name {
            given.push((Some(name.to_owned()), path.to_owned()));
        }
    }
    for (name, path) in given {
        let over = match name.as_ref().and_then(|_| chart::read_values(iac, &path)) {
            Some(Ok(values)) => vec![values],
            Some(Err(finding)) => {
                all.findings.push(*finding);
                continue;
            }
            None => Vec::new(),
        };
        match operator(&chart, name, &path, &over) {
            Ok((operator, mut findings)) => {
                all.operators.push(operator);
                // What is wrong with the chart itself is said once.
                findings.retain(|finding| !all.findings.contains(finding));
                all.findings.append(&mut findings);
            }
            Err(finding) if all.findings.contains(&finding) => {}
            Err(finding) => all.findings.push(*finding),
        }
    }
    all
}

fn operator(
    chart: &Chart,
    name: Option<String>,
    path: &str,
    over: &[Value],
) -> Result<(Operator, Vec<Diagnostic>), Box<Diagnostic>> {
    let values = chart::values(&chart.values, over);
    let release = Release {
        name: chart.name.clone(),
        namespace: NAMESPACE.to_owned(),
    };
    let rendered = chart::render(chart, over, &release, &Capabilities::default()).map_err(|error| {
        Box::new(
            chart
                .diagnostic(&error)
                .note(format!("With the values of `{path}`.")),
        )
    })?;
    let clusters: Vec<(String, String)> = entries(&values["clusters"])
        .map(|(key, value)| (key, scalar(value)))
        .collect();
    let name = name
        .or_else(|| clusters.first().map(|(name, _)| name.clone()))
        .unwrap_or_else(|| "default".to_owned());
    let mut operator = Operator {
        name,
        values_file: path.to_owned(),
        protect: values["protect"] == Value::Bool(true),
        clusters,
        environments: entries(&values["environments"])
            .map(|(key, value)| (key, scalars(value)))
            .collect(),
        applicationsets: Vec::new(),
        projects: Vec::new(),
        applications: Vec::new(),
        unread: Reasons::new(),
        values,
    };
    let mut findings = Vec::new();
    let skip = ROOT.len() + 1;
    for file in rendered {
        let source = chart
            .templates
            .get(&file.path[skip..])
            .cloned()
            .unwrap_or_default();
        let (objects, errors) = parse(&file.text);
        for error in errors {
            let line = becket_source::line_column(&file.text, error.span.start).line;
            let written = file
                .text
                .lines()
                .nth(line.saturating_sub(1))
                .unwrap_or_default()
                .trim();
            findings.push(
                Diagnostic::error(
                    codes::UNREADABLE,
                    format!("the template writes what is no YAML: {}", error.message),
                    Location::new(file.path.clone(), None),
                )
                .note(format!(
                    "Line {line} of what it writes with `{path}` is `{written}`."
                ))
                .help("look at the whole with `helm template`"),
            );
        }
        for (object, _) in objects {
            let origin = Origin {
                path: file.path.clone(),
                text: source.clone(),
                node: None,
            };
            operator.take(&object, origin, &mut findings);
        }
    }
    Ok((operator, findings))
}

fn entries(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value))
}

impl Operator {
    fn take(&mut self, object: &Value, origin: Origin, findings: &mut Vec<Diagnostic>) {
        if group(object) != "argoproj.io" {
            return;
        }
        match text(&object["kind"]) {
            "ApplicationSet" => {
                let before = findings.len();
                if let Some(set) = ApplicationSet::read(object, origin, findings) {
                    self.applicationsets.push(set);
                } else {
                    let why = findings.iter().skip(before).map(|found| found.message.clone());
                    self.unread.insert(name(object).to_owned(), why.collect());
                }
            }
            "AppProject" => self.projects.push(Project::read(object, origin)),
            "Application" => match Application::read(object, &self.name, Policy::default()) {
                Ok(application) => self.applications.push(application),
                Err(why) => findings.push(Diagnostic::error(
                    codes::UNREADABLE,
                    why,
                    origin.place(&becket_document::KeyPath::root(), "kind: Application"),
                )),
            },
            _ => {}
        }
    }

    /// All Applications of this operator: those written as they are and those of its ApplicationSets, held against its
    /// projects. A name that is made twice is the first one's: Argo CD lets no ApplicationSet take an Application that
    /// another one owns.
    pub fn expand(&self, trees: &Trees<'_>) -> Expansion {
        let mut all = Expansion {
            failed: self.unread.clone(),
            ..Expansion::default()
        };
        let mut made = self.applications.clone();
        for set in &self.applicationsets {
            let mut one = expand::expand(set, &self.name, trees);
            made.append(&mut one.applications);
            all.failed.append(&mut one.failed);
            all.withheld.append(&mut one.withheld);
            all.findings.append(&mut one.findings);
        }
        let mut first: BTreeMap<String, Application> = BTreeMap::new();
        for application in made {
            match first.entry(application.name.clone()) {
                Entry::Vacant(free) => {
                    free.insert(application);
                }
                Entry::Occupied(taken) => {
                    let of = |application: &Application| {
                        let set = application.applicationset.clone();
                        set.unwrap_or_else(|| "the chart".to_owned())
                    };
                    let message = format!(
                        "`{}` and `{}` both make an Application `{}`",
                        of(taken.get()),
                        of(&application),
                        application.name
                    );
                    let found = Diagnostic::error(codes::DUPLICATE, message, self.place(&application));
                    all.findings.push(found.help("give one another name"));
                }
            }
        }
        all.applications = first.into_values().collect();
        expand::permissions(&mut all, &self.projects, &|application| self.place(application));
        all
    }

    /// Where an Application was made.
    fn place(&self, application: &Application) -> Location {
        let set = self
            .applicationsets
            .iter()
            .find(|set| Some(&set.name) == application.applicationset.as_ref());
        match set {
            Some(set) => set.origin.place(
                &becket_document::KeyPath::of_keys(["spec", "template"]),
                "  template:",
            ),
            None => Location::new(ROOT, None),
        }
    }
}
