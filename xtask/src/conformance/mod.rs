//! `conformance`: the rendered repositories of the reference platform before a real Argo CD, one per operator, before the
//! engine, and what our crates foretell of them: the same Applications, the same objects, through the steps of a
//! release's life. Then the playbooks that ask a cluster's API before such an API.
//!
//! Clusters other than an operator's own are not there in a lab. Applications that go to them are compared by name,
//! source and destination only.

mod ansible;
mod engine;
mod foretold;
mod lab;
mod normal;
mod repositories;
mod world;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{root, succeeds};
use engine::Running;
use lab::Lab;
use repositories::Platform;
use world::{App, World};

/// How long Argo CD is given for a step.
const PATIENCE: Duration = Duration::from_secs(90);

/// One operator, with its lab and what it is foretold to have.
struct Side {
    name: String,
    lab: Lab,
    foretold: World,
}

const USAGE: &str =
    "usage: cargo xtask conformance [--as-built] [--lab DIR] [--without-engine] [--only ansible|argocd]";

/// Runs it, and says whether all is as it should be.
pub fn run(arguments: &[String]) -> Result<bool> {
    let (mut given, mut only, mut with_engine, mut as_built) = (None, None, true, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.as_slice().first()) {
            ("--as-built", _) => as_built = true,
            ("--without-engine", _) => with_engine = false,
            ("--lab", Some(folder)) => {
                given = Some(folder.as_str());
                rest.next();
            }
            ("--only", Some(what)) if ["ansible", "argocd"].contains(&what.as_str()) => {
                only = Some(what.as_str());
                rest.next();
            }
            _ => bail!(USAGE),
        }
    }
    let scripts = lab::folder(given)?;
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root()).env_remove("CARGO_TARGET_DIR");
    if !as_built && !succeeds(build.args(["build", "--release", "--quiet", "--package", "becket"]))? {
        bail!("becket does not build");
    }
    let folder = tempfile::tempdir()?;
    let becket = root().join("target/release/becket");
    let platform = Platform::new(&becket, &root().join("examples/storefront"), folder.path())?;
    let mut all = Vec::new();
    // First, as these want the repositories as they are rendered.
    if only != Some("argocd") {
        let lab = Lab::up(&scripts, &platform.repositories())?;
        all.extend(ansible::run(
            &lab,
            &platform.playbooks(),
            &folder.path().join("ansible"),
        )?);
    }
    if only != Some("ansible") {
        argocd(&platform, &scripts, with_engine, &mut all)?;
    }
    for line in &all {
        println!("{line}");
    }
    println!("{} differences", all.len());
    Ok(all.is_empty())
}

/// Compares Argo CD, the engine and what is foretold, step by step.
fn argocd(platform: &Platform, scripts: &Path, with_engine: bool, all: &mut Vec<String>) -> Result<()> {
    let engine = if with_engine {
        Some(Running::up(platform)?)
    } else {
        platform.first_release()?;
        None
    };

    let operators = becket_argocd::operator::read(&platform.files("iac")?);
    let mut sides = Vec::new();
    for operator in &operators.operators {
        let file = operator.values_file.rsplit('/').next().unwrap_or_default();
        let values = (file != "values.yaml").then(|| platform.root_chart().join(file));
        let lab = Lab::up(scripts, &platform.repositories())?;
        for (name, server) in &operator.clusters {
            if server != world::IN_CLUSTER {
                lab.know_cluster(name, server)?;
            }
        }
        lab.apply_root(&platform.root_chart(), values.as_deref())?;
        sides.push(Side {
            name: operator.name.clone(),
            lab,
            foretold: World::default(),
        });
    }
    println!(
        "{:<34}  {:<16}  {:>12}  {:>7}  {:>8}  differences",
        "after", "looked at", "Applications", "objects", "took"
    );
    let mut compare = |what: &str| -> Result<()> { step(platform, &mut sides, engine.as_ref(), what, all) };
    compare("the first release of everything")?;
    platform.reconfigure("catalog", "PAGE_SIZE: \"24\"", "PAGE_SIZE: \"36\"")?;
    compare("a release to dev")?;
    platform.becket(&["promote", "catalog", "--to", "qa"])?;
    compare("its promotion to qa")?;
    platform.becket(&["rollback", "catalog", "--in", "qa", "--reason", "conformance"])?;
    compare("the rollback of qa")?;
    platform.remove("orders", "qa")?;
    compare("the removal of orders from qa")?;
    platform.remove("orders", "prod")?;
    compare("the removal of orders from prod")?;
    let elsewhere: Vec<&str> = sides
        .iter()
        .flat_map(|side| &side.foretold.apps)
        .filter(|(_, app)| !app.is_here())
        .map(|(name, _)| name.as_str())
        .collect();
    if !elsewhere.is_empty() {
        println!(
            "\ncompared by name, source and destination only, as their cluster is not there: {}",
            elsewhere.join(", ")
        );
    }
    Ok(())
}

/// Has each Argo CD look, waits until it is as foretold, and says how it went.
fn step(
    platform: &Platform,
    sides: &mut [Side],
    engine: Option<&Running<'_>>,
    what: &str,
    all: &mut Vec<String>,
) -> Result<()> {
    let (iac, gitops, head) = (
        platform.files("iac")?,
        platform.files("gitops")?,
        platform.head()?,
    );
    let operators = becket_argocd::operator::read(&iac);
    for side in sides.iter_mut() {
        let Some(operator) = operators
            .operators
            .iter()
            .find(|operator| operator.name == side.name)
        else {
            bail!("the root chart no longer has the operator {}", side.name);
        };
        side.foretold = foretold::world(operator, &gitops, &side.foretold)?;
    }
    if let Some(engine) = engine {
        let foretold: Vec<&World> = sides.iter().map(|side| &side.foretold).collect();
        let (took, differences) = engine.compare(&foretold, &head)?;
        let apps = foretold.iter().map(|world| world.apps.len()).sum();
        let objects = foretold.iter().map(|world| world.objects.len()).sum();
        tell(what, "engine", (apps, objects), took, differences, all);
    }
    for side in sides {
        let begin = Instant::now();
        let (mut refreshes, mut differences) = (0, Vec::new());
        while begin.elapsed() < PATIENCE {
            // Again now and then: an ApplicationSet that failed waits long before it looks again.
            if begin.elapsed() >= Duration::from_secs(20) * refreshes {
                refreshes += 1;
                side.lab.refresh(refreshes)?;
            }
            side.lab.accept_routes()?;
            let (world, seen) = look(&side.lab, &head)?;
            differences = side.foretold.differences(&world, "Argo CD");
            if seen && differences.is_empty() {
                break;
            }
        }
        let counts = (side.foretold.apps.len(), side.foretold.objects.len());
        let who = format!("Argo CD {}", side.name);
        tell(what, &who, counts, begin.elapsed(), differences, all);
    }
    Ok(())
}

/// A row of the table.
fn tell(
    what: &str,
    who: &str,
    (apps, objects): (usize, usize),
    took: Duration,
    differences: Vec<String>,
    all: &mut Vec<String>,
) {
    let (took, count) = (took.as_secs_f64(), differences.len());
    println!("{what:<34}  {who:<16}  {apps:>12}  {objects:>7}  {took:>6.1} s  {count:>11}");
    all.extend(
        differences
            .into_iter()
            .map(|line| format!("after {what}, {who}: {line}")),
    );
}

/// What a lab has, and whether every Application in reach was compared with the commit `head`.
fn look(lab: &Lab, head: &str) -> Result<(World, bool)> {
    let mut world = World::default();
    let mut seen = true;
    for object in lab.list("applications.argoproj.io")? {
        let app = App::read(&object);
        let revision = &object["status"]["sync"]["revision"];
        let broken = app.sync == "Unknown";
        seen &= !app.is_here() || broken || revision == head;
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        world.apps.insert(name.to_owned(), app);
    }
    let system = [
        "default",
        "argocd",
        "kube-system",
        "kube-public",
        "kube-node-lease",
    ];
    let is_ours = |namespace: &serde_json::Value| !system.iter().any(|name| namespace == name);
    for namespace in lab.list("namespaces")? {
        if is_ours(&namespace["metadata"]["name"]) {
            world.take(&namespace);
        }
    }
    for object in lab.list(&lab.resources()?)? {
        if is_ours(&object["metadata"]["namespace"]) {
            world.take(&object);
        }
    }
    Ok((world, seen))
}
