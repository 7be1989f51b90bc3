//! The catalog that is built in, against the tools whose files it holds; and catalogs with a fault each.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "that is how a test fails, and how a missing judge is reported"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use becket_platform::view::views;
use becket_render::{Catalog, Rendered, render};
use becket_source::{Diagnostic, FileSet, Location};

fn rendered(path: &str) -> Rendered {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = becket_platform::parse("platform.yaml", &text);
    let catalog = Catalog::embedded().unwrap();
    render(parsed.platform().unwrap(), &catalog).unwrap()
}

const REFERENCE: &str = "tests/platforms/reference.yaml";
const MINIMAL: &str = "../../examples/minimal/platform.yaml";

#[test]
fn the_embedded_catalog_is_whole() {
    let files = Catalog::embedded_files();
    assert!(files.contains("service/http/component.yaml") && files.len() > 15);
    let catalog = Catalog::load(&files).unwrap();
    for path in [REFERENCE, MINIMAL] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let parsed = becket_platform::parse("platform.yaml", &text);
        for (scope, place) in catalog.reads() {
            for view in views(parsed.platform().unwrap(), scope) {
                assert!(
                    view.get(&place).is_some(),
                    "{scope:?} of {path} does not offer {place}"
                );
            }
        }
    }
}

#[test]
fn no_example_comes_out() {
    for (path, contents) in rendered(REFERENCE).files.iter() {
        let text = std::str::from_utf8(contents).unwrap();
        for example in ["example-", "EXAMPLE_", "example.com", "192.0.2."] {
            assert!(!text.contains(example), "{path} holds {example}:\n{text}");
        }
    }
}

#[test]
fn places_in_rendered_files_lead_to_the_platform_file() {
    let rendered = rendered(REFERENCE);
    let origin = |path: &str, place: &str| {
        let origin = rendered.source_map.origin(path, &place.parse().unwrap());
        origin.map(ToString::to_string).unwrap_or_default()
    };
    let base = "gitops/apps/orders/base";
    let port = "spec.template.spec.containers[0].ports[0].containerPort";
    assert_eq!(
        origin(&format!("{base}/deployment.yaml"), port),
        "services.orders.port"
    );
    assert_eq!(
        origin(&format!("{base}/deployment.yaml"), "spec.strategy"),
        "services.orders"
    );
    let egress = origin(&format!("{base}/networkpolicy.yaml"), "spec.egress[0].to[0]");
    assert_eq!(egress, "services.orders.needs");
    let replicas = origin(
        "gitops/apps/frontend/overlays/prod/kustomization.yaml",
        "replicas[0].count",
    );
    assert_eq!(replicas, "services.frontend.replicas");
    let protect = origin("iac/ansible/root/values.yaml", "environments.qa");
    assert_eq!(protect, "environments");
    assert_eq!(
        origin(
            "gitops/apps/orders/overlays/qa/release/kustomization.yaml",
            "images"
        ),
        ""
    );
}

#[test]
fn names_that_read_as_something_else_stay_text() {
    let text = "\
name: 'on'
organisation: acme
domain: shop.example
clusters: { local: {} }
environments: { live: { clusters: [local] } }
services: { 'null': { source: a, host: 'yes', needs: ['off'] }, 'off': { source: b } }
";
    let parsed = becket_platform::parse("platform.yaml", text);
    assert_eq!(parsed.errors(), []);
    let catalog = Catalog::embedded().unwrap();
    let files = render(parsed.platform().unwrap(), &catalog).unwrap().files;
    let value = |path: &str, place: &str| {
        let text = files.text(path).unwrap().unwrap();
        let tree = becket_document::yaml::parse(text).into_single().unwrap();
        tree.at(&place.parse().unwrap())
            .unwrap()
            .as_str()
            .map(str::to_owned)
    };
    let overlay = "gitops/apps/null/overlays/live/kustomization.yaml";
    assert_eq!(
        value("gitops/apps/null/base/deployment.yaml", "metadata.name").as_deref(),
        Some("null")
    );
    assert_eq!(
        value(
            "gitops/apps/off/base/kustomization.yaml",
            "labels[0].pairs.\"app.kubernetes.io/part-of\""
        )
        .as_deref(),
        Some("on")
    );
    assert_eq!(value(overlay, "replicas[0].name").as_deref(), Some("null"));
    let egress = "spec.egress[0].to[0].podSelector.matchLabels.\"app.kubernetes.io/name\"";
    assert_eq!(
        value("gitops/apps/null/base/networkpolicy.yaml", egress).as_deref(),
        Some("off")
    );
}

/// A component with one bound file.
fn broken(component: &str, file: &str) -> Vec<String> {
    let files: FileSet = [("x/y/component.yaml", component), ("x/y/a/f.yaml", file)]
        .into_iter()
        .map(|(path, text)| (path, text.as_bytes()))
        .collect();
    let findings = Catalog::load(&files).err().unwrap_or_default();
    let at = |finding: &Diagnostic| {
        let Location { path, span, .. } = &finding.place;
        let text = files
            .text(path.strip_prefix("catalog/").unwrap())
            .unwrap()
            .unwrap();
        let span = span.map_or("", |span| &text[span.start..span.end]);
        let help = finding
            .help
            .first()
            .map(|help| format!(", {help}"))
            .unwrap_or_default();
        format!("{} {path} `{span}`: {}{help}", finding.code, finding.message)
    };
    findings.iter().map(at).collect()
}

const COMPONENT: &str = "\
component: y
capability: x
to:
  a: { per: service, folder: \"gitops/${service.name}\" }
bind:
  a/f.yaml:
    metadata.name: service.name
";

const FILE: &str = "metadata:\n  name: example-service\n";

#[test]
fn a_component_that_does_not_fit_is_a_finding_at_its_place() {
    assert_eq!(broken(COMPONENT, FILE), Vec::<String>::new());
    let cases = [
        (
            "bind:",
            "binds:",
            "BK0103 catalog/x/y/component.yaml `binds`: `binds` is no key here, did you mean `bind`?",
        ),
        (
            "metadata.name:",
            "metadata.nam:",
            "BK0103 catalog/x/y/component.yaml `metadata.nam`: `metadata.nam` is bound, and x/y/a/f.yaml has no such place",
        ),
        (
            "per: service",
            "per: pod",
            "BK0103 catalog/x/y/component.yaml `pod`: `pod` is no scope; there are platform, operator, cluster, account, root, environment, service, service-environment",
        ),
        (
            "a/f.yaml",
            "a/g.yaml",
            "BK0103 catalog/x/y/component.yaml `a/g.yaml`: `a/g.yaml` is no file that goes anywhere",
        ),
        (
            "service.name}",
            "service.name",
            "BK0103 catalog/x/y/component.yaml `\"gitops/${service.name\"`: `gitops/${service.name` is no path: a `${` is not closed",
        ),
        (
            "metadata.name: service.name",
            "metadata.name: {}",
            "BK0103 catalog/x/y/component.yaml `{}`: `metadata.name` is bound to nothing",
        ),
        (
            "metadata.name: service.name",
            "metadata.name: { from: service.name, when: [] }",
            "BK0103 catalog/x/y/component.yaml `[]`: this is to be a text, and is none",
        ),
        ("component: y\n", "", "BK0103 catalog/x/y/component.yaml"),
        (
            "  a: {",
            "  b: {",
            "BK0103 catalog/x/y/a/f.yaml ``: this file goes nowhere",
        ),
    ];
    for (from, to, finding) in cases {
        let found = broken(&COMPONENT.replace(from, to), FILE);
        assert!(
            found.iter().any(|found| found.starts_with(finding)),
            "{to}: {found:#?}"
        );
    }
}

#[test]
fn an_example_that_nothing_replaces_is_a_finding_at_its_place() {
    let more = format!("{FILE}  host: www.example.com # not bound\nspec: {{ cidr: \"192.0.2.0/24\" }}\n");
    assert_eq!(
        broken(COMPONENT, &more),
        [
            "BK0104 catalog/x/y/a/f.yaml `example.com`: `example.com` is an example, and nothing takes its place, bind the place in component.yaml, or write a value that is right for all",
            "BK0104 catalog/x/y/a/f.yaml `192.0.2.0/24`: `192.0.2.0/24` is an example, and nothing takes its place, bind the place in component.yaml, or write a value that is right for all",
        ]
    );
}

#[test]
fn what_no_view_offers_and_what_has_no_value_here_are_findings() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(REFERENCE)).unwrap();
    let parsed = becket_platform::parse("platform.yaml", &text);
    let message = |value: &str| {
        let component = COMPONENT.replace("metadata.name: service.name", &format!("metadata.name: {value}"));
        let files: FileSet = [("x/y/component.yaml", component.as_str()), ("x/y/a/f.yaml", FILE)]
            .into_iter()
            .map(|(path, text)| (path, text.as_bytes()))
            .collect();
        let catalog = Catalog::load(&files).unwrap();
        let findings = render(parsed.platform().unwrap(), &catalog).unwrap_err();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0].message.clone()
    };
    assert_eq!(message("service.colour"), "no view offers `service.colour` here");
    assert_eq!(
        message("service.host"),
        "`service.host` has no value here, and the example would stay"
    );
}

/// A program, in `$BECKET_TOOLS`, in `~/.cache/becket/tools/bin` or on the path.
fn tool(name: &str) -> Option<PathBuf> {
    let tools = std::env::var_os("BECKET_TOOLS").map(PathBuf::from);
    let cached = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/becket/tools/bin"));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    tools
        .into_iter()
        .chain(cached)
        .chain(std::env::split_paths(&on_path))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

fn not_judged(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}: {why}");
    println!("not judged: {what}: {why}");
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Kustomize, or the older one inside of kubectl.
fn kustomize() -> Option<Vec<PathBuf>> {
    let own = tool("kustomize").map(|program| vec![program, "build".into()]);
    own.or_else(|| tool("kubectl").map(|program| vec![program, "kustomize".into()]))
}

fn write(files: &FileSet, root: &Path) {
    for (path, contents) in files.iter() {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }
}

/// The folders to build: the catalog's own, and those of the reference platform, with a release in each stage.
fn kustomizations() -> (FileSet, Vec<String>) {
    let mut files = FileSet::new();
    for (path, contents) in Catalog::embedded_files().iter() {
        files.insert(format!("catalog/{path}"), contents.clone());
    }
    let mut folders = vec![
        "catalog/iam/aws/rbac".to_owned(),
        "catalog/service/http/base".to_owned(),
        "catalog/service/http/overlay".to_owned(),
    ];
    for (path, contents) in rendered(REFERENCE).files.iter() {
        files.insert(path, contents.clone());
        let Some(folder) = path.strip_suffix("/kustomization.yaml") else {
            continue;
        };
        if folder.ends_with("/patches") {
            continue;
        }
        if let Some((app, _)) = folder.split_once("/overlays/") {
            let release = "kind: Kustomization\nresources:\n  - ../../../base\n";
            files.insert_text(format!("{folder}/release/kustomization.yaml"), release);
            assert!(files.contains(&format!("{app}/base/kustomization.yaml")));
        }
        folders.push(folder.to_owned());
    }
    (files, folders)
}

#[test]
fn kustomizations_build_and_the_real_kustomize_agrees() {
    let (files, folders) = kustomizations();
    assert_eq!(folders.len(), 3 + 3 + 3 * 5 + 5);
    let ours = folders.iter().map(|folder| {
        let built =
            becket_kustomize::build(&files, folder).unwrap_or_else(|findings| panic!("{findings:#?}"));
        built.to_yaml()
    });
    let ours: Vec<String> = ours.collect();
    let Some(command) = kustomize() else {
        return not_judged(
            "rendered kustomizations",
            "there is neither kustomize nor kubectl",
        );
    };
    let root = tempfile::tempdir().unwrap();
    write(&files, root.path());
    for (folder, ours) in folders.iter().zip(ours) {
        let real = output(
            Command::new(&command[0])
                .args(&command[1..])
                .arg(root.path().join(folder)),
        );
        assert_eq!(real, ours, "{folder}");
    }
}

#[test]
fn the_root_chart_renders_in_helm() {
    let Some(helm) = tool("helm") else {
        return not_judged("the root chart", "there is no helm");
    };
    let root = tempfile::tempdir().unwrap();
    write(&Catalog::embedded_files(), &root.path().join("catalog"));
    write(&rendered(REFERENCE).files, &root.path().join("reference"));
    write(&rendered(MINIMAL).files, &root.path().join("minimal"));
    let chart = |folder: &str, values: &[&str]| {
        let folder = root.path().join(folder);
        let mut command = Command::new(&helm);
        command
            .arg("template")
            .arg("root")
            .arg(&folder)
            .args(["--namespace", "argocd"]);
        for values in values {
            command.arg("--values").arg(folder.join(values));
        }
        output(&mut command)
    };
    let catalog = chart("catalog/gitops/argocd/root", &[]);
    assert!(catalog.contains("apps/*/overlays/example-stage/release/kustomization.yaml"));
    let first = chart("reference/iac/ansible/root", &[]);
    assert!(first.contains("overlays/qa/release") && !first.contains("preserveResourcesOnDeletion"));
    let production = chart("reference/iac/ansible/root", &["values-prod.yaml"]);
    assert!(production.contains("overlays/prod/release") && !production.contains("overlays/qa/release"));
    assert!(production.contains("preserveResourcesOnDeletion") && !production.contains("nonprod"));
    assert!(chart("minimal/iac/ansible/root", &[]).contains("preserveResourcesOnDeletion"));
}

#[test]
fn a_folder_comes_out_by_its_condition_and_deep_with_what_lies_below() {
    let component = "\
component: y
capability: x
to:
  .: { per: platform, folder: iac, when: platform.has.cloud }
  a: { per: platform, folder: iac/a, deep: true, unless: platform.has.cloud }
bind:
  a/b/f.yaml: { metadata.name: platform.name }
";
    let mut files = FileSet::new();
    for (path, text) in [
        ("component.yaml", component),
        ("top.yaml", "{}\n"),
        ("a/b/f.yaml", FILE),
    ] {
        files.insert_text(format!("x/y/{path}"), text);
    }
    let catalog = Catalog::load(&files).unwrap();
    let paths = |platform: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(platform);
        let text = std::fs::read_to_string(path).unwrap();
        let parsed = becket_platform::parse("platform.yaml", &text);
        let rendered = render(parsed.platform().unwrap(), &catalog).unwrap().files;
        let paths = rendered.iter().map(|(path, _)| path.to_owned());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(REFERENCE), ["iac/.becket/manifest", "iac/top.yaml"]);
    assert_eq!(paths(MINIMAL), ["iac/.becket/manifest", "iac/a/b/f.yaml"]);
}

#[test]
fn the_backend_of_every_root_follows_the_provider_of_state() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(REFERENCE)).unwrap();
    let catalog = Catalog::embedded().unwrap();
    for (provider, backend) in [
        ("s3", "use_lockfile"),
        (
            "s3-dynamodb",
            "dynamodb_table = \"acme-storefront-terraform-prod-locks\"",
        ),
        ("hcp", "name = \"storefront-prod-dr-network\""),
        (
            "becket",
            "https://state.acme.example/states/storefront/prod-dr/network",
        ),
    ] {
        let text = text.replace(
            "capabilities: {}",
            &format!("capabilities: {{ state: {provider} }}"),
        );
        let parsed = becket_platform::parse("platform.yaml", &text);
        let files = render(parsed.platform().unwrap(), &catalog).unwrap().files;
        for root in ["nonprod/network", "prod/addresses", "prod-dr/network"] {
            assert!(
                files.contains(&format!("iac/terraform/{root}/backend.tf")),
                "{provider} {root}"
            );
        }
        let written = files
            .text("iac/terraform/prod-dr/network/backend.tf")
            .unwrap()
            .unwrap();
        assert!(written.contains(backend), "{written}");
        let bootstrap = files.has_folder("iac/terraform/bootstrap");
        assert_eq!(bootstrap, provider.starts_with("s3"), "{provider}");
    }
}

#[test]
fn a_platform_without_a_cloud_has_no_terraform() {
    assert!(!rendered(MINIMAL).files.has_folder("iac/terraform"));
}

#[test]
fn places_in_terraform_lead_to_the_platform_file() {
    let rendered = rendered(REFERENCE);
    let path = "iac/terraform/nonprod/network/terraform.tfvars";
    let text = rendered.files.text(path).unwrap().unwrap();
    let at = text.find("10.10.0.0/16").unwrap();
    let origin = rendered
        .source_map
        .origin_of_span(path, text, becket_source::Span::new(at, at + 3));
    assert_eq!(origin.unwrap().to_string(), "clusters.nonprod.cidr");
}
