//! What linking finds in Terraform's modules and roots.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use becket_source::FileSet;

use tree::{ROOTS, edit, files, found, places, read, rendered, roots_after as after};

const TERRAFORM: &str = "iac/terraform";

/// The native roots and modules of the catalog, as they lie there, where a platform would have them.
fn native() -> FileSet {
    let mut files = FileSet::new();
    for component in ["network/vpc", "cluster/eks"] {
        let component = tree::folder("catalog").join(component);
        read(&component.join("modules"), "terraform/modules/", &mut files);
        read(&component.join("roots"), "terraform/example/", &mut files);
    }
    let nat = tree::folder("catalog/nat/zonal/network");
    read(&nat, "terraform/modules/network/", &mut files);
    files
}

#[test]
fn nothing_is_found_in_the_catalog_but_the_roots_that_are_not_in_it() {
    let places = places(&native());
    let elsewhere =
        ["iam", "example-cluster"].map(|group| format!("there is no root in `terraform/{group}/"));
    assert!(
        places
            .iter()
            .all(|place| elsewhere.iter().any(|root| place.contains(root))),
        "{places:#?}"
    );
}

#[test]
fn an_output_that_a_root_renames_is_found_at_every_user() {
    let mut files = rendered();
    edit(
        &mut files,
        &format!("{TERRAFORM}/modules/addresses/outputs.tf"),
        "nat_allocation_ids",
        "nat_allocations",
    );
    edit(
        &mut files,
        &format!("{TERRAFORM}/nonprod/addresses/outputs.tf"),
        "output \"nat_allocation_ids\"",
        "output \"nat_ids\"",
    );
    let places = places(&files);
    assert_eq!(
        places,
        [
            "BK0505 iac/terraform/nonprod/addresses/outputs.tf: `iac/terraform/modules/addresses` has no output `nat_allocation_ids`",
            "BK0505 iac/terraform/nonprod/network/facts.yaml: `iac/terraform/nonprod/addresses` has no output `nat_allocation_ids`",
            "BK0505 iac/terraform/prod-dr/addresses/outputs.tf: `iac/terraform/modules/addresses` has no output `nat_allocation_ids`",
            "BK0505 iac/terraform/prod/addresses/outputs.tf: `iac/terraform/modules/addresses` has no output `nat_allocation_ids`",
        ]
    );
}

#[test]
fn nothing_is_found_in_roots_that_fit() {
    assert_eq!(found(&files(ROOTS)), "");
}

#[test]
fn an_output_that_nobody_defines() {
    insta::assert_snapshot!(after("network/outputs.tf", "\"vpc_id\"", "\"vpc_ids\""), @r#"
    error[BK0505]: `network` has no output `vpc_id`
     --> cluster/facts.yaml:1:37
      |
    1 | vpc_id: { root: ../network, output: vpc_id }
      |                                     ^^^^^^ nobody defines it
      |
     ::: network/outputs.tf:1:8
      |
    1 | output "vpc_ids" {
      |        --------- it has `vpc_ids`
      |
      = help: did you mean `vpc_ids`?
    "#);
    insta::assert_snapshot!(after("modules/network/main.tf", "\"vpc_id\"", "\"network\""), @r#"
    error[BK0505]: `modules/network` has no output `vpc_id`
     --> network/outputs.tf:2:26
      |
    2 |   value = module.network.vpc_id
      |                          ^^^^^^ nobody defines it
      |
     ::: modules/network/main.tf:9:8
      |
    9 | output "network" {
      |        --------- this is what it has
      |
      = help: it has `network`
    "#);
}

#[test]
fn names_that_the_module_does_not_have() {
    insta::assert_snapshot!(after("modules/network/main.tf", "= var.cidr", "= var.cdir"), @r#"
    error[BK0502]: there is no variable `cdir`
     --> modules/network/main.tf:6:16
      |
    1 | variable "cidr" {
      |          ------ `cidr` is here
    ...
    6 |   cidr_block = var.cdir
      |                ^^^^^^^^ nobody declares it
      |
      = help: did you mean `cidr`?
      = help: declare it in a `variable` block
    "#);
    insta::assert_snapshot!(after("modules/network/main.tf", "= var.cidr", "= local.cidr"), @r"
    error[BK0503]: there is no local value `cidr`
     --> modules/network/main.tf:6:16
      |
    6 |   cidr_block = local.cidr
      |                ^^^^^^^^^^ nobody defines it
      |
      = help: define it in a `locals` block
    ");
    insta::assert_snapshot!(after("modules/network/main.tf", "aws_vpc.this.id", "aws_vpc.thsi.id"), @r#"
    error[BK0504]: there is no `aws_vpc.thsi`
      --> modules/network/main.tf:10:11
       |
     5 | resource "aws_vpc" "this" {
       | ------------------------- `aws_vpc.this` is here
    ...
    10 |   value = aws_vpc.thsi.id
       |           ^^^^^^^^^^^^ no block declares it
       |
       = help: did you mean `aws_vpc.this`?
       = help: what another module knows comes through one of its outputs
    "#);
    insta::assert_snapshot!(after("network/outputs.tf", "module.network", "module.netwrk"), @r#"
    error[BK0506]: no module is called as `netwrk`
     --> network/outputs.tf:2:11
      |
    2 |   value = module.netwrk.vpc_id
      |           ^^^^^^^^^^^^^ no `module` block has this name
      |
     ::: network/main.tf:1:1
      |
    1 | module "network" {
      | ---------------- `network` is here
      |
      = help: did you mean `network`?
      = help: call it in a `module` block
    "#);
}

#[test]
fn a_call_that_does_not_fit_the_module() {
    insta::assert_snapshot!(after("network/main.tf", "cidr  ", "cdir  "), @r#"
    error[BK0509]: the call of module `network` leaves out `cidr`
     --> network/main.tf:1:1
      |
    1 | module "network" {
      | ^^^^^^^^^^^^^^^^ required, and not given
      |
     ::: modules/network/main.tf:1:10
      |
    1 | variable "cidr" {
      |          ------ declared here, without a default
      |
      = help: give the argument, or the variable a default

    error[BK0508]: the module that is called has no variable `cdir`
     --> network/main.tf:3:3
      |
    3 |   cdir   = var.cidr
      |   ^^^^ no such variable
      |
     ::: modules/network/main.tf:1:10
      |
    1 | variable "cidr" {
      |          ------ `cidr` is here
      |
      = help: did you mean `cidr`?
      = help: declare it in the module
    "#);
    insta::assert_snapshot!(after("network/main.tf", "modules/network", "modules/netwrk"), @r#"
    error[BK0507]: there is no module in `modules/netwrk`
     --> network/main.tf:2:12
      |
    2 |   source = "../modules/netwrk"
      |            ^^^^^^^^^^^^^^^^^^^ leads nowhere
      |
      = help: did you mean `modules/network`?
    "#);
}

#[test]
fn a_provider_configuration_that_nobody_makes() {
    let text = "
--- main.tf
terraform {
  required_providers {
    aws = { source = \"hashicorp/aws\", configuration_aliases = [aws.global] }
  }
}

provider \"aws\" {
  alias = \"replica\"
}

resource \"aws_s3_bucket\" \"a\" {
  provider = aws.global
}

resource \"aws_s3_bucket\" \"b\" {
  provider = aws.replcia
}

module \"c\" {
  source    = \"example/c/aws\"
  providers = { aws = aws.replica, aws.main = aws }
}
";
    insta::assert_snapshot!(found(&files(text)), @r#"
    error[BK0510]: there is no provider configuration `aws.replcia`
      --> main.tf:16:14
       |
     7 | provider "aws" {
       | -------------- `aws.replica` is here
    ...
    16 |   provider = aws.replcia
       |              ^^^^^^^^^^^ no provider has this alias
       |
       = help: did you mean `aws.replica`?
       = help: declare the alias in a `provider` block
    "#);
}

#[test]
fn values_and_variables_that_do_not_meet() {
    insta::assert_snapshot!(after("network/terraform.tfvars", "cidr", "cdir"), @r#"
    warning[BK0511]: no variable `cdir` is declared
     --> network/terraform.tfvars:1:1
      |
    1 | cdir = "10.0.0.0/16"
      | ^^^^ given a value for nothing
      |
     ::: network/variables.tf:1:10
      |
    1 | variable "cidr" {
      |          ------ `cidr` is here
      |
      = help: did you mean `cidr`?
      = help: take the line away
    "#);
    insta::assert_snapshot!(after("cluster/facts.yaml", "vpc_id:", "vpc:"), @r#"
    error[BK0513]: no variable `vpc` is declared
     --> cluster/facts.yaml:1:1
      |
    1 | vpc: { root: ../network, output: vpc_id }
      | ^^^ a fact for nothing
      |
      = help: take the line away

    error[BK0512]: nothing gives the variable `vpc_id` a value
     --> cluster/main.tf:1:10
      |
    1 | variable "vpc_id" {
      |          ^^^^^^^^ required
      |
      = note: a run without a terminal fails, another one asks
      = help: give it a value in `terraform.tfvars`, or a default
      = help: or say in `facts.yaml` which output of which root it is
    "#);
    let sensitive = after(
        "network/variables.tf",
        "type = string",
        "type = string\n}\nvariable \"token\" {\n  sensitive = true",
    );
    assert_eq!(sensitive, "");
}

#[test]
fn what_is_given_on_the_command_line_is_given() {
    let mut files = files(ROOTS);
    let further = "type = string\n}\n\nvariable \"name\" {\n  type = string";
    edit(&mut files, "network/variables.tf", "type = string", further);
    edit(
        &mut files,
        "network/terraform.tfvars",
        "cidr = \"10.0.0.0/16\"",
        "name = \"main\"",
    );
    assert!(found(&files).contains("warning[BK0512]"));
    for given in ["terraform plan -var cidr=10.0.0.0/16", "TF_VAR_cidr: 10.0.0.0/16"] {
        files.insert_text("Makefile", given);
        assert_eq!(found(&files), "", "{given}");
    }
}

#[test]
fn a_move_to_an_address_that_is_not_there() {
    let moved = |to: &str| {
        let moved =
            format!("moved {{\n  from = aws_vpc.main\n  to   = {to}\n}}\n\nresource \"aws_vpc\" \"this\"");
        after("modules/network/main.tf", "resource \"aws_vpc\" \"this\"", &moved)
    };
    insta::assert_snapshot!(moved("aws_vpc.thsi"), @r#"
    warning[BK0517]: `aws_vpc.thsi` is not there
      --> modules/network/main.tf:7:10
       |
     7 |   to   = aws_vpc.thsi
       |          ^^^^^^^^^^^^ nothing is moved here
    ...
    10 | resource "aws_vpc" "this" {
       | ------------------------- `aws_vpc.this` is here
       |
       = note: the old object would be destroyed and a new one made
       = help: did you mean `aws_vpc.this`?
    "#);
    assert_eq!(moved("aws_vpc.this"), "");
    assert_eq!(moved("aws_vpc.removed_since"), "");
}

#[test]
fn a_file_that_cannot_be_read_hides_nothing_elsewhere_and_makes_nothing_up() {
    let mut files = files(ROOTS);
    edit(&mut files, "modules/network/main.tf", "{\n  type", "\n  type");
    edit(&mut files, "cluster/facts.yaml", "output: vpc_id", "output: vpc");
    insta::assert_snapshot!(found(&files), @r#"
    error[BK0505]: `network` has no output `vpc`
     --> cluster/facts.yaml:1:37
      |
    1 | vpc_id: { root: ../network, output: vpc }
      |                                     ^^^ nobody defines it
      |
     ::: network/outputs.tf:1:8
      |
    1 | output "vpc_id" {
      |        -------- this is what it has
      |
      = help: it has `vpc_id`

    warning[BK0501]: this cannot be read as HCL: expected `{`
     --> modules/network/main.tf:1:17
      |
    1 | variable "cidr" 
      |                 ^ not read from here on
      |
      = help: look for a brace or a quote that is not closed before it
    "#);
}

#[test]
fn values_and_facts_that_cannot_be_read_are_said_and_may_give_anything() {
    let broken = |path: &str, text: &str| {
        let mut files = files(ROOTS);
        files.insert_text(path, text);
        places(&files)
    };
    assert_eq!(
        broken("network/terraform.tfvars", "cidr = \"10.0.0.0/16\n"),
        ["BK0501 network/terraform.tfvars: this cannot be read as HCL: unexpected token"]
    );
    assert_eq!(broken("network/terraform.tfvars.json", "{ \"cidr\": \n").len(), 1);
    // What was not read gives values and no names: others are judged as before.
    let mut others = files(ROOTS);
    others.insert_text("network/terraform.tfvars", "cidr = [\n");
    edit(&mut others, "network/outputs.tf", "\"vpc_id\"", "\"vpc\"");
    let codes: Vec<_> = places(&others)
        .iter()
        .map(|place| place[..6].to_owned())
        .collect();
    assert_eq!(codes, ["BK0505", "BK0501"]);
    let mut binary = files(ROOTS);
    binary.insert("network/main.tf", vec![0xff, 0xfe, b'\n']);
    assert_eq!(
        places(&binary),
        ["BK0501 network/main.tf: this cannot be read as HCL: it is not UTF-8 text"]
    );
    let facts = broken("cluster/facts.yaml", "vpc_id: { root\n");
    assert_eq!(facts.len(), 1, "{facts:?}");
    assert!(
        facts[0].starts_with("BK0501 cluster/facts.yaml: this cannot be read as YAML"),
        "{facts:?}"
    );
}

#[test]
fn words_that_look_like_names_are_none() {
    let text = "
--- main.tf
variable \"zones\" {
  type = map(object({ cidr = optional(string), any = any }))
  validation {
    condition     = length(var.zones) > 0
    error_message = \"give at least one\"
  }
}

locals {
  names = [for name, zone in var.zones : \"${name}-${zone.cidr}\"]
}

resource \"aws_subnet\" \"this\" {
  for_each   = var.zones
  cidr_block = each.value.cidr
  tags       = { Name = each.key, names = join(\",\", local.names), here = path.module, at = terraform.workspace }

  dynamic \"timeouts\" {
    for_each = var.zones
    iterator = zone
    content { create = zone.value.cidr }
  }

  lifecycle {
    ignore_changes       = [tags, metadata[0].annotations, cidr_block]
    replace_triggered_by = [aws_vpc.this.id]
  }

  provisioner \"local-exec\" {
    when    = destroy
    command = \"echo ${self.id}\"
  }
}

resource \"aws_vpc\" \"this\" {}

check \"health\" {
  data \"http\" \"this\" { url = \"https://example.com\" }
  assert {
    condition     = data.http.this.status_code == 200 && resource.aws_vpc.this.id != \"\"
    error_message = \"not healthy\"
  }
}

moved {
  from = aws_subnet.gone
  to   = aws_subnet.also_gone[\"a\"]
}

removed {
  from = aws_subnet.long_gone
  lifecycle { destroy = false }
}

import {
  to = aws_subnet.made_by_generate
  id = var.zones[\"a\"].cidr
}
";
    assert_eq!(found(&files(text)), "");
}

#[test]
fn override_files_are_merged_and_a_folder_of_them_alone_is_no_module() {
    let overrides = "
--- network/main_override.tf
module \"network\" {
  cidr = local.cidr
}

locals {
  cidr = \"10.1.0.0/16\"
}
--- network/variables_override.tf
variable \"cidr\" {
  default = \"10.1.0.0/16\"
}
--- tests/network/main_override.tf
module \"network\" {
  source = \"../../nowhere\"
  size   = var.size
}
";
    let mut files = files(&format!("{ROOTS}{overrides}"));
    edit(&mut files, "network/main.tf", "var.cidr", "var.was_here_before");
    edit(
        &mut files,
        "network/terraform.tfvars",
        "cidr = \"10.0.0.0/16\"",
        "",
    );
    assert_eq!(found(&files), "");
}

#[test]
fn a_folder_that_lacks_much_of_what_it_uses_is_no_module_as_it_lies() {
    let mixins = "
--- mixins/dns.tf
variable \"zone\" {}

resource \"aws_route53_record\" \"this\" {
  zone_id = var.zone
  name    = local.name
  type    = module.kind.name
  records = [aws_lb.this.dns_name]
}
--- fixtures/bucket.tf
provider \"aws\" {
  region = var.region
}
";
    assert_eq!(found(&files(mixins)), "");
}
