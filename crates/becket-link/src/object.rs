//! An object of a cluster, as a build makes it.

use becket_kustomize::Resource;
use serde_json::Value;

/// An object as it would be applied.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) resource: Resource,
}

impl Object {
    pub(crate) fn value(&self) -> &Value {
        &self.resource.value
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.resource.kind() == kind
    }

    pub(crate) fn name(&self) -> String {
        self.resource.name().into_owned()
    }

    /// The value at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.value().pointer(pointer)
    }
}
