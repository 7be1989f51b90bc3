//! The rendered playbooks that ask a cluster's API, run before a real one: cordon, drain and uncordon, the objects of backups,
//! Argo CD's first app, each with the rights that `rbac/` gives and twice. AWS is a local one, a node is a copy of a small
//! Debian, and what no chart from elsewhere is needed for is all that is run of `argocd`, and nothing of `cilium`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::lab::Lab;
use crate::process::{cache, find, output, root};

/// What is not looked at, and why.
const NOT_JUDGED: [&str; 5] = [
    "cilium: its chart is not there",
    "argocd: its chart is not there; credentials, clusters and the first app are judged",
    "restore: that a volume and its claim are bound again, as nodes and storage only pretend",
    "maintenance: a reboot",
    "updates: an update that succeeds, as no packages can be had",
];

/// The folder of playbooks, with what they ask.
struct Playbooks<'a> {
    lab: &'a Lab,
    folder: &'a Path,
    environment: BTreeMap<&'static str, PathBuf>,
    differences: Vec<String>,
}

/// The local AWS, until it is dropped.
struct Aws(Child);

impl Drop for Aws {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs the playbooks in `folder`, the rendered `iac/ansible`, before `lab`. Returns what is not as it should be.
pub fn run(lab: &Lab, folder: &Path, scratch: &Path) -> Result<Vec<String>> {
    let own = root().join("xtask/src/conformance/ansible");
    let tools = cache()?.join("tools");
    let programs = tools.join("bin/ansible-playbook").canonicalize();
    let programs = programs.context("there is no ansible-playbook; `cargo xtask tools` makes it")?;
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path = programs.parent().map(Path::to_path_buf).into_iter();
    let path = path.chain(std::env::split_paths(&inherited));
    let stand_ins = scratch.join("stand-ins");
    std::fs::create_dir_all(&stand_ins)?;
    std::fs::copy(own.join("aws"), stand_ins.join("aws"))?;
    let mut playbooks = Playbooks {
        lab,
        folder,
        environment: BTreeMap::from([
            ("PATH", std::env::join_paths(path)?.into()),
            ("ROOT", tools.join("roots/debian-12")),
            ("MACHINE", scratch.join("machine")),
            ("STAND_INS", stand_ins),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000".into()),
            ("AWS_ACCESS_KEY_ID", "local-aws-key".into()),
            ("AWS_SECRET_ACCESS_KEY", "local-aws-secret".into()),
            ("AWS_DEFAULT_REGION", "eu-west-1".into()),
            ("ANSIBLE_NOCOLOR", "1".into()),
            ("ANSIBLE_HOME", scratch.join("ansible")),
        ]),
        differences: Vec::new(),
    };
    let moto = find("moto_server").context("there is no moto_server, which is the local AWS")?;
    let mut aws = playbooks.inside(&moto.to_string_lossy(), &["-H", "127.0.0.1", "-p", "5000"]);
    let _aws = Aws(aws.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let before = own.join("before.sh");
    output(&mut playbooks.inside(&before.to_string_lossy(), &[&folder.to_string_lossy()]))?;

    println!(
        "{:<44}  {:<22}  {:>7}  {:>6}  {:>8}",
        "playbook", "by", "changed", "failed", "took"
    );
    playbooks.rights()?;
    playbooks.argocd()?;
    playbooks.backup_and_restore()?;
    playbooks.maintenance()?;
    playbooks.updates()?;
    for what in NOT_JUDGED {
        println!("not judged: {what}");
    }
    if !playbooks.differences.is_empty() {
        print!("{}", std::fs::read_to_string(playbooks.log())?);
    }
    Ok(playbooks.differences)
}

impl Playbooks<'_> {
    fn inside(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.lab.inside(&[program]);
        command.args(arguments).envs(&self.environment);
        command
    }

    /// What all runs said, which is shown where something is not as it should be.
    fn log(&self) -> PathBuf {
        self.folder.join("runs.log")
    }

    /// Notes `what`, unless it is so.
    fn expect(&mut self, so: bool, what: &str) {
        if !so {
            self.differences.push(format!("Ansible: {what}"));
        }
    }

    /// Runs a playbook with the token of the service account `account`, and returns how many tasks changed something and how
    /// many failed, on all hosts.
    fn play(&self, what: &str, account: &str, arguments: &[&str]) -> Result<(u32, u32)> {
        let begin = Instant::now();
        let script = root().join("xtask/src/conformance/ansible/play.sh");
        let mut command = self.inside("unshare", &["--mount"]);
        command.arg(script).arg(self.folder).args(arguments);
        let run = command.env("ACCOUNT", account).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&run.stdout);
        let recap: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("unreachable="))
            .collect();
        if recap.is_empty() {
            bail!("{what}: {said}{}", String::from_utf8_lossy(&run.stderr));
        }
        let sum = |field: &str| -> u32 {
            let words = recap.iter().flat_map(|line| line.split_whitespace());
            words
                .filter_map(|word| word.strip_prefix(field)?.parse::<u32>().ok())
                .sum()
        };
        let (changed, failed) = (sum("changed="), sum("failed=") + sum("unreachable="));
        println!(
            "{what:<44}  {account:<22}  {changed:>7}  {failed:>6}  {:>6.1} s",
            begin.elapsed().as_secs_f64()
        );
        let mut log = OpenOptions::new().create(true).append(true).open(self.log())?;
        write!(log, "== {what}\n{said}")?;
        Ok((changed, failed))
    }

    /// Runs a playbook twice: the first time it changes something, the second nothing.
    fn twice(&mut self, what: &str, account: &str, arguments: &[&str]) -> Result<()> {
        let (changed, failed) = self.play(what, account, arguments)?;
        self.expect(
            changed > 0 && failed == 0,
            &format!("{what} changes nothing, or fails"),
        );
        let again = format!("{what}, again");
        let second = self.play(&again, account, arguments)?;
        self.expect(
            second == (0, 0),
            &format!("{again}: {} changed, {} failed", second.0, second.1),
        );
        Ok(())
    }

    /// The groups that access entries name have the rights of the service accounts here, and no more than they need.
    fn rights(&mut self) -> Result<()> {
        for (group, question, wanted) in [
            ("ansible-maintenance", "create pods --subresource=eviction", "yes"),
            ("ansible-maintenance", "delete pods", "no"),
            ("ansible-maintenance", "get secrets", "no"),
            ("ansible-backup", "list persistentvolumeclaims", "yes"),
            ("ansible-backup", "patch nodes", "no"),
            ("ansible-backup", "get secrets", "no"),
            ("ansible-restore", "patch applications.argoproj.io", "yes"),
            ("ansible-restore", "patch deployments.apps", "no"),
            ("ansible-restore", "get secrets", "no"),
        ] {
            let words: Vec<&str> = question.split(' ').collect();
            let as_group = [
                "auth",
                "can-i",
                "--all-namespaces",
                "--as=somebody",
                "--as-group",
                group,
            ];
            let mut command = self.inside("kubectl", &[&as_group[..], &words].concat());
            let said = command.stdin(Stdio::null()).output()?;
            let said = String::from_utf8_lossy(&said.stdout);
            self.expect(
                said.trim() == wanted,
                &format!("the group {group} may {question}: {}", said.trim()),
            );
        }
        Ok(())
    }

    fn argocd(&mut self) -> Result<()> {
        self.twice(
            "argocd, without its chart",
            "administrator",
            &["conformance.yaml"],
        )?;
        let sets = names(&self.lab.list("applicationsets.argoproj.io")?);
        self.expect(
            sets.len() == 4,
            &format!("the first app makes four ApplicationSets: {sets:?}"),
        );
        let secrets = names(&self.lab.list("secrets")?);
        for name in ["repositories", "cluster-prod-dr"] {
            self.expect(secrets.contains(name), &format!("there is no Secret {name}"));
        }
        Ok(())
    }

    fn backup_and_restore(&mut self) -> Result<()> {
        self.twice(
            "backup",
            "ansible-backup",
            &["backup.yaml", "-e", "backup_name=first"],
        )?;
        let list = [
            "s3api",
            "list-objects-v2",
            "--bucket=acme-storefront-prod",
            "--prefix=objects/first/",
        ];
        let listed = output(&mut self.inside("aws", &list))?;
        let listed: Value = serde_json::from_str(&listed)?;
        let count = listed["Contents"].as_array().map_or(0, Vec::len);
        self.expect(
            count == 4,
            &format!("four files of objects in the bucket: {count}"),
        );

        self.lab
            .kubectl(&["delete", "-n", "argocd", "application", "by-hand"])?;
        self.lab
            .kubectl(&["delete", "-n", "shop", "persistentvolumeclaim", "images"])?;
        let folder = self.folder.join("backups/prod/first");
        let restored = |kinds: &[&str]| {
            let files = kinds.iter().map(|kind| folder.join(kind).with_extension("yaml"));
            serde_json::json!({ "restore_objects": files.collect::<Vec<_>>() }).to_string()
        };
        // Once: what pretends to be storage and what binds claims take turns with a volume's phase, whatever is restored.
        let volumes = restored(&["persistentvolume"]);
        let (_, failed) = self.play(
            "restore, volumes",
            "ansible-restore",
            &["restore.yaml", "-e", &volumes],
        )?;
        self.expect(failed == 0, "a volume is not restored");
        let objects = restored(&["persistentvolumeclaim", "application"]);
        self.twice("restore", "ansible-restore", &["restore.yaml", "-e", &objects])?;
        let back = self.lab.list("applications.argoproj.io")?;
        let back = back
            .iter()
            .find(|object| object["metadata"]["labels"]["made"] == "by-hand");
        self.expect(
            back.is_some_and(|object| object["spec"]["source"]["path"] == "nowhere"),
            "the Application by-hand did not come back",
        );
        let claims = self.lab.list("persistentvolumeclaims")?;
        let claim = claims
            .iter()
            .find(|object| object["metadata"]["name"] == "images");
        self.expect(
            claim.is_some_and(|claim| claim["status"]["phase"] != "Lost"),
            "the claim images did not come back, or has lost its volume",
        );
        Ok(())
    }

    fn maintenance(&mut self) -> Result<()> {
        let by = "ansible-maintenance";
        let quick = ["maintenance.yaml", "-e", "maintenance_interval=1"];
        let (pods, agents) = (self.pods("catalog")?, self.pods("agent")?);
        let (changed, failed) = self.play("maintenance", by, &quick)?;
        self.expect(
            changed == 6 && failed == 0,
            "maintenance does not drain and uncordon three nodes",
        );
        let moved = self.pods("catalog")?;
        self.expect(
            moved.len() == pods.len() && moved.is_disjoint(&pods),
            "pods were not moved",
        );
        self.expect(self.pods("agent")? == agents, "pods of a DaemonSet were evicted");
        self.expect(self.cordoned()?.is_empty(), "maintenance leaves nodes cordoned");

        let two = [&quick[..], &["-e", "batch=2"]].concat();
        // Draining is a change each time; what it writes is not.
        let (changed, failed) = self.play("maintenance, again in batches of two", by, &two)?;
        self.expect(
            changed == 6 && failed == 0,
            "maintenance in batches fails, or changes more than nodes",
        );
        self.expect(self.cordoned()?.is_empty(), "maintenance leaves nodes cordoned");

        self.allow("0")?;
        let short = [&quick[..], &["-e", "maintenance_attempts=2"]].concat();
        let (_, failed) = self.play("maintenance, a budget that lets none go", by, &short)?;
        self.expect(
            failed == 1 && self.cordoned()?.is_empty(),
            "a budget that lets none go does not end the run before a node is cordoned",
        );
        self.allow("1")
    }

    /// Nothing can be downloaded here, so that no machine can be updated.
    fn updates(&mut self) -> Result<()> {
        let arguments = ["updates.yaml", "-e", "maintenance_interval=1"];
        let (_, failed) = self.play(
            "updates, with no packages to be had",
            "ansible-maintenance",
            &arguments,
        )?;
        self.expect(
            failed == 1 && self.cordoned()?.len() == 1,
            "a machine that cannot be updated does not end the run with its node cordoned",
        );
        Ok(())
    }

    fn allow(&self, count: &str) -> Result<()> {
        let patch = format!(r#"{{"spec":{{"maxUnavailable":{count}}}}}"#);
        let budget = [
            "patch",
            "-n",
            "shop",
            "poddisruptionbudget",
            "catalog",
            "--type=merge",
            "-p",
            &patch,
        ];
        self.lab.kubectl(&budget)?;
        let allowed = format!("--for=jsonpath={{.status.disruptionsAllowed}}={count}");
        let wait = [
            "wait",
            "-n",
            "shop",
            "poddisruptionbudget/catalog",
            &allowed,
            "--timeout=30s",
        ];
        self.lab.kubectl(&wait)?;
        Ok(())
    }

    /// The identities of the pods of `app` that run.
    fn pods(&self, app: &str) -> Result<BTreeSet<String>> {
        let pods = self.lab.list("pods")?;
        let of = pods.iter().filter(|pod| pod["metadata"]["labels"]["app"] == app);
        Ok(of.map(|pod| pod["metadata"]["uid"].to_string()).collect())
    }

    fn cordoned(&self) -> Result<BTreeSet<String>> {
        let mut nodes = self.lab.list("nodes")?;
        nodes.retain(|node| node["spec"]["unschedulable"] == true);
        Ok(names(&nodes))
    }
}

fn names(objects: &[Value]) -> BTreeSet<String> {
    let names = objects
        .iter()
        .filter_map(|object| object["metadata"]["name"].as_str());
    names.map(str::to_owned).collect()
}
