//! The resources of a folder, in order, none twice.

use std::collections::HashSet;

use becket_source::{Diagnostic, Location};

use crate::codes;
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

    /// Adds `resource`, if it is not there yet.
    pub(crate) fn append(&mut self, resource: Resource) -> Result<(), Box<Diagnostic>> {
        let id = resource.id();
        let ids = self
            .ids
            .get_or_insert_with(|| self.resources.iter().map(Resource::id).collect());
        if !ids.insert(id.clone()) {
            let first = self.resources.iter().find(|other| other.id() == id);
            return Err(Box::new(twice(&id, &resource, first)));
        }
        self.resources.push(resource);
        Ok(())
    }

    /// Whether two resources have become the same.
    pub(crate) fn first_twin(&self) -> Option<Diagnostic> {
        let mut ids: HashSet<Id> = HashSet::with_capacity(self.resources.len());
        for resource in &self.resources {
            let id = resource.id();
            if ids.contains(&id) {
                let first = self.resources.iter().find(|other| other.id() == id);
                return Some(twice(&id, resource, first));
            }
            ids.insert(id);
        }
        None
    }
}

fn twice(id: &Id, second: &Resource, first: Option<&Resource>) -> Diagnostic {
    let place = Location::new(&second.origin.path, None);
    let finding = Diagnostic::error(codes::TWICE, format!("{id} is there twice"), place)
        .help("remove one of the two, rename it, or make it a patch of the other");
    match first {
        Some(first) => finding.related(Location::new(&first.origin.path, None).labelled("the first one")),
        None => finding,
    }
}
