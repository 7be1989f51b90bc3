//! Playbooks run for real, on a root of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::judge::{judge, not_judged, tools};
use crate::rendered::{ansible, recap, rendered, said};

#[test]
fn a_second_run_on_a_machine_changes_nothing() {
    let what = "roles run twice on a machine";
    let Some(playbook) = judge("ansible-playbook", what) else {
        return;
    };
    let root = tools().join("../roots/debian-12");
    if !root.join("usr/sbin/nft").is_file() {
        not_judged::<()>(what, "there is no root to run them in");
        return;
    }
    let user = said(Command::new("id").arg("-u"));
    if user.trim() != "0" {
        not_judged::<()>(what, "only root changes into another root");
        return;
    }
    let (temporary, folder) = rendered();
    let machine = temporary.path().join("machine");
    fs::create_dir(&machine).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/machine.sh");
    let own = ansible(&playbook, &folder);
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "bash",
    ]);
    command
        .arg(script)
        .arg(&root)
        .arg(&machine)
        .arg(own.get_program())
        .current_dir(&folder);
    for (name, value) in own.get_envs() {
        command.env(name, value.unwrap());
    }
    let said = said(&mut command);
    assert!(said.contains("an audit changes nothing"), "{said}");
    let (first, second) = said.split_once("== again").unwrap();
    assert!(recap(first, "changed") > 10, "{said}");
    assert_eq!(recap(second, "changed"), 0, "{said}");
    let controls = |report: &str, state: &str| {
        let report = fs::read_to_string(folder.join(report)).unwrap();
        report.matches(&format!("state: {state}\n")).count()
    };
    assert!(controls("audit.yaml", "does not hold") > 20);
    assert_eq!(controls("again.yaml", "does not hold"), 0);
    assert!(controls("again.yaml", "holds") > 30);
    assert!(said.contains("policy drop"), "the rules are in force:\n{said}");
    assert!(
        !root.join("etc/nftables/platform.nft").exists(),
        "the root itself stays as it is"
    );
}

#[test]
fn a_kubeconfig_is_written_once_and_is_one_for_kubectl() {
    let what = "the kubeconfig that roles use";
    let (Some(playbook), Some(kubectl)) = (judge("ansible-playbook", what), judge("kubectl", what)) else {
        return;
    };
    let (temporary, folder) = rendered();
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/kubeconfig.yaml"),
        folder.join("kubeconfig.yaml"),
    )
    .unwrap();
    let file = temporary.path().join("kubeconfigs/nonprod");
    let run = || {
        said(
            ansible(&playbook, &folder)
                .arg("kubeconfig.yaml")
                .env("KUBECONFIG", &file),
        )
    };
    assert_eq!(recap(&run(), "changed"), 2);
    assert_eq!(recap(&run(), "changed"), 0);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let view = ["config", "view", "--minify", "--output"];
    let path =
        "jsonpath={.clusters[0].cluster.server} {.users[0].user.exec.command} {.users[0].user.exec.args}";
    let seen = said(
        Command::new(kubectl)
            .args(view)
            .arg(path)
            .env("KUBECONFIG", &file),
    );
    assert_eq!(
        seen,
        "https://example.gr7.eu-central-1.eks.amazonaws.com aws \
         [\"eks\",\"get-token\",\"--region\",\"eu-central-1\",\"--cluster-name\",\"storefront-nonprod\"]"
    );
}
