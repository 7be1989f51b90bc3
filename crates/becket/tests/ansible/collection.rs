//! What Ansible's own tools say of the rendered folder, without anything to run it on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::judge::{judge, not_judged, tools};
use crate::rendered::{ansible, recap, rendered, said};

#[test]
fn the_rendered_folder_passes_the_linters() {
    let Some(lint) = judge("ansible-lint", "the rendered Ansible") else {
        return;
    };
    let (_folder, folder) = rendered();
    said(ansible(&lint, &folder).args(["--offline", "--nocolor", "--profile", "production"]));
    if let Some(lint) = judge("yamllint", "the rendered Ansible's YAML") {
        said(ansible(&lint, &folder).args(["--strict", "."]));
    }
}

#[test]
fn each_playbook_parses_against_the_inventory() {
    let Some(playbook) = judge("ansible-playbook", "the rendered playbooks") else {
        return;
    };
    let (_folder, folder) = rendered();
    let mut command = ansible(&playbook, &folder);
    command.args(["--syntax-check", "-i", "inventory/prod-dr/hosts.yaml"]);
    let names = [
        "argocd",
        "backup",
        "cilium",
        "compliance",
        "maintenance",
        "network_policies",
        "packages",
        "restore",
        "updates",
    ];
    let said = said(command.args(names.map(|name| format!("{name}.yaml"))));
    assert_eq!(said.matches("playbook: ").count(), names.len(), "{said}");
}

#[test]
fn the_bucket_that_ansible_names_is_the_one_that_terraform_makes() {
    let (_temporary, folder) = rendered();
    for cluster in ["nonprod", "prod", "prod-dr"] {
        let variables =
            fs::read_to_string(folder.join(format!("group_vars/{cluster}/cluster.yaml"))).unwrap();
        let variables = becket_document::yaml::parse(&variables).into_single().unwrap();
        let named = variables
            .get("bucket")
            .and_then(|bucket| bucket.as_str())
            .unwrap();
        let values = folder.join(format!("../terraform/{cluster}/backups/terraform.tfvars"));
        let text = fs::read_to_string(values).unwrap();
        let values = becket_document::hcl::parse(&text).body.to_node(&text);
        assert_eq!(
            values.get("bucket").and_then(|bucket| bucket.as_str()),
            Some(named)
        );
    }
}

#[test]
fn each_control_of_the_report_is_a_task_and_the_other_way_round() {
    let (_folder, folder) = rendered();
    let role = folder.join("ansible_collections/acme/platform/roles/compliance");
    let text = fs::read_to_string(role.join("vars/main.yaml")).unwrap();
    let vars = becket_document::yaml::parse(&text).into_single().unwrap();
    let controls = vars.get("compliance_controls").unwrap().entries();
    let listed: BTreeSet<_> = controls.iter().map(|entry| entry.name().into_owned()).collect();
    let mut tasks = BTreeSet::new();
    for entry in fs::read_dir(role.join("tasks")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let file = becket_document::yaml::parse(&text).into_single().unwrap();
        for task in file.items() {
            let name = task.get("name").and_then(|name| name.as_str()).unwrap();
            let Some((_, id)) = name.split_once(" | ") else {
                continue;
            };
            let register = format!("compliance_{}", id.replace('-', "_"));
            let registered = task.get("register").and_then(|register| register.as_str());
            assert_eq!(
                registered,
                Some(&*register),
                "the report looks for it by that name"
            );
            tasks.insert(id.to_owned());
        }
    }
    assert_eq!(listed, tasks);
    assert!(tasks.len() > 40);
}

/// `ansible-test` in the collection. Its sanity tests want environments of their own, which are made once and kept beside
/// the judges.
fn ansible_test(program: &Path, folder: &Path) -> Command {
    let home = tools().join("../ansible-test");
    let cache = home.join(".ansible/test/cache");
    fs::create_dir_all(&cache).unwrap();
    // Of the environment it hands on nothing but HOME, so that what pip was told is told by a file there.
    let own = home.join(".config/pip/pip.conf");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let mut pip = "[global]\n".to_owned();
    for (name, value) in std::env::vars() {
        if let Some(option) = name.strip_prefix("PIP_") {
            let option = option.to_lowercase().replace('_', "-");
            pip.push_str(&format!("{option} = {value}\n"));
        }
    }
    fs::write(own, pip).unwrap();
    // What it would fetch from a host of its own that knows no mirror.
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/get_pip.py");
    fs::copy(script, cache.join("get_pip_24_2.py")).unwrap();
    let mut command = ansible(program, &folder.join("ansible_collections/acme/platform"));
    command.env("HOME", home);
    command
}

/// The version of the Python that Ansible runs on: others that it finds may be no more than a name.
fn python(program: &Path) -> String {
    let python = program.canonicalize().unwrap().with_file_name("python");
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    said(Command::new(python).args(["-c", version])).trim().to_owned()
}

#[test]
fn the_collection_passes_ansible_test() {
    let what = "the collection by ansible-test";
    let Some(program) = judge("ansible-test", what) else {
        return;
    };
    let (_folder, folder) = rendered();
    let python = python(&program);
    let units = said(ansible_test(&program, &folder).args(["units", "--color", "no", "--python", &python]));
    assert!(units.contains("3 passed"), "{units}");
    let mut sanity = ansible_test(&program, &folder);
    sanity.args(["sanity", "--color", "no", "--requirements", "--python", &python]);
    let output = sanity.output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    if told.contains("Could not fetch URL") || told.contains("No matching distribution") {
        not_judged::<()>(what, "the environments of its sanity tests cannot be had");
        return;
    }
    assert!(output.status.success(), "{told}");
    for test in [
        "ansible-doc",
        "import",
        "pep8",
        "pylint",
        "validate-modules",
        "yamllint",
    ] {
        assert!(
            told.contains(&format!("Running sanity test \"{test}\"")),
            "{test} did not run:\n{told}"
        );
    }
}

#[test]
fn a_dump_is_restored_whole_and_never_over_another_database() {
    let what = "backup and restore of PostgreSQL by ansible-test";
    let Some(program) = judge("ansible-test", what) else {
        return;
    };
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let Some(bin) = versions.map(|entry| entry.unwrap().path().join("bin")).max() else {
        not_judged::<()>(what, "there is no PostgreSQL");
        return;
    };
    let (_temporary, folder) = rendered();
    let server = tempfile::tempdir().unwrap();
    let own = ansible_test(&program, &folder);
    let config = own
        .get_current_dir()
        .unwrap()
        .join("tests/integration/integration_config.yml");
    fs::write(
        config,
        format!("dumps_host: {}\ndumps_user: postgres\n", server.path().display()),
    )
    .unwrap();
    let mut command = Command::new("bash");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/postgresql.sh"))
        .arg(bin)
        .arg(server.path())
        .arg(own.get_program())
        .args([
            "integration",
            "--color",
            "no",
            "--local",
            "--allow-destructive",
            "--python",
            &python(&program),
            "dumps",
        ])
        .current_dir(own.get_current_dir().unwrap());
    for (name, value) in own.get_envs() {
        command.env(name, value.unwrap());
    }
    let said = said(&mut command);
    assert_eq!(recap(&said, "failed"), 0, "{said}");
    assert_eq!(
        recap(&said, "rescued"),
        1,
        "a restore over another database is refused:\n{said}"
    );
}
