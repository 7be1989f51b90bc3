//! The rendered Ansible before Ansible itself: linted, parsed, and run on machines of the tests' own: a tree of files with
//! namespaces around it, and a PostgreSQL in a temporary folder. Nothing touches the machine that tests.

#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use crate::judge::{judge, not_judged, tools};

    /// The reference platform's `iac/ansible`, in a folder of its own.
    fn rendered() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let platform = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront/platform.yaml");
        let text = fs::read_to_string(platform).unwrap();
        let parsed = becket_platform::parse("platform.yaml", &text);
        let catalog = becket_render::Catalog::embedded().unwrap();
        let rendered = becket_render::render(parsed.platform().unwrap(), &catalog).unwrap();
        for (path, contents) in rendered.files.under("iac/ansible") {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, contents).unwrap();
        }
        let ansible = folder.path().join("iac/ansible");
        (folder, ansible)
    }

    /// Runs `command`, and returns what it said; fails where it does.
    #[track_caller]
    fn said(command: &mut Command) -> String {
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{command:?}\n{said}");
        said
    }

    /// Ansible's own programs call each other by name.
    fn ansible(program: &Path, folder: &Path) -> Command {
        let real = program.canonicalize().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = real.parent().unwrap().to_owned();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new(real);
        command
            .current_dir(folder)
            .env("PATH", path)
            .env("ANSIBLE_NOCOLOR", "1")
            .env("ANSIBLE_PIPELINING", "1")
            .env("ANSIBLE_HOME", folder.join(".ansible"));
        command
    }

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

    /// What a run came to: `changed` and `failed` of the one host.
    fn recap(said: &str, what: &str) -> u32 {
        let line = said.lines().rfind(|line| line.contains("unreachable=")).unwrap();
        let field = line.split_whitespace().find_map(|word| word.strip_prefix(what));
        field.unwrap().trim_start_matches('=').parse().unwrap()
    }

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
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/machine.yaml"),
            folder.join("machine.yaml"),
        )
        .unwrap();
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
        let (first, second) = said.split_once("== again").unwrap();
        assert!(recap(first, "changed") > 10, "{said}");
        assert_eq!(recap(second, "changed"), 0, "{said}");
        assert!(said.contains("policy drop"), "the rules are in force:\n{said}");
        assert!(
            !root.join("etc/nftables/platform.nft").exists(),
            "the root itself stays as it is"
        );
    }

    #[test]
    fn a_dump_is_restored_whole_and_never_over_another_database() {
        let what = "backup and restore of PostgreSQL";
        let Some(playbook) = judge("ansible-playbook", what) else {
            return;
        };
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let Some(bin) = versions.map(|entry| entry.unwrap().path().join("bin")).max() else {
            not_judged::<()>(what, "there is no PostgreSQL");
            return;
        };
        let (_temporary, folder) = rendered();
        let server = tempfile::tempdir().unwrap();
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/dumps.yaml"),
            folder.join("dumps.yaml"),
        )
        .unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/postgresql.sh");
        let own = ansible(&playbook, &folder);
        let mut command = Command::new("bash");
        command
            .arg(script)
            .arg(bin)
            .arg(server.path())
            .arg(own.get_program())
            .arg("dumps.yaml")
            .current_dir(&folder);
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
}
