//! The modules of Terraform as they are rendered, beside what Terraform showed of them when the plans were made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use becket_document::{Node, hcl};
use becket_source::FileSet;
use serde_json::Value;

use crate::reference;

/// What is rendered for the reference platform with Pulumi, and a CDN before the frontend.
pub(crate) fn iac() -> FileSet {
    reference::rendered("{ iac: pulumi }", Some(reference::CDN))
}

/// Where the plans are.
pub(crate) fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pulumi/plans")
}

/// What Terraform showed of the root of a project and stack.
pub(crate) fn plan(project: &str, stack: &str) -> Value {
    let text = std::fs::read_to_string(plans().join(format!("{project}.{stack}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Arguments of resources, as `aws_vpc.this: cidr_block`, that only one of both has: `root` as it was when the plan was
/// made, and as it is with what is laid over it for moto. Values are not compared.
pub(crate) fn differences(project: &str, stack: &str, root: &Value) -> Vec<String> {
    let files = iac();
    let folder = match project {
        "iam" => format!("iac/terraform/iam/{stack}"),
        project => format!("iac/terraform/{stack}/{project}"),
    };
    let mut found = Vec::new();
    compare(&files, &folder, root, &mut found);
    found
}

fn compare(files: &FileSet, folder: &str, shown: &Value, found: &mut Vec<String>) {
    let mut now = configured(files, folder);
    now.extend(configured(
        files,
        &folder.replace("iac/terraform", "iac/tests/local-aws"),
    ));
    let then = planned(shown);
    for difference in now.symmetric_difference(&then) {
        found.push(format!("{folder}: {difference}"));
    }
    for call in shown["module_calls"].as_object().into_iter().flatten() {
        let source = call.1["source"].as_str().unwrap();
        let name = source.rsplit('/').next().unwrap();
        compare(
            files,
            &format!("iac/terraform/modules/{name}"),
            &call.1["module"],
            found,
        );
    }
}

/// The arguments in the files of a folder. Terraform does not show what is a matter of its own, nor dynamic blocks.
fn configured(files: &FileSet, folder: &str) -> BTreeSet<String> {
    const META: [&str; 7] = [
        "count",
        "depends_on",
        "dynamic",
        "for_each",
        "lifecycle",
        "provider",
        "provisioner",
    ];
    let mut arguments = BTreeSet::new();
    // What is laid over to destroy was not there yet.
    let is_terraform = |path: &str| {
        let path = Path::new(path);
        path.extension().is_some_and(|extension| extension == "tf") && !path.ends_with("destroy_override.tf")
    };
    let texts = files.under(folder).filter(|(path, _)| is_terraform(path));
    for (_, contents) in texts.filter(|(path, _)| !path[folder.len() + 1..].contains('/')) {
        let text = std::str::from_utf8(contents).unwrap();
        let tree = hcl::parse(text).body.to_node(text);
        for (kind, name, resource) in resources(&tree) {
            for entry in resource.entries() {
                if !META.contains(&&*entry.name()) {
                    arguments.insert(format!("{kind}.{name}: {}", entry.name()));
                }
            }
        }
    }
    arguments
}

fn resources(tree: &Node) -> Vec<(String, String, &Node)> {
    let kinds = tree.get("resource").map_or(&[][..], Node::entries);
    let of_kind = |kind: &becket_document::Entry| kind.name().into_owned();
    kinds
        .iter()
        .flat_map(|kind| {
            kind.value
                .entries()
                .iter()
                .map(move |entry| (of_kind(kind), entry.name().into_owned(), &entry.value))
        })
        .collect()
}

fn planned(shown: &Value) -> BTreeSet<String> {
    let mut arguments = BTreeSet::new();
    for resource in shown["resources"].as_array().into_iter().flatten() {
        let address = resource["address"].as_str().unwrap();
        for (name, _) in resource["expressions"].as_object().into_iter().flatten() {
            arguments.insert(format!("{address}: {name}"));
        }
    }
    arguments
}
