//! Names that refer to other resources follow when those get another name or namespace.
//!
//! Which field of which kind refers to what is kustomize's table for the built-in kinds. A name is looked up among the names
//! that resources had before, so a reference to what is not part of the build stays as it is.

mod table;

use std::cell::Cell;
use std::collections::HashMap;

use becket_source::Diagnostic;
use serde_json::Value;

use crate::codes;
use crate::fieldspec::{Create, visit};
use crate::files::Files;
use crate::resource::{Previous, Resource, group_version};
use crate::{scope, yaml};
use table::{OTHER, POD, POD_ACCOUNT, Referred, pod_path};

/// What is known of a resource that may be referred to, apart from its value.
struct Candidate {
    api_version: String,
    name: String,
    namespace: String,
    effective: String,
    original_namespace: String,
    kind: String,
    previous: Vec<Previous>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Candidate {
    fn of(resource: &Resource) -> Self {
        Self {
            api_version: resource.api_version().into_owned(),
            name: resource.name().into_owned(),
            namespace: resource.namespace().into_owned(),
            effective: resource.effective_namespace().into_owned(),
            original_namespace: resource.original().namespace,
            kind: resource.kind().into_owned(),
            previous: resource.previous.clone(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
        }
    }

    /// Whether it ever was of this kind; empty parts fit everything.
    fn was(&self, group: &str, version: &str, kind: &str) -> bool {
        let (own_group, own_version) = group_version(&self.api_version);
        (group.is_empty() || group == own_group)
            && (version.is_empty() || version == own_version)
            && (kind.is_empty() || self.previous.iter().any(|previous| previous.kind == kind))
    }
}

/// What is known of the resource that refers.
struct Referrer {
    effective: String,
    of_cluster: bool,
    /// The namespaces of the accounts that a `RoleBinding` names.
    subjects: Vec<String>,
    /// Group and kind that `roleRef` names.
    role: Option<(String, String)>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    /// Whether what failed is that several could be meant.
    ambiguous: Cell<bool>,
}

/// Lets all references in `resources` follow.
pub(crate) fn follow(resources: &mut [Resource], files: &dyn Files, findings: &mut Vec<Diagnostic>) {
    let candidates: Vec<Candidate> = resources
        .iter()
        .filter(|resource| !resource.previous.is_empty())
        .map(Candidate::of)
        .collect();
    let mut by_name: HashMap<&str, Vec<&Candidate>> = HashMap::with_capacity(candidates.len());
    for candidate in &candidates {
        let mut names: Vec<&str> = candidate
            .previous
            .iter()
            .map(|previous| previous.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            by_name.entry(name).or_default().push(candidate);
        }
    }
    for resource in resources {
        if let Err((code, message)) = follow_in(resource, &by_name) {
            let help = if code == codes::AMBIGUOUS {
                "give what is meant a name or namespace of its own"
            } else {
                "give the field the form that Kubernetes has for it"
            };
            let message = format!("{}: {message}", resource.id());
            findings.push(Diagnostic::error(code, message, resource.named_at(files)).help(help));
        }
    }
}

fn follow_in(
    resource: &mut Resource,
    by_name: &HashMap<&str, Vec<&Candidate>>,
) -> Result<(), (&'static str, String)> {
    let original = resource.original();
    let (group, version) = group_version(&original.api_version);
    let kind = original.kind.as_str();
    let pod = pod_path(kind, version);
    let others = OTHER.iter().any(|(of_kind, ..)| *of_kind == kind);
    if pod.is_none() && !others {
        return Ok(());
    }
    let referrer = referrer(resource);
    follow_fields(&mut resource.value, (kind, group), pod, &referrer, by_name).map_err(|message| {
        let code = if referrer.ambiguous.get() {
            codes::AMBIGUOUS
        } else {
            codes::RESOURCE
        };
        (code, message)
    })
}

/// Follows in all fields that the tables have for this kind; `pod` is where it holds a pod's `spec`.
fn follow_fields(
    value: &mut Value,
    (kind, group): (&str, &str),
    pod: Option<&str>,
    referrer: &Referrer,
    by_name: &HashMap<&str, Vec<&Candidate>>,
) -> Result<(), String> {
    let update = |value: &mut Value, target: Referred, path: &str| {
        let role = path == "roleRef/name";
        visit(value, path, Create::Nothing, &mut |field| {
            set(field, target, role, referrer, by_name)
        })
    };
    if let Some(path) = pod {
        let mut rows: Vec<&(Referred, &str)> = Vec::with_capacity(16);
        if kind != "ReplicationController" {
            rows.extend(POD);
        }
        if !matches!(kind, "ReplicaSet" | "PodTemplate") {
            rows.extend(POD_ACCOUNT);
        }
        let mut spec = Some(&mut *value);
        for part in path.split('/') {
            spec = match spec {
                Some(Value::Object(map)) => map.get_mut(part),
                None | Some(Value::Null | Value::Array(_)) => None,
                Some(_) => return Err(format!("a value stands where `{part}` is looked for")),
            };
        }
        if let Some(spec) = spec {
            for (target, path) in rows {
                update(spec, *target, path)?;
            }
        }
    }
    for (of_kind, of_group, target, path) in OTHER {
        if *of_kind == kind && (of_group.is_empty() || *of_group == group) {
            update(value, *target, path)?;
        }
    }
    Ok(())
}

fn referrer(resource: &Resource) -> Referrer {
    let effective = resource.effective_namespace().into_owned();
    let mut subjects = Vec::new();
    if resource.kind() == "RoleBinding" {
        let listed = resource.value.get("subjects").and_then(Value::as_array);
        for subject in listed.into_iter().flatten() {
            let is_account = subject.get("kind").is_some_and(|kind| kind == "ServiceAccount");
            if let (true, Some(namespace)) = (is_account, subject.get("namespace").and_then(Value::as_str)) {
                subjects.push(namespace.to_owned());
            }
        }
    }
    let role = resource.value.get("roleRef").and_then(|role| {
        let part = |name| role.get(name).map(|part| yaml::text(part).into_owned());
        Some((part("apiGroup")?, part("kind")?))
    });
    Referrer {
        of_cluster: effective == scope::CLUSTER,
        effective,
        subjects,
        role,
        prefixes: resource.prefixes.clone(),
        suffixes: resource.suffixes.clone(),
        ambiguous: Cell::new(false),
    }
}

fn set(
    field: &mut Value,
    target: Referred,
    role: bool,
    referrer: &Referrer,
    by_name: &HashMap<&str, Vec<&Candidate>>,
) -> Result<(), String> {
    match field {
        Value::Null => Ok(()),
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| set(item, target, role, referrer, by_name)),
        Value::Object(map) => {
            let Some(name) = map.get("name") else {
                return Err("a reference has no `name`".to_owned());
            };
            let name = yaml::text(name).into_owned();
            let namespace = map
                .get("namespace")
                .map(|namespace| yaml::text(namespace).into_owned());
            let found = referred(&name, namespace.as_deref(), true, target, role, referrer, by_name)?;
            let Some(found) = found.filter(|found| found.name != name || !found.namespace.is_empty()) else {
                return Ok(());
            };
            map.insert("name".to_owned(), Value::String(found.name.clone()));
            if !found.namespace.is_empty() {
                map.insert("namespace".to_owned(), Value::String(found.namespace.clone()));
            }
            Ok(())
        }
        scalar => {
            let name = yaml::text(scalar);
            let found = referred(&name, None, false, target, role, referrer, by_name)?;
            if let Some(found) = found.filter(|found| found.name != name.as_ref()) {
                *scalar = Value::String(found.name.clone());
            }
            Ok(())
        }
    }
}

/// The resource that is meant by `name`, which it had before.
fn referred<'a>(
    name: &str,
    namespace: Option<&str>,
    with_namespace: bool,
    target: Referred,
    role: bool,
    referrer: &Referrer,
    by_name: &HashMap<&str, Vec<&'a Candidate>>,
) -> Result<Option<&'a Candidate>, String> {
    let Some(named) = by_name.get(name) else {
        return Ok(None);
    };
    let reachable = |candidate: &&Candidate| {
        referrer.of_cluster
            || candidate.effective == scope::CLUSTER
            || candidate.effective == referrer.effective
            || referrer.subjects.contains(&candidate.namespace)
    };
    let mut candidates: Vec<&Candidate> = named.iter().copied().filter(reachable).collect();
    if let Some(namespace) = namespace {
        let was_there = |candidate: &&Candidate| {
            candidate.original_namespace == namespace && candidate.original_namespace != scope::CLUSTER
        };
        if candidates.iter().any(was_there) {
            candidates.retain(was_there);
        } else {
            candidates.retain(|candidate| candidate.effective == namespace && namespace != scope::CLUSTER);
        }
    }
    candidates.retain(|candidate| candidate.was(target.group, target.version, target.kind));
    if let (true, Some((group, kind))) = (role, &referrer.role) {
        candidates.retain(|candidate| candidate.was(group, "", kind));
    }
    candidates.retain(|candidate| {
        referrer.of_cluster
            || candidate.effective == scope::CLUSTER
            || candidate.kind == "ServiceAccount"
            || candidate.effective == referrer.effective
    });
    if candidates.len() > 1 || candidates.is_empty() {
        candidates.retain(|candidate| same_affixes(candidate, referrer, true));
        if candidates.len() > 1 {
            candidates.retain(|candidate| same_affixes(candidate, referrer, false));
        }
    }
    let Some((first, others)) = candidates.split_first() else {
        return Ok(None);
    };
    let same = |other: &&Candidate| {
        other.name == first.name && (!with_namespace || other.namespace == first.namespace)
    };
    if others.iter().all(same) {
        return Ok(Some(first));
    }
    let possible: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("{} `{}`", candidate.kind, candidate.name))
        .collect();
    referrer.ambiguous.set(true);
    Err(format!("`{name}` could refer to any of {}", possible.join(", ")))
}

/// Whether two got their prefixes and suffixes from the same folders.
fn same_affixes(candidate: &Candidate, referrer: &Referrer, or_none: bool) -> bool {
    let same = |own: &[String], other: &[String]| {
        if or_none && (own.is_empty() || other.is_empty()) {
            return true;
        }
        let (short, long) = if own.len() <= other.len() {
            (own, other)
        } else {
            (other, own)
        };
        (!short.is_empty() || long.is_empty()) && long.ends_with(short)
    };
    same(&candidate.prefixes, &referrer.prefixes) && same(&candidate.suffixes, &referrer.suffixes)
}
