//! Protected Applications over restarts.

use super::*;

#[test]
fn a_protected_app_that_is_no_longer_made_is_there_after_a_restart() {
    let objects = [deployment("one", 1), service()];
    let mut lab = Lab::new();
    lab.declare_all("1", vec![application("orders", true)]);
    lab.build("1", &objects);
    lab.run(SECOND);
    lab.declare_all("2", Vec::new());
    lab.run(SECOND);
    let protected = lab.protected.clone();
    assert_eq!(
        protected,
        Protected::from([("apps-orders-qa".to_owned(), "1".to_owned())])
    );

    let mut lab = Lab::new();
    lab.world = World::new(Hooks::new()).protecting(protected.clone());
    lab.protected = protected.clone();
    lab.tell(Event::Declared(Declared {
        revision: "2".to_owned(),
        kept: vec![(application("orders", true), "1".to_owned())],
        ..Declared::default()
    }));
    lab.build("1", &objects);
    lab.tell(Event::Settled);
    lab.run(2 * SECOND);
    for revision in ["2", "3"] {
        assert_eq!(
            (lab.serving(), lab.state()),
            (vec!["one".to_owned()], (Sync::Unknown, Health::Healthy))
        );
        let condition = &lab.app().conditions[0];
        assert!(
            condition
                .message
                .contains("take apps-orders-qa out of .becket/run/protected.json"),
            "{condition:?}"
        );
        assert_eq!(lab.protected, protected);
        lab.declare_all(revision, Vec::new());
        lab.run(SECOND);
    }

    // Made again it is an Application like the others; and protected no longer, it is forgotten.
    lab.commit("4", &[deployment("two", 1), service()]);
    assert_eq!(
        (lab.serving(), lab.state()),
        (vec!["two".to_owned()], (Sync::Synced, Health::Healthy))
    );
    assert_eq!(lab.protected, Protected::new());
}
