//! The least rights of each playbook and test, and of the pipelines' roles, which run them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::rendered::rendered;

/// The names of the files in `folder` that end like this, without the end.
fn names(folder: &Path, end: &str) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(end).map(str::to_owned)
        })
        .collect()
}

/// What a policy allows.
fn actions(policy: &Path) -> BTreeSet<String> {
    let policy: serde_json::Value = serde_json::from_slice(&fs::read(policy).unwrap()).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow");
        statement["Action"].as_array().unwrap()
    });
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// The actions among the quoted words of Terraform: `service:Verb`.
fn granted(terraform: &str) -> BTreeSet<String> {
    terraform
        .lines()
        .filter(|line| !line.trim_start().starts_with("variable"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|word| {
            word.split_once(':').is_some_and(|(service, verb)| {
                service.bytes().all(|letter| letter.is_ascii_alphanumeric())
                    && verb.starts_with(|letter: char| letter.is_ascii_uppercase())
                    && verb.bytes().all(|letter| letter.is_ascii_alphanumeric())
            })
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_playbook_has_its_policy_and_each_test_at_aws_too() {
    let (_temporary, folder) = rendered();
    let mut playbooks = names(&folder, ".yaml");
    playbooks.remove("facts");
    assert_eq!(names(&folder.join("iam"), ".json"), playbooks);
    let tests = folder.join("ansible_collections/acme/platform/tests");
    let mut at_aws = BTreeSet::new();
    for entry in fs::read_dir(tests.join("integration/targets")).unwrap() {
        let entry = entry.unwrap();
        let aliases = fs::read_to_string(entry.path().join("aliases")).unwrap();
        if aliases.lines().any(|alias| alias == "cloud/aws") {
            at_aws.insert(entry.file_name().into_string().unwrap());
        }
    }
    assert_eq!(names(&tests.join("iam"), ".json"), at_aws);
}

/// Those who are administrators of the cluster.
const INSTALL: [&str; 2] = ["argocd", "cilium"];

#[test]
fn the_pipelines_roles_may_do_what_their_playbooks_need_and_hardly_more() {
    let (_temporary, folder) = rendered();
    let mut needed = BTreeMap::from([
        (
            "ansible",
            BTreeSet::from(["ssm:DescribeInstanceInformation".to_owned()]),
        ),
        ("install", BTreeSet::new()),
    ]);
    for playbook in names(&folder.join("iam"), ".json") {
        let role = if INSTALL.contains(&&*playbook) {
            "install"
        } else {
            "ansible"
        };
        let actions = actions(&folder.join(format!("iam/{playbook}.json")));
        needed.entry(role).or_default().extend(actions);
    }
    for (role, needed) in needed {
        let file = folder.join(format!("../terraform/modules/pipelines/{role}.tf"));
        assert_eq!(granted(&fs::read_to_string(file).unwrap()), needed, "{role}");
    }
}

#[test]
fn who_is_no_administrator_has_the_groups_that_have_rights() {
    let (_temporary, folder) = rendered();
    let access = fs::read_to_string(folder.join("../terraform/nonprod/eks/access.tf")).unwrap();
    let groups: BTreeSet<&str> = access
        .split('"')
        .filter_map(|word| word.strip_prefix("ansible-"))
        .collect();
    let rights = names(&folder.join("rbac"), ".yaml");
    assert_eq!(groups, rights.iter().map(String::as_str).collect());
}
