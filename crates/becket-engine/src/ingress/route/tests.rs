//! Which rule a request reaches, and what is said of a route that is not served whole.

use http::Request;
use serde_json::json;

use super::*;

fn local(host: &str) -> Option<String> {
    local_host(host, "shop.example", "shop")
}

/// The table of one route `dev/web` for `www.dev.shop.example`.
fn table(rules: &Value) -> (RouteTable, Vec<Condition>) {
    let spec = json!({"hostnames": ["www.dev.shop.example"], "rules": rules});
    RouteTable::build(
        &[HttpRoute {
            namespace: "dev",
            name: "web",
            spec: &spec,
        }],
        &local,
    )
}

/// The Service that a request reaches.
fn reached(table: &RouteTable, host: &str, request: http::request::Builder) -> Option<String> {
    let (parts, ()) = request.body(()).unwrap().into_parts();
    match table.find(host, &parts) {
        Found::Rule(rule, _) => rule.backend().map(|backend| backend.service.clone()),
        Found::NoRule => Some("no rule".to_owned()),
        Found::NoHost => None,
    }
}

fn to(service: &str) -> Value {
    json!([{"name": service, "port": 8080}])
}

#[test]
fn the_most_specific_match_goes_first_however_the_rules_are_ordered() {
    let rules = [
        json!({"backendRefs": to("all")}),
        json!({"matches": [{"path": {"type": "PathPrefix", "value": "/api"}}], "backendRefs": to("api")}),
        json!({"matches": [{"path": {"type": "PathPrefix", "value": "/api/v1/"}}], "backendRefs": to("v1")}),
        json!({"matches": [{"path": {"type": "Exact", "value": "/api"}}], "backendRefs": to("exact")}),
        json!({"matches": [{"path": {"value": "/api"}, "method": "POST"}], "backendRefs": to("post")}),
        json!({"matches": [{"path": {"value": "/api"}, "headers": [{"name": "X-Beta", "value": "1"}]}], "backendRefs": to("beta")}),
    ];
    let reversed: Vec<Value> = rules.iter().rev().cloned().collect();
    for rules in [Value::from(rules.to_vec()), Value::from(reversed)] {
        let (table, conditions) = table(&rules);
        assert_eq!(conditions, []);
        let get = |path: &str| reached(&table, "www.dev.shop.localhost", Request::get(path)).unwrap();
        assert_eq!(get("/"), "all");
        assert_eq!(get("/apis"), "all");
        assert_eq!(get("/api"), "exact");
        assert_eq!(get("/api/"), "api");
        assert_eq!(get("/api/v1"), "v1");
        assert_eq!(get("/api/v1/x?q=1"), "v1");
        assert_eq!(get("/api/v10"), "api");
        let post = reached(&table, "www.dev.shop.localhost", Request::post("/api/x"));
        assert_eq!(post.as_deref(), Some("post"));
        let beta = Request::get("/api/x").header("x-beta", "1");
        assert_eq!(
            reached(&table, "www.dev.shop.localhost", beta).as_deref(),
            Some("beta")
        );
        let both = Request::post("/api/x").header("x-beta", "1");
        assert_eq!(
            reached(&table, "www.dev.shop.localhost", both).as_deref(),
            Some("post")
        );
    }
}

#[test]
fn of_equal_matches_the_route_first_by_name_goes_first() {
    let spec =
        |service: &str| json!({"hostnames": ["www.shop.example"], "rules": [{"backendRefs": to(service)}]});
    let (second, first) = (spec("second"), spec("first"));
    let routes = [
        HttpRoute {
            namespace: "prod",
            name: "b",
            spec: &second,
        },
        HttpRoute {
            namespace: "prod",
            name: "a",
            spec: &first,
        },
    ];
    let (table, _) = RouteTable::build(&routes, &local);
    assert_eq!(
        reached(&table, "www.shop.localhost", Request::get("/")).as_deref(),
        Some("first")
    );
}

#[test]
fn an_exact_host_goes_before_a_wildcard_and_a_longer_wildcard_before_a_shorter() {
    let spec =
        |host: &str, service: &str| json!({"hostnames": [host], "rules": [{"backendRefs": to(service)}]});
    let specs = [
        spec("*.shop.example", "short"),
        spec("*.dev.shop.example", "long"),
        spec("WWW.dev.shop.example", "exact"),
    ];
    let names = ["a", "b", "c"];
    let routes: Vec<HttpRoute<'_>> = specs
        .iter()
        .zip(names)
        .map(|(spec, name)| HttpRoute {
            namespace: "dev",
            name,
            spec,
        })
        .collect();
    let (table, conditions) = RouteTable::build(&routes, &local);
    assert_eq!(conditions, []);
    let get = |host: &str| reached(&table, host, Request::get("/"));
    assert_eq!(get("www.dev.shop.localhost").as_deref(), Some("exact"));
    assert_eq!(get("x.dev.shop.localhost").as_deref(), Some("long"));
    assert_eq!(get("x.y.shop.localhost").as_deref(), Some("short"));
    assert_eq!(get("shop.localhost"), None);
}

#[test]
fn backends_are_chosen_by_weight() {
    let (table, _) = table(&json!([{"backendRefs": [
        {"name": "stable", "port": 80, "weight": 3},
        {"name": "canary", "port": 80, "weight": 1},
        {"name": "off", "port": 80, "weight": 0},
    ]}]));
    let mut counts = BTreeMap::new();
    for _ in 0..40 {
        let service = reached(&table, "www.dev.shop.localhost", Request::get("/")).unwrap();
        *counts.entry(service).or_insert(0) += 1;
    }
    assert_eq!(
        counts,
        BTreeMap::from([("canary".to_owned(), 10), ("stable".to_owned(), 30)])
    );
}

#[test]
fn a_weight_that_the_gateway_api_does_not_know_is_said_and_nothing_overflows() {
    let weights = [
        json!(u64::MAX),
        json!(u64::MAX),
        json!(1_000_001),
        json!(-1),
        json!("3"),
        json!(1.5),
    ];
    for weight in weights {
        let (_, conditions) = table(&json!([{"backendRefs": [{"name": "a", "port": 80, "weight": weight}]}]));
        let said: Vec<String> = conditions
            .iter()
            .map(|one| format!("{} {}", one.stops, one.message))
            .collect();
        assert_eq!(
            said,
            [format!(
                "true `{weight}` is no weight from 0 to 1000000; the rule answers 500"
            )]
        );
    }
    let most = json!({"name": "a", "port": 80, "weight": 1_000_000});
    let (table, conditions) = table(&json!([{"backendRefs": vec![most; 16]}]));
    assert_eq!(conditions, []);
    assert_eq!(
        reached(&table, "www.dev.shop.localhost", Request::get("/")).as_deref(),
        Some("a")
    );
}

#[test]
fn what_is_not_served_is_said_with_its_place() {
    let (_, conditions) = table(&json!([{
        "matches": [{"path": {"type": "RegularExpression", "value": "/a.*"}}, {"queryParams": [{"name": "a", "value": "b"}]}],
        "filters": [{"type": "RequestMirror"}, {"type": "RequestRedirect", "requestRedirect": {"statusCode": 200}}],
        "backendRefs": [{"name": "other", "namespace": "qa", "port": 80}, {"name": "b", "kind": "Bucket"}, {"name": "c"}],
        "timeouts": {"request": "soon"},
        "retry": {"attempts": 3},
    }]));
    let said: Vec<String> = conditions
        .iter()
        .map(|one| format!("{} {} {}", one.stops, one.place, one.message))
        .collect();
    let wanted = [
        "false rules[0].retry `retry` has no effect on this machine",
        "true rules[0].filters[0] the filter `RequestMirror` is not served on this machine; the rule answers 500",
        "true rules[0].filters[1] `200` is no status of a redirect; the rule answers 500",
        "true rules[0].backendRefs[0] the Service `other` is in the namespace `qa`, and references across namespaces are not served on this machine",
        "true rules[0].backendRefs[1] a backend of kind `Bucket` is not served on this machine, only a Service",
        "true rules[0].backendRefs[2] the Service `c` needs a `port`",
        "true rules[0].timeouts.request \"soon\" is no duration such as `10s`",
        "true rules[0].matches[0].path matching by `RegularExpression` is not served on this machine; the match is left out",
        "true rules[0].matches[1] matching by query parameters is not served on this machine; the match is left out",
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_host_elsewhere_is_not_served_and_said_to_be_so() {
    let spec = json!({"hostnames": ["www.other.example", "notshop.example"], "rules": []});
    let (table, conditions) = RouteTable::build(
        &[HttpRoute {
            namespace: "dev",
            name: "web",
            spec: &spec,
        }],
        &local,
    );
    assert_eq!(table.hosts().count(), 0);
    assert_eq!(conditions.len(), 2);
    assert!(
        conditions[1]
            .to_string()
            .starts_with("HTTPRoute dev/web, hostnames[1]: `notshop.example` is not below")
    );
}

#[test]
fn nonsense_in_a_route_is_no_panic() {
    for spec in [
        Value::Null,
        json!([]),
        json!({"hostnames": [1], "rules": [1, null, {"matches": 1, "filters": [1], "backendRefs": [1]}]}),
        json!({"hostnames": ["www.shop.example"], "rules": [{"matches": [1, {"path": 1, "method": "A B", "headers": [1]}], "filters": [{"type": "URLRewrite", "urlRewrite": {"path": {}}}]}]}),
    ] {
        RouteTable::build(
            &[HttpRoute {
                namespace: "dev",
                name: "web",
                spec: &spec,
            }],
            &local,
        );
    }
}
