//! Generators: from an ApplicationSet's `spec.generators` to sets of parameters.

use becket_document::KeyPath;
use becket_gotemplate::{Data, normalize};
use becket_source::{Diagnostic, did_you_mean};
use serde_json::{Map, Value, json};

use crate::applicationset::ApplicationSet;
use crate::object::{parse, scalar, scalars};
use crate::template::{Failed, Template};
use crate::tree::{Tree, Trees};
use crate::{codes, glob};

/// The parameters that a generator makes, and the template that it lays over the set's own.
pub(crate) struct Generated {
    pub(crate) parameters: Vec<Value>,
    pub(crate) template: Value,
}

/// The kinds of generators that Argo CD has, with what to do where Becket has them not.
const KINDS: &[(&str, &str)] = &[
    ("list", ""),
    ("git", ""),
    ("matrix", ""),
    ("merge", "use `matrix`, or list the elements"),
    (
        "clusters",
        "list the clusters with a `list` generator: which ones are registered is known to the cluster alone",
    ),
    (
        "clusterDecisionResource",
        "list the clusters with a `list` generator",
    ),
    ("scmProvider", "list the repositories with a `list` generator"),
    ("pullRequest", "list the branches with a `list` generator"),
    ("plugin", "list the elements with a `list` generator"),
];

type Outcome<T> = Result<T, Box<Diagnostic>>;

/// Reads generators of one ApplicationSet.
pub(crate) struct Reader<'a, 'b> {
    pub(crate) set: &'a ApplicationSet,
    pub(crate) trees: &'a Trees<'b>,
}

impl Reader<'_, '_> {
    /// Carries out `generator`, which stands at `path`; `above` are the parameters of a matrix' first generator.
    pub(crate) fn generate(
        &self,
        generator: &Value,
        path: &KeyPath,
        above: Option<&Value>,
    ) -> Outcome<Generated> {
        let mut kinds = Vec::new();
        for (key, value) in generator.as_object().into_iter().flatten() {
            if key != "selector" && !value.is_null() {
                kinds.push((key.as_str(), value));
            }
        }
        let [(kind, body)] = kinds.as_slice() else {
            let message = if kinds.is_empty() {
                "a generator is empty"
            } else {
                "a generator has two kinds"
            };
            return Err(self.wrong(
                codes::UNREADABLE,
                path,
                "generators:",
                message,
                "write one kind per generator",
            ));
        };
        let path = path.key(*kind);
        let body = match above {
            Some(above) => &self.interpolated(body, &path, above)?,
            None => *body,
        };
        let parameters = match *kind {
            "list" => self.list(body, &path)?,
            "git" => self.git(body, &path)?,
            "matrix" => self.matrix(body, &path, above)?,
            kind => return Err(self.unknown(kind, &path)),
        };
        let parameters = match generator.get("selector") {
            Some(selector) => parameters
                .into_iter()
                .filter(|set| selected(selector, set))
                .collect(),
            None => parameters,
        };
        Ok(Generated {
            parameters,
            template: body.get("template").cloned().unwrap_or(Value::Null),
        })
    }

    fn wrong(
        &self,
        code: &'static str,
        path: &KeyPath,
        sought: &str,
        message: &str,
        help: &str,
    ) -> Box<Diagnostic> {
        Box::new(self.set.finding(code, path, sought, message).help(help))
    }

    fn unknown(&self, kind: &str, path: &KeyPath) -> Box<Diagnostic> {
        if let Some((_, help)) = KINDS.iter().find(|(known, _)| *known == kind) {
            let message = format!("the generator `{kind}` is not supported");
            return self.wrong(codes::UNSUPPORTED, path, &format!("{kind}:"), &message, help);
        }
        let near = did_you_mean(kind, KINDS.iter().map(|(known, _)| *known));
        let help = near.map_or_else(
            || "use `git`, `list` or `matrix`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("there is no generator `{kind}`");
        self.wrong(codes::UNREADABLE, path, &format!("{kind}:"), &message, &help)
    }

    pub(crate) fn failed(&self, failed: &Failed, parameters: Option<&Value>) -> Box<Diagnostic> {
        let message = format!("{} in `{}`", failed.error.message, failed.text.trim());
        let Failed { path, text, .. } = failed;
        let place = if failed.is_key {
            self.set.origin.key_place(path, text)
        } else {
            self.set.origin.place(path, text)
        };
        let mut found = self.set.finding_at(codes::TEMPLATE, path, place, &message);
        if let Some(parameters) = parameters {
            found = found.note(format!("The parameters are {parameters}."));
        }
        if let Some(help) = &failed.error.help {
            found = found.help(help.clone());
        }
        Box::new(found)
    }

    /// A second generator of a matrix, with the first one's parameters put in. What stands under `values` may still wait
    /// for parameters of its own.
    fn interpolated(&self, body: &Value, path: &KeyPath, above: &Value) -> Outcome<Value> {
        let mut fixed = body.clone();
        let values = fixed.as_object_mut().and_then(|body| body.shift_remove("values"));
        let data = Data::new(above);
        let render = |value: &Value, path: &KeyPath, missing_key| {
            Template::compile(value, path, missing_key).and_then(|template| template.render(&data))
        };
        let mut done =
            render(&fixed, path, self.set.missing_key).map_err(|failed| self.failed(&failed, Some(above)))?;
        if let (Some(Value::Object(values)), Some(done)) = (values, done.as_object_mut()) {
            let mut resolved = Map::new();
            for (key, value) in values {
                let path = path.key("values").key(key.as_str());
                let early = render(&value, &path, becket_gotemplate::MissingKey::Error);
                resolved.insert(key, early.unwrap_or(value));
            }
            done.insert("values".to_owned(), Value::Object(resolved));
        }
        Ok(done)
    }

    fn list(&self, body: &Value, path: &KeyPath) -> Outcome<Vec<Value>> {
        let mut parameters = Vec::new();
        for (at, element) in body["elements"].as_array().into_iter().flatten().enumerate() {
            if !element.is_object() {
                let path = path.key("elements").index(at);
                let message = "an element of a list generator must hold keys with values";
                return Err(self.wrong(
                    codes::UNREADABLE,
                    &path,
                    "elements:",
                    message,
                    "write `- key: value`",
                ));
            }
            parameters.push(element.clone());
        }
        if let Some(elements) = body.get("elementsYaml").and_then(Value::as_str) {
            let (objects, errors) = parse(elements);
            let items = objects.first().and_then(|(value, _)| value.as_array()).cloned();
            match items {
                Some(items) if errors.is_empty() && items.iter().all(Value::is_object) => {
                    parameters.extend(items);
                }
                _ if elements.trim().is_empty() => {}
                _ => {
                    let message = "`elementsYaml` is no YAML list of mappings";
                    let path = path.key("elementsYaml");
                    return Err(self.wrong(
                        codes::UNREADABLE,
                        &path,
                        "elementsYaml:",
                        message,
                        "write `- key: value`",
                    ));
                }
            }
        }
        Ok(parameters)
    }

    fn matrix(&self, body: &Value, path: &KeyPath, above: Option<&Value>) -> Outcome<Vec<Value>> {
        let generators = body["generators"].as_array().cloned().unwrap_or_default();
        let path = path.key("generators");
        let [first, second] = generators.as_slice() else {
            let message = format!("a matrix takes two generators and has {}", generators.len());
            return Err(self.wrong(
                codes::UNREADABLE,
                &path,
                "matrix:",
                &message,
                "nest a matrix for a third one",
            ));
        };
        let mut parameters = Vec::new();
        for a in self.generate(first, &path.index(0), above)?.parameters {
            for b in self.generate(second, &path.index(1), Some(&a))?.parameters {
                let mut both = b;
                becket_gotemplate::chart::merge(&mut both, &a);
                parameters.push(both);
            }
        }
        Ok(parameters)
    }

    fn git(&self, body: &Value, path: &KeyPath) -> Outcome<Vec<Value>> {
        let url = scalar(&body["repoURL"]);
        let revision = Some(scalar(&body["revision"])).filter(|revision| !revision.is_empty());
        let revision = revision.unwrap_or_else(|| "HEAD".to_owned());
        let Some(tree) = (self.trees)(&url, &revision) else {
            let message = format!("the repository `{url}` has no revision `{revision}` here");
            let help = "name a repository and a branch that exist";
            return Err(self.wrong(codes::GENERATOR, &path.key("repoURL"), &url, &message, help));
        };
        let prefix = scalar(&body["pathParamPrefix"]);
        let folders = patterns(&body["directories"]);
        let files = patterns(&body["files"]);
        let mut parameters = Vec::new();
        if !folders.is_empty() {
            let mut paths: Vec<Vec<String>> = Vec::new();
            tree.walk("", &mut |file| collect_folders(file, &mut paths));
            paths.sort();
            paths.dedup();
            for path in paths.iter().map(|parts| parts.join("/")) {
                let matches = |excluded| {
                    let mut patterns = folders.iter().filter(|(_, exclude)| *exclude == excluded);
                    patterns.any(|(pattern, _)| glob::matches_folder(pattern, &path))
                };
                if matches(false) && !matches(true) {
                    parameters.push(with_path(json!({}), &path, None, &prefix));
                }
            }
        } else if !files.is_empty() {
            for file in found(tree, &files) {
                for content in self.contents(tree, &url, &file, path)? {
                    let (folder, name) = file.rsplit_once('/').unwrap_or((".", &file));
                    parameters.push(with_path(content, folder, Some(name), &prefix));
                }
            }
        } else {
            let message = "a git generator has neither `files` nor `directories`";
            return Err(self.wrong(
                codes::UNREADABLE,
                path,
                "git:",
                message,
                "add `files: [{ path: … }]`",
            ));
        }
        self.values(body, path, &mut parameters)?;
        Ok(parameters)
    }

    /// The objects in a file: one, or a list of them.
    fn contents(&self, tree: &dyn Tree, url: &str, file: &str, path: &KeyPath) -> Outcome<Vec<Value>> {
        let path = path.key("files");
        let bytes = tree.read(file).unwrap_or_default();
        let wrong = |why: &str| {
            let message = format!("the file `{file}` of `{url}` cannot be read: {why}");
            let help = "a files generator takes files that hold keys with values, or a list of such";
            self.wrong(codes::GENERATOR, &path, "files:", &message, help)
        };
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err(wrong("it is no text"));
        };
        let (mut objects, errors) = parse(text);
        if let (Some(error), true) = (errors.first(), objects.is_empty()) {
            return Err(wrong(&error.message));
        }
        if objects.is_empty() {
            return Ok(vec![json!({})]);
        }
        match objects.swap_remove(0).0 {
            Value::Null => Ok(vec![json!({})]),
            object @ Value::Object(_) => Ok(vec![object]),
            Value::Array(items) if items.iter().all(|item| item.is_object() || item.is_null()) => Ok(items
                .into_iter()
                .map(|item| if item.is_null() { json!({}) } else { item })
                .collect()),
            _ => Err(wrong("it holds no keys with values")),
        }
    }

    /// Adds `.values`, whose texts are templates over the other parameters.
    fn values(&self, body: &Value, path: &KeyPath, parameters: &mut [Value]) -> Outcome<()> {
        let path = path.key("values");
        let Some(values) = body
            .get("values")
            .filter(|values| values.as_object().is_some_and(|map| !map.is_empty()))
        else {
            return Ok(());
        };
        for (key, value) in values.as_object().into_iter().flatten() {
            if !value.is_string() {
                let message = format!("the value `{key}` of a generator must be a string, and is `{value}`");
                return Err(self.wrong(
                    codes::UNREADABLE,
                    &path.key(key.as_str()),
                    &format!("{key}:"),
                    &message,
                    "put it in quotes",
                ));
            }
        }
        let template = Template::compile(values, &path, self.set.missing_key)
            .map_err(|failed| self.failed(&failed, None))?;
        for parameters in parameters {
            let rendered = template.render(&Data::new(parameters));
            let rendered = rendered.map_err(|failed| self.failed(&failed, Some(parameters)))?;
            if let Some(parameters) = parameters.as_object_mut() {
                parameters.insert("values".to_owned(), rendered);
            }
        }
        Ok(())
    }
}

/// Adds what is known of the path.
fn with_path(mut content: Value, folder: &str, file: Option<&str>, prefix: &str) -> Value {
    let base = folder.rsplit('/').next().unwrap_or(folder);
    let mut path = json!({
        "path": folder,
        "basename": base,
        "basenameNormalized": normalize(base),
        "segments": folder.split('/').collect::<Vec<_>>(),
    });
    if let (Some(file), Some(path)) = (file, path.as_object_mut()) {
        path.insert("filename".to_owned(), file.into());
        path.insert("filenameNormalized".to_owned(), normalize(file).into());
    }
    if let Some(content) = content.as_object_mut() {
        if prefix.is_empty() {
            content.insert("path".to_owned(), path);
        } else {
            content.insert(prefix.to_owned(), json!({ "path": path }));
        }
    }
    content
}

fn patterns(items: &Value) -> Vec<(String, bool)> {
    let items = items.as_array().into_iter().flatten();
    items
        .map(|item| (scalar(&item["path"]), item["exclude"] == Value::Bool(true)))
        .collect()
}

/// The files that patterns find, sorted.
fn found(tree: &dyn Tree, patterns: &[(String, bool)]) -> Vec<String> {
    let mut files = Vec::new();
    for (pattern, _) in patterns.iter().filter(|(_, exclude)| !exclude) {
        tree.walk(glob::fixed_folder(pattern), &mut |path| {
            if glob::matches_file(pattern, path) {
                files.push(path.to_owned());
            }
        });
    }
    files.sort_unstable();
    files.dedup();
    files.retain(|path| {
        !patterns
            .iter()
            .any(|(pattern, exclude)| *exclude && glob::matches_file(pattern, path))
    });
    files
}

/// Adds the folders of a file, hidden ones and what is in them left out.
fn collect_folders(file: &str, folders: &mut Vec<Vec<String>>) {
    let mut parts: Vec<String> = Vec::new();
    let Some((folder, _)) = file.rsplit_once('/') else {
        return;
    };
    for part in folder.split('/') {
        if part.starts_with('.') {
            return;
        }
        parts.push(part.to_owned());
        if folders.last() != Some(&parts) {
            folders.push(parts.clone());
        }
    }
}

/// Whether a label selector matches the parameters, their paths joined by dots.
fn selected(selector: &Value, parameters: &Value) -> bool {
    let mut flat = Map::new();
    flatten(parameters, String::new(), &mut flat);
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let matched = labels
        .into_iter()
        .all(|(key, wanted)| flat.get(key).is_some_and(|value| value == wanted));
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    matched
        && expressions.into_iter().all(|expression| {
            let value = flat.get(&scalar(&expression["key"])).map(scalar);
            let values = scalars(&expression["values"]);
            match scalar(&expression["operator"]).as_str() {
                "In" => value.is_some_and(|value| values.contains(&value)),
                "NotIn" => value.is_none_or(|value| !values.contains(&value)),
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}

fn flatten(value: &Value, path: String, flat: &mut Map<String, Value>) {
    let join = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                flatten(value, join(key), flat);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, value) in items.iter().enumerate() {
                flatten(value, join(&at.to_string()), flat);
            }
        }
        other => {
            flat.insert(path, Value::String(scalar(other)));
        }
    }
}
