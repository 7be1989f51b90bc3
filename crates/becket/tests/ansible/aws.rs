//! What is asked of AWS, before a local AWS: backups and the inventory. Modules and plugins are the real ones.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::judge::judge;
use crate::moto::Moto;
use crate::rendered::{ansible, recap, rendered, said};

/// Has Ansible's modules come to `aws`. What is secret is hidden wherever it appears in a result, so it is nothing that
/// appears.
fn reaches<'a>(command: &'a mut Command, aws: &Moto) -> &'a mut Command {
    command
        .env("AWS_ENDPOINT_URL", &aws.address)
        .env("AWS_ACCESS_KEY_ID", "local-aws-key")
        .env("AWS_SECRET_ACCESS_KEY", "local-aws-secret")
}

/// Puts a playbook of the tests into `folder` and runs it before `aws`.
fn run(playbook: &Path, name: &str, folder: &Path, aws: &Moto) -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/ansible")
        .join(name);
    fs::copy(from, folder.join(name)).unwrap();
    said(reaches(ansible(playbook, folder).arg(name), aws))
}

#[test]
fn databases_and_volumes_come_back_beside_the_old_ones_and_old_snapshots_go() {
    let what = "backup and restore at AWS";
    let (Some(playbook), Some(moto)) = (judge("ansible-playbook", what), judge("moto_server", what)) else {
        return;
    };
    let (_temporary, folder) = rendered();
    let aws = Moto::start(&moto);
    let said = run(&playbook, "aws.yaml", &folder, &aws);
    assert_eq!(recap(&said, "failed"), 0, "{said}");
    assert_eq!(said.matches("All assertions passed").count(), 8, "{said}");
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

    let aws = Moto::start(&moto);
    run(&playbook, "inventory.yaml", &folder, &aws);
    let inventory = playbook
        .canonicalize()
        .unwrap()
        .with_file_name("ansible-inventory");
    let listed = reaches(
        ansible(&inventory, &folder).args(["-i", "inventory/nonprod", "--list"]),
        &aws,
    )
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
