//! Charts, read from files and rendered as `helm template` does. Charts within charts are not rendered yet, and said so.

use std::collections::BTreeMap;
use std::rc::Rc;

use becket_document::{kubernetes, yaml};
use becket_source::{Diagnostic, FileSet, Location, Span};
use serde_json::{Map as JsonMap, Value as Json};

use crate::error::{Error, Fail};
use crate::value::{Object, Value};
use crate::{Library, MissingKey, Options, Templates};

/// The code of findings in charts.
pub const CODE: &str = "BK0350";

/// A chart, read and not yet rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its name, from `Chart.yaml`.
    pub name: String,
    /// What `Chart.yaml` holds.
    pub metadata: Json,
    /// What `values.yaml` holds.
    pub values: Json,
    /// The texts below `templates/`, by their path in the chart.
    pub templates: BTreeMap<String, String>,
    /// The other files that are text, by their path in the chart.
    pub files: BTreeMap<String, String>,
    folder: String,
}

/// What a template sees as `.Release`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The name of the installation.
    pub name: String,
    /// The namespace it goes to.
    pub namespace: String,
}

/// What a template sees as `.Capabilities`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes, such as `v1.36.0`.
    pub kubernetes: String,
    /// The API versions beside the built-in ones, as `group/version` or `group/version/Kind`.
    pub api_versions: Vec<String>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            kubernetes: "v1.36.0".to_owned(),
            api_versions: Vec::new(),
        }
    }
}

/// What one template wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The template's path in the set of files that the chart was read from.
    pub path: String,
    /// The text.
    pub text: String,
}

impl Chart {
    /// Reads the chart in `folder` of `files`. All that is wrong is told at once.
    pub fn read(files: &FileSet, folder: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Vec::new();
        let at = |path: &str| join(folder, path);
        let mut chart = Self {
            name: String::new(),
            metadata: Json::Null,
            values: Json::Object(JsonMap::new()),
            templates: BTreeMap::new(),
            files: BTreeMap::new(),
            folder: folder.trim_end_matches('/').to_owned(),
        };
        match read_mapping(files, &at("Chart.yaml"), &mut findings) {
            Some(metadata) => chart.metadata = metadata,
            None if findings.is_empty() => findings.push(
                Diagnostic::error(
                    CODE,
                    "a chart has no Chart.yaml",
                    Location::new(at("Chart.yaml"), None),
                )
                .help("write one with `apiVersion: v2`, `name` and `version`"),
            ),
            None => {}
        }
        match chart.metadata.get("name").and_then(Json::as_str) {
            Some(name) => name.clone_into(&mut chart.name),
            None if !chart.metadata.is_null() => findings.push(
                Diagnostic::error(
                    CODE,
                    "a chart has no name",
                    Location::new(at("Chart.yaml"), Span::new(0, 0)),
                )
                .help("add `name:`"),
            ),
            None => {}
        }
        if let Some(values) = read_mapping(files, &at("values.yaml"), &mut findings) {
            chart.values = values;
        }
        let skip = folder.trim_end_matches('/').len() + usize::from(!folder.is_empty());
        for (path, contents) in files.under(folder) {
            let path = &path[skip..];
            if path.starts_with("charts/") {
                findings.push(
                    Diagnostic::error(
                        CODE,
                        "charts within charts are not rendered yet",
                        Location::new(at(path), None),
                    )
                    .help("render the chart on a cluster, or move its templates up"),
                );
                break;
            }
            let Ok(text) = std::str::from_utf8(contents) else {
                continue;
            };
            if path.starts_with("templates/") {
                chart.templates.insert(path.to_owned(), text.to_owned());
            } else if !matches!(
                path,
                "Chart.yaml" | "Chart.lock" | "values.yaml" | "values.schema.json"
            ) && !path.starts_with("crds/")
            {
                chart.files.insert(path.to_owned(), text.to_owned());
            }
        }
        if findings.is_empty() {
            Ok(chart)
        } else {
            Err(findings)
        }
    }

    /// The path in the set of files of a template's name, which Helm makes of the chart's name and the path in it.
    pub fn path_of(&self, template: &str) -> String {
        let inside = template
            .strip_prefix(&self.name)
            .and_then(|rest| rest.strip_prefix('/'))
            .unwrap_or(template);
        join(&self.folder, inside)
    }

    /// The finding about an error in rendering this chart.
    pub fn diagnostic(&self, error: &Error) -> Diagnostic {
        let mut error = error.clone();
        for (template, _) in &mut error.via {
            *template = self.path_of(template);
        }
        error.diagnostic(CODE, self.path_of(&error.template))
    }
}

fn join(folder: &str, path: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

fn read_mapping(files: &FileSet, path: &str, findings: &mut Vec<Diagnostic>) -> Option<Json> {
    match read_values(files, path)? {
        Ok(values) => Some(values),
        Err(finding) => {
            findings.push(*finding);
            None
        }
    }
}

/// The mapping in a file of values; none where there is no such file. An empty file is an empty mapping.
pub fn read_values(files: &FileSet, path: &str) -> Option<Result<Json, Box<Diagnostic>>> {
    let wrong = |message: String, span: Option<Span>| {
        Some(Err(Box::new(Diagnostic::error(
            CODE,
            message,
            Location::new(path, span),
        ))))
    };
    let text = match files.text(path)? {
        Ok(text) => text,
        Err(error) => return wrong(error.to_string(), None),
    };
    let parsed = yaml::parse(text);
    if let Some(error) = parsed.errors.first() {
        return wrong(error.message.clone(), Some(error.span));
    }
    match parsed.documents.first() {
        None => Some(Ok(Json::Object(JsonMap::new()))),
        Some(document) => match kubernetes::to_value(document, text) {
            Json::Null => Some(Ok(Json::Object(JsonMap::new()))),
            values @ Json::Object(_) => Some(Ok(values)),
            _ => wrong(
                "the file must hold keys with values".to_owned(),
                Some(document.span),
            ),
        },
    }
}

/// `over` laid on top of `under`, as `helm -f` does with several files: mappings are merged, all else is replaced. A null
/// stays, to delete what the chart itself says.
pub fn merge(under: &mut Json, over: &Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (key, value) in over {
                match under.get_mut(key) {
                    Some(there) if there.is_object() && value.is_object() => merge(there, value),
                    _ => {
                        under.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// What templates see as `.Values`: what is given, on top of what the chart says. A null deletes.
pub fn values(chart: &Json, given: &[Json]) -> Json {
    let mut merged = Json::Object(JsonMap::new());
    for values in given {
        merge(&mut merged, values);
    }
    let mut defaults = chart.clone();
    without_null(&mut defaults);
    coalesce(&mut merged, &defaults);
    merged
}

/// A default that is null is none.
fn without_null(values: &mut Json) {
    if let Json::Object(values) = values {
        values.retain(|_, value| !value.is_null());
        values.values_mut().for_each(without_null);
    }
}

/// Fills `given` up with what the chart says.
fn coalesce(given: &mut Json, chart: &Json) {
    let (Json::Object(given), Json::Object(chart)) = (given, chart) else {
        return;
    };
    for (key, default) in chart {
        match given.get_mut(key) {
            None => {
                given.insert(key.clone(), default.clone());
            }
            Some(Json::Null) => {
                given.shift_remove(key);
            }
            Some(there) if there.is_object() && default.is_object() => coalesce(there, default),
            Some(_) => {}
        }
    }
}

/// Renders all templates of the chart, in the order of their paths; partials, notes and what is blank are left out.
pub fn render(
    chart: &Chart,
    given: &[Json],
    release: &Release,
    capabilities: &Capabilities,
) -> Result<Vec<Rendered>, Error> {
    let mut templates = Templates::new(Options {
        library: Library::Helm,
        missing_key: MissingKey::Zero,
    });
    let mut names: Vec<&String> = chart.templates.keys().collect();
    // The deepest first: what is defined twice counts as the shallowest template says.
    names.sort_by_key(|name| std::cmp::Reverse((name.matches('/').count(), *name)));
    for name in &names {
        templates.add(&format!("{}/{name}", chart.name), &chart.templates[*name])?;
    }
    let shared = top(chart, given, release, capabilities);
    let mut rendered = Vec::new();
    for name in names {
        let base = name.rsplit('/').next().unwrap_or(name);
        if base.starts_with('_') || base == "NOTES.txt" {
            continue;
        }
        let full = format!("{}/{name}", chart.name);
        let mut data = shared.clone();
        data.insert(
            "Template".to_owned(),
            Value::map(BTreeMap::from([
                ("Name".to_owned(), Value::str(&full)),
                (
                    "BasePath".to_owned(),
                    Value::str(format!("{}/templates", chart.name)),
                ),
            ])),
        );
        let Some(text) = templates.render_value(&full, &Value::map(data)) else {
            continue;
        };
        let text = text?.replace("<no value>", "");
        if !text.trim().is_empty() {
            rendered.push(Rendered {
                path: join(&chart.folder, name),
                text,
            });
        }
    }
    rendered.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(rendered)
}

fn top(
    chart: &Chart,
    given: &[Json],
    release: &Release,
    capabilities: &Capabilities,
) -> BTreeMap<String, Value> {
    let release = BTreeMap::from([
        ("Name".to_owned(), Value::str(&release.name)),
        ("Namespace".to_owned(), Value::str(&release.namespace)),
        ("IsInstall".to_owned(), Value::Bool(true)),
        ("IsUpgrade".to_owned(), Value::Bool(false)),
        ("Revision".to_owned(), Value::int(1)),
        ("Service".to_owned(), Value::str("Helm")),
    ]);
    BTreeMap::from([
        (
            "Values".to_owned(),
            Value::from_json(&values(&chart.values, given)),
        ),
        ("Release".to_owned(), Value::map(release)),
        ("Chart".to_owned(), Value::Object(Rc::new(Metadata::of(chart)))),
        (
            "Capabilities".to_owned(),
            Value::Object(Rc::new(Abilities(capabilities.clone()))),
        ),
        (
            "Files".to_owned(),
            Value::Object(Rc::new(Files(chart.files.clone()))),
        ),
        ("Subcharts".to_owned(), Value::map(BTreeMap::new())),
    ])
}

/// `.Chart`: the fields that a chart may have, under the names that Go gives them.
struct Metadata {
    fields: BTreeMap<&'static str, Value>,
    data: Json,
}

impl Metadata {
    fn of(chart: &Chart) -> Self {
        let text = [
            "apiVersion",
            "appVersion",
            "condition",
            "description",
            "home",
            "icon",
            "kubeVersion",
            "name",
            "tags",
            "type",
            "version",
        ];
        let names = [
            "APIVersion",
            "AppVersion",
            "Condition",
            "Description",
            "Home",
            "Icon",
            "KubeVersion",
            "Name",
            "Tags",
            "Type",
            "Version",
        ];
        let mut fields = BTreeMap::new();
        for (key, name) in text.into_iter().zip(names) {
            let value = match chart.metadata.get(key) {
                Some(Json::String(text)) => Value::str(text),
                Some(Json::Null) | None => Value::str(""),
                Some(other) => Value::str(other.to_string()),
            };
            fields.insert(name, value);
        }
        for (key, name) in [
            ("sources", "Sources"),
            ("keywords", "Keywords"),
            ("maintainers", "Maintainers"),
            ("dependencies", "Dependencies"),
        ] {
            let items = chart.metadata.get(key).and_then(Json::as_array);
            let items = items.into_iter().flatten().map(|item| match item {
                Json::Object(item) => Value::map(
                    item.iter()
                        .map(|(key, value)| (field_name(key), Value::from_json(value)))
                        .collect(),
                ),
                other => Value::from_json(other),
            });
            fields.insert(name, Value::list(items.collect()));
        }
        let annotations = chart.metadata.get("annotations").filter(|map| map.is_object());
        fields.insert(
            "Annotations",
            annotations.map_or_else(|| Value::map(BTreeMap::new()), Value::from_json),
        );
        let deprecated = chart.metadata.get("deprecated") == Some(&Json::Bool(true));
        fields.insert("Deprecated", Value::Bool(deprecated));
        fields.insert("IsRoot", Value::Bool(true));
        Self {
            fields,
            data: chart.metadata.clone(),
        }
    }
}

/// Go's name of a field that is `key` in the file.
fn field_name(key: &str) -> String {
    if key == "url" {
        return "URL".to_owned();
    }
    let mut characters = key.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

impl Object for Metadata {
    fn type_name(&self) -> &'static str {
        "chart.Metadata"
    }

    fn member(&self, name: &str, _: &[Value]) -> Option<Result<Value, Fail>> {
        self.fields.get(name).cloned().map(Ok)
    }

    fn data(&self) -> Json {
        self.data.clone()
    }
}

/// `.Capabilities` and, within it, the versions.
struct Abilities(Capabilities);
struct KubeVersion(String);
struct ApiVersions(Vec<String>);

impl Object for Abilities {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn member(&self, name: &str, _: &[Value]) -> Option<Result<Value, Fail>> {
        Some(Ok(match name {
            "KubeVersion" => Value::Object(Rc::new(KubeVersion(self.0.kubernetes.clone()))),
            "APIVersions" => Value::Object(Rc::new(ApiVersions(self.0.api_versions.clone()))),
            "HelmVersion" => Value::map(BTreeMap::from([
                ("Version".to_owned(), Value::str("v4.2")),
                ("GoVersion".to_owned(), Value::str("go1.26")),
            ])),
            _ => return None,
        }))
    }

    fn data(&self) -> Json {
        serde_json::json!({ "KubeVersion": KubeVersion(self.0.kubernetes.clone()).data() })
    }
}

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn member(&self, name: &str, _: &[Value]) -> Option<Result<Value, Fail>> {
        let mut numbers = self.0.trim_start_matches('v').split('.');
        Some(Ok(Value::str(match name {
            "Version" | "GitVersion" | "String" => &self.0,
            "Major" => numbers.next().unwrap_or("1"),
            "Minor" => numbers.nth(1).unwrap_or("0"),
            _ => return None,
        })))
    }

    fn data(&self) -> Json {
        Json::String(self.0.clone())
    }
}

/// The groups and versions that every cluster of today serves.
const BUILT_IN: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apps/v1",
    "authentication.k8s.io/v1",
    "authorization.k8s.io/v1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "certificates.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "events.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1",
    "networking.k8s.io/v1",
    "node.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
    "resource.k8s.io/v1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1",
];

impl Object for ApiVersions {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, Fail>> {
        if name != "Has" {
            return None;
        }
        Some(match arguments {
            [Value::Str(wanted)] => {
                // A kind of a built-in group is taken to be served with it.
                let group = wanted
                    .rsplit_once('/')
                    .filter(|(_, kind)| kind.starts_with(char::is_uppercase))
                    .map_or(&**wanted, |(group, _)| group);
                let has = BUILT_IN.contains(&group) || self.0.iter().any(|known| **known == **wanted);
                Ok(Value::Bool(has))
            }
            _ => Err("it takes one string, such as \"apps/v1\"".into()),
        })
    }

    fn data(&self) -> Json {
        BUILT_IN
            .iter()
            .map(|version| Json::from(*version))
            .chain(self.0.iter().map(|version| Json::from(version.as_str())))
            .collect()
    }
}

/// `.Files`: the files of the chart that are neither templates nor its own.
struct Files(BTreeMap<String, String>);

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, Fail>> {
        let path = match arguments {
            [Value::Str(path)] => &**path,
            _ => "",
        };
        let text = self.0.get(path).map(String::as_str).unwrap_or_default();
        Some(Ok(match name {
            "Get" | "GetBytes" => Value::str(text),
            "Lines" => Value::strings(
                text.strip_suffix('\n')
                    .unwrap_or(text)
                    .split('\n')
                    .filter(|_| !text.is_empty()),
            ),
            "Glob" | "AsConfig" | "AsSecrets" => {
                return Some(Err(
                    "Becket does not carry it out yet; name the files with `.Files.Get`".into(),
                ));
            }
            _ => return None,
        }))
    }

    fn data(&self) -> Json {
        self.0
            .iter()
            .map(|(path, text)| (path.clone(), Json::from(text.as_str())))
            .collect::<JsonMap<_, _>>()
            .into()
    }
}
