//! The rendered Pulumi program before TypeScript, Pulumi's mocks, and what Terraform made.
//!
//! `plans/` holds what the real Terraform showed of each root of the reference platform's cluster `nonprod` and its account,
//! and of the databases of the other two clusters, after it had applied them to moto with what is laid over for that:
//! `terraform show -json` of a plan that changes nothing, through `plan.jq`. Of what only others ask for something there are
//! the outputs alone. They are made anew when a module changes, which a test notices. Cloudflare's provider cannot be had for
//! Terraform here: of its roots there is no plan.

#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;

#[cfg(test)]
mod modules;
#[cfg(test)]
#[path = "../reference/mod.rs"]
mod reference;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;
    use std::process::{Command, Output};

    use serde_json::{Value, json};

    use crate::judge::{judge, not_judged, tools};
    use crate::modules::{iac, plan, plans};

    /// Projects of Pulumi's and their stacks, each a root of Terraform, in the order that they come up in.
    const STACKS: [(&str, &str); 12] = [
        ("iam", "nonprod"),
        ("backups", "nonprod"),
        ("addresses", "nonprod"),
        ("network", "nonprod"),
        ("eks", "nonprod"),
        ("certificates", "nonprod"),
        ("cdn-certificates", "nonprod"),
        ("ingress", "nonprod"),
        ("cdn", "nonprod"),
        ("database", "nonprod"),
        ("database", "prod"),
        ("database", "prod-dr"),
    ];

    /// What the local AWS lacks, as in the test of Terraform's roots, by project.
    const WITHOUT_WHAT_MOTO_LACKS: [(&str, &str); 2] = [
        (
            "eks",
            "  eks:addons: []\n  eks:accessEntries: false\n  eks:instanceRefresh: false\n",
        ),
        ("database", "  database:podIdentityAssociations: false\n"),
    ];

    /// What moto does not keep of what it was given, or cannot be given, so that what is laid over Terraform for it says
    /// something else or ignores changes.
    const NOT_KEPT_BY_MOTO: [&str; 16] = [
        "module.cluster.aws_eks_cluster.this: accessConfig is []",
        "module.cluster.aws_eks_cluster.this: upgradePolicy is []",
        "aws_launch_template.this: tagSpecifications is",
        "aws_launch_template.this: vpcSecurityGroupIds is []",
        "aws_eks_node_group.this: updateConfig is []",
        "aws_cloudfront_distribution.this: defaultCacheBehavior is",
        "aws_cloudwatch_log_delivery_source.this: resourceArn is",
        "module.network.aws_vpc_security_group_ingress_rule.this: description is undefined",
        "module.network.aws_vpc_security_group_ingress_rule.this: referencedSecurityGroupId is",
        "aws_db_parameter_group.this: parameters is []",
        "aws_db_instance.this: performanceInsights",
        "aws_db_instance.this: allocatedStorage is 20, and 100 here",
        "aws_rds_cluster_instance.this: performanceInsights",
        "aws_rds_global_cluster.this: sourceDbClusterIdentifier is undefined",
        "aws_rds_global_cluster.this: engine is configured",
        "aws_rds_global_cluster.this: storage_encrypted is configured",
    ];

    /// And of replicas in another region: instances are ones of their own there, tables are not there at all.
    const NO_REPLICAS_ON_MOTO: [&str; 4] = [
        "aws_db_instance.this: replicateSourceDb is \"\"",
        "aws_db_instance.this: manage_master_user_password is configured",
        "aws:dynamodb/tableReplica:TableReplica tables-orders-prod-carts: Terraform has none",
        "module.identity.aws_iam_role_policy.this: policy is",
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
            for plan in fs::read_dir(plans()).unwrap().map(Result::unwrap) {
                fs::copy(plan.path(), states.join(plan.file_name())).unwrap();
            }
            fs::write(states.join("zone.dns.json"), zone().to_string()).unwrap();
            let nothing = json!({ "configuration": { "root_module": {} } });
            fs::write(states.join("records.dns.json"), nothing.to_string()).unwrap();
            for (project, stack) in STACKS {
                let settings = self.folder.path().join(format!("{project}/Pulumi.{stack}.yaml"));
                let mut text = fs::read_to_string(&settings).unwrap();
                text = text.replace("ciliumInstalled: false", "ciliumInstalled: true");
                text = text.replace("loadBalancerMade: false", "loadBalancerMade: true");
                let lacks = WITHOUT_WHAT_MOTO_LACKS.iter().filter(|(of, _)| *of == project);
                text.extend(lacks.map(|(_, lines)| *lines));
                fs::write(settings, text).unwrap();
            }
            self
        }

        /// What Pulumi would change of what Terraform made, but for what moto does not keep.
        fn differences(&self, project: &str, stack: &str) -> Vec<String> {
            let ran = self.run(&["bin/migration/compare.js", project, stack]);
            let failed = String::from_utf8_lossy(&ran.stderr);
            assert!(failed.is_empty(), "{project} {stack}: {failed}");
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            let without_keys = |line: &str| {
                // Of outputs there is no address.
                let (address, rest) = line.split_once(": ").unwrap_or(("", line));
                let address = address.split(['[', ']']).step_by(2).collect::<String>();
                format!("{address}: {rest}")
            };
            let replicas: &[&str] = if stack == "prod-dr" {
                &NO_REPLICAS_ON_MOTO
            } else {
                &[]
            };
            let kept = |line: &&str| {
                let mut known = NOT_KEPT_BY_MOTO.iter().chain(replicas);
                !known.any(|known| without_keys(line).contains(known))
            };
            said.lines().filter(kept).map(str::to_owned).collect()
        }
    }

    /// What `dns/zone` puts out once it has made the records that certificates ask for, as there is no plan of it.
    fn zone() -> Value {
        let outputs = json!({
            "validation_record_names": { "value": validation_records() },
            "zone_id": { "value": "zone" },
            "account_id": { "value": "account" },
            "name_servers": { "value": ["one.ns", "two.ns"] },
        });
        let found =
            json!({ "id": "zone", "account": { "id": "account" }, "name_servers": ["one.ns", "two.ns"] });
        let found = json!({ "address": "data.cloudflare_zone.this[0]", "mode": "data", "type": "cloudflare_zone", "values": found });
        json!({
            "values": { "outputs": outputs, "root_module": { "resources": [found] } },
            "configuration": { "root_module": {} },
        })
    }

    /// The names of all records that certificates of the platform ask for.
    fn validation_records() -> BTreeSet<String> {
        let certificates = ["nonprod", "prod", "prod-dr"].map(|stack| ("certificates", stack));
        let cdn = ["nonprod", "prod"].map(|stack| ("cdn-certificates", stack));
        let records = certificates.into_iter().chain(cdn).flat_map(|(project, stack)| {
            let plan = plan(project, stack);
            let state = plan.pointer("/prior_state/values").unwrap_or(&plan["values"]);
            let records = state["outputs"]["validation_records"]["value"]
                .as_object()
                .unwrap();
            records.keys().cloned().collect::<Vec<_>>()
        });
        records.collect()
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
        for (project, stack) in STACKS {
            assert_eq!(program.differences(project, stack), [""; 0], "{project} {stack}");
            let list = program.succeeds(&["bin/migration/import-list.js", project, stack]);
            let list: Value = serde_json::from_str(&list).unwrap();
            let listed = list["resources"].as_array().unwrap().len();
            let shown = plan(project, stack);
            let managed = shown["resource_changes"].as_array().unwrap().iter();
            let managed = managed.filter(|change| change["mode"] == "managed");
            // Waits are nothing at AWS, and passwords nobody's to know.
            let left = |address: &str| {
                [
                    "aws_acm_certificate_validation.",
                    "aws_secretsmanager_secret_version.",
                ]
                .iter()
                .any(|kind| address.contains(kind))
            };
            let there = managed.filter(|change| !left(change["address"].as_str().unwrap()));
            assert_eq!(listed, there.count(), "{project} {stack}");
        }

        // A change would be told, and a tag that is missing.
        let settings = program.folder.path().join("certificates/Pulumi.nonprod.yaml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace(", cluster: nonprod", "")).unwrap();
        let untagged = program.differences("certificates", "nonprod");
        assert_eq!(untagged.len(), 4, "{untagged:#?}");
        assert!(
            untagged.iter().all(|line| line.contains(": tags are ")),
            "{untagged:#?}"
        );

        let settings = program.folder.path().join("network/platform.nonprod.yaml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("10.10.4.0/22", "10.10.12.0/22")).unwrap();
        assert_eq!(
            program.differences("network", "nonprod"),
            [
                "module.network.aws_subnet.public[\"eu-west-1b\"]: cidrBlock is \"10.10.4.0/22\", and \"10.10.12.0/22\" here"
            ]
        );
    }

    /// What a project makes that Terraform, which made nothing of it, has not; and what else differs.
    fn made(program: &Program, project: &str) -> (BTreeSet<String>, Vec<String>) {
        let lines = program.differences(project, "dns").into_iter();
        let (made, others): (Vec<_>, Vec<_>) = lines.partition(|line| line.ends_with(": Terraform has none"));
        let made = made.iter().map(|line| {
            line.trim_start_matches("cloudflare:index/")
                .trim_end_matches(": Terraform has none")
        });
        (made.map(str::to_owned).collect(), others)
    }

    #[test]
    fn dns_is_made_of_what_certificates_and_ingress_have_put_out() {
        let Some(program) = Program::compiled("the records of Pulumi's program") else {
            return;
        };
        let program = program.with_plans();
        let validation = validation_records().into_iter().map(|name| {
            let name = name.replace('_', "-");
            format!("dnsRecord:DnsRecord validation-{name}")
        });
        assert_eq!(made(&program, "zone"), (validation.collect(), Vec::new()));

        let environments = ["dev", "qa", "uat", "pre-prod"];
        let ingress = environments.map(|environment| format!("dnsRecord:DnsRecord ingress-{environment}"));
        let mut records = BTreeSet::from(ingress);
        for domain in environments
            .map(|name| format!("{name}."))
            .iter()
            .chain([&String::new()])
        {
            records.insert(format!("dnsRecord:DnsRecord host-www.{domain}acme.example"));
        }
        records.extend(
            [
                "loadBalancerMonitor:LoadBalancerMonitor prod",
                "loadBalancerPool:LoadBalancerPool prod-prod",
                "loadBalancerPool:LoadBalancerPool prod-prod-dr",
                "loadBalancer:LoadBalancer prod",
                "dnsRecord:DnsRecord api-kubernetes.prod-dr.acme.example",
            ]
            .map(str::to_owned),
        );
        let (made, others) = made(&program, "records");
        assert_eq!(made, records);
        let hosts = plan("cdn", "prod")["values"]["outputs"]["distributions"]["value"].take();
        let [outputs] = &others[..] else {
            panic!("{others:#?}");
        };
        assert!(
            outputs.contains(hosts.to_string().trim_matches(['{', '}'])),
            "{outputs}: {hosts}"
        );
    }

    #[test]
    fn the_plans_are_of_the_modules_as_they_are_now() {
        for (project, stack) in STACKS {
            let root = &plan(project, stack)["configuration"]["root_module"];
            let stale = crate::modules::differences(project, stack, root);
            assert!(
                stale.is_empty(),
                "{stale:#?}\napply the roots to moto, and `terraform show -json` of a plan | jq -S -f {}",
                plans().with_file_name("plan.jq").display()
            );
        }
    }
}
