//! The resources of a folder, in order, none twice.

use std::collections::HashSet;

use becket_source::Diagnostic;

use crate::codes;
use crate::files::Files;
use crate::resource::{Id, Resource};

/// Resources in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Set {
    resources: Vec<Resource>,
    /// What they are; none where that has to be found out again.
    ids: Option<HashSet<Id>>,
}

impl Set {
    pub(crate) fn as_slice(&self) -> &[Resource] {
        &self.resources
    }

    /// The resources, to be changed in any way that leaves them different from each other.
    pub(crate) fn as_mut(&mut self) -> &mut Vec<Resource> {
        self.ids = None;
        &mut self.resources
    }

    pub(crate) fn into_vec(self) -> Vec<Resource> {
        self.resources
    }

    /// Adds `resource`, if it is not there yet; otherwise gives it back with the one that is.
    pub(crate) fn append(&mut self, resource: Resource) -> Result<(), Box<Twins>> {
        let id = resource.id();
        let ids = self
            .ids
            .get_or_insert_with(|| self.resources.iter().map(Resource::id).collect());
        if ids.contains(&id) {
            let first = self.resources.iter().find(|other| other.id() == id).cloned();
            return Err(Box::new(Twins {
                first,
                second: resource,
            }));
        }
        ids.insert(id);
        self.resources.push(resource);
        Ok(())
    }

    /// Two resources that have become the same, if there are any.
    pub(crate) fn twins(&self) -> Option<Twins> {
        let mut ids: HashSet<Id> = HashSet::with_capacity(self.resources.len());
        let second = self
            .resources
            .iter()
            .find(|resource| !ids.insert(resource.id()))?;
        let first = self.resources.iter().find(|other| other.id() == second.id());
        Some(Twins {
            first: first.cloned(),
            second: second.clone(),
        })
    }
}

/// Two resources that are the same to Kubernetes.
#[derive(Debug)]
pub(crate) struct Twins {
    first: Option<Resource>,
    second: Resource,
}

impl Twins {
    pub(crate) fn finding(&self, files: &dyn Files) -> Diagnostic {
        let message = format!("{} is there twice", self.second.id());
        let finding = Diagnostic::error(codes::TWICE, message, self.second.named_at(files))
            .help("remove one of the two, rename it, or make it a patch of the other");
        match &self.first {
            Some(first) => finding.related(first.named_at(files).labelled("the first one")),
            None => finding,
        }
    }
}
