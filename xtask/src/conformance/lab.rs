//! One running lab: a real control plane with a real Argo CD, started and stopped by the lab's own commands.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::{output, root};

/// Where the lab serves repositories.
pub const REPOSITORIES: &str = "http://127.0.0.1:8090";

/// A lab that runs, until it is dropped.
pub struct Lab {
    scripts: PathBuf,
    run: String,
}

/// The folder with the lab's commands: the one given, `$BECKET_LAB`, or `../shared/lab` beside the checkout.
pub fn folder(given: Option<&str>) -> Result<PathBuf> {
    let folder = given
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("BECKET_LAB").map(PathBuf::from))
        .unwrap_or_else(|| root().join("../shared/lab"));
    if folder.join("up").is_file() {
        return Ok(folder.canonicalize()?);
    }
    bail!(
        "there is no lab in {}; name its folder by `--lab DIR` or in BECKET_LAB",
        folder.display()
    )
}

impl Lab {
    /// Starts a lab that serves the bare repositories in `repositories`.
    pub fn up(scripts: &Path, repositories: &Path) -> Result<Self> {
        let mut command = Command::new(scripts.join("up"));
        command.arg("--repos").arg(repositories).env_remove("LAB_RUN");
        let crds = scripts.join("../crds/gateway-api");
        if crds.is_dir() {
            command.arg("--crds").arg(crds);
        }
        let said = output(&mut command).context("the lab does not start; see its README")?;
        let run = said
            .lines()
            .find_map(|line| line.strip_prefix("export LAB_RUN="))
            .context("the lab does not say where it runs")?;
        Ok(Self {
            scripts: scripts.to_owned(),
            run: run.to_owned(),
        })
    }

    /// A command that runs in the lab, once it is run.
    pub fn inside(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.scripts.join("n"));
        command.args(arguments).env("LAB_RUN", &self.run);
        command
    }

    /// Runs `kubectl` in the lab.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        let arguments: Vec<&str> = std::iter::once("kubectl")
            .chain(arguments.iter().copied())
            .collect();
        output(&mut self.inside(&arguments))
    }

    /// Everything of these resources, in all namespaces.
    pub fn list(&self, resources: &str) -> Result<Vec<Value>> {
        let text = self.kubectl(&["get", resources, "--all-namespaces", "-o", "json"])?;
        let mut list: Value = serde_json::from_str(&text)?;
        match list["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    /// The names of all resources that live in namespaces and can be listed, as `kubectl get` takes them.
    pub fn resources(&self) -> Result<String> {
        let text = self.kubectl(&["api-resources", "--namespaced", "--verbs=list", "-o", "name"])?;
        let passing = [
            "events",
            "events.events.k8s.io",
            "endpoints",
            "applications.argoproj.io",
        ];
        let names: Vec<&str> = text.lines().filter(|name| !passing.contains(name)).collect();
        Ok(names.join(","))
    }

    /// Puts the root chart in `chart` with `values` on top before Argo CD, as the platform's Ansible does it.
    pub fn apply_root(&self, chart: &Path, values: Option<&Path>) -> Result<()> {
        let (chart, repository) = (
            chart.to_string_lossy(),
            format!("repository={REPOSITORIES}/gitops.git"),
        );
        let mut arguments = vec![
            "helm",
            "template",
            "root",
            &chart,
            "-n",
            "argocd",
            "--set",
            &repository,
        ];
        let values = values.map(|values| values.to_string_lossy().into_owned());
        if let Some(values) = &values {
            arguments.extend(["-f", values]);
        }
        let manifests = output(&mut self.inside(&arguments))?;
        let apply = [
            "kubectl",
            "apply",
            "--server-side",
            "--force-conflicts",
            "-f",
            "-",
        ];
        let mut child = self
            .inside(&apply)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(manifests.as_bytes())?;
        }
        if !child.wait()?.success() {
            bail!("the root chart is refused");
        }
        Ok(())
    }

    /// Makes a further cluster known to Argo CD by its address, where nothing answers: without it, it makes no
    /// Application that goes there.
    pub fn know_cluster(&self, name: &str, server: &str) -> Result<()> {
        let secret = &format!("cluster-{name}");
        let (name, server) = (
            format!("--from-literal=name={name}"),
            format!("--from-literal=server={server}"),
        );
        self.kubectl(&[
            "create", "secret", "generic", "-n", "argocd", secret, &name, &server,
        ])?;
        let label = "argocd.argoproj.io/secret-type=cluster";
        self.kubectl(&["label", "secret", "-n", "argocd", secret, label])?;
        Ok(())
    }

    /// Has Argo CD look at Git now. The value differs each time, as the same one twice wakes nobody.
    pub fn refresh(&self, stamp: u32) -> Result<()> {
        let sets = format!("argocd.argoproj.io/application-set-refresh=conformance-{stamp}");
        let each = ["annotate", "-n", "argocd", "--all", "--overwrite"];
        self.kubectl(&[&each[..], &["applicationsets", &sets]].concat())?;
        let applications = [&each[..], &["applications", "argocd.argoproj.io/refresh=normal"]].concat();
        match self.kubectl(&applications) {
            // One that is being removed may go between the list and its turn; the next time all others have theirs.
            Err(error) if !format!("{error:#}").contains("(NotFound)") => Err(error),
            _ => Ok(()),
        }
    }

    /// Plays the controller of the gateway: says of each route that it was accepted, without which Argo CD waits for it.
    pub fn accept_routes(&self) -> Result<()> {
        for route in self.list("httproutes.gateway.networking.k8s.io")? {
            let generation = &route["metadata"]["generation"];
            if route["status"]["parents"][0]["conditions"][0]["observedGeneration"] == *generation {
                continue;
            }
            let condition = |name: &str| {
                json!({ "type": name, "status": "True", "reason": name, "message": "",
                    "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": generation })
            };
            let status = json!({ "status": { "parents": [{
                "parentRef": route["spec"]["parentRefs"][0],
                "controllerName": "becket.dev/conformance",
                "conditions": [condition("Accepted"), condition("ResolvedRefs")],
            }] } });
            let (name, namespace) = (&route["metadata"]["name"], &route["metadata"]["namespace"]);
            let (Some(name), Some(namespace)) = (name.as_str(), namespace.as_str()) else {
                continue;
            };
            let patch = status.to_string();
            let mut arguments = vec!["patch", "httproute", name, "-n", namespace];
            arguments.extend(["--subresource=status", "--type=merge", "-p", &patch]);
            self.kubectl(&arguments)?;
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let down = Command::new(self.scripts.join("down"))
            .env("LAB_RUN", &self.run)
            .status();
        if !down.is_ok_and(|status| status.success()) {
            println!("the lab in {} may still run; stop it with its `down`", self.run);
        }
    }
}
