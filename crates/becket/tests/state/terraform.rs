//! The real Terraform and OpenTofu as judges of the protocol.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::judge::judge;
use crate::server::{Server, lock};

const ROOT: &str = r#"
terraform {
  backend "http" {}
}

variable "input" {
  type    = string
  default = "one"
}

resource "terraform_data" "this" {
  input = var.input
}

output "input" {
  value = terraform_data.this.output
}
"#;

pub struct Client<'a> {
    tool: &'a Path,
    folder: PathBuf,
    /// What it is told beside what every one is.
    pub env: Vec<(&'static str, String)>,
}

impl<'a> Client<'a> {
    pub fn new(tool: &'a Path, within: &Path, name: &str) -> Self {
        let folder = within.join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("main.tf"), ROOT).unwrap();
        std::fs::write(within.join("terraformrc"), "").unwrap();
        let env = Vec::new();
        Self { tool, folder, env }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.tool);
        command
            .current_dir(&self.folder)
            .args(arguments)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", self.folder.join("../terraformrc"))
            .env("TF_IN_AUTOMATION", "1")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn does(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = said(&output);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    pub fn init(&self, address: &str, more: &[&str]) {
        let mut arguments = vec!["init", "-no-color", "-input=false"];
        let options = ["address", "lock_address", "unlock_address"]
            .map(|option| format!("-backend-config={option}={address}"));
        arguments.extend(options.iter().map(String::as_str));
        arguments.extend(more);
        self.does(&arguments);
    }

    pub fn apply(&self, input: &str) -> Output {
        let variable = format!("-var=input={input}");
        self.run(&["apply", "-no-color", "-auto-approve", "-input=false", &variable])
    }
}

fn said(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    // Terraform breaks its lines.
    String::from_utf8_lossy(&all)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A life of a state with the tool: applied, locked out, unlocked, restored, moved here from a file.
fn judged_by(name: &str) {
    let Some(tool) = judge(name, "the state server") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (first, second) = (
        Client::new(&tool, folder.path(), "first"),
        Client::new(&tool, folder.path(), "second"),
    );
    let address = server.address("nonprod/network");
    first.init(&address, &[]);
    second.init(&address, &[]);
    assert!(first.apply("one").status.success());
    assert!(second.does(&["output", "-no-color"]).contains("one"));
    assert!(second.apply("two").status.success());

    // Somebody holds it; who comes is told by whom, for how long, and what to do.
    assert_eq!(
        server
            .send("LOCK", "/states/nonprod/network", &lock("stale"))
            .unwrap()
            .status,
        200
    );
    let refused = said(&first.apply("three"));
    for part in [
        "ann@laptop",
        "second",
        "becket state unlock nonprod/network --id stale",
    ] {
        assert!(refused.contains(part), "{part} is not in: {refused}");
    }
    // `tofu` sends the id that was typed, `terraform` sends none.
    let wrong = first.run(&["force-unlock", "-force", "wrong"]);
    let locked = server.state(&["locks"]);
    assert_eq!(wrong.status.success(), name == "terraform", "{}", said(&wrong));
    assert_eq!(
        String::from_utf8_lossy(&locked.stdout).contains("ann@laptop"),
        name == "tofu"
    );
    first.does(&["force-unlock", "-force", "stale"]);
    assert!(first.apply("three").status.success());

    let diff = server.state(&["diff", "nonprod/network"]);
    assert_eq!(
        String::from_utf8_lossy(&diff.stdout),
        "~ output.input: \"two\" → \"three\"\n~ terraform_data.this: input, output\n"
    );
    assert!(
        server
            .state(&["restore", "nonprod/network", "1"])
            .status
            .success()
    );
    assert!(first.does(&["output", "-no-color"]).contains("one"));
    // What was restored is what is gone on from.
    assert!(second.apply("four").status.success());

    // A state of something else is refused.
    let other = Client::new(&tool, folder.path(), "other");
    std::fs::write(
        other.folder.join("backend_override.tf"),
        "terraform {\n  backend \"local\" {}\n}\n",
    )
    .unwrap();
    other.does(&["init", "-no-color"]);
    assert!(other.apply("mine").status.success());
    std::fs::remove_file(other.folder.join("backend_override.tf")).unwrap();
    let moved = server.address("moved");
    other.init(&moved, &["-migrate-state", "-force-copy"]);
    assert!(other.does(&["state", "pull"]).contains("mine"));
    std::fs::write(
        other.folder.join("pulled"),
        server.send("GET", "/states/moved", b"").unwrap().body,
    )
    .unwrap();
    let pushed = first.run(&["state", "push", "-force", "../other/pulled"]);
    assert!(!pushed.status.success(), "another lineage was taken");
    assert!(first.does(&["output", "-no-color"]).contains("four"));
    // No client tells the server that it was forced, so it is said in the address.
    first.init(&format!("{address}?force=true"), &["-reconfigure"]);
    first.does(&["state", "push", "-force", "../other/pulled"]);
    assert!(first.does(&["output", "-no-color"]).contains("mine"));
}

#[test]
fn terraform_works_with_it() {
    judged_by("terraform");
}

#[test]
fn tofu_works_with_it() {
    judged_by("tofu");
}

/// Like the root, with a resource that is not done before the file `go` is there.
fn waits() -> String {
    ROOT.replace(
        "  input = var.input\n",
        "  input = var.input\n  provisioner \"local-exec\" {\n    command = \"touch begun; while ! test -e go; do sleep 0.01; done\"\n  }\n",
    )
}

impl Client<'_> {
    /// An apply in the midst of its work, with the lock.
    fn begins(&self) -> Child {
        std::fs::write(self.folder.join("main.tf"), waits()).unwrap();
        let apply = self
            .command(&["apply", "-no-color", "-auto-approve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.folder.join("begun").exists() {
            assert!(Instant::now() < deadline, "the apply does not begin");
            std::hint::spin_loop();
        }
        apply
    }
}

fn survives_the_servers_death(name: &str) {
    let Some(tool) = judge(name, "the state server") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let client = Client::new(&tool, folder.path(), "client");
    client.init(&server.address("a"), &[]);
    let apply = client.begins();
    // In the midst of it the server dies, and comes again while the client tries to write.
    let (at, port) = server.kill();
    std::fs::write(client.folder.join("go"), "").unwrap();
    let server = Server::start_at(&at, port, &[]);
    let applied = apply.wait_with_output().unwrap();
    assert!(applied.status.success(), "{}", said(&applied));
    assert!(client.does(&["output", "-no-color"]).contains("one"));
    let locks = server.state(&["locks"]);
    assert_eq!(String::from_utf8_lossy(&locks.stdout), "nobody holds a lock\n");
}

#[test]
fn a_server_killed_during_terraforms_apply_loses_nothing_acknowledged() {
    survives_the_servers_death("terraform");
}

#[test]
fn a_server_killed_during_tofus_apply_loses_nothing_acknowledged() {
    survives_the_servers_death("tofu");
}

/// A client dies in the midst of an apply: its lock stays, and who comes is told whose it is and how it goes away.
fn leaves_a_stale_lock(name: &str) {
    let Some(tool) = judge(name, "stale locks") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (first, second) = (
        Client::new(&tool, folder.path(), "first"),
        Client::new(&tool, folder.path(), "second"),
    );
    let address = server.address("prod/network");
    first.init(&address, &[]);
    second.init(&address, &[]);
    let mut apply = first.begins();
    apply.kill().unwrap();
    apply.wait().unwrap();
    std::fs::write(first.folder.join("go"), "").unwrap();

    let locks = server.state(&["locks", "--format", "json"]);
    let locks: serde_json::Value = serde_json::from_slice(&locks.stdout).unwrap();
    let info = &locks[0]["lock"]["info"];
    let (id, who) = (info["ID"].as_str().unwrap(), info["Who"].as_str().unwrap());
    assert_eq!(info["Operation"], "OperationTypeApply");
    let refused = second.apply("two");
    assert!(!refused.status.success());
    let refused = said(&refused);
    let remedy = format!("becket state unlock prod/network --id {id}");
    for part in [who, "second", &format!("force-unlock {id}"), &remedy] {
        assert!(refused.contains(part), "{part} is not in: {refused}");
    }
    assert_eq!(locks[0]["unlock"], remedy.as_str());
    second.does(&["force-unlock", "-force", id]);
    assert!(second.apply("two").status.success());
    assert!(second.does(&["output", "-no-color"]).contains("two"));
}

#[test]
fn terraform_leaves_a_lock_that_guides_to_its_end() {
    leaves_a_stale_lock("terraform");
}

#[test]
fn tofu_leaves_a_lock_that_guides_to_its_end() {
    leaves_a_stale_lock("tofu");
}
