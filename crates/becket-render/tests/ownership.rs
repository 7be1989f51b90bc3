//! What render may write, over the life of a repository.

#![expect(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use becket_render::{Catalog, Plan, Rendered, check_rendered, plan, render};
use becket_source::{Diagnostic, FileSet};

const PLATFORM: &str = "\
name: shop
organisation: acme
domain: shop.example
clusters:
  one: {}
environments:
  dev: { clusters: [one] }
services:
  web:
    source: web
    host: www
    needs: [orders]
  orders:
    source: orders
";

fn rendered(platform: &str) -> Rendered {
    let parsed = becket_platform::parse("platform.yaml", platform);
    let platform = parsed
        .platform()
        .unwrap_or_else(|| panic!("{:#?}", parsed.errors()));
    render(platform, &Catalog::embedded().unwrap()).unwrap()
}

fn without_orders() -> String {
    let (before, _) = PLATFORM.split_once("  orders:\n").unwrap();
    before.replace("    needs: [orders]\n", "")
}

fn messages(findings: &[Diagnostic]) -> Vec<String> {
    let message = |finding: &Diagnostic| format!("{} {}", finding.code, finding.message);
    findings.iter().map(message).collect()
}

const SERVICE: &str = "gitops/apps/orders/base/service.yaml";
const PATCHES: &str = "gitops/apps/orders/overlays/dev/patches/kustomization.yaml";

#[test]
fn a_second_render_has_nothing_to_do() {
    let rendered = rendered(PLATFORM);
    let first = plan(&FileSet::new(), &rendered).unwrap();
    assert_eq!(first.write, rendered.files);
    let files = first.apply(&FileSet::new());
    let second = plan(&files, &rendered).unwrap();
    assert!(second.is_empty());
    assert_eq!(second.unchanged.len(), rendered.files.len());
    assert_eq!(check_rendered(&files, &rendered), []);
}

#[test]
fn a_change_of_the_platform_changes_the_files_that_it_concerns() {
    let files = rendered(PLATFORM).files;
    let later = rendered(&PLATFORM.replace("    source: orders\n", "    source: orders\n    port: 9090\n"));
    let plan = plan(&files, &later).unwrap();
    let written: Vec<_> = plan.write.iter().map(|(path, _)| path).collect();
    assert_eq!(
        written,
        [
            "gitops/.becket/manifest",
            "gitops/apps/orders/base/deployment.yaml",
            SERVICE,
            "gitops/apps/web/base/kustomization.yaml",
            "gitops/apps/web/base/networkpolicy.yaml",
        ]
    );
    assert_eq!(plan.apply(&files), later.files);
}

#[test]
fn a_hand_edit_of_a_rendered_file_stops_render() {
    let rendered = rendered(PLATFORM);
    let mut files = rendered.files.clone();
    files.insert_text(SERVICE, "by hand\n");
    let findings = plan(&files, &rendered).unwrap_err();
    assert_eq!(
        messages(&findings),
        [format!(
            "BK0101 {SERVICE} was edited by hand, and render would write over it"
        )]
    );
    assert_eq!(findings[0].place.path, SERVICE);
    assert_eq!(messages(&check_rendered(&files, &rendered)), messages(&findings));
    // An edit that says what render would say now is none.
    let later =
        self::rendered(&PLATFORM.replace("    source: orders\n", "    source: orders\n    port: 9090\n"));
    files.insert(SERVICE, later.files.get(SERVICE).unwrap().clone());
    assert!(
        plan(&files, &later)
            .unwrap()
            .unchanged
            .iter()
            .any(|path| path == SERVICE)
    );
}

#[test]
fn a_hand_edit_of_a_file_that_goes_stops_render_too() {
    let mut files = rendered(PLATFORM).files;
    files.insert_text(SERVICE, "by hand\n");
    let findings = plan(&files, &rendered(&without_orders())).unwrap_err();
    assert_eq!(
        messages(&findings),
        [format!(
            "BK0101 {SERVICE} was edited by hand, and render makes it no more and would remove it"
        )]
    );
}

#[test]
fn a_file_that_render_did_not_write_is_never_touched() {
    let rendered = rendered(PLATFORM);
    let mut files = FileSet::new();
    files.insert_text(SERVICE, "someone's\n");
    files.insert_text("gitops/README.md", "someone's\n");
    let findings = plan(&files, &rendered).unwrap_err();
    assert_eq!(
        messages(&findings),
        [format!(
            "BK0102 {SERVICE} is there already, and render did not write it"
        )]
    );
    files.insert(SERVICE, rendered.files.get(SERVICE).unwrap().clone());
    let plan = plan(&files, &rendered).unwrap();
    assert!(plan.unchanged.iter().any(|path| path == SERVICE));
    assert_eq!(
        plan.apply(&files).text("gitops/README.md"),
        Some(Ok("someone's\n"))
    );
}

#[test]
fn patches_are_written_once_and_are_the_users_then() {
    let rendered = rendered(PLATFORM);
    assert!(rendered.once.contains(PATCHES));
    let manifest = rendered.files.text("gitops/.becket/manifest").unwrap().unwrap();
    assert!(manifest.contains("apps/orders/base/service.yaml") && !manifest.contains("/patches/"));
    let mut files = rendered.files.clone();
    files.insert_text(PATCHES, "mine\n");
    assert!(plan(&files, &rendered).unwrap().is_empty());
    files.remove(PATCHES);
    let written = plan(&files, &rendered).unwrap().write;
    assert_eq!(
        written.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        [PATCHES]
    );
}

#[test]
fn a_service_that_goes_takes_its_rendered_files_along_and_leaves_releases_and_patches() {
    let release = "gitops/apps/orders/overlays/dev/release/kustomization.yaml";
    let mut files = rendered(PLATFORM).files;
    files.insert_text(release, "resources: [base]\n");
    let later = rendered(&without_orders());
    let Plan { remove, left, .. } = plan(&files, &later).unwrap();
    assert!(remove.iter().any(|path| path == SERVICE));
    assert!(remove.iter().all(|path| path.starts_with("gitops/apps/orders/")));
    assert_eq!(left, [PATCHES, release]);
    let stale = messages(&check_rendered(&files, &later));
    assert!(
        stale.contains(&format!("BK0106 {SERVICE} is left over: render makes it no more")),
        "{stale:#?}"
    );
    assert!(
        stale.contains(&"BK0106 gitops/apps/web/base/kustomization.yaml is not what render makes".to_owned())
    );
}

#[test]
fn a_rendered_file_that_is_gone_comes_back() {
    let rendered = rendered(PLATFORM);
    let mut files = rendered.files.clone();
    files.remove(SERVICE);
    assert_eq!(
        messages(&check_rendered(&files, &rendered)),
        [format!("BK0106 {SERVICE} is missing")]
    );
    assert_eq!(plan(&files, &rendered).unwrap().apply(&files), rendered.files);
}

#[test]
fn a_manifest_that_cannot_be_read_stops_render_at_its_line() {
    let rendered = rendered(PLATFORM);
    let mut files = rendered.files.clone();
    files.insert_text("gitops/.becket/manifest", "# head\n<<<<<<< HEAD\n");
    let findings = plan(&files, &rendered).unwrap_err();
    assert_eq!(
        messages(&findings),
        ["BK0105 line 2 of the manifest cannot be read"]
    );
    assert_eq!(
        findings[0].place.span.map(|span| (span.start, span.end)),
        Some((7, 19))
    );
}
