//! The objects that are there, and whose they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::object::ObjectKey;

/// An object that is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Live {
    /// What it is.
    pub(super) object: Arc<Value>,
    /// The Application that applied it.
    pub(super) app: String,
    /// It is a hook, which no comparison looks at.
    pub(super) hook: bool,
}

/// All objects, by key and by Application.
#[derive(Debug, Default)]
pub(super) struct Objects {
    live: BTreeMap<ObjectKey, Live>,
    by_app: BTreeMap<String, BTreeSet<ObjectKey>>,
}

impl Objects {
    pub(super) fn get(&self, key: &ObjectKey) -> Option<&Live> {
        self.live.get(key)
    }

    pub(super) fn put(&mut self, key: ObjectKey, live: Live) {
        self.remove(&key);
        self.by_app
            .entry(live.app.clone())
            .or_default()
            .insert(key.clone());
        self.live.insert(key, live);
    }

    pub(super) fn remove(&mut self, key: &ObjectKey) -> Option<Live> {
        let live = self.live.remove(key)?;
        if let Some(keys) = self.by_app.get_mut(&live.app) {
            keys.remove(key);
            if keys.is_empty() {
                self.by_app.remove(&live.app);
            }
        }
        Some(live)
    }

    /// All objects, by key.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.live.values().map(|live| &live.object)
    }

    /// The keys and objects of an Application.
    pub(super) fn of_app(&self, app: &str) -> Vec<(ObjectKey, Arc<Value>)> {
        let keys = self.by_app.get(app).into_iter().flatten();
        keys.filter_map(|key| Some((key.clone(), Arc::clone(&self.live.get(key)?.object))))
            .collect()
    }

    /// The objects of a kind in a namespace.
    pub(super) fn of_kind<'a>(
        &'a self,
        group: &str,
        kind: &str,
        namespace: &str,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a Live)> + use<'a> {
        let key = |name: &str, namespace: &str| ObjectKey {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        // The next namespace in order begins where this one ends.
        let end = format!("{namespace}\0");
        self.live.range(key("", namespace)..key("", &end))
    }
}
