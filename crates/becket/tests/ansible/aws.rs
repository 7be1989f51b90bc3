//! What is asked of AWS, before a local AWS: backups and the inventory. Modules and plugins are the real ones.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::judge::judge;
use crate::rendered::{ansible, recap, rendered, said};

/// moto, until it is dropped.
struct Aws(Child, u16);

impl Aws {
    fn start(program: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let this = Self(child, port);
        let deadline = Instant::now() + Duration::from_mins(2);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the local AWS does not start");
            std::thread::yield_now();
        }
        this
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Aws {
    /// What Ansible's modules need to come here. What is secret is hidden wherever it appears in a result, so it is nothing
    /// that appears.
    fn reached_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.1))
            .env("AWS_ACCESS_KEY_ID", "local-aws-key")
            .env("AWS_SECRET_ACCESS_KEY", "local-aws-secret")
    }
}

/// Puts a playbook of the tests into `folder` and runs it before `aws`.
fn run(playbook: &Path, name: &str, folder: &Path, aws: &Aws) -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/ansible")
        .join(name);
    fs::copy(from, folder.join(name)).unwrap();
    said(aws.reached_by(ansible(playbook, folder).arg(name)))
}

#[test]
fn databases_and_volumes_come_back_beside_the_old_ones_and_old_snapshots_go() {
    let what = "backup and restore at AWS";
    let (Some(playbook), Some(moto)) = (judge("ansible-playbook", what), judge("moto_server", what)) else {
        return;
    };
    let (_temporary, folder) = rendered();
    let aws = Aws::start(&moto);
    let said = run(&playbook, "aws.yaml", &folder, &aws);
    assert_eq!(recap(&said, "failed"), 0, "{said}");
    assert_eq!(said.matches("All assertions passed").count(), 6, "{said}");
}

#[test]
fn the_inventory_finds_a_clusters_machines_by_what_terraform_tags_them_with() {
    let what = "the inventory";
    let (Some(playbook), Some(moto)) = (judge("ansible-playbook", what), judge("moto_server", what)) else {
        return;
    };
    let (_temporary, folder) = rendered();
    // The machines below have these, too; here it is what the module gives every node.
    let nodes = fs::read_to_string(folder.join("../terraform/modules/nodes/main.tf")).unwrap();
    let of_the_root = fs::read_to_string(folder.join("../terraform/nonprod/eks/main.tf")).unwrap();
    assert!(nodes.contains(r#"role = "node", os = group.os"#), "{nodes}");
    assert!(
        of_the_root.contains("{ platform = var.platform, cluster = var.cluster }"),
        "{of_the_root}"
    );

    let aws = Aws::start(&moto);
    run(&playbook, "inventory.yaml", &folder, &aws);
    let inventory = playbook
        .canonicalize()
        .unwrap()
        .with_file_name("ansible-inventory");
    let listed = aws
        .reached_by(ansible(&inventory, &folder).args(["-i", "inventory/nonprod", "--list"]))
        .output()
        .unwrap();
    let failed = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{failed}");
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let hosts = |group: &str| listed[group]["hosts"].as_array().map_or(0, Vec::len);
    assert_eq!(hosts("nodes"), 2, "{listed:#}");
    assert_eq!(
        (hosts("os_al2023"), hosts("os_bottlerocket")),
        (1, 1),
        "{listed:#}"
    );
    // Its API, and the machines, whose variables come from group_vars.
    assert_eq!(hosts("nonprod"), 2, "{listed:#}");
    let node = listed["nodes"]["hosts"][0].as_str().unwrap();
    let variables = &listed["_meta"]["hostvars"][node];
    assert_eq!(variables["cluster"], "nonprod");
    let told = |name: &str| variables[name]["__ansible_unsafe"].as_str().unwrap_or_default();
    assert_eq!(told("ansible_connection"), "amazon.aws.aws_ssm");
    assert!(told("node_name").ends_with(".internal"), "{variables:#}");
}
