//! What linking finds in the reference platform's repositories when something in them is wrong.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use becket_link::link;
use becket_source::FileSet;

use tree::{edit, found, rendered, shown};

const STAGES: [&str; 5] = ["dev", "qa", "uat", "pre-prod", "prod"];
const SERVICES: [&str; 3] = ["frontend", "catalog", "orders"];

/// The reference platform with every service on every stage.
fn released() -> FileSet {
    let mut files = rendered();
    for service in SERVICES {
        let base = files.folder(&format!("gitops/apps/{service}/base"));
        for stage in STAGES {
            let release = format!("gitops/apps/{service}/overlays/{stage}/release");
            files.replace_folder(&format!("{release}/base"), &base);
            let image = format!(
                "  - name: {service}\n    newName: localhost/{service}\n    digest: sha256:{}\n",
                "0".repeat(64)
            );
            let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - base\nimages:\n";
            files.insert_text(format!("{release}/kustomization.yaml"), format!("{head}{image}"));
        }
    }
    files
}

fn patch(files: &mut FileSet, service: &str, stage: &str, text: &str) {
    let folder = format!("gitops/apps/{service}/overlays/{stage}/patches");
    edit(
        files,
        &format!("{folder}/kustomization.yaml"),
        "patches: []",
        "patches:\n  - path: mine.yaml",
    );
    files.insert_text(format!("{folder}/mine.yaml"), text);
}

#[test]
fn nothing_is_found_in_the_reference_platform() {
    for files in [rendered(), released()] {
        let linked = link(&files);
        assert_eq!(shown(&linked, &files), "");
        assert!(linked.defined >= 8, "{}", linked.defined);
    }
    // The databases' Secrets are made outside Git: nobody here can judge them.
    let unknown = link(&released()).unknown;
    assert!(
        unknown
            .iter()
            .filter(|(_, place)| place.path.starts_with("gitops/"))
            .all(|(symbol, _)| symbol.kind == becket_link::Kind::Secret),
        "{unknown:?}"
    );
}

#[test]
fn a_key_that_nobody_defines_is_shown_in_the_patch_that_names_it() {
    let mut files = released();
    patch(
        &mut files,
        "catalog",
        "qa",
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalog
spec:
  template:
    spec:
      containers:
        - name: catalog
          env:
            - name: SIZE
              valueFrom:
                configMapKeyRef:
                  name: catalog
                  key: PAGE_SZE
",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0201]: the ConfigMap `catalog` has no key `PAGE_SZE`
      --> gitops/apps/catalog/overlays/qa/patches/mine.yaml:15:24
       |
    15 |                   key: PAGE_SZE
       |                        ^^^^^^^^ no such key
       |
      ::: gitops/apps/catalog/overlays/qa/kustomization.yaml:15:9
       |
    15 |       - ENVIRONMENT=qa
       |         -------------- it is made here
       |
       = note: in namespace `qa`: the pod would wait and never start
       = help: did you mean `PAGE_SIZE`?
    ");
}

#[test]
fn a_config_map_that_nobody_defines() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/orders/overlays/qa/release/base/deployment.yaml",
        "            - configMapRef:
                name: orders",
        "            - configMapRef:
                name: order",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0202]: there is no ConfigMap `order`
      --> gitops/apps/orders/overlays/qa/release/base/deployment.yaml:52:23
       |
    52 |                 name: order
       |                       ^^^^^ nothing makes it
       |
       = note: in namespace `qa`: the pod would wait and never start
       = help: did you mean `orders`?
       = help: make it with a configMapGenerator, or mark the reference `optional: true`
    ");
}

#[test]
fn a_service_that_is_not_there_and_one_that_is_not_there_yet() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/orders/overlays/qa/release/base/kustomization.yaml",
        "http://catalog:",
        "http://catalgo:",
    );
    files.remove_folder("gitops/apps/catalog/overlays/uat/release");
    insta::assert_snapshot!(found(&files), @r"
    warning[BK0203]: the Service `catalog` is not in namespace `uat` yet
      --> gitops/apps/frontend/overlays/uat/release/base/kustomization.yaml:17:9
       |
    17 |       - CATALOG_URL=http://catalog:8080
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not here yet
       |
       = help: promote `catalog` to this stage first

    error[BK0203]: there is no Service `catalgo`
      --> gitops/apps/orders/overlays/qa/release/base/kustomization.yaml:18:9
       |
    18 |       - CATALOG_URL=http://catalgo:8080
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing makes it
       |
       = help: did you mean `catalog`?

    warning[BK0203]: the Service `catalog` is not in namespace `uat` yet
      --> gitops/apps/orders/overlays/uat/release/base/kustomization.yaml:18:9
       |
    18 |       - CATALOG_URL=http://catalog:8080
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not here yet
       |
       = help: promote `catalog` to this stage first
    ");
}

#[test]
fn a_port_that_the_service_does_not_have() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/orders/overlays/qa/release/base/kustomization.yaml",
        "catalog:8080",
        "catalog:8081",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0204]: the Service `catalog` has no port 8081
      --> gitops/apps/orders/overlays/qa/release/base/kustomization.yaml:18:9
       |
    18 |       - CATALOG_URL=http://catalog:8081
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such port
       |
      ::: gitops/apps/catalog/overlays/qa/release/base/service.yaml:8:3
       |
     8 |   ports:
       |   ----- its ports
       |
       = help: it listens on `8080`
    ");
}

#[test]
fn a_service_port_that_leads_nowhere() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/orders/overlays/qa/release/base/service.yaml",
        "targetPort: http",
        "targetPort: htp",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0205]: no pod of the Service `orders` has a port `htp`
      --> gitops/apps/orders/overlays/qa/release/base/service.yaml:11:19
       |
    11 |       targetPort: htp
       |                   ^^^ leads nowhere
       |
       = help: did you mean `http`?
    ");
}

#[test]
fn a_selector_that_matches_nothing() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/orders/overlays/qa/release/base/poddisruptionbudget.yaml",
        "app.kubernetes.io/name: orders",
        "app.kubernetes.io/name: order",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0206]: the selector of the PodDisruptionBudget `orders` matches nothing
     --> gitops/apps/orders/overlays/qa/release/base/poddisruptionbudget.yaml:7:3
      |
    7 |   selector:
      |   ^^^^^^^^ no pod has these labels
      |
      = help: use the labels that the pods have, under `template.metadata.labels`
    ");
}

#[test]
fn a_policy_that_shuts_out_a_need_on_either_side() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/catalog/overlays/qa/release/base/networkpolicy.yaml",
        "app.kubernetes.io/name: orders",
        "app.kubernetes.io/name: somebody",
    );
    edit(
        &mut files,
        "gitops/apps/orders/overlays/dev/release/base/networkpolicy.yaml",
        "- port: 8080",
        "- port: 8081",
    );
    insta::assert_snapshot!(found(&files), @r"
    error[BK0207]: the NetworkPolicy `catalog` shuts out the way to `catalog`
      --> gitops/apps/catalog/overlays/qa/release/base/networkpolicy.yaml:10:3
       |
    10 |   ingress:
       |   ^^^^^^^ lets no connection in from there
       |
      ::: gitops/apps/orders/overlays/qa/release/base/kustomization.yaml:18:9
       |
    18 |       - CATALOG_URL=http://catalog:8080
       |         ------------------------------- `catalog` is needed here
       |
       = note: calls would run into a time-out on a cluster that enforces policies
       = help: add a rule under `ingress:` for port 8080

    error[BK0207]: the NetworkPolicy `orders` shuts out the way to `catalog`
      --> gitops/apps/orders/overlays/dev/release/base/networkpolicy.yaml:18:3
       |
    18 |   egress:
       |   ^^^^^^ lets no connection out to it
       |
      ::: gitops/apps/orders/overlays/dev/release/base/kustomization.yaml:18:9
       |
    18 |       - CATALOG_URL=http://catalog:8080
       |         ------------------------------- `catalog` is needed here
       |
       = note: calls would run into a time-out on a cluster that enforces policies
       = help: add a rule under `egress:` for port 8080
    ");
}

#[test]
fn a_policy_that_shuts_out_nothing_is_no_finding() {
    let policy = |release: &str| format!("gitops/apps/{release}/release/base/networkpolicy.yaml");
    let mut files = released();
    // Without a type for it, and without a rule, nothing is said of what goes out.
    let orders = policy("orders/overlays/dev");
    let text = files.text(&orders).unwrap().unwrap().to_owned();
    let (before, _) = text.split_once("  egress:\n").unwrap();
    let typed = "  policyTypes: [Ingress, Egress]\n";
    assert!(before.contains(typed), "{before}");
    files.insert_text(
        orders.as_str(),
        format!("{}  egress: []\n", before.replace(typed, "")),
    );
    // What the API refuses as a whole shuts out nothing.
    edit(
        &mut files,
        &policy("orders/overlays/qa"),
        "- port: 8080",
        "- port: -1",
    );
    assert_eq!(found(&files), "");
}

#[test]
fn an_application_whose_folder_is_not_there() {
    let mut files = released();
    edit(
        &mut files,
        "iac/ansible/root/templates/stack.yaml",
        "'apps/{{ index .path.segments 1 }}/overlays/%s'",
        "'app/{{ index .path.segments 1 }}/overlays/%s'",
    );
    let found = found(&files);
    assert_eq!(found.matches("error[BK0301]").count(), 3 * 6, "{found}");
}

#[test]
fn a_namespace_that_nobody_makes() {
    let mut files = released();
    for template in ["stack.yaml", "rbac.yaml"] {
        let path = format!("iac/ansible/root/templates/{template}");
        edit(&mut files, &path, "CreateNamespace=true, ", "");
    }
    let found = found(&files);
    assert!(
        found
            .contains("error[BK0303]: the Application `apps-catalog-qa` deploys to `qa`, which nobody makes"),
        "{found}"
    );
}

#[test]
fn one_broken_overlay_hides_nothing_in_the_others() {
    let mut files = released();
    edit(
        &mut files,
        "gitops/apps/catalog/overlays/qa/kustomization.yaml",
        "namespace: qa",
        "namspace: qa",
    );
    edit(
        &mut files,
        "gitops/apps/orders/overlays/dev/release/base/kustomization.yaml",
        "catalog:8080",
        "catalog:8081",
    );
    let found = found(&files);
    assert!(found.contains("BK0403") && found.contains("BK0204"), "{found}");
}
