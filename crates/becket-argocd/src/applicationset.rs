//! An ApplicationSet, read; and where it came from, so that findings have a place.

use becket_document::{KeyPath, Node};
use becket_gotemplate::MissingKey;
use becket_source::{Diagnostic, Level, Location, Span, did_you_mean};
use serde::Serialize;
use serde_json::Value;

use crate::codes;
use crate::object::{parse, scalar, scalars};

/// A set of generators and the template of what they make.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationSet {
    /// Its name.
    pub name: String,
    /// Its namespace, where its Applications live too.
    pub namespace: String,
    /// What happens to Applications that it no longer makes, and to its own when it goes.
    pub policy: Policy,
    /// Where it came from.
    pub origin: Origin,
    pub(crate) missing_key: MissingKey,
    pub(crate) generators: Vec<Value>,
    pub(crate) template: Value,
    pub(crate) template_patch: Option<String>,
}

/// What an ApplicationSet does to Applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Policy {
    /// What it may do.
    pub applications_sync: ApplicationsSync,
    /// Whether what an Application runs stays when the Application goes.
    pub preserve_resources_on_deletion: bool,
}

/// What an ApplicationSet may do to Applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationsSync {
    /// Create, change, delete.
    #[default]
    Sync,
    /// Create and change.
    CreateUpdate,
    /// Create and delete.
    CreateDelete,
    /// Create.
    CreateOnly,
}

impl ApplicationsSync {
    /// Whether Applications that the set no longer makes are deleted.
    pub const fn deletes(self) -> bool {
        matches!(self, Self::Sync | Self::CreateDelete)
    }

    /// Whether Applications that exist are changed.
    pub const fn updates(self) -> bool {
        matches!(self, Self::Sync | Self::CreateUpdate)
    }
}

/// Where an object came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The file, or the template that wrote it.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// The object's tree, where the file holds it as it is.
    pub node: Option<Node>,
}

impl Origin {
    /// The place of the value at `path` of the object; in a template, the place of `sought` where it stands there once.
    pub fn place(&self, path: &KeyPath, sought: &str) -> Location {
        let span = match &self.node {
            Some(node) => Some(node.nearest_span(path)),
            None => self.find(sought),
        };
        Location::new(self.path.clone(), span)
    }

    /// The place of the key at the end of `path`, found as [`Self::place`] does.
    pub(crate) fn key_place(&self, path: &KeyPath, sought: &str) -> Location {
        match self.node.as_ref().and_then(|node| node.key_span(path)) {
            Some(span) => Location::new(self.path.clone(), Some(span)),
            None => self.place(path, sought),
        }
    }

    fn find(&self, sought: &str) -> Option<Span> {
        let mut places = self.text.match_indices(sought).filter(|_| !sought.is_empty());
        let (at, _) = places.next()?;
        places
            .next()
            .is_none()
            .then_some(Span::new(at, at + sought.len()))
    }
}

const SPEC: &[&str] = &[
    "applyNestedSelectors",
    "generators",
    "goTemplate",
    "goTemplateOptions",
    "ignoreApplicationDifferences",
    "preservedFields",
    "strategy",
    "syncPolicy",
    "template",
    "templatePatch",
];

/// Collects what is wrong with one object.
struct Reader<'a> {
    name: String,
    origin: &'a Origin,
    findings: &'a mut Vec<Diagnostic>,
    failed: bool,
}

impl Reader<'_> {
    fn say(&mut self, code: &'static str, path: &str, sought: &str, message: &str, help: &str) {
        let path: KeyPath = path.parse().unwrap_or_default();
        let message = format!("ApplicationSet `{}`: {message}", self.name);
        self.findings
            .push(Diagnostic::error(code, message, self.origin.place(&path, sought)).help(help));
        self.failed = true;
    }

    /// Fields that Argo CD has not, and those that Becket does not carry out.
    fn fields(&mut self, spec: &Value) {
        let mut fields = spec.as_object().into_iter().flatten();
        if let Some((key, _)) = fields.find(|(key, _)| !SPEC.contains(&key.as_str())) {
            let help = did_you_mean(key, SPEC.iter().copied()).map_or_else(
                || "remove it; the API server would".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("`spec.{key}` is no field of an ApplicationSet");
            self.say(
                codes::UNREADABLE,
                &format!("spec.{key}"),
                &format!("{key}:"),
                &message,
                &help,
            );
        }
        if spec["goTemplate"] != Value::Bool(true) {
            self.say(
                codes::UNSUPPORTED,
                "spec.goTemplate",
                "goTemplate:",
                "the old templates (`{{path.basename}}`) are not supported",
                "set `goTemplate: true` and `goTemplateOptions: [missingkey=error]`, and write `{{ .path.basename }}`",
            );
        }
        if spec["strategy"]["type"] == "RollingSync" {
            self.say(
                codes::UNSUPPORTED,
                "spec.strategy",
                "RollingSync",
                "progressive syncs are not carried out here",
                "remove `spec.strategy`; promotion orders what is released",
            );
        }
        if !spec["generators"].is_array() {
            let message = "`spec.generators` must be a list";
            self.say(
                codes::UNREADABLE,
                "spec",
                "generators:",
                message,
                "add a generator",
            );
        }
        if !spec["template"].is_object() {
            self.say(
                codes::UNREADABLE,
                "spec",
                "template:",
                "it has no template",
                "add `spec.template`",
            );
        }
    }

    fn missing_key(&mut self, options: &Value) -> MissingKey {
        let mut missing_key = MissingKey::Default;
        for option in scalars(options) {
            missing_key = match option.as_str() {
                "missingkey=default" | "missingkey=invalid" => MissingKey::Default,
                "missingkey=zero" => MissingKey::Zero,
                "missingkey=error" => MissingKey::Error,
                other => {
                    let message = format!("`{other}` is no option of Go templates");
                    let path = "spec.goTemplateOptions";
                    self.say(codes::UNREADABLE, path, other, &message, "use `missingkey=error`");
                    continue;
                }
            };
        }
        missing_key
    }

    fn policy(&mut self, policy: &Value) -> Policy {
        let applications_sync = match scalar(&policy["applicationsSync"]).as_str() {
            "" | "sync" => ApplicationsSync::Sync,
            "create-update" => ApplicationsSync::CreateUpdate,
            "create-delete" => ApplicationsSync::CreateDelete,
            "create-only" => ApplicationsSync::CreateOnly,
            other => {
                let message = format!("`{other}` is no policy");
                let help = "use `sync`, `create-update`, `create-delete` or `create-only`";
                let path = "spec.syncPolicy.applicationsSync";
                self.say(codes::UNREADABLE, path, other, &message, help);
                ApplicationsSync::Sync
            }
        };
        Policy {
            applications_sync,
            preserve_resources_on_deletion: policy["preserveResourcesOnDeletion"] == Value::Bool(true),
        }
    }
}

impl ApplicationSet {
    /// The patterns that its Git files generators look for, each with the address of the repository.
    pub fn files(&self) -> Vec<(&str, &str)> {
        fn collect<'a>(generators: &'a [Value], found: &mut Vec<(&'a str, &'a str)>) {
            for generator in generators {
                let git = &generator["git"];
                let patterns = git["files"].as_array().into_iter().flatten();
                let repository = git["repoURL"].as_str().unwrap_or_default();
                found.extend(patterns.filter_map(|file| Some((repository, file["path"].as_str()?))));
                let nested = generator["matrix"]["generators"].as_array();
                collect(nested.map(Vec::as_slice).unwrap_or_default(), found);
            }
        }
        let mut found = Vec::new();
        collect(&self.generators, &mut found);
        found
    }

    /// Reads an ApplicationSet object.
    pub fn read(object: &Value, origin: Origin, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let spec = &object["spec"];
        let mut reader = Reader {
            name: scalar(&object["metadata"]["name"]),
            origin: &origin,
            findings,
            failed: false,
        };
        if reader.name.is_empty() {
            reader.say(
                codes::UNREADABLE,
                "metadata",
                "metadata:",
                "it has no name",
                "set `metadata.name`",
            );
        }
        reader.fields(spec);
        let missing_key = reader.missing_key(&spec["goTemplateOptions"]);
        let policy = reader.policy(&spec["syncPolicy"]);
        let (name, failed) = (reader.name, reader.failed);
        (!failed).then(|| Self {
            name,
            namespace: scalar(&object["metadata"]["namespace"]),
            policy,
            origin,
            missing_key,
            generators: spec["generators"].as_array().cloned().unwrap_or_default(),
            template: spec["template"].clone(),
            template_patch: spec["templatePatch"].as_str().map(str::to_owned),
        })
    }

    /// Reads the ApplicationSets in the file at `path`, whose text is `text`; other objects are left alone.
    pub fn read_text(path: &str, text: &str, findings: &mut Vec<Diagnostic>) -> Vec<Self> {
        let (objects, errors) = parse(text);
        for error in errors {
            let place = Location::new(path, Some(error.span));
            findings.push(Diagnostic::error(codes::UNREADABLE, error.message, place));
        }
        let sets = objects.into_iter().filter(|(object, _)| {
            let api = object["apiVersion"].as_str().unwrap_or_default();
            object["kind"] == "ApplicationSet" && api.starts_with("argoproj.io/")
        });
        sets.filter_map(|(object, node)| {
            let origin = Origin {
                path: path.to_owned(),
                text: text.to_owned(),
                node: Some(node),
            };
            Self::read(&object, origin, findings)
        })
        .collect()
    }

    /// A finding about this set, at the value at `path` of the object.
    pub(crate) fn finding(
        &self,
        code: &'static str,
        path: &KeyPath,
        sought: &str,
        message: &str,
    ) -> Diagnostic {
        self.finding_at(code, path, self.origin.place(path, sought), message)
    }

    /// A finding about the key at the end of `path`, or what is under it.
    pub(crate) fn finding_at(
        &self,
        code: &'static str,
        path: &KeyPath,
        place: Location,
        message: &str,
    ) -> Diagnostic {
        let message = format!("ApplicationSet `{}`: {message}", self.name);
        let found = Diagnostic::new(code, Level::Error, message, place);
        if self.origin.node.is_none() && path.segments().len() > 1 {
            return found.note(format!("It is about `{path}` of what the template writes."));
        }
        found
    }
}
