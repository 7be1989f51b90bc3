//! Objects that several Applications ask for.

use super::*;

/// Declares Applications of qa and what each builds to, and lets things happen for a while.
fn commit(lab: &mut Lab, revision: &str, apps: &[(&str, &[Value])]) {
    let declared = apps.iter().map(|(unit, _)| application(unit, false)).collect();
    lab.declare_all(revision, declared);
    for (unit, objects) in apps {
        lab.tell(Event::Built(Built {
            application: format!("apps-{unit}-qa"),
            revision: revision.to_owned(),
            outcome: Ok(objects.iter().cloned().map(Arc::new).collect()),
        }));
    }
    lab.tell(Event::Settled);
    lab.run(2 * SECOND);
}

/// Who has the ConfigMap, and what it says.
fn value(lab: &Lab) -> String {
    let Some(live) = lab.world.objects.get(&key("", "ConfigMap", "orders")) else {
        return String::new();
    };
    let value = live.object["data"]["KEY"].as_str().unwrap();
    format!("{}: {value}", live.app)
}

#[test]
fn the_first_by_name_has_what_several_ask_for_and_the_others_say_so() {
    let mut lab = Lab::new();
    let (a, b, own) = (config("a"), config("b"), service());
    commit(&mut lab, "1", &[("payments", &[b.clone(), own.clone()])]);
    assert_eq!(value(&lab), "apps-payments-qa: b");

    let both: [(&str, &[Value]); 2] = [("orders", &[a]), ("payments", &[b, own])];
    commit(&mut lab, "2", &both);
    assert_eq!(value(&lab), "apps-orders-qa: a");
    let board = lab.world.board();
    assert!(board.is_healthy(), "{:?}", board.complaints());
    assert_eq!(board.app("apps-orders-qa").unwrap().conditions, []);
    let conditions = &board.app("apps-payments-qa").unwrap().conditions;
    let conditions: Vec<_> = conditions
        .iter()
        .map(|one| (one.kind.as_str(), one.message.as_str()))
        .collect();
    assert_eq!(
        conditions,
        [(
            "SharedResourceWarning",
            "ConfigMap orders is part of apps-orders-qa too, which has it"
        )]
    );
    let version = lab.world.board_version();
    lab.run(600 * SECOND);
    assert_eq!(
        lab.world.board_version(),
        version,
        "they do not take it from each other"
    );
}

#[test]
fn what_another_one_asks_for_is_neither_pruned_nor_deleted() {
    let both: [(&str, &[Value]); 2] = [
        ("orders", &[config("a"), service()]),
        ("payments", &[config("b")]),
    ];
    let no_longer: [(&str, &[Value]); 2] = [("orders", &[service()]), ("payments", &[config("b")])];
    for after in [&no_longer[..], &no_longer[1..]] {
        let mut lab = Lab::new();
        commit(&mut lab, "1", &both);
        assert_eq!(value(&lab), "apps-orders-qa: a");
        commit(&mut lab, "2", after);
        assert_eq!(value(&lab), "apps-payments-qa: b");
        assert!(
            lab.world.board().is_healthy(),
            "{:?}",
            lab.world.board().complaints()
        );
        commit(&mut lab, "3", &[("payments", &[])]);
        assert_eq!(value(&lab), "");
    }
}

#[test]
fn a_deployment_that_changes_hands_runs_on() {
    let mut lab = Lab::new();
    let objects: &[Value] = &[deployment("one", 1), service()];
    commit(&mut lab, "1", &[("orders", objects), ("payments", objects)]);
    assert_eq!(lab.serving(), ["one"]);
    commit(&mut lab, "2", &[("payments", objects)]);
    assert_eq!(
        (lab.serving(), lab.log.as_slice()),
        (vec!["one".to_owned()], &["start one".to_owned()][..])
    );
    let board = lab.world.board();
    assert_eq!(board.app("apps-payments-qa").unwrap().replicas.ready, 1);
    assert!(board.is_healthy(), "{:?}", board.complaints());
}

#[test]
fn what_runs_once_elsewhere_has_the_image_that_runs_there() {
    // Its row is made before and after the one of the Application that it is the same as.
    for unit in ["catalog", "payments"] {
        let mut lab = Lab::new();
        let mut same = application(unit, false);
        same.place = crate::application::Place::SameAs("apps-orders-qa".to_owned());
        for (revision, image) in [("1", "one"), ("2", "two")] {
            lab.declare_all(revision, vec![application("orders", false), same.clone()]);
            lab.build(revision, &[deployment(image, 1), service()]);
            lab.run(2 * SECOND);
            let board = lab.world.board();
            let row = board.app(&same.name).unwrap();
            assert_eq!(row.image.as_deref(), Some(image), "{unit}");
        }
    }
}
