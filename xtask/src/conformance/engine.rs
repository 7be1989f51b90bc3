//! The engine's side: the same repositories, run on this machine by `becket up`, as `becket status` tells it.
//!
//! The engine has one board for all operators, and tells its objects as they were applied. It runs an environment of
//! several clusters once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::PATIENCE;
use super::repositories::Platform;
use super::world::{World, places};

/// A platform that the engine runs, until it is dropped.
pub struct Running<'a>(&'a Platform);

impl<'a> Running<'a> {
    /// Builds, makes the first releases, runs, and waits until all is healthy.
    pub fn up(platform: &'a Platform) -> Result<Self> {
        let running = Self(platform);
        let port = ["--port", "18543"];
        platform.becket(&[&["up", "--until", "healthy", "--timeout", "600s"], &port[..]].concat())?;
        Ok(running)
    }

    /// Waits until the engine is as `foretold`, and returns how long that took and what differs after that.
    pub fn compare(&self, foretold: &[&World], head: &str) -> Result<(Duration, Vec<String>)> {
        let begin = Instant::now();
        loop {
            let board = self.0.becket_even_if_unwell(&["status", "--format", "json"])?;
            let board: Value = serde_json::from_str(&board)?;
            let mut differences = differences(foretold, &board);
            let objects = self
                .0
                .becket_even_if_unwell(&["status", "--objects", "--format", "json"])?;
            differences.extend(contents(foretold, &serde_json::from_str(&objects)?));
            let seen = board["revision"] == head && board["settled"] == true;
            if (seen && differences.is_empty()) || begin.elapsed() > PATIENCE {
                return Ok((begin.elapsed(), differences));
            }
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.becket(&["down"]) {
            println!("the platform may still run: {error:#}");
        }
    }
}

/// A line for each thing in which the board is not as foretold.
fn differences(foretold: &[&World], board: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let rows = || board["apps"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for app in rows().filter(|app| {
        !foretold
            .iter()
            .any(|world| world.apps.contains_key(&text(&app["name"])))
    }) {
        lines.push(format!(
            "the engine has an Application {} that is not foretold",
            app["name"]
        ));
    }
    let mut there = BTreeSet::new();
    for (name, wanted) in foretold.iter().flat_map(|world| &world.apps) {
        let Some(app) = rows().find(|app| app["name"] == **name) else {
            lines.push(format!("the engine has no Application {name}"));
            continue;
        };
        if app["namespace"] != wanted.spec["namespace"] {
            lines.push(format!(
                "{name}: its namespace is {} in the engine",
                app["namespace"]
            ));
        }
        // Runs under the name of its first cluster; the others are told to be the same.
        if !wanted.is_here() {
            continue;
        }
        for (what, wanted) in [("sync", &wanted.sync), ("health", &wanted.health)] {
            if app[what] != **wanted {
                lines.push(format!(
                    "{name}: {what} is {} in the engine, foretold {wanted}",
                    app[what]
                ));
            }
        }
        let namespace = text(&app["namespace"]);
        for object in app["resources"].as_array().into_iter().flatten() {
            there.insert(format!(
                "{} {namespace}/{}",
                text(&object["kind"]),
                text(&object["name"])
            ));
        }
    }
    // A namespace is nobody's object: Argo CD makes it where it is missing, the engine has no need to.
    let wanted: BTreeSet<String> = foretold
        .iter()
        .flat_map(|world| world.objects.keys())
        .filter(|object| !object.starts_with("Namespace "))
        .cloned()
        .collect();
    lines.extend(
        wanted
            .difference(&there)
            .map(|object| format!("the engine has no {object}")),
    );
    let extra = there.difference(&wanted);
    lines.extend(extra.map(|object| format!("the engine has a {object} that is not foretold")));
    lines
}

/// A line for each place in which an object of the engine is not as foretold; which objects there are is judged by
/// [`differences`].
fn contents(foretold: &[&World], objects: &Value) -> Vec<String> {
    let mut there = World::default();
    for object in objects.as_array().into_iter().flatten() {
        there.take(object);
    }
    let mut lines = Vec::new();
    for (key, wanted) in foretold.iter().flat_map(|world| &world.objects) {
        if let Some(found) = there.objects.get(key) {
            lines.extend(places(wanted, found, &format!("{key}: "), "the engine"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_with_other_contents_is_a_difference() {
        let service = |port| {
            json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a", "namespace": "qa" },
                "spec": { "ports": [{ "port": port, "targetPort": "http" }] } })
        };
        let mut world = World::default();
        world.take(&service(80));
        assert_eq!(contents(&[&world], &json!([service(80)])), Vec::<String>::new());
        assert_eq!(contents(&[&world], &json!([service(81)])).len(), 1);
    }

    #[test]
    fn what_the_board_does_not_tell_is_a_difference() {
        let mut world = World::default();
        world.take(
            &json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a", "namespace": "qa" } }),
        );
        world.take(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "qa" } }));
        let lines = differences(&[&world], &json!({ "apps": [{ "name": "apps-b-qa" }] }));
        assert_eq!(
            lines,
            [
                "the engine has an Application \"apps-b-qa\" that is not foretold",
                "the engine has no Service qa/a"
            ]
        );
    }
}
