//! A key path in a built resource leads back to the place in the file that wrote it.

#![expect(clippy::unwrap_used, reason = "what tests call fails as tests do")]

use becket_kustomize::{Built, build};
use becket_source::{FileSet, line_column};

const FILES: &[(&str, &str)] = &[
    (
        "base/kustomization.yaml",
        "resources: [web.yaml]\nlabels:\n  - pairs: {team: shop}\nconfigMapGenerator:\n  - name: config\n    literals:\n      - A=base\n      - B=base\n",
    ),
    (
        "base/web.yaml",
        "# the workload\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web\n          env:\n            - {name: X, value: base}\n            - name: Y\n              value: base\n",
    ),
    (
        "qa/kustomization.yaml",
        "namespace: qa\nresources: [../base]\npatches:\n  - path: patch.yaml\n  - patch: |\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n      spec:\n        minReadySeconds: 5\n  - target: {kind: Deployment}\n    patch: |-\n      - op: add\n        path: /spec/paused\n        value: true\nimages:\n  - name: web\n    newTag: v2\nreplicas:\n  - {name: web, count: 3}\nconfigMapGenerator:\n  - name: config\n    behavior: merge\n    literals: [B=qa]\n",
    ),
    (
        "qa/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env:\n            - {name: Y, value: qa}\n",
    ),
];

fn files() -> FileSet {
    FILES
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect()
}

/// File, line and text of what wrote `path` of the resource of `kind`.
fn place(files: &FileSet, built: &Built, kind: &str, path: &str) -> String {
    let resource = built
        .resources
        .iter()
        .find(|resource| resource.kind() == kind)
        .unwrap();
    let location = resource.place(files, &path.parse().unwrap());
    let text = files.text(&location.path).unwrap().unwrap();
    let span = location.span.unwrap();
    let line = line_column(text, span.start).line;
    format!("{}:{line} {}", location.path, &text[span.start..span.end])
}

#[test]
fn the_last_that_wrote_a_value_is_its_place() {
    let files = files();
    let built = build(&files, "qa").unwrap();
    let at = |kind: &str, path: &str| place(&files, &built, kind, path);
    assert_eq!(at("Deployment", "kind"), "base/web.yaml:3 Deployment");
    // The patch's items come first in the built list: Y is at 0 there.
    assert_eq!(
        at("Deployment", "spec.template.spec.containers[0].env[0].value"),
        "qa/patch.yaml:10 qa"
    );
    assert_eq!(
        at("Deployment", "spec.template.spec.containers[0].env[1].value"),
        "base/web.yaml:14 base"
    );
    assert_eq!(
        at("Deployment", "spec.minReadySeconds"),
        "qa/kustomization.yaml:10 5"
    );
    assert_eq!(at("Deployment", "spec.paused"), "qa/kustomization.yaml:15 true");
    assert_eq!(
        at("Deployment", "spec.template.spec.containers[0].image"),
        "qa/kustomization.yaml:18 v2"
    );
    assert_eq!(at("Deployment", "spec.replicas"), "qa/kustomization.yaml:20 3");
    assert_eq!(
        at("Deployment", "metadata.namespace"),
        "qa/kustomization.yaml:1 qa"
    );
    assert_eq!(
        at("Deployment", "metadata.labels.team"),
        "base/kustomization.yaml:3 shop"
    );
    assert_eq!(at("Deployment", "spec.template"), "base/web.yaml:8 template");
    assert_eq!(
        at("Deployment", "spec.template.spec.absent.deep"),
        "base/web.yaml:9 spec"
    );
    assert_eq!(at("ConfigMap", "data.A"), "base/kustomization.yaml:7 A=base");
    assert_eq!(at("ConfigMap", "data.B"), "qa/kustomization.yaml:24 B=qa");
    assert_eq!(
        at("ConfigMap", "metadata.name"),
        "base/kustomization.yaml:5 config"
    );
}

#[test]
fn an_overlay_reads_its_own_files_only() {
    let mut files = files();
    for other in 0..50 {
        files.insert_text(
            format!("other{other}/kustomization.yaml"),
            "resources: [missing.yaml]\n",
        );
        files.insert_text(format!("base/unused{other}.yaml"), "not: [read\n");
    }
    let read: Vec<String> = build(&files, "qa").unwrap().read.into_iter().collect();
    assert_eq!(
        read,
        [
            "base/kustomization.yaml",
            "base/web.yaml",
            "qa/kustomization.yaml",
            "qa/patch.yaml"
        ]
    );
}
