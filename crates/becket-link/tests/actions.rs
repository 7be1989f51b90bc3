//! What linking finds in workflows of GitHub Actions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use tree::{edit, files, found};

const REPOSITORY: &str = "
--- .github/workflows/plan.yaml
on: pull_request
jobs:
  plan:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: ./.github/actions/terraform
        with:
          version: 1.15.8
      - run: |
          echo planning
          bash .github/scripts/plan.sh \"$ROOT\"
      - run: go test ./...
        working-directory: tests
      - run: ./made-by-a-step/run.sh
        working-directory: ${{ env.FOLDER }}
  release:
    uses: ./.github/workflows/release.yaml
    with:
      stage: qa
--- .github/workflows/release.yaml
on:
  workflow_call:
    inputs:
      stage: { type: string, required: true }
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        with: { repository: acme/other, path: other }
      - run: bash .github/scripts/of-the-other.sh
      - uses: ./other/action
--- .github/actions/terraform/action.yaml
inputs:
  version: { required: true }
runs: { using: composite, steps: [] }
--- .github/scripts/plan.sh
terraform plan
--- tests/infra_test.go
package infra
";

fn after(from: &str, to: &str) -> String {
    let mut files = files(REPOSITORY);
    edit(&mut files, ".github/workflows/plan.yaml", from, to);
    found(&files)
}

#[test]
fn nothing_is_found_in_workflows_that_fit() {
    assert_eq!(found(&files(REPOSITORY)), "");
}

#[test]
fn what_a_workflow_uses_of_its_repository_is_there() {
    insta::assert_snapshot!(after("actions/terraform", "actions/terrafrom"), @r"
    error[BK0531]: there is no action `.github/actions/terrafrom`
     --> .github/workflows/plan.yaml:9:15
      |
    9 |       - uses: ./.github/actions/terrafrom
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^ leads nowhere
      |
      = help: did you mean `terraform`?
    ");
    insta::assert_snapshot!(after("workflows/release.yaml", "workflows/relaese.yaml"), @r"
    error[BK0531]: there is no workflow `.github/workflows/relaese.yaml`
      --> .github/workflows/plan.yaml:20:11
       |
    20 |     uses: ./.github/workflows/relaese.yaml
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leads nowhere
       |
       = help: did you mean `release.yaml`?
    ");
    insta::assert_snapshot!(after("stage: qa", "stag: qa"), @r"
    error[BK0532]: `.github/workflows/release.yaml` has no input `stag`
      --> .github/workflows/plan.yaml:22:7
       |
    22 |       stag: qa
       |       ^^^^ no such input
       |
       = help: did you mean `stage`?
    ");
    insta::assert_snapshot!(after("version: 1.15.8", "versoin: 1.15.8"), @r"
    warning[BK0532]: `.github/actions/terraform` has no input `versoin`
      --> .github/workflows/plan.yaml:11:11
       |
    11 |           versoin: 1.15.8
       |           ^^^^^^^ no such input
       |
       = help: did you mean `version`?
    ");
}

#[test]
fn scripts_and_folders_that_steps_name_are_there() {
    insta::assert_snapshot!(after("scripts/plan.sh", "scripts/apply.sh"), @r#"
    error[BK0533]: there is no `.github/scripts/apply.sh`
      --> .github/workflows/plan.yaml:12:14
       |
    12 |         - run: |
       |  ______________^
    13 | |           echo planning
    14 | |           bash .github/scripts/apply.sh "$ROOT"
       | |_______________________________________________^ leads nowhere
       |
       = help: mend the path, which counts from the root of the repository
    "#);
    insta::assert_snapshot!(after("working-directory: tests", "working-directory: test"), @r"
    error[BK0533]: there is no `test`
      --> .github/workflows/plan.yaml:16:28
       |
    16 |         working-directory: test
       |                            ^^^^ leads nowhere
       |
       = help: did you mean `tests`?
    ");
    // A step before may have made it.
    assert_eq!(after("working-directory: tests", "working-directory: build"), "");
}

#[test]
fn paths_behind_a_change_of_folder_are_not_judged() {
    let cd = "cd infra\n          bash .github/scripts/apply.sh";
    assert_eq!(after("bash .github/scripts/plan.sh \"$ROOT\"", cd), "");
}

#[test]
fn inputs_that_nobody_has_to_declare_or_write_alike_are_known() {
    assert_eq!(after("version: 1.15.8", "Version: 1.15.8"), "");
    let mut files = files(REPOSITORY);
    let action = ".github/actions/terraform/action.yaml";
    edit(
        &mut files,
        action,
        "using: composite, steps: []",
        "using: docker, image: Dockerfile",
    );
    edit(
        &mut files,
        ".github/workflows/plan.yaml",
        "version: 1.15.8",
        "args: plan",
    );
    assert_eq!(found(&files), "");
}

#[test]
fn a_workflow_or_action_that_is_no_yaml_is_said() {
    let mut files = files(REPOSITORY);
    edit(
        &mut files,
        ".github/workflows/release.yaml",
        "stage: {",
        "stage: [",
    );
    insta::assert_snapshot!(found(&files), @r"
    warning[BK0534]: this cannot be read as YAML: while parsing a flow sequence, expected ',' or ']'
     --> .github/workflows/release.yaml:5:1
      |
    5 | jobs:
      | ^ wrong from here on
      |
      = help: look for a bracket, a quote or an indentation before it
    ");
    let mut files = tree::files(REPOSITORY);
    edit(
        &mut files,
        ".github/actions/terraform/action.yaml",
        "required: true }",
        "required: true",
    );
    let found = found(&files);
    assert!(
        found.starts_with("warning[BK0534]") && !found.contains("BK0532"),
        "{found}"
    );
}
