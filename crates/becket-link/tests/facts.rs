//! What linking finds where values cross from one root to another, or out of Terraform: facts, states, tests, scripts.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use tree::{ROOTS, edit, files, found, roots_after as after};

#[test]
fn a_state_of_another_root_has_its_outputs_too() {
    let reader = "
--- dns/main.tf
data \"terraform_remote_state\" \"network\" {
  backend = \"s3\"
  config  = { bucket = \"states\", key = \"network\", region = \"eu-west-1\" }
}

resource \"aws_route53_zone\" \"this\" {
  name = \"internal\"
  vpc { vpc_id = data.terraform_remote_state.network.outputs.vpc }
}
";
    insta::assert_snapshot!(found(&files(&format!("{ROOTS}{reader}"))), @r#"
    error[BK0505]: `network` has no output `vpc`
     --> dns/main.tf:8:62
      |
    8 |   vpc { vpc_id = data.terraform_remote_state.network.outputs.vpc }
      |                                                              ^^^ nobody defines it
      |
     ::: network/outputs.tf:1:8
      |
    1 | output "vpc_id" {
      |        -------- this is what it has
      |
      = help: it has `vpc_id`
    "#);
    // Where the state lies elsewhere, nobody here knows.
    let elsewhere = reader.replace("states", "others");
    assert_eq!(found(&files(&format!("{ROOTS}{elsewhere}"))), "");
}

#[test]
fn facts_that_lead_nowhere() {
    insta::assert_snapshot!(after("cluster/facts.yaml", "../network", "../netwrk"), @r"
    error[BK0514]: there is no root in `netwrk`
     --> cluster/facts.yaml:1:17
      |
    1 | vpc_id: { root: ../netwrk, output: vpc_id }
      |                 ^^^^^^^^^ leads nowhere
      |
      = help: did you mean `network`?
    ");
    let mut files = files(ROOTS);
    files.insert_text(
        "network/facts.yaml",
        "cidr: { root: ../cluster, output: security_group_id }\n",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0515]: `cluster` needs what needs it
     --> cluster/facts.yaml:1:17
      |
    1 | vpc_id: { root: ../network, output: vpc_id }
      |                 ^^^^^^^^^^ needs this root first
      |
     ::: network/facts.yaml:1:15
      |
    1 | cidr: { root: ../cluster, output: security_group_id }
      |               ---------- which needs this one
      |
      = note: roots are applied in the order of their facts, and none of these can be the first
      = help: move what both need into a root of its own
    ");
}

#[test]
fn a_fact_that_was_not_filled() {
    let mut files = files(ROOTS);
    files.insert_text("cluster/facts.auto.tfvars.json", "{ \"vpc_id\": null }\n");
    insta::assert_snapshot!(found(&files), @r#"
    error[BK0516]: the fact `vpc_id` was not filled
     --> cluster/facts.auto.tfvars.json:1:13
      |
    1 | { "vpc_id": null }
      |             ^^^^ null
      |
     ::: cluster/facts.yaml:1:1
      |
    1 | vpc_id: { root: ../network, output: vpc_id }
      | ------ it is this output
      |
      = help: apply `../network`, and write the facts again
    "#);
    files.insert_text("cluster/facts.auto.tfvars.json", "{ \"vpc_id\": \"vpc-1\" }\n");
    assert_eq!(found(&files), "");
}

#[test]
fn a_fact_of_each_cluster_fills_a_key_of_a_map() {
    let mut files = files(ROOTS);
    let facts =
        "vpc_id:\n  one: { root: ../network, output: vpc_id }\n  two: { root: ../network, output: vpc }\n";
    files.insert_text("cluster/facts.yaml", facts);
    insta::assert_snapshot!(found(&files), @r#"
    error[BK0505]: `network` has no output `vpc`
     --> cluster/facts.yaml:3:36
      |
    3 |   two: { root: ../network, output: vpc }
      |                                    ^^^ nobody defines it
      |
     ::: network/outputs.tf:1:8
      |
    1 | output "vpc_id" {
      |        -------- this is what it has
      |
      = help: it has `vpc_id`
    "#);
    files.insert_text("cluster/facts.yaml", facts.replace("vpc }", "vpc_id }"));
    let values = "{ \"vpc_id\": { \"one\": \"vpc-1\", \"two\": null } }\n";
    files.insert_text("cluster/facts.auto.tfvars.json", values);
    insta::assert_snapshot!(found(&files), @r#"
    error[BK0516]: the fact `vpc_id` was not filled
     --> cluster/facts.auto.tfvars.json:1:38
      |
    1 | { "vpc_id": { "one": "vpc-1", "two": null } }
      |                                      ^^^^ null
      |
     ::: cluster/facts.yaml:1:1
      |
    1 | vpc_id:
      | ------ it is this output
      |
      = help: apply `../network`, and write the facts again
    "#);
    files.insert_text(
        "cluster/facts.auto.tfvars.json",
        values.replace("null", "\"vpc-2\""),
    );
    assert_eq!(found(&files), "");
}

#[test]
fn outputs_that_are_read_outside_of_terraform() {
    let users = "
--- tests/network_test.go
func TestNetwork(t *testing.T) {
	assert.NotEmpty(t, terraform.Output(t, options, \"vpc_id\"))
	assert.Len(t, terraform.OutputList(t, options, \"zones\"), 3)
	other := terraform.Output(t, options, \"zones\"+suffix)
}
--- deploy.sh
vpc=$(terraform -chdir=network output -raw vpc_id)
terraform -chdir=\"$root\" output -json | jq .
terraform -chdir=network output -raw security_group_id
terraform -chdir=copied/elsewhere output -raw anything
# terraform output -raw was_once_here
echo \"what the terraform output of prod was\"
terraform output says nothing here
--- .github/workflows/plan.yaml
jobs:
  plan:
    steps:
      - name: Save terraform output as artifact
      - name: Show terraform output values
";
    insta::assert_snapshot!(found(&files(&format!("{ROOTS}{users}"))), @r#"
    error[BK0505]: `network` has no output `security_group_id`
     --> deploy.sh:3:38
      |
    3 | terraform -chdir=network output -raw security_group_id
      |                                      ^^^^^^^^^^^^^^^^^ nobody defines it
      |
     ::: network/outputs.tf:1:8
      |
    1 | output "vpc_id" {
      |        -------- this is what it has
      |
      = help: it has `vpc_id`

    error[BK0505]: no module has an output `zones`
     --> tests/network_test.go:3:50
      |
    3 |     assert.Len(t, terraform.OutputList(t, options, "zones"), 3)
      |                                                     ^^^^^ nobody defines it
      |
      = help: name an output that is there, or add it to the root
    "#);
}

#[test]
fn facts_of_a_cluster_are_outputs_of_roots() {
    let facts = "
--- gitops/clusters/prod/facts.sources.yaml
networks: { root: iac/network, output: vpc_id }
--- gitops/clusters/prod/facts.yaml
networks:
  orders: { id: null, name: orders }
  catalog: { id: null, name: catalog }
";
    let text = format!("{ROOTS}{facts}")
        .replace("\n--- network/", "\n--- iac/network/")
        .replace("\n--- modules/", "\n--- iac/modules/");
    let text = text.replace("root: ../network", "root: ../iac/network");
    let mut files = files(&text);
    assert_eq!(found(&files), "");
    edit(
        &mut files,
        "gitops/clusters/prod/facts.yaml",
        "id: null",
        "id: vpc-1",
    );
    insta::assert_snapshot!(found(&files), @r"
    warning[BK0516]: the fact `catalog.id` was not filled
     --> gitops/clusters/prod/facts.yaml:3:18
      |
    3 |   catalog: { id: null, name: catalog }
      |                  ^^^^ null
      |
     ::: gitops/clusters/prod/facts.sources.yaml:1:1
      |
    1 | networks: { root: iac/network, output: vpc_id }
      | -------- it is this output
      |
      = help: apply `iac/network`, and write the facts again
    ");
    edit(
        &mut files,
        "gitops/clusters/prod/facts.yaml",
        "id: null",
        "id: vpc-2",
    );
    edit(
        &mut files,
        "gitops/clusters/prod/facts.sources.yaml",
        "vpc_id",
        "vpc_ids",
    );
    insta::assert_snapshot!(found(&files), @r#"
    error[BK0505]: `iac/network` has no output `vpc_ids`
     --> gitops/clusters/prod/facts.sources.yaml:1:40
      |
    1 | networks: { root: iac/network, output: vpc_ids }
      |                                        ^^^^^^^ nobody defines it
      |
     ::: iac/network/outputs.tf:1:8
      |
    1 | output "vpc_id" {
      |        -------- it has `vpc_id`
      |
      = help: did you mean `vpc_id`?
    "#);
    edit(
        &mut files,
        "gitops/clusters/prod/facts.sources.yaml",
        "iac/network, output: vpc_ids",
        "iac/netwrok, output: vpc_id",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0514]: there is no root in `iac/netwrok`
     --> gitops/clusters/prod/facts.sources.yaml:1:19
      |
    1 | networks: { root: iac/netwrok, output: vpc_id }
      |                   ^^^^^^^^^^^ leads nowhere
      |
      = help: did you mean `iac/network`?
    ");
}
