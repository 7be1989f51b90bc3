//! The scripts of the workflows, run with the real Terraform on roots that make nothing.

use std::ffi::OsString;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::judge::{judge, tools};
use crate::rendered::{Repository, said};

/// A repository whose only roots are small ones: `b` takes an output of `a` of its own group and one of `iam/one`.
fn small() -> Option<Repository> {
    for tool in ["terraform", "jq", "yq"] {
        judge(tool, "the scripts of the workflows")?;
    }
    let repository = Repository::render("{}");
    fs::remove_dir_all(repository.at("terraform")).unwrap();
    let root = |path: &str, main: &str, facts: Option<&str>| {
        let folder = repository.at("terraform").join(path);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("main.tf"), main).unwrap();
        fs::write(
            folder.join("terraform.tfvars"),
            "account = \"222222222222\"\nregion  = \"eu-north-1\"\n",
        )
        .unwrap();
        fs::write(
            folder.join("variables.tf"),
            "variable \"account\" {}\nvariable \"region\" {}\n",
        )
        .unwrap();
        fs::write(folder.join("providers.tf"), "").unwrap();
        fs::write(folder.join("backend.tf"), "").unwrap();
        if let Some(facts) = facts {
            fs::write(folder.join("facts.yaml"), facts).unwrap();
        }
    };
    root(
        "prod/z",
        "output \"zone\" { value = \"z1\" }\noutput \"word\" {\n  value     = \"hidden\"\n  sensitive = true\n}\n",
        None,
    );
    root(
        "prod/a",
        "variable \"zone\" {}\nvariable \"roles\" {}\nresource \"terraform_data\" \"made\" { input = \"${var.zone} ${var.roles.one}\" }\noutput \"made\" { value = terraform_data.made.output }\n",
        Some(
            "# Where from.\nzone: { root: ../z, output: zone }\nroles:\n  one: { root: ../../iam/one, output: role }\n",
        ),
    );
    root("iam/one", "output \"role\" { value = \"r1\" }\n", None);
    root("github/repositories", "", None);
    repository.commit();
    Some(repository)
}

fn script(repository: &Repository, name: &str, arguments: &[&str]) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: OsString =
        std::env::join_paths(std::iter::once(tools()).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new("bash");
    command
        .current_dir(repository.root())
        .arg(format!(".github/scripts/{name}.sh"))
        .args(arguments)
        .env("PATH", path)
        .env("TERRAFORM", "terraform")
        .env("CHECKPOINT_DISABLE", "1")
        .env("ACCOUNT", "111111111111")
        .env("AWS_REGION", "eu-west-1")
        .env("GITHUB_OUTPUT", repository.at("../output"))
        .env("GITHUB_STEP_SUMMARY", repository.at("../summary"));
    command
}

fn facts(repository: &Repository, root: &str) -> Value {
    let file = repository.at(&format!("terraform/{root}/facts.auto.tfvars.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn roots_are_applied_in_order_and_give_their_outputs_to_those_that_need_them() {
    let Some(repository) = small() else { return };
    let applied = said(&mut script(&repository, "apply", &["prod"]));
    // Of another group there is what was written down, and nothing was yet.
    assert!(
        applied
            .contains("::warning title=terraform/prod/a::Not applied: it needs roles.one of ../../iam/one"),
        "{applied}"
    );
    assert_eq!(facts(&repository, "prod/a"), json!({ "zone": "z1" }));

    said(&mut script(&repository, "apply", &["iam"]));
    assert_eq!(
        facts(&repository, "prod/a"),
        json!({ "roles": { "one": "r1" }, "zone": "z1" })
    );

    let applied = said(&mut script(&repository, "apply", &["prod"]));
    let order =
        ["terraform/prod/z", "terraform/prod/a"].map(|root| applied.find(&format!("::group::{root}")));
    assert!(order[0].is_some() && order[0] < order[1], "{applied}");
    assert!(applied.contains("z1 r1"), "{applied}");
    assert!(!applied.contains("hidden"), "{applied}");
}

#[test]
fn ansible_gets_the_facts_of_the_cluster() {
    let Some(repository) = small() else { return };
    let eks = repository.at("terraform/prod/eks");
    fs::create_dir(&eks).unwrap();
    let outputs =
        "output \"cluster_name\" { value = \"storefront-prod\" }\noutput \"oidc_issuer\" { value = \"i\" }\n";
    fs::write(eks.join("main.tf"), outputs).unwrap();
    said(&mut script(&repository, "apply", &["prod"]));
    let file = repository.at("ansible/group_vars/prod/facts.yaml");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "cluster_name: storefront-prod\n"
    );
    assert!(!repository.at("ansible/group_vars/nonprod/facts.yaml").exists());

    let more = outputs.to_owned() + "output \"cluster_endpoint\" { value = \"https://api\" }\n";
    fs::write(eks.join("main.tf"), more).unwrap();
    said(&mut script(&repository, "apply", &["prod"]));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "cluster_endpoint: https://api\ncluster_name: storefront-prod\n"
    );
}

#[test]
fn what_no_root_asks_for_any_more_is_given_to_none() {
    let Some(repository) = small() else { return };
    said(&mut script(&repository, "apply", &["iam"]));
    let file = repository.at("terraform/prod/a/facts.auto.tfvars.json");
    let given = r#"{ "roles": { "gone": "r0", "one": "r0" }, "gone": 1, "zone": "z0" }"#;
    fs::write(&file, given).unwrap();
    said(&mut script(&repository, "facts", &["terraform/iam/one"]));
    assert_eq!(
        facts(&repository, "prod/a"),
        json!({ "roles": { "one": "r1" }, "zone": "z0" })
    );
    fs::write(&file, r#"{ "gone": 1 }"#).unwrap();
    said(&mut script(&repository, "facts", &["terraform/prod/z"]));
    assert_eq!(facts(&repository, "prod/a"), json!({}));
}

#[test]
fn nothing_passes_for_applied_where_the_order_is_not_known() {
    let Some(repository) = small() else { return };
    let circle = "made: { root: ../a, output: made }\n";
    fs::write(repository.at("terraform/prod/z/facts.yaml"), circle).unwrap();
    let applied = script(&repository, "apply", &["prod"]).output().unwrap();
    assert!(!applied.status.success(), "{applied:?}");
    assert!(!String::from_utf8_lossy(&applied.stdout).contains("::group::"));
}

#[test]
fn a_root_that_pulumi_has_taken_over_is_neither_planned_nor_applied() {
    let Some(repository) = small() else { return };
    for project in ["z", "iam"] {
        fs::create_dir_all(repository.at("pulumi").join(project)).unwrap();
        fs::write(repository.at("pulumi").join(project).join("Pulumi.yaml"), "").unwrap();
    }
    let roots: Value = serde_json::from_str(&said(&mut script(&repository, "roots", &[]))).unwrap();
    let roots: Vec<_> = roots
        .as_array()
        .unwrap()
        .iter()
        .map(|root| &root["root"])
        .collect();
    assert_eq!(roots, [&json!("terraform/prod/a")]);
    assert_eq!(said(&mut script(&repository, "order", &["prod"])).trim(), "a");
}

#[test]
fn a_plan_says_whether_there_are_changes() {
    let Some(repository) = small() else { return };
    let outputs = || fs::read_to_string(repository.at("../output")).unwrap();
    let root = "terraform/prod/a";
    let waits = said(&mut script(&repository, "plan", &[root]));
    assert!(
        waits.contains("Not planned: it needs zone of ../z, roles.one of ../../iam/one"),
        "{waits}"
    );
    assert_eq!(outputs(), "changes=false\n");

    let given = repository.at("terraform/prod/a/facts.auto.tfvars.json");
    fs::write(given, r#"{ "zone": "z1", "roles": { "one": "r1" } }"#).unwrap();
    let planned = said(&mut script(&repository, "plan", &[root]));
    assert!(
        planned.contains("::notice title=terraform/prod/a::Plan: 1 to add, 0 to change, 0 to destroy."),
        "{planned}"
    );
    assert!(outputs().ends_with("changes=true\n"));
    let page = fs::read_to_string(repository.at("../summary")).unwrap();
    assert!(
        page.starts_with("### terraform/prod/a\n```\n") && page.contains("terraform_data.made"),
        "{page}"
    );

    said(&mut script(&repository, "apply", &["prod"]));
    let planned = said(&mut script(&repository, "plan", &[root]));
    assert!(planned.contains("::No changes."), "{planned}");
    assert!(outputs().ends_with("changes=false\n"));

    fs::write(repository.at("terraform/prod/a/main.tf"), "resource {}\n").unwrap();
    let broken = script(&repository, "plan", &[root]).output().unwrap();
    assert!(!broken.status.success());
}

#[test]
fn what_a_change_is_part_of_is_planned() {
    let Some(repository) = small() else { return };
    let roots = |since: &[&str]| -> Vec<String> {
        let matrix: Value = serde_json::from_str(&said(&mut script(&repository, "roots", since))).unwrap();
        let roots = matrix.as_array().unwrap().iter();
        roots
            .map(|root| root["root"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ["terraform/iam/one", "terraform/prod/a", "terraform/prod/z"];
    assert_eq!(roots(&[]), all);
    assert_eq!(roots(&["0000000000000000000000000000000000000000"]), all);

    fs::write(repository.at("terraform/prod/z/main.tf"), "").unwrap();
    fs::write(repository.at("README.md"), "").unwrap();
    repository.commit();
    assert_eq!(roots(&["HEAD~1"]), ["terraform/prod/z"]);
    fs::create_dir_all(repository.at("terraform/modules/m")).unwrap();
    fs::write(repository.at("terraform/modules/m/main.tf"), "").unwrap();
    repository.commit();
    assert_eq!(roots(&["HEAD~1"]), all);
    fs::write(repository.at("README.md"), "more").unwrap();
    repository.commit();
    assert!(roots(&["HEAD~1"]).is_empty());

    let matrix: Value = serde_json::from_str(&said(&mut script(&repository, "roots", &[]))).unwrap();
    let expected = json!({
        "root": "terraform/prod/a", "group": "prod", "account": "222222222222", "region": "eu-north-1"
    });
    assert_eq!(matrix[1], expected);
}

#[test]
fn an_issue_is_open_for_as_long_as_a_root_drifts() {
    if judge("jq", "the issues about drift").is_none() {
        return;
    }
    let repository = Repository::render("{}");
    let bin = repository.at("../bin");
    fs::create_dir(&bin).unwrap();
    let drift = |open: &str, changes: &str| {
        // Answers the list, and prints every other call.
        let gh = format!("#!/bin/sh\nif [ \"$2\" = list ]; then echo '{open}'; else echo \"$@\"; fi\n");
        fs::write(bin.join("gh"), gh).unwrap();
        said(Command::new("chmod").arg("+x").arg(bin.join("gh")));
        let mut script = script(&repository, "drift", &[]);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path)));
        script.env("PATH", path.unwrap());
        said(
            script
                .env("ROOT", "terraform/prod/network")
                .env("CHANGES", changes)
                .env("RUN", "https://github.com/acme/iac/actions/runs/1"),
        )
    };
    let other = r#"[{"number": 3, "title": "Drift in terraform/prod/network-2"}]"#;
    let same = r#"[{"number": 3, "title": "Drift in terraform/prod/network-2"}, {"number": 7, "title": "Drift in terraform/prod/network"}]"#;
    assert_eq!(drift(other, "false"), "");
    assert!(drift(other, "true").starts_with("issue create --title Drift in terraform/prod/network --body "));
    assert!(drift(same, "true").starts_with("issue edit 7 --body "));
    assert!(drift(same, "false").starts_with("issue close 7 --comment "));
}
