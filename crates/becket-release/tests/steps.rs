//! The steps of a release's life, over a whole repository.

#![expect(clippy::unwrap_used, reason = "it fails the test")]

mod platform;

use becket_release::{
    Error, Hold, Rollback, Stages, diff, first, hold_file, promote, release, release_folder, remove,
    rollback, status, unhold,
};
use becket_source::{Change, FileSet};
use platform::{changed, gitops, hold, image, set_candidate, stages, today};

/// `orders` released to dev with version 1.
fn released() -> FileSet {
    release(&gitops(), &stages(), "orders", &image("orders", 1), today())
        .unwrap()
        .files
}

/// The next stage up.
fn up(files: &FileSet) -> FileSet {
    promote(files, &stages(), "orders", (None, None), None, today())
        .unwrap()
        .files
}

fn refused(files: &FileSet, from: Option<&str>, to: Option<&str>) -> String {
    promote(files, &stages(), "orders", (from, to), None, today())
        .unwrap_err()
        .with_remedy()
}

#[test]
fn a_release_is_the_candidate_and_the_image_and_nothing_else_changes() {
    let before = gitops();
    let outcome = release(&before, &stages(), "orders", &image("orders", 0x9f), today()).unwrap();
    let paths: Vec<_> = changed(&before, &outcome.files);
    assert_eq!(
        paths,
        [
            "base/deployment.yaml",
            "base/kustomization.yaml",
            "kustomization.yaml"
        ]
        .map(|path| (format!("apps/orders/overlays/dev/release/{path}"), Change::Added))
    );
    let folder = outcome.files.folder(&release_folder("orders", "dev"));
    assert_eq!(folder.folder("base"), before.folder("apps/orders/base"));
    insta::assert_snapshot!(folder.text("kustomization.yaml").unwrap().unwrap(), @r"
    # What dev runs: manifests, image and configuration as released. Promotion copies this folder; nothing else writes it.
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
      - base
    images:
      - name: orders
        newName: ghcr.io/acme/orders
        digest: sha256:9f00000000000000000000000000000000000000000000000000000000000000
    ");
    insta::assert_snapshot!(outcome.message().text(), @r"
    release(orders): → dev

    - image orders added: 9f0000000000
    - config PAGE_SIZE added: 24

    Becket-Step: release
    Becket-Unit: orders
    Becket-To: dev
    Becket-Digest: sha256:9f00000000000000000000000000000000000000000000000000000000000000
    ");
}

#[test]
fn a_release_again_is_the_same_files() {
    let files = released();
    assert_eq!(
        release(&files, &stages(), "orders", &image("orders", 1), today())
            .unwrap()
            .files,
        files
    );
}

#[test]
fn promotion_copies_image_and_config_together() {
    let mut files = up(&released());
    set_candidate(&mut files, "orders", "48");
    let files = release(&files, &stages(), "orders", &image("orders", 2), today())
        .unwrap()
        .files;
    let outcome = promote(
        &files,
        &stages(),
        "orders",
        (None, Some("qa")),
        Some("bob"),
        today(),
    )
    .unwrap();
    let text = |path: &str| {
        outcome
            .files
            .text(&format!("apps/orders/overlays/qa/release/{path}"))
            .unwrap()
            .unwrap()
    };
    assert!(text("kustomization.yaml").starts_with("# What qa runs: "));
    assert!(text("kustomization.yaml").contains("digest: sha256:02"));
    assert!(text("base/kustomization.yaml").contains("PAGE_SIZE=48"));
    insta::assert_snapshot!(outcome.message().text(), @r"
    promote(orders): dev → qa

    - image orders 010000000000 → 020000000000
    - config PAGE_SIZE 24 → 48

    Becket-Step: promote
    Becket-Unit: orders
    Becket-From: dev
    Becket-To: qa
    Becket-Digest: sha256:0200000000000000000000000000000000000000000000000000000000000000
    Approved-by: bob
    ");
}

#[test]
fn a_promotion_touches_the_target_release_and_nothing_else() {
    let mut files = released();
    files.insert_text("apps/orders/overlays/qa/patches/mine.yaml", "kind: Deployment\n");
    files.insert_text(
        hold_file("orders", "qa"),
        "reason: over\nauthor: ann\nuntil: 2026-11-22\n",
    );
    for (path, change) in changed(&files, &up(&files)) {
        assert!(path.starts_with("apps/orders/overlays/qa/release/"), "{path}");
        assert_eq!(change, Change::Added);
    }
}

#[test]
fn a_promotion_leaves_no_file_of_the_release_before() {
    let mut files = up(&released());
    files.remove("apps/orders/base/deployment.yaml");
    files.insert_text("apps/orders/base/statefulset.yaml", "kind: StatefulSet\n");
    let files = up(
        &release(&files, &stages(), "orders", &image("orders", 2), today())
            .unwrap()
            .files,
    );
    let qa = files.folder("apps/orders/overlays/qa/release/base");
    assert_eq!(qa, files.folder("apps/orders/base"));
}

#[test]
fn without_a_target_the_lowest_stage_that_is_ahead_moves() {
    let files = up(&up(&released()));
    assert!(files.has_folder(&release_folder("orders", "pre-prod")));
    let files = release(&files, &stages(), "orders", &image("orders", 2), today())
        .unwrap()
        .files;
    let ahead = |files: &FileSet| -> Vec<String> {
        let status = status(files, &stages(), "orders", today()).unwrap();
        status
            .stages
            .into_iter()
            .filter(|stage| stage.ahead)
            .map(|stage| stage.stage)
            .collect()
    };
    assert_eq!(ahead(&files), ["dev", "pre-prod"]);
    let files = up(&files);
    assert_eq!(ahead(&files), ["qa", "pre-prod"]);
    let files = up(&up(&files));
    assert_eq!(ahead(&files), Vec::<String>::new());
    assert_eq!(
        refused(&files, None, None),
        "nothing to promote: every stage of orders runs the same; release a new version with `becket release orders`"
    );
}

#[test]
fn a_stage_is_skipped_only_by_name() {
    let files = released();
    assert_eq!(
        refused(&files, None, Some("prod")),
        "nothing of orders is released to pre-prod; run `becket promote orders --to pre-prod`"
    );
    let skipped = promote(
        &files,
        &stages(),
        "orders",
        (Some("dev"), Some("prod")),
        None,
        today(),
    )
    .unwrap()
    .files;
    assert!(skipped.has_folder(&release_folder("orders", "prod")));
    assert!(!skipped.has_folder(&release_folder("orders", "qa")));
    let files = up(&files);
    assert_eq!(
        refused(&files, Some("qa"), Some("dev")),
        "promotions go upwards, and dev is not after qa; to go back, run `becket rollback orders --in dev`"
    );
    assert!(refused(&files, Some("dev"), Some("dev")).starts_with("promotions go upwards"));
    assert_eq!(
        refused(&files, Some("prod"), None),
        "orders cannot be promoted from prod: it is the last stage"
    );
    assert_eq!(
        refused(&files, None, Some("dev")),
        "orders cannot be promoted to dev: it is the lowest stage; release to it with `becket release orders`"
    );
    assert_eq!(
        refused(&files, None, Some("qa")),
        "nothing to promote: qa already runs what dev runs of orders"
    );
    assert_eq!(
        refused(&files, None, Some("prd")),
        "there is no stage `prd`; did you mean `prod`?"
    );
}

#[test]
fn what_is_missing_is_named_with_the_command_that_makes_it() {
    let files = gitops();
    assert_eq!(
        refused(&files, None, None),
        "nothing of orders is released to dev; run `becket release orders`"
    );
    let of = |files: &FileSet, stages: &Stages, unit: &str| {
        release(files, stages, unit, &image("orders", 1), today())
            .unwrap_err()
            .with_remedy()
    };
    assert_eq!(
        of(&files, &stages(), "order"),
        "there is no unit `order`; did you mean `orders`?"
    );
    assert_eq!(
        of(&FileSet::new(), &stages(), "a"),
        "there is no unit `a`; there are none yet: run `becket render`"
    );
    assert_eq!(
        of(&files, &Stages::new(Vec::<String>::new()), "orders"),
        "the platform has no environments; add one under `environments:`"
    );
    assert_eq!(
        of(&files, &Stages::new(["new"]), "orders"),
        "orders has no overlay for new: apps/orders/overlays/new/kustomization.yaml is missing; run `becket render`"
    );
    let mut files = files;
    files.remove_folder("apps/orders/base");
    assert_eq!(
        of(&files, &stages(), "orders"),
        "orders has no candidate in apps/orders/base; run `becket render`"
    );
}

#[test]
fn a_held_stage_is_left_alone_until_the_hold_is_over() {
    let files = released();
    let until = Hold {
        until: Some("2026-11-23".parse().unwrap()),
        ..hold("load test")
    };
    let held = becket_release::hold(&files, &stages(), "orders", "qa", &until)
        .unwrap()
        .files;
    assert_eq!(
        changed(&files, &held),
        [(hold_file("orders", "qa"), Change::Added)]
    );
    insta::assert_snapshot!(held.text(&hold_file("orders", "qa")).unwrap().unwrap(), @r"
    # Releases and promotions leave qa alone while this file stands.
    reason: load test
    author: ann
    until: 2026-11-23
    ");
    assert_eq!(
        refused(&held, None, None),
        "orders is held in qa by ann until 2026-11-23 (load test); when that is over, run `becket hold orders --in qa --end`"
    );
    let tomorrow = "2026-11-24".parse().unwrap();
    assert!(promote(&held, &stages(), "orders", (None, None), None, tomorrow).is_ok());
    let ended = unhold(&held, &stages(), "orders", "qa").unwrap().files;
    assert_eq!(ended, files);
    assert_eq!(
        unhold(&ended, &stages(), "orders", "qa")
            .unwrap_err()
            .with_remedy(),
        "orders is not held in qa"
    );
    let held = becket_release::hold(&files, &stages(), "orders", "dev", &hold("freeze"))
        .unwrap()
        .files;
    let refused = release(&held, &stages(), "orders", &image("orders", 2), today()).unwrap_err();
    assert!(matches!(refused, Error::Held { stage, .. } if stage == "dev"));
    let mut unreadable = files;
    unreadable.insert_text(hold_file("orders", "qa"), "until: [");
    assert!(matches!(
        promote(&unreadable, &stages(), "orders", (None, None), None, today()),
        Err(Error::Unreadable { .. })
    ));
}

#[test]
fn a_rollback_restores_the_bytes_and_leaves_a_hold() {
    let before = up(&released());
    let after = up(
        &release(&before, &stages(), "orders", &image("orders", 2), today())
            .unwrap()
            .files,
    );
    let folder = release_folder("orders", "qa");
    let back = Rollback {
        previous: before.folder(&folder),
        commit: Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned()),
        hold: hold("carts are lost"),
    };
    let outcome = rollback(&after, &stages(), "orders", "qa", &back).unwrap();
    assert_eq!(outcome.files.folder(&folder), before.folder(&folder));
    let others = changed(&after, &outcome.files);
    assert!(
        others
            .iter()
            .all(|(path, _)| path.starts_with(&folder) || *path == hold_file("orders", "qa"))
    );
    insta::assert_snapshot!(outcome.message().text(), @r"
    rollback(orders): qa

    - image orders 020000000000 → 010000000000

    Becket-Step: rollback
    Becket-Unit: orders
    Becket-To: qa
    Becket-Digest: sha256:0100000000000000000000000000000000000000000000000000000000000000
    Becket-Restored: 4b825dc642cb6eb9a060e54bf8d69288fbee4904
    Becket-Reason: carts are lost
    ");
    assert_eq!(
        refused(&outcome.files, None, None),
        "orders is held in qa by ann (carts are lost); when that is over, run `becket hold orders --in qa --end`"
    );
    let again = rollback(&outcome.files, &stages(), "orders", "qa", &back).unwrap_err();
    assert_eq!(
        again.with_remedy(),
        "there is nothing before what qa runs of orders; `becket history orders` shows what was released"
    );
}

#[test]
fn a_removal_takes_the_release_and_leaves_what_is_the_stages_own() {
    let files = up(&released());
    let outcome = remove(&files, &stages(), "orders", "qa", today()).unwrap();
    assert!(changed(&files, &outcome.files).iter().all(|(path, change)| {
        path.starts_with("apps/orders/overlays/qa/release/") && *change == Change::Removed
    }));
    assert_eq!(outcome.files, released());
    assert!(matches!(
        remove(&outcome.files, &stages(), "orders", "qa", today()),
        Err(Error::NotReleased { .. })
    ));
}

#[test]
fn the_first_release_goes_to_every_stage_that_has_none() {
    let files = becket_release::hold(&gitops(), &stages(), "catalog", "prod", &hold("not yet"))
        .unwrap()
        .files;
    let images = [
        ("orders".to_owned(), image("orders", 1)),
        ("catalog".to_owned(), image("catalog", 1)),
    ];
    let outcome = first(&files, &stages(), &images, today()).unwrap();
    for unit in ["orders", "catalog"] {
        let status = status(&outcome.files, &stages(), unit, today()).unwrap();
        let runs: Vec<bool> = status
            .stages
            .iter()
            .map(|stage| stage.released.is_some())
            .collect();
        assert_eq!(runs, [true, true, true, unit == "orders"]);
        assert!(!status.candidate_ahead);
    }
    insta::assert_snapshot!(outcome.message().text(), @r"
    release(orders, catalog): first → dev, qa, pre-prod, prod

    Becket-Step: first
    Becket-Unit: orders
    Becket-Digest: sha256:0100000000000000000000000000000000000000000000000000000000000000
    Becket-Unit: catalog
    Becket-Digest: sha256:0100000000000000000000000000000000000000000000000000000000000000
    Becket-To: dev
    Becket-To: qa
    Becket-To: pre-prod
    Becket-To: prod
    ");
    let catalog = first(&files, &stages(), &images[1..], today()).unwrap();
    assert_eq!(
        catalog.step.subject(),
        "release(catalog): first → dev, qa, pre-prod"
    );
    let again = [
        ("orders".to_owned(), image("orders", 2)),
        ("catalog".to_owned(), image("catalog", 2)),
    ];
    assert_eq!(
        first(&outcome.files, &stages(), &again, today()).unwrap().files,
        outcome.files
    );
}

#[test]
fn status_says_what_runs_what_waits_and_what_cannot_be_read() {
    let mut files = up(&released());
    set_candidate(&mut files, "orders", "48");
    files.insert_text(
        "apps/orders/overlays/qa/release/kustomization.yaml",
        "images: [{name: orders}]\n",
    );
    files.insert_text(hold_file("orders", "prod"), "reason: [");
    let status = status(&files, &stages(), "orders", today()).unwrap();
    assert!(status.candidate_ahead);
    let dev = &status.stages[0];
    assert_eq!(dev.released.as_ref().unwrap().images, [image("orders", 1)]);
    assert!(dev.ahead && !dev.held && dev.problem.is_none());
    assert_eq!(
        status.stages[1].problem.as_deref().unwrap(),
        "apps/orders/overlays/qa/release/kustomization.yaml cannot be read: the image orders has no digest; \
         mend it or restore it from Git"
    );
    assert!(status.stages[3].held && status.stages[3].problem.is_some());
    let equal = becket_release::status(&up(&released()), &stages(), "orders", today()).unwrap();
    let identity = |stage: usize| equal.stages[stage].released.as_ref().unwrap().identity.clone();
    assert_eq!(identity(0), identity(1));
}

#[test]
fn a_diff_tells_images_configuration_and_files() {
    let mut files = up(&released());
    set_candidate(&mut files, "orders", "48");
    files.insert_text("apps/orders/base/pdb.yaml", "kind: PodDisruptionBudget\n");
    let files = release(&files, &stages(), "orders", &image("orders", 2), today())
        .unwrap()
        .files;
    let diff = diff(&files, &stages(), "orders", "dev", "qa").unwrap();
    let lines: Vec<String> = diff.differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "image orders 010000000000 → 020000000000",
            "config PAGE_SIZE 24 → 48",
            "base/pdb.yaml added"
        ]
    );
    let unified: String = diff.files.into_iter().map(|file| file.unified).collect();
    insta::assert_snapshot!(unified, @r"
    --- qa/base/kustomization.yaml
    +++ dev/base/kustomization.yaml
    @@ -3,4 +3,4 @@
     configMapGenerator:
       - name: orders
         literals:
    -      - PAGE_SIZE=24
    +      - PAGE_SIZE=48
    --- qa/base/pdb.yaml
    +++ dev/base/pdb.yaml
    @@ -0,0 +1 @@
    +kind: PodDisruptionBudget
    --- qa/kustomization.yaml
    +++ dev/kustomization.yaml
    @@ -5,4 +5,4 @@
     images:
       - name: orders
         newName: ghcr.io/acme/orders
    -    digest: sha256:0100000000000000000000000000000000000000000000000000000000000000
    +    digest: sha256:0200000000000000000000000000000000000000000000000000000000000000
    ");
    let none = becket_release::diff(&up(&released()), &stages(), "orders", "dev", "qa").unwrap();
    assert_eq!(none, becket_release::Diff::default());
}

#[test]
fn a_comment_by_hand_in_the_place_of_ours_travels() {
    let mut files = released();
    let path = "apps/orders/overlays/dev/release/kustomization.yaml";
    let text = files
        .text(path)
        .unwrap()
        .unwrap()
        .replace("# What dev runs", "# mine: what dev runs");
    files.insert_text(path, &text);
    let files = up(&files);
    assert_eq!(
        files.text("apps/orders/overlays/qa/release/kustomization.yaml"),
        Some(Ok(text.as_str()))
    );
}
