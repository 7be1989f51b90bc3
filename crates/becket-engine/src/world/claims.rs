//! Objects that several Applications ask for: the first of them by name has it, and the others leave it alone.
//!
//! On a cluster the Applications would overwrite each other's; here the one that has it does not depend on who came last.

use super::World;
use crate::application::Place;
use crate::object::ObjectKey;
use crate::sync::Wanted;

impl World {
    /// Notes that an Application asks for these objects, and no longer for those that it asked for `before`.
    pub(super) fn claim(&mut self, name: &str, before: &[Wanted], now: &[Wanted]) {
        for one in before {
            if let Some(names) = self.claims.get_mut(&one.key) {
                names.remove(name);
                // Who is left may have it now.
                self.dirty.apps.extend(names.iter().cloned());
                if names.is_empty() {
                    self.claims.remove(&one.key);
                }
            }
        }
        for one in now.iter().filter(|one| one.is_compared()) {
            let names = self.claims.entry(one.key.clone()).or_default();
            self.dirty.apps.extend(names.iter().cloned());
            names.insert(name.to_owned());
        }
    }

    /// Has those look again that ask for the same as this Application.
    pub(super) fn tell_sharers(&mut self, name: &str) {
        let wanted = self.apps.get(name).and_then(|app| app.wanted.clone());
        for one in wanted.iter().flat_map(|wanted| wanted.iter()) {
            if let Some(names) = self.claims.get(&one.key).filter(|names| names.len() > 1) {
                self.dirty.apps.extend(names.iter().cloned());
            }
        }
    }

    /// Which Application has an object: the first that asks for it and is synced here.
    pub(super) fn holder(&self, key: &ObjectKey) -> Option<&str> {
        let names = self.claims.get(key)?.iter();
        let mut names = names.filter(|name| {
            self.apps.get(*name).is_some_and(|app| {
                app.declared.place == Place::Here && app.declared.refused.is_empty() && !app.retained
            })
        });
        names.next().map(String::as_str)
    }

    /// The other Application that has an object.
    pub(super) fn other_holder(&self, name: &str, key: &ObjectKey) -> Option<&str> {
        self.holder(key).filter(|holder| *holder != name)
    }
}
