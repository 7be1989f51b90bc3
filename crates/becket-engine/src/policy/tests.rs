//! What policies allow, and what cannot be read of them.

use super::*;
use serde_json::json;

fn orders() -> Policy {
    let kubernetes = |name: &str| json!({"matchLabels": {"app": name}});
    Policy::read(
        "qa",
        &json!({"metadata": {"name": "orders"}, "spec": {
            "podSelector": kubernetes("orders"),
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {"from": [{"podSelector": kubernetes("frontend")}], "ports": [{"port": "http"}]},
                {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": INGRESS_NAMESPACE}}}]},
            ],
            "egress": [
                {"to": [{"podSelector": kubernetes("catalog")}], "ports": [{"port": 8080}]},
                {"to": [{"ipBlock": {"cidr": "10.10.0.0/16"}}], "ports": [{"port": 5432}]},
            ],
        }}),
    )
}

fn frontend_may_send_only() -> Policy {
    Policy::read(
        "qa",
        &json!({"metadata": {"name": "frontend"}, "spec": {
            "podSelector": {"matchLabels": {"app": "frontend"}}, "policyTypes": ["Egress"],
            "egress": [{"ports": [{"port": 8000, "endPort": 8090}]}],
        }}),
    )
}

#[test]
fn decisions() {
    let policies = [orders(), frontend_may_send_only()];
    let table = [
        // from, to, port, allowed
        ("qa/frontend", "qa/orders", 8080, true),
        ("qa/frontend", "qa/orders", 9090, false), // ingress names http, and 9090 is not it
        ("qa/frontend", "qa/catalog", 8095, false), // outside of the range
        ("qa/frontend", "outside", 5432, false),
        ("qa/catalog", "qa/orders", 8080, false),
        ("dev/frontend", "qa/orders", 8080, false), // a pod selector means the policy's own namespace
        ("envoy-gateway-system/envoy", "qa/orders", 8080, true),
        ("envoy-gateway-system/envoy", "qa/catalog", 8080, true), // nothing selects catalog
        ("envoy-gateway-system/envoy", "dev/orders", 8080, true), // the policy is qa's
        ("qa/orders", "qa/catalog", 8080, true),
        ("qa/orders", "qa/catalog", 9090, false),
        ("qa/orders", "qa/frontend", 8080, false),
        ("qa/orders", "dev/catalog", 8080, false),
        ("qa/orders", "outside", 5432, true),
        ("qa/orders", "outside", 443, false),
        ("qa/catalog", "outside", 443, true),
    ];
    let names = BTreeMap::from([("http".to_owned(), 8080)]);
    for (from, to, number, allowed) in table {
        let labels = |end: &str| {
            let app = end.split_once('/').map_or("", |(_, app)| app);
            BTreeMap::from([("app".to_owned(), app.to_owned())])
        };
        let (from_labels, to_labels) = (labels(from), labels(to));
        let end = |end: &'static str, labels| match end.split_once('/') {
            Some((namespace, _)) => End::Pod { namespace, labels },
            None => End::Outside,
        };
        let port = Port {
            number,
            names: &names,
        };
        let verdict = allows(&policies, end(from, &from_labels), end(to, &to_labels), port);
        assert_eq!(verdict.is_ok(), allowed, "{from} -> {to}:{number}: {verdict:?}");
    }
}

#[test]
fn a_policy_without_rules_shuts_its_pods_off_and_is_named() {
    let deny = Policy::read(
        "qa",
        &json!({"metadata": {"name": "deny"}, "spec": {"podSelector": {}}}),
    );
    let (labels, names) = (BTreeMap::new(), BTreeMap::new());
    let pod = End::Pod {
        namespace: "qa",
        labels: &labels,
    };
    let port = Port {
        number: 80,
        names: &names,
    };
    let denied = allows(&[deny], pod, pod, port).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "no ingress rule of NetworkPolicy deny allows it"
    );
}

#[test]
fn what_another_policy_allows_is_allowed() {
    let more = json!({"metadata": {"name": "orders-database"}, "spec": {
        "podSelector": {"matchLabels": {"app": "orders"}}, "policyTypes": ["Egress"],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}], "ports": [{"port": 6543}]}]}});
    let policies = [orders(), Policy::read("qa", &more)];
    let (labels, names) = (
        BTreeMap::from([("app".to_owned(), "orders".to_owned())]),
        BTreeMap::new(),
    );
    let from = End::Pod {
        namespace: "qa",
        labels: &labels,
    };
    for (number, allowed) in [(5432, true), (6543, true), (443, false)] {
        let port = Port {
            number,
            names: &names,
        };
        assert_eq!(
            allows(&policies, from, End::Outside, port).is_ok(),
            allowed,
            "{number}"
        );
    }
}

/// Asserts that `spec` says `faults` and that nobody reaches port 8080, called `http`, of the pod it selects.
fn shuts(spec: &Value, faults: &[&str]) {
    let (labels, names) = (BTreeMap::new(), BTreeMap::from([("http".to_owned(), 8080)]));
    let pod = End::Pod {
        namespace: "qa",
        labels: &labels,
    };
    let port = Port {
        number: 8080,
        names: &names,
    };
    let policy = Policy::read("qa", &json!({"metadata": {"name": "p"}, "spec": spec}));
    let said: Vec<String> = policy.faults.iter().map(ToString::to_string).collect();
    assert_eq!(said, faults, "{spec}");
    for from in [pod, End::Outside] {
        let verdict = allows(std::slice::from_ref(&policy), from, pod, port);
        assert!(verdict.is_err(), "{spec} lets {from:?} in");
    }
}

#[test]
fn a_port_that_cannot_be_read_lets_nothing_through_and_is_said() {
    let spec = |port: Value| json!({"podSelector": {}, "ingress": [{"ports": [port]}]});
    for port in [
        json!({"port": "80"}), // a name that no port has
        json!({"port": 8080, "protocol": "UDP"}),
        json!({"protocol": "SCTP"}),
    ] {
        shuts(&spec(port), &[]);
    }
    let needs = "`endPort` needs a `port` that is a number";
    for (port, why) in [
        (json!({"port": 8080.5}), "8080.5 is no port"),
        (json!({"port": -1}), "-1 is no port"),
        (json!({"port": 0}), "0 is no port"),
        (json!({"port": 65_536}), "65536 is no port"),
        (json!({"port": [8080]}), "[8080] is no port"),
        (json!({"port": 8000, "endPort": "8090"}), "`endPort` is no port"),
        (
            json!({"port": 8090, "endPort": 8000}),
            "`endPort` is below `port`",
        ),
        (json!({"port": "http", "endPort": 8090}), needs),
        (json!({"endPort": 8090}), needs),
        (json!({"port": 8080, "protocol": "tcp"}), "\"tcp\" is no protocol"),
        (json!({"port": 8080, "protocol": 6}), "6 is no protocol"),
    ] {
        let fault = format!("spec.ingress[0].ports[0]: {why}; it lets nothing through");
        shuts(&spec(port), &[&fault]);
    }
}

#[test]
fn whatever_else_cannot_be_read_lets_nothing_through_and_is_said() {
    let rule = |rule: Value| json!({"podSelector": {}, "ingress": [rule]});
    let labels = json!({"matchLabels": {"app": 1}});
    let operator = json!({"matchExpressions": [{"key": "app", "operator": "Gt"}]});
    let both = "both directions are shut";
    for (spec, fault) in [
        (
            rule(json!({"ports": {"port": 80}})),
            "spec.ingress[0].ports: is no list; the rule allows nothing".to_owned(),
        ),
        (
            rule(json!({"from": "all"})),
            "spec.ingress[0].from: is no list; the rule allows nothing".to_owned(),
        ),
        (
            json!({"ingress": {}}),
            "spec.ingress: is no list; nothing is allowed".to_owned(),
        ),
        (
            json!({"policyTypes": "Ingress"}),
            format!("spec.policyTypes: is no list; {both}"),
        ),
        (
            json!({"policyTypes": ["in"]}),
            format!("spec.policyTypes: \"in\" is neither Ingress nor Egress; {both}"),
        ),
        (
            json!({"podSelector": operator}),
            format!("spec.podSelector: {operator} is no selector of labels"),
        ),
    ] {
        shuts(&spec, &[&fault]);
    }
    shuts(&json!({"policyTypes": []}), &[]); // as if it were not there
    let nowhere = "the peer is let nowhere";
    for (peer, fault) in [
        (
            json!({}),
            format!(": names neither pods nor addresses; {nowhere}"),
        ),
        (
            json!({"podSelector": labels}),
            format!(".podSelector: {labels} is no selector of labels"),
        ),
        (
            json!({"namespaceSelector": operator}),
            format!(".namespaceSelector: {operator} is no selector of labels"),
        ),
        (
            json!({"ipBlock": {"cidr": "10.0.0.0"}}),
            format!(": `10.0.0.0` is no range of addresses; {nowhere}"),
        ),
        (
            json!({"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}),
            format!(": `ipBlock` stands alone, without selectors; {nowhere}"),
        ),
    ] {
        shuts(
            &rule(json!({"from": [peer]})),
            &[&format!("spec.ingress[0].from[0]{fault}")],
        );
    }
}

#[test]
fn what_can_be_read_beside_it_still_counts() {
    let policy = Policy::read(
        "qa",
        &json!({"spec": {"ingress": [{"ports": [{"port": null, "endPort": -1}, {"port": "http"}, {"port": 9000, "endPort": 9001}]}]}}),
    );
    assert_eq!(policy.faults.len(), 1);
    let (labels, names) = (BTreeMap::new(), BTreeMap::from([("http".to_owned(), 8080)]));
    let pod = End::Pod {
        namespace: "qa",
        labels: &labels,
    };
    for (number, allowed) in [
        (8080, true),
        (8081, false),
        (8999, false),
        (9000, true),
        (9001, true),
        (9002, false),
    ] {
        let port = Port {
            number,
            names: &names,
        };
        let verdict = allows(std::slice::from_ref(&policy), pod, pod, port);
        assert_eq!(verdict.is_ok(), allowed, "{number}");
    }
}

#[test]
fn a_policy_without_types_is_about_egress_only_where_it_has_rules() {
    let (labels, names) = (BTreeMap::new(), BTreeMap::new());
    let pod = End::Pod {
        namespace: "qa",
        labels: &labels,
    };
    let port = Port {
        number: 80,
        names: &names,
    };
    for (egress, allowed) in [(json!([]), true), (json!([{"ports": [{"port": 443}]}]), false)] {
        let policy = Policy::read("qa", &json!({"spec": {"egress": egress}}));
        assert_eq!(
            allows(&[policy], pod, End::Outside, port).is_ok(),
            allowed,
            "{egress}"
        );
    }
}
