//! Whatever the order of steps: a stage runs only what the lowest stage once ran, and a step stays in its place.

#![expect(clippy::unwrap_used, reason = "it fails the test")]

mod platform;

use std::collections::BTreeMap;

use becket_release::{
    Error, Message, Outcome, Rollback, hold_file, promote, release, release_folder, remove, rollback, unhold,
};
use becket_source::FileSet;
use platform::{changed, gitops, hold, image, set_candidate, stages, today};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Try {
    Candidate(u8),
    Release(u8),
    Promote(Option<usize>, Option<usize>),
    Rollback(usize, usize),
    Hold(usize),
    Unhold(usize),
    Remove(usize),
}

fn tries() -> impl Strategy<Value = Try> {
    let stage = || 0usize..4;
    prop_oneof![
        2 => any::<u8>().prop_map(Try::Candidate),
        4 => any::<u8>().prop_map(Try::Release),
        8 => (prop::option::of(stage()), prop::option::of(stage())).prop_map(|(from, to)| Try::Promote(from, to)),
        2 => (stage(), 0usize..20).prop_map(|(stage, back)| Try::Rollback(stage, back)),
        1 => stage().prop_map(Try::Hold),
        2 => stage().prop_map(Try::Unhold),
        1 => stage().prop_map(Try::Remove),
    ]
}

/// The release less the line that names its stage.
fn contents(files: &FileSet, stage: &str) -> FileSet {
    let mut release = files.folder(&release_folder("orders", stage));
    if let Some(Ok(text)) = release.text("kustomization.yaml") {
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with(&format!("# What {stage} runs: ")), "{first}");
        let rest = rest.to_owned();
        release.insert_text("kustomization.yaml", rest);
    }
    release
}

fn step(files: &FileSet, past: &BTreeMap<usize, Vec<FileSet>>, step: &Try) -> Result<Outcome, Error> {
    let stages = stages();
    let names: Vec<&str> = stages.iter().collect();
    match step {
        Try::Candidate(_) => unreachable!("a candidate is render's"),
        Try::Release(version) => release(files, &stages, "orders", &image("orders", *version), today()),
        Try::Promote(from, to) => {
            let way = (from.map(|from| names[from]), to.map(|to| names[to]));
            promote(files, &stages, "orders", way, None, today())
        }
        Try::Rollback(stage, back) => {
            let past = past.get(stage).map(Vec::as_slice).unwrap_or_default();
            let previous = if past.is_empty() {
                FileSet::new()
            } else {
                past[back % past.len()].clone()
            };
            let back = Rollback {
                previous,
                commit: None,
                hold: hold("back"),
            };
            rollback(files, &stages, "orders", names[*stage], &back)
        }
        Try::Hold(stage) => becket_release::hold(files, &stages, "orders", names[*stage], &hold("wait")),
        Try::Unhold(stage) => unhold(files, &stages, "orders", names[*stage]),
        Try::Remove(stage) => remove(files, &stages, "orders", names[*stage], today()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stage_runs_only_what_the_lowest_stage_once_ran(tries in prop::collection::vec(tries(), 1..60)) {
        let stages = stages();
        let mut files = gitops();
        let mut lowest = vec![FileSet::new()];
        let mut past: BTreeMap<usize, Vec<FileSet>> = BTreeMap::new();
        for one in &tries {
            if let Try::Candidate(version) = one {
                set_candidate(&mut files, "orders", &version.to_string());
                continue;
            }
            let Ok(outcome) = step(&files, &past, one) else { continue };
            let message = outcome.message();
            prop_assert_eq!(Message::parse(&message.text()), Some(message));
            let touched = changed(&files, &outcome.files);
            let at: Vec<&str> = stages
                .iter()
                .filter(|stage| {
                    let (folder, hold) = (release_folder("orders", stage), hold_file("orders", stage));
                    touched.iter().any(|(path, _)| path.starts_with(&format!("{folder}/")) || *path == hold)
                })
                .collect();
            prop_assert!(at.len() <= 1, "{:?} touched {:?}", one, at);
            prop_assert!(touched.iter().all(|(path, _)| {
                let own = path.strip_prefix("apps/orders/overlays/").and_then(|rest| rest.split_once('/'));
                own.is_some_and(|(_, rest)| rest.starts_with("release/") || rest == "hold.yaml")
            }), "{:?}", touched);
            files = outcome.files;
            for (position, stage) in stages.iter().enumerate() {
                let release = contents(&files, stage);
                if position == 0 && !lowest.contains(&release) {
                    lowest.push(release.clone());
                }
                prop_assert!(lowest.contains(&release), "{} runs what dev never ran", stage);
                past.entry(position).or_default().push(files.folder(&release_folder("orders", stage)));
            }
        }
    }
}
