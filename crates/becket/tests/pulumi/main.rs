//! The rendered Pulumi program before TypeScript, Pulumi's mocks, and what Terraform made.
//!
//! `plans/` holds what the real Terraform showed of each root of the reference platform's cluster `nonprod` and its account
//! after it had applied them to moto: `terraform show -json` of a plan that changes nothing, through `plan.jq`. They are
//! made anew when a module changes, which a test notices.

#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;

#[cfg(test)]
mod modules;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use serde_json::Value;

    use crate::judge::{judge, not_judged, tools};
    use crate::modules::{iac, plan};

    /// A project of Pulumi's for each root of Terraform, in the order that they come up in.
    const PROJECTS: [&str; 4] = ["iam", "addresses", "network", "eks"];

    /// What the local AWS lacks, as in the test of Terraform's roots.
    const WITHOUT_WHAT_MOTO_LACKS: &str =
        "  eks:addons: []\n  eks:accessEntries: false\n  eks:instanceRefresh: false\n";

    /// What moto does not keep of what it was given, so that Terraform ignores changes of it there.
    const NOT_KEPT_BY_MOTO: [&str; 5] = [
        "module.cluster.aws_eks_cluster.this: accessConfig is []",
        "module.cluster.aws_eks_cluster.this: upgradePolicy is []",
        "aws_launch_template.this: tagSpecifications is",
        "aws_launch_template.this: vpcSecurityGroupIds is []",
        "aws_eks_node_group.this: updateConfig is []",
    ];

    /// The reference platform's `iac/pulumi` in a folder of its own, compiled.
    struct Program {
        node: PathBuf,
        folder: tempfile::TempDir,
    }

    impl Program {
        fn compiled(what: &str) -> Option<Self> {
            let node = judge("node", what)?;
            let modules = tools().with_file_name("pulumi").join("node_modules");
            if !modules.is_dir() {
                return not_judged(what, "its packages of npm are not installed");
            }
            let folder = tempfile::tempdir().unwrap();
            for (path, contents) in iac().under("iac/pulumi") {
                let file = folder.path().join(path.trim_start_matches("iac/pulumi/"));
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, contents).unwrap();
            }
            std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
            let program = Self { node, folder };
            program.succeeds(&["node_modules/typescript/bin/tsc"]);
            Some(program)
        }

        fn run(&self, arguments: &[&str]) -> Output {
            let mut node = Command::new(&self.node);
            node.args(arguments).current_dir(self.folder.path());
            node.output().unwrap()
        }

        #[track_caller]
        fn succeeds(&self, arguments: &[&str]) -> String {
            let ran = self.run(arguments);
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            let failed = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "node {arguments:?}:\n{said}{failed}");
            said
        }

        /// Puts what Terraform showed where the program looks for it, and sets what a local AWS needs.
        fn with_plans(self) -> Self {
            let states = self.folder.path().join("states");
            fs::create_dir(&states).unwrap();
            for project in PROJECTS {
                let name = format!("{project}.nonprod.json");
                fs::copy(plan(project), states.join(name)).unwrap();
            }
            let settings = self.folder.path().join("eks/Pulumi.nonprod.yaml");
            let text = fs::read_to_string(&settings).unwrap();
            let installed = text.replace("ciliumInstalled: false", "ciliumInstalled: true");
            assert_ne!(installed, text);
            fs::write(settings, installed + WITHOUT_WHAT_MOTO_LACKS).unwrap();
            self
        }

        /// What Pulumi would change of what Terraform made, but for what moto does not keep.
        fn differences(&self, project: &str) -> Vec<String> {
            let ran = self.run(&["bin/migration/compare.js", project, "nonprod"]);
            let failed = String::from_utf8_lossy(&ran.stderr);
            assert!(failed.is_empty(), "{project}: {failed}");
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            let without_keys = |line: &str| {
                let (address, rest) = line.split_once(": ").unwrap();
                let address = address.split(['[', ']']).step_by(2).collect::<String>();
                format!("{address}: {rest}")
            };
            let kept = |line: &&str| {
                !NOT_KEPT_BY_MOTO
                    .iter()
                    .any(|known| without_keys(line).contains(known))
            };
            said.lines().filter(kept).map(str::to_owned).collect()
        }
    }

    #[test]
    fn the_program_has_its_types_right_and_passes_its_tests() {
        let Some(program) = Program::compiled("the Pulumi program") else {
            return;
        };
        let tests = fs::read_dir(program.folder.path().join("bin/tests")).unwrap();
        let tests: Vec<String> = tests
            .map(|entry| entry.unwrap().path().display().to_string())
            .filter(|path| path.ends_with(".test.js"))
            .collect();
        let mut arguments = vec!["--test"];
        arguments.extend(tests.iter().map(String::as_str));
        program.succeeds(&arguments);
    }

    #[test]
    fn pulumi_takes_over_all_that_terraform_made_and_changes_nothing_of_it() {
        let Some(program) = Program::compiled("the move from Terraform to Pulumi") else {
            return;
        };
        let program = program.with_plans();
        for project in PROJECTS {
            assert_eq!(program.differences(project), [""; 0], "{project}");
            let list = program.succeeds(&["bin/migration/import-list.js", project, "nonprod"]);
            let list: Value = serde_json::from_str(&list).unwrap();
            let listed = list["resources"].as_array().unwrap().len();
            let shown: Value = serde_json::from_str(&fs::read_to_string(plan(project)).unwrap()).unwrap();
            let managed = shown["resource_changes"].as_array().unwrap().iter();
            let managed = managed.filter(|change| change["mode"] == "managed").count();
            assert_eq!(listed, managed, "{project}");
        }

        // A change would be told.
        let settings = program.folder.path().join("network/platform.nonprod.yaml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("10.10.4.0/22", "10.10.12.0/22")).unwrap();
        assert_eq!(
            program.differences("network"),
            [
                "module.network.aws_subnet.public[\"eu-west-1b\"]: cidrBlock is \"10.10.4.0/22\", and \"10.10.12.0/22\" here"
            ]
        );
    }

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pulumi"))
    }

    #[test]
    fn the_plans_are_of_the_modules_as_they_are_now() {
        for project in PROJECTS {
            let shown: Value = serde_json::from_str(&fs::read_to_string(plan(project)).unwrap()).unwrap();
            let root = &shown["configuration"]["root_module"];
            let stale = crate::modules::differences(project, root);
            assert!(
                stale.is_empty(),
                "{stale:#?}\napply the roots of nonprod to moto, and `terraform show -json` of a plan | jq -S -f {}",
                folder().join("plan.jq").display()
            );
        }
    }
}
