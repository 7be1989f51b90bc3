//! The root chart of the reference platform: its operators, and the Applications that they make of a gitops repository.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use becket_argocd::{Operator, Tree, expand::Expansion, operator};
use becket_source::FileSet;

fn read(folder: &Path, within: &Path, files: &mut FileSet) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, within, files);
        } else {
            let name = path.strip_prefix(within).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

fn iac() -> FileSet {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iac");
    let mut files = FileSet::new();
    read(&root, &root, &mut files);
    files
}

const RELEASE: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [base]\n";

fn gitops() -> FileSet {
    let mut files = FileSet::new();
    for service in ["catalog", "orders"] {
        for environment in ["dev", "qa", "prod"] {
            files.insert_text(
                format!("apps/{service}/overlays/{environment}/release/kustomization.yaml"),
                RELEASE,
            );
        }
    }
    files.insert_text("apps/frontend/overlays/dev/release/kustomization.yaml", RELEASE);
    files.insert_text(
        "clusters/nonprod/system/external-dns/local.yaml",
        "# nothing of its own\n",
    );
    files.insert_text(
        "clusters/nonprod/system/external-dns/charts/x/Chart.yaml",
        "name: x\n",
    );
    files.insert_text("clusters/prod/platform/grafana/local.yaml", "grafana: {}\n");
    files
}

fn operators() -> Vec<Operator> {
    let read = operator::read(&iac());
    assert_eq!(read.findings, []);
    read.operators
}

fn expand(operator: &Operator, gitops: &FileSet) -> Expansion {
    operator.expand(&|url, revision| {
        (url == "https://github.com/acme/gitops.git" && revision == "main").then_some(gitops as &dyn Tree)
    })
}

/// Each Application as a line.
fn lines(expansion: &Expansion) -> String {
    let mut lines = String::new();
    for app in &expansion.applications {
        let helm = app
            .source
            .helm
            .as_ref()
            .map(|helm| helm.value_files.join(","))
            .unwrap_or_default();
        let line = format!(
            "{} [{} {} {}] {} -> {} {} {helm}",
            app.name,
            app.stack().unwrap(),
            app.unit().unwrap(),
            app.stage().unwrap(),
            app.source.path,
            app.destination.server,
            app.destination.namespace,
        );
        lines += line.trim_end();
        lines.push('\n');
    }
    lines
}

#[test]
fn the_first_operator_serves_the_environments_before_production() {
    let operators = operators();
    assert_eq!(
        operators
            .iter()
            .map(|operator| operator.name.as_str())
            .collect::<Vec<_>>(),
        ["nonprod", "prod"]
    );
    let first = &operators[0];
    assert!(!first.protect);
    assert_eq!(first.projects.len(), 3);
    let expansion = expand(first, &gitops());
    assert_eq!(expansion.findings, []);
    insta::assert_snapshot!(lines(&expansion), @r"
    apps-catalog-dev [apps catalog dev] apps/catalog/overlays/dev -> https://kubernetes.default.svc dev
    apps-catalog-qa [apps catalog qa] apps/catalog/overlays/qa -> https://kubernetes.default.svc qa
    apps-frontend-dev [apps frontend dev] apps/frontend/overlays/dev -> https://kubernetes.default.svc dev
    apps-orders-dev [apps orders dev] apps/orders/overlays/dev -> https://kubernetes.default.svc dev
    apps-orders-qa [apps orders qa] apps/orders/overlays/qa -> https://kubernetes.default.svc qa
    system-external-dns-nonprod [system external-dns nonprod] clusters/nonprod/system/external-dns -> https://kubernetes.default.svc external-dns values.yaml,local.yaml,../../facts.yaml
    ");
    let orders = expansion
        .applications
        .iter()
        .find(|app| app.name == "apps-orders-qa")
        .unwrap();
    assert_eq!(orders.applicationset.as_deref(), Some("apps"));
    assert_eq!(orders.project, "apps");
    assert_eq!(orders.finalizers, ["resources-finalizer.argocd.argoproj.io"]);
    assert!(
        orders
            .sync
            .automated
            .is_some_and(|automated| automated.prune && automated.self_heal)
    );
    assert!(orders.sync.has("CreateNamespace") && orders.sync.has("ServerSideApply"));
    assert_eq!(orders.sync.retry_limit, Some(5));
    assert!(orders.policy.applications_sync.deletes());
}

#[test]
fn the_production_operator_protects_and_appends_the_cluster() {
    let operators = operators();
    let prod = &operators[1];
    assert!(prod.protect);
    assert_eq!(prod.values_file, "ansible/root/values-prod.yaml");
    let expansion = expand(prod, &gitops());
    assert_eq!(expansion.findings, []);
    insta::assert_snapshot!(lines(&expansion), @r"
    apps-catalog-prod-prod [apps catalog prod-prod] apps/catalog/overlays/prod -> https://kubernetes.default.svc prod
    apps-catalog-prod-prod-dr [apps catalog prod-prod-dr] apps/catalog/overlays/prod -> https://kubernetes.prod-dr.acme.example prod
    apps-orders-prod-prod [apps orders prod-prod] apps/orders/overlays/prod -> https://kubernetes.default.svc prod
    apps-orders-prod-prod-dr [apps orders prod-prod-dr] apps/orders/overlays/prod -> https://kubernetes.prod-dr.acme.example prod
    platform-grafana-prod [platform grafana prod] clusters/prod/platform/grafana -> https://kubernetes.default.svc grafana values.yaml,local.yaml,../../facts.yaml
    ");
    let app = &expansion.applications[0];
    assert!(!app.policy.applications_sync.deletes() && app.policy.preserve_resources_on_deletion);
}
