//! What our own crates say that Argo CD makes of two repositories: the chart of the one expanded over the other, and
//! the overlays built. No engine is needed for it.

use becket_argocd::{Application, ApplicationsSync, Operator};
use becket_source::FileSet;
use serde_json::{Value, json};

use anyhow::{Result, bail};

use super::world::{App, World};

/// What an operator is foretold to have, where it had `before`.
pub fn world(operator: &Operator, gitops: &FileSet, before: &World) -> Result<World> {
    let expansion = operator.expand(&|_, _| Some(gitops));
    if !expansion.findings.is_empty() {
        bail!(
            "the ApplicationSets of {}: {:?}",
            operator.name,
            expansion.findings
        );
    }
    let mut world = World::default();
    for application in &expansion.applications {
        let mut app = App::read(&application.manifest);
        "Synced".clone_into(&mut app.sync);
        "Healthy".clone_into(&mut app.health);
        if app.is_here() {
            take_objects(&mut world, application, gitops)?;
        }
        world.apps.insert(application.name.clone(), app);
    }
    let stays = operator
        .applicationsets
        .iter()
        .any(|set| matches!(set.policy.applications_sync, ApplicationsSync::CreateUpdate));
    for (name, app) in before.apps.iter().filter(|_| stays) {
        if !world.apps.contains_key(name) {
            // The overlay of a stage without a release does not build.
            let mut app = app.clone();
            "Unknown".clone_into(&mut app.sync);
            app.conditions = vec!["ComparisonError".to_owned()];
            let unit = app.spec["labels"]["becket.dev/unit"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let namespace = app.spec["namespace"].as_str().unwrap_or_default().to_owned();
            let here = app.is_here();
            world.apps.insert(name.clone(), app);
            for (object, value) in before.objects.iter().filter(|_| here) {
                let (_, place) = object.split_once(' ').unwrap_or_default();
                if place.starts_with(&format!("{namespace}/{unit}")) {
                    world.objects.insert(object.clone(), value.clone());
                }
            }
        }
    }
    // A namespace stays when the last Application in it goes.
    for (object, value) in &before.objects {
        if object.starts_with("Namespace ") {
            world.objects.insert(object.clone(), value.clone());
        }
    }
    Ok(world)
}

fn take_objects(world: &mut World, application: &Application, gitops: &FileSet) -> Result<()> {
    let namespace = &application.destination.namespace;
    if application.sync.has("CreateNamespace") {
        world.take(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }));
    }
    let built = becket_kustomize::build(gitops, &application.source.path)
        .map_err(|findings| anyhow::anyhow!("{} does not build: {findings:?}", application.source.path))?;
    for resource in &built.resources {
        let mut object = resource.value.clone();
        if object["metadata"]["namespace"].is_null() {
            object["metadata"]["namespace"] = Value::String(namespace.clone());
        }
        world.take(&object);
    }
    Ok(())
}
