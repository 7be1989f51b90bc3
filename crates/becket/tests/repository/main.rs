//! The rendered `iac` repository before what reads it: workflows, their scripts, and what is demanded of a pull request.

#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;

#[cfg(test)]
#[path = "../reference/mod.rs"]
mod reference;
#[cfg(test)]
mod rendered;
#[cfg(test)]
mod scripts;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use becket_document::{Kind, Node, hcl, yaml};

    use crate::judge::judge;
    use crate::reference::{CDN, rendered};
    use crate::rendered::{Repository, said, without_color};

    /// One repository for each way in which the files can differ.
    fn repositories() -> Vec<Repository> {
        [
            "{}",
            "{ iac: opentofu, state: hcp }",
            "{ state: becket }",
            "{ state: s3-dynamodb, identity: irsa, iac: pulumi }",
        ]
        .map(Repository::render)
        .into()
    }

    fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files.extend(below(&path, extension));
            } else if path.extension().is_some_and(|other| other == extension) {
                files.push(path);
            }
        }
        files.sort();
        files
    }

    fn tree(file: &Path) -> Node {
        yaml::parse(&fs::read_to_string(file).unwrap())
            .into_single()
            .unwrap()
    }

    #[test]
    fn the_workflows_have_no_fault_that_actionlint_knows() {
        let Some(actionlint) = judge("actionlint", "the workflows") else {
            return;
        };
        let shellcheck = judge("shellcheck", "the steps of the workflows");
        for repository in repositories() {
            let workflows = below(&repository.at(".github/workflows"), "yaml");
            let pulumi = repository.at("pulumi").is_dir();
            assert_eq!(workflows.len(), 4 + usize::from(pulumi));
            let mut command = Command::new(&actionlint);
            command.arg("-no-color").arg("-pyflakes=");
            if let Some(shellcheck) = &shellcheck {
                command.arg(format!("-shellcheck={}", shellcheck.display()));
            }
            said(command.current_dir(repository.root()).args(workflows));
        }
    }

    #[test]
    fn the_workflows_are_safe_by_what_zizmor_knows() {
        let Some(zizmor) = judge("zizmor", "the workflows") else {
            return;
        };
        for repository in repositories() {
            let mut command = Command::new(&zizmor);
            command.args(["--offline", "--no-progress", "--quiet", "."]);
            said(without_color(command.current_dir(repository.root())));
        }
    }

    #[test]
    fn the_scripts_have_no_fault_that_shellcheck_knows() {
        let Some(shellcheck) = judge("shellcheck", "the scripts") else {
            return;
        };
        let repository = Repository::render("{}");
        let scripts = below(&repository.at(".github/scripts"), "sh");
        assert!(!scripts.is_empty());
        said(Command::new(&shellcheck).args(scripts));
    }

    /// A tag can be moved to other code; a digest cannot. The version behind it is what people and Renovate read.
    #[test]
    fn each_action_is_pinned_by_digest_with_its_version() {
        let repository = Repository::render("{}");
        let mut uses = 0;
        for file in below(&repository.at(".github"), "yaml") {
            for line in fs::read_to_string(&file).unwrap().lines() {
                let Some((_, action)) = line.split_once("uses: ") else {
                    continue;
                };
                if action.starts_with("./") {
                    continue;
                }
                let (_, reference) = action.split_once('@').unwrap_or_default();
                let (digest, version) = reference.split_once(" # ").unwrap_or_default();
                let is_digest = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
                assert!(
                    is_digest && version.starts_with('v'),
                    "{}: {line}",
                    file.display()
                );
                uses += 1;
            }
        }
        assert!(uses > 5);
    }

    /// GitHub waits for ever for a check that no job makes.
    #[test]
    fn each_required_check_is_a_job_of_every_pull_request() {
        let repository = Repository::render("{}");
        let mut jobs = BTreeSet::new();
        for workflow in below(&repository.at(".github/workflows"), "yaml") {
            let workflow = tree(&workflow);
            let pull_request = workflow.get("on").and_then(|on| on.get("pull_request"));
            // With a filter it would not run for every one.
            if pull_request.is_some_and(|filter| filter.entries().is_empty()) {
                let names = workflow.get("jobs").unwrap().entries().iter();
                jobs.extend(names.filter_map(|job| job.value.get("name")?.as_str().map(str::to_owned)));
            }
        }
        let values = repository.at("terraform/github/repositories/terraform.tfvars");
        let text = fs::read_to_string(values).unwrap();
        let values = hcl::parse(&text).body.to_node(&text);
        let required = values.get("checks").and_then(|checks| checks.get("iac")).unwrap();
        assert!(!required.items().is_empty());
        for check in required.items() {
            let check = check.as_str().unwrap();
            assert!(jobs.contains(check), "`{check}` is none of {jobs:?}");
        }
    }

    /// The API of a cluster that is open to the internet is waited for, and a bucket for flow logs is somebody else's: a local
    /// AWS has neither.
    #[test]
    fn what_a_local_aws_does_not_have_is_not_asked_for_in_tests() {
        let files = rendered("{}", None);
        let value = |root: &str, name: &str| {
            let path = format!("iac/tests/local-aws/roots/{root}/test.auto.tfvars");
            let text = files.text(&path).unwrap().unwrap();
            hcl::parse(text).body.to_node(text).get(name).cloned().unwrap()
        };
        assert!(matches!(value("eks", "wait_for_cluster").kind, Kind::Bool(false)));
        assert!(value("network", "flow_logs").entries().is_empty());
    }

    /// Regional gateways need a provider that cannot be had here: that all names fit is all that is seen of them.
    #[test]
    fn linking_finds_nothing_whatever_is_chosen() {
        for choice in [
            "{ nat: regional }",
            "{ state: hcp, iac: opentofu, local-aws: localstack }",
            "{ state: becket, iac: pulumi }",
            "{ state: s3-dynamodb, identity: irsa }",
        ] {
            let files = rendered(choice, Some(CDN));
            let found = becket_link::link(&files).findings;
            assert!(found.is_empty(), "{choice}: {found:#?}");
        }
    }

    /// What Terraform gives as an argument, makes or reads is in its state, unless it is ephemeral or write-only.
    #[test]
    fn no_password_or_key_comes_into_a_state() {
        const ARGUMENTS: [&str; 5] = [
            "auth_token",
            "master_password",
            "password",
            "secret_binary",
            "secret_string",
        ];
        const MADE: [&str; 3] = ["aws_iam_access_key", "random_password", "tls_private_key"];
        const READ: [&str; 3] = [
            "aws_eks_cluster_auth",
            "aws_secretsmanager_random_password",
            "aws_secretsmanager_secret_version",
        ];
        let repository = Repository::render("{}");
        let mut given_write_only = 0;
        for file in below(&repository.at("terraform"), "tf") {
            let text = fs::read_to_string(&file).unwrap();
            let tree = hcl::parse(&text).body.to_node(&text);
            let of = |kind: &str| {
                tree.get(kind)
                    .map(|found| found.entries().to_vec())
                    .unwrap_or_default()
            };
            for (kind, refused) in [("resource", MADE), ("data", READ)] {
                for entry in of(kind) {
                    assert!(
                        !refused.contains(&&*entry.name()),
                        "{}: {}",
                        file.display(),
                        entry.name()
                    );
                }
            }
            for resource in of("resource")
                .iter()
                .flat_map(|kind| kind.value.entries().to_vec())
            {
                for argument in resource.value.entries() {
                    let name = argument.name();
                    assert!(!ARGUMENTS.contains(&&*name), "{}: {name}", file.display());
                    given_write_only +=
                        usize::from(ARGUMENTS.iter().any(|known| name == format!("{known}_wo")));
                }
            }
        }
        assert_eq!(given_write_only, 3, "of RDS, of Aurora, and of the secret");
    }

    /// What is left out stands where it is left out: `# checkov:skip=<check>: <reason>`.
    #[test]
    fn the_terraform_is_safe_by_what_checkov_knows() {
        let Some(checkov) = judge("checkov", "the rendered Terraform") else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        for (name, choice) in [
            ("default", "{}"),
            ("other", "{ state: s3-dynamodb, identity: irsa }"),
        ] {
            let repository = Repository::render(choice);
            fs::rename(repository.at("terraform"), folder.path().join(name)).unwrap();
        }
        let mut command = Command::new(&checkov);
        command.arg("--directory").arg(folder.path());
        command.args([
            "--framework",
            "terraform",
            "--quiet",
            "--compact",
            "--skip-download",
        ]);
        // It fails where a check does.
        said(without_color(&mut command));
        for file in below(folder.path(), "tf") {
            let text = fs::read_to_string(&file).unwrap();
            for line in text.lines().filter(|line| line.contains("checkov:skip=")) {
                let (_, skip) = line.split_once("checkov:skip=").unwrap();
                let reason = skip
                    .split_once(": ")
                    .is_some_and(|(_, reason)| !reason.trim().is_empty());
                assert!(reason, "{}: no reason: {line}", file.display());
            }
        }
    }
}
