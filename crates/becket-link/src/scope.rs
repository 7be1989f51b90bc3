//! The objects of a namespace: by name, by what selects them, and what they refer to.
//!
//! Rules ask for the few objects that a name or a label leads to, so that a scope of a thousand services costs a
//! thousand times what one costs.

use std::collections::BTreeMap;

use becket_kustomize::Resource;
use serde_json::Value;

use crate::frontend::kubernetes::selector::{accepts, accepts_map};
use crate::frontend::kubernetes::workload::{self, Template};
use crate::object::Object;
use crate::symbol::Reference;

/// A label with its value.
type Label = (String, String);

/// The objects of a namespace, and what they refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) objects: Vec<Object>,
    pub(crate) references: Vec<Reference>,
    /// Whether something that brings objects here could not be read, so that what is missing may still be there.
    pub(crate) open: bool,
    /// Objects by kind and name; of several the first.
    names: BTreeMap<String, BTreeMap<String, usize>>,
    /// Workloads by each label of their pods.
    labelled: BTreeMap<Label, Vec<usize>>,
    /// All workloads.
    workloads: Vec<usize>,
    /// Workloads by the `ConfigMap`s whose every key they take.
    configured: BTreeMap<String, Vec<usize>>,
    /// Network policies by the first label that they select.
    policies: BTreeMap<Label, Vec<usize>>,
    /// Network policies that select without a label.
    wide_policies: Vec<usize>,
}

impl Scope {
    /// Takes these objects in; [`Scope::index`] has to follow.
    pub(crate) fn add(&mut self, resources: Vec<Resource>) {
        self.objects
            .extend(resources.into_iter().map(|resource| Object { resource }));
    }

    /// Makes the objects that were added findable.
    pub(crate) fn index(&mut self) {
        for (at, object) in self.objects.iter().enumerate() {
            let names = self.names.entry(object.resource.kind().into_owned()).or_default();
            names.entry(object.name()).or_insert(at);
            if let Some(template) = workload::template(object) {
                self.workloads.push(at);
                for label in labels(template.labels()) {
                    self.labelled.entry(label).or_default().push(at);
                }
                for name in template.environment_maps() {
                    self.configured.entry(name.to_owned()).or_default().push(at);
                }
            }
            if object.is("NetworkPolicy") {
                let wanted = object.at("/spec/podSelector/matchLabels");
                match labels(wanted).into_iter().next() {
                    Some(label) => self.policies.entry(label).or_default().push(at),
                    None => self.wide_policies.push(at),
                }
            }
        }
    }

    /// The object of this kind and name.
    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<&Object> {
        self.objects.get(*self.names.get(kind)?.get(name)?)
    }

    /// All objects of this kind.
    pub(crate) fn of_kind<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Object> {
        self.objects.iter().filter(move |object| object.is(kind))
    }

    /// The workloads whose pods a label selector accepts.
    pub(crate) fn selected(&self, selector: &Value) -> Vec<Template<'_>> {
        let accept = |template: &Template<'_>| accepts(selector, template.labels());
        self.near(selector.get("matchLabels")).filter(accept).collect()
    }

    /// The workloads whose pods the selector of a Service accepts: those that stay, not Jobs.
    pub(crate) fn served(&self, selector: &Value) -> Vec<Template<'_>> {
        let accept = |template: &Template<'_>| !template.is_job && accepts_map(selector, template.labels());
        self.near(Some(selector)).filter(accept).collect()
    }

    /// The workloads that take every key of the `ConfigMap` `name`.
    pub(crate) fn configured(&self, name: &str) -> Vec<Template<'_>> {
        let at = self.configured.get(name).map(Vec::as_slice).unwrap_or_default();
        at.iter()
            .filter_map(|at| workload::template(&self.objects[*at]))
            .collect()
    }

    /// The network policies that may select these pods: those without a label, and those whose first label they have.
    pub(crate) fn policies(&self, pod: &Template<'_>) -> Vec<&Object> {
        let by_label = labels(pod.labels())
            .into_iter()
            .filter_map(|label| self.policies.get(&label))
            .flatten();
        by_label
            .chain(&self.wide_policies)
            .map(|at| &self.objects[*at])
            .collect()
    }

    /// The workloads that have the first of the wanted labels; all where none is wanted.
    fn near(&self, wanted: Option<&Value>) -> impl Iterator<Item = Template<'_>> {
        let found = match labels(wanted).first() {
            Some(label) => self.labelled.get(label).map(Vec::as_slice).unwrap_or_default(),
            None => &self.workloads,
        };
        found
            .iter()
            .filter_map(|at| workload::template(&self.objects[*at]))
    }
}

fn labels(map: Option<&Value>) -> Vec<Label> {
    let pairs = map.and_then(Value::as_object).into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
