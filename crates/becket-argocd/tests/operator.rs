//! The root chart of the reference platform: its operators, and the Applications that they make of a gitops repository.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use becket_argocd::{Operator, Tree, expand::Expansion, operator};
use becket_source::{Diagnostic, FileSet};

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

/// The findings in a repository whose files are changed as told: a file, what to replace, and by what.
fn findings(changes: &[(&str, &str, &str)]) -> Vec<Diagnostic> {
    let mut files = iac();
    for (path, old, new) in changes {
        let path = format!("ansible/root/{path}");
        let text = files.text(&path).unwrap().unwrap().to_owned();
        assert!(text.contains(old), "{path} does not hold {old}");
        files.insert_text(path, text.replace(old, new));
    }
    let read = operator::read(&files);
    let mut findings = read.findings;
    for operator in &read.operators {
        findings.extend(expand(operator, &gitops()).findings);
    }
    findings
}

/// The message and place of the first of them.
fn first(changes: &[(&str, &str, &str)]) -> (String, String, Option<String>) {
    let found = findings(changes);
    let first = found.first().unwrap();
    let at = first.place.span.map(|span| {
        let mut text = iac().text(&first.place.path).unwrap().unwrap().to_owned();
        for (path, old, new) in changes {
            if first.place.path.ends_with(path) {
                text = text.replace(old, new);
            }
        }
        text[span.start..span.end].to_owned()
    });
    (first.message.clone(), first.place.path.clone(), at)
}

#[test]
fn a_fault_in_the_chart_is_found_where_it_is() {
    let (message, path, at) = first(&[("templates/projects.yaml", "has $cluster", "hass $cluster")]);
    assert_eq!(message, "there is no function `hass`");
    assert_eq!(
        (path.as_str(), at.as_deref()),
        ("ansible/root/templates/projects.yaml", Some("hass"))
    );

    let (message, path, at) = first(&[("templates/stack.yaml", "gt (len $clusters) 1", "gt $clusters 1")]);
    assert!(message.contains("cannot be compared"), "{message}");
    assert_eq!(
        (path.as_str(), at.as_deref()),
        ("ansible/root/templates/stack.yaml", Some("gt $clusters 1"))
    );

    let (message, path, at) = first(&[("values.yaml", "protect: false", "protect: [")]);
    assert_eq!(path, "ansible/root/values.yaml", "{message}");
    assert!(at.is_some());

    let (message, path, _) = first(&[("values-prod.yaml", "protect: true", "- protect")]);
    assert_eq!(path, "ansible/root/values-prod.yaml", "{message}");

    let (message, path, _) = first(&[("Chart.yaml", "name: root", "nam: root")]);
    assert_eq!(
        (message.as_str(), path.as_str()),
        ("a chart has no name", "ansible/root/Chart.yaml")
    );

    let (message, path, _) = first(&[("templates/projects.yaml", "sourceRepos: [", "sourceRepos: [[")]);
    assert!(
        message.starts_with("the template writes what is no YAML"),
        "{message}"
    );
    assert_eq!(path, "ansible/root/templates/projects.yaml");

    assert_eq!(
        operator::read(&FileSet::new()).findings[0].message,
        "a chart has no Chart.yaml"
    );
}

#[test]
fn a_fault_in_what_the_chart_writes_names_the_place_in_the_template() {
    let (message, path, at) = first(&[(
        "templates/stack.yaml",
        "{{ .path.basename }}'\" }}\n          stage",
        "{{ .path.basname }}'\" }}\n          stage",
    )]);
    assert!(
        message.contains("map has no entry for key \"basname\""),
        "{message}"
    );
    assert_eq!(
        (path.as_str(), at.as_deref()),
        ("ansible/root/templates/stack.yaml", Some("{{ .path.basname }}"))
    );

    let (message, path, at) = first(&[("templates/stack.yaml", "goTemplate: true", "goTemplate: false")]);
    assert!(message.contains("old templates"), "{message}");
    assert_eq!(
        (path.as_str(), at.as_deref()),
        ("ansible/root/templates/stack.yaml", Some("goTemplate:"))
    );
}

#[test]
fn what_a_project_does_not_permit_is_said_in_argo_cds_words() {
    let found = findings(&[(
        "templates/projects.yaml",
        "namespace: {{ $environment }} }",
        "namespace: other-{{ $environment }} }",
    )]);
    let orders = found
        .iter()
        .find(|found| found.message.starts_with("`apps-orders-qa`"))
        .unwrap();
    assert_eq!(
        orders.message,
        "`apps-orders-qa`: application destination server 'https://kubernetes.default.svc' and namespace 'qa' do not match any of the allowed destinations in project 'apps'"
    );
    assert_eq!(orders.related[0].path, "ansible/root/templates/projects.yaml");
    assert!(
        !found
            .iter()
            .any(|found| found.message.contains("system-external-dns")),
        "its project permits all"
    );

    let found = findings(&[(
        "templates/projects.yaml",
        "sourceRepos: [{{ $.Values.repository }}]",
        "sourceRepos: [https://github.com/other/*]",
    )]);
    assert!(
        found[0].message.ends_with(
            "application repo https://github.com/acme/gitops.git is not permitted in project 'apps'"
        ),
        "{}",
        found[0].message
    );

    let found = findings(&[(
        "templates/stack.yaml",
        "project: {{ $stack }}",
        "project: {{ $stack }}s",
    )]);
    assert!(
        found[0]
            .message
            .ends_with("application references project appss which does not exist"),
        "{}",
        found[0].message
    );
    assert_eq!(found[0].help, ["did you mean `apps`?"]);
}

#[test]
fn a_vendored_chart_in_the_way_takes_its_unit_out() {
    let mut gitops = gitops();
    gitops.insert_text(
        "clusters/nonprod/system/external-dns/charts/external-dns/local.yaml",
        "",
    );
    gitops.insert_text("clusters/nonprod/system/cert-manager/local.yaml", "");
    let first = &operators()[0];
    let expansion = expand(first, &gitops);
    assert_eq!(
        expansion.withheld["system-external-dns-nonprod"],
        ["ApplicationSet `system`: it makes 2 Applications with the name `system-external-dns-nonprod`"]
    );
    assert!(
        expansion.findings[0]
            .message
            .contains("2 Applications with the name `system-external-dns-nonprod`")
    );
    let names: Vec<_> = expansion
        .applications
        .iter()
        .filter(|app| app.stack() == Some("system"))
        .map(|app| app.name.as_str())
        .collect();
    assert_eq!(names, ["system-cert-manager-nonprod"], "as in Argo CD 3.5.7");
}

/// The first operator of the reference platform with one change to a template.
fn changed(file: &str, old: &str, new: &str) -> Operator {
    let mut files = iac();
    let path = format!("ansible/root/templates/{file}");
    let text = files.text(&path).unwrap().unwrap().to_owned();
    assert!(text.contains(old), "{path} does not hold {old}");
    files.insert_text(path, text.replace(old, new));
    operator::read(&files).operators.swap_remove(0)
}

#[test]
fn an_expansion_says_why_by_name() {
    let old = changed("stack.yaml", "goTemplate: true", "goTemplate: false");
    let failed = expand(&old, &gitops()).failed;
    assert_eq!(failed.keys().collect::<Vec<_>>(), ["apps", "platform", "system"]);
    assert!(failed["apps"][0].contains("old templates"), "{failed:?}");

    let stranger = changed("stack.yaml", "project: {{ $stack }}", "project: {{ $stack }}s");
    let expansion = expand(&stranger, &gitops());
    assert_eq!(expansion.applications, []);
    assert_eq!(
        expansion.withheld["apps-orders-qa"],
        ["application references project appss which does not exist"]
    );

    let elsewhere = changed(
        "projects.yaml",
        "namespace: {{ $environment }} }",
        "namespace: other-{{ $environment }} }",
    );
    let expansion = expand(&elsewhere, &gitops());
    assert!(expansion.refused["apps-orders-qa"][0].starts_with("application destination server"));
    assert!(
        expansion
            .applications
            .iter()
            .any(|app| app.name == "apps-orders-qa")
    );
}

#[test]
fn a_name_that_two_applicationsets_make_is_the_first_ones() {
    let same = changed("stack.yaml", "name: {{ $stack }}-{{", "name: all-{{");
    let mut gitops = gitops();
    gitops.insert_text("clusters/nonprod/platform/external-dns/local.yaml", "");
    let expansion = expand(&same, &gitops);
    let made: Vec<_> = expansion
        .applications
        .iter()
        .filter(|app| app.name == "all-external-dns-nonprod")
        .collect();
    assert_eq!(made.len(), 1);
    let messages: Vec<_> = expansion
        .findings
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].ends_with("both make an Application `all-external-dns-nonprod`"),
        "{messages:?}"
    );
}

#[test]
fn a_thousand_services_are_expanded_in_time() {
    let mut gitops = FileSet::new();
    for service in 0..1000 {
        for environment in ["dev", "qa", "uat", "pre-prod"] {
            for file in [
                "release/kustomization.yaml",
                "release/base/deployment.yaml",
                "kustomization.yaml",
            ] {
                gitops.insert_text(format!("apps/s{service}/overlays/{environment}/{file}"), RELEASE);
            }
        }
    }
    let expansion = expand(&operators()[0], &gitops);
    assert_eq!(expansion.findings, []);
    assert_eq!(expansion.applications.len(), 4000);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    #[test]
    fn no_edit_of_the_chart_panics(file in 0usize..4, at in 0usize..4000, length in 0usize..40, put in "[{}\\[\\]:.|\"'$ a-z0-9-]{0,6}") {
        let path = ["templates/stack.yaml", "templates/projects.yaml", "values.yaml", "values-prod.yaml"][file];
        let path = format!("ansible/root/{path}");
        let mut files = iac();
        let mut text = files.text(&path).unwrap().unwrap().to_owned();
        let start = at % text.len();
        let end = (start + length).min(text.len());
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            text.replace_range(start..end, &put);
        }
        files.insert_text(path, text);
        let read = operator::read(&files);
        for operator in &read.operators {
            for found in expand(operator, &gitops()).findings {
                proptest::prop_assert!(!found.message.is_empty() && !found.place.path.is_empty());
            }
        }
    }
}
