//! The reference platform as it stands: no findings, and the views that the golden files need.

use super::{Scope, View, operators, roots, views};
use crate::{Date, Parsed, Platform, parse};
use becket_document::{Fragment, KeyPath};
use becket_source::Level;
use serde_json::{Value, json};

fn storefront() -> Parsed {
    parse(
        "platform.yaml",
        include_str!("../../../../examples/storefront/platform.yaml"),
    )
}

fn get(view: &View, path: &str) -> Value {
    let path: KeyPath = path.parse().unwrap();
    view.get(&path)
        .unwrap_or_else(|| panic!("no {path} in {:?}", view.paths().collect::<Vec<_>>()))
        .value
        .to_value()
}

fn service(platform: &Platform, name: &str) -> View {
    views(platform, Scope::Service)
        .into_iter()
        .find(|view| view.text("service.name") == Some(name))
        .unwrap()
}

fn stage(platform: &Platform, name: &str, environment: &str) -> View {
    views(platform, Scope::ServiceEnvironment)
        .into_iter()
        .find(|view| {
            view.text("service.name") == Some(name) && view.text("environment.name") == Some(environment)
        })
        .unwrap()
}

#[test]
fn the_reference_platform_has_one_note_and_nothing_else() {
    let parsed = storefront();
    let findings = parsed.check(Date::constant(2026, 11, 23));
    assert!(parsed.platform().is_some(), "{findings:#?}");
    assert!(
        findings.iter().all(|finding| finding.level == Level::Note),
        "{findings:#?}"
    );
    assert_eq!(
        findings
            .iter()
            .map(|finding| finding.message.as_str())
            .collect::<Vec<_>>(),
        ["checked, and not acted on by this version: `services.*.slo`, `alerts`"]
    );
}

#[test]
fn there_is_an_operator_for_production_and_one_for_the_rest() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    let names: Vec<_> = operators(platform)
        .iter()
        .map(|operator| (operator.name.to_string(), operator.protect, operator.first))
        .collect();
    assert_eq!(
        names,
        [
            ("nonprod".to_owned(), false, true),
            ("prod".to_owned(), true, false)
        ]
    );
    let all = views(platform, Scope::Operator);
    assert_eq!(
        get(&all[0], "operator.clusters"),
        json!({ "nonprod": "https://kubernetes.default.svc" })
    );
    assert_eq!(
        get(&all[0], "operator.environments"),
        json!({ "dev": ["nonprod"], "qa": ["nonprod"], "uat": ["nonprod"], "pre-prod": ["nonprod"] })
    );
    assert_eq!(
        get(&all[1], "operator.overrides.clusters").to_string(),
        json!({
            "nonprod": null,
            "prod": "https://kubernetes.default.svc",
            "prod-dr": "https://kubernetes.prod-dr.acme.example",
        })
        .to_string()
    );
    assert_eq!(
        get(&all[1], "operator.overrides.environments").to_string(),
        json!({ "dev": null, "qa": null, "uat": null, "pre-prod": null, "prod": ["prod", "prod-dr"] })
            .to_string()
    );
    let prod = cluster("prod", &[]);
    assert!(prod.is("cluster.has.argocd_for_others") && !prod.is("cluster.has.argocd_elsewhere"));
    assert!(!cluster("nonprod", &[]).is("cluster.has.argocd_for_others"));
    let further = cluster("prod-dr", &[]);
    assert!(further.is("cluster.has.argocd_elsewhere") && !further.is("cluster.has.argocd_for_others"));
    assert_eq!(
        get(&further, "cluster.argocd.role_arns"),
        json!({ "root": "../../prod/eks", "output": "argocd_role_arns" })
    );
    // What DNS has to know of the cluster that production's does not run on.
    assert_eq!(
        get(&all[0], "platform.dns.api_hosts"),
        json!({ "prod-dr": "kubernetes.prod-dr.acme.example" })
    );
    assert_eq!(
        get(&all[0], "platform.dns.cluster_endpoints"),
        json!({ "prod-dr": { "root": "../../prod-dr/eks", "output": "cluster_endpoint" } })
    );
}

#[test]
fn orders_offers_what_its_golden_files_hold() {
    let parsed = storefront();
    let orders = service(parsed.platform().unwrap(), "orders");
    assert_eq!(
        get(&orders, "service.config"),
        json!(["CATALOG_URL=http://catalog:8080"])
    );
    assert_eq!(
        get(&orders, "service.env"),
        json!([
            { "name": "PORT", "value": "8080" },
            { "name": "DATABASE_URL", "valueFrom": { "secretKeyRef": { "name": "orders-database", "key": "url" } } },
        ])
    );
    assert_eq!(
        get(&orders, "service.network.egress")[1]["to"][0]["ipBlock"]["cidr"],
        "10.10.0.0/16"
    );
}

#[test]
fn a_stage_on_other_clusters_may_reach_their_databases() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    assert!(!stage(platform, "orders", "qa").is("stage.has.network"));
    let prod = stage(platform, "orders", "prod");
    assert_eq!(
        get(&prod, "stage.network.egress")[0]["to"],
        json!([{ "ipBlock": { "cidr": "10.20.0.0/16" } }, { "ipBlock": { "cidr": "10.30.0.0/16" } }])
    );
    assert!(
        !stage(platform, "frontend", "prod").is("stage.has.network"),
        "it has no database"
    );
}

#[test]
fn hosts_are_the_environments_own_and_in_the_last_one_the_platforms() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    assert_eq!(
        get(&stage(platform, "frontend", "dev"), "stage.hostnames"),
        json!(["www.dev.acme.example"])
    );
    assert_eq!(
        get(&stage(platform, "frontend", "prod"), "stage.hostnames"),
        json!(["www.acme.example"])
    );
    assert_eq!(
        get(&stage(platform, "frontend", "prod"), "stage.replicas"),
        json!(3)
    );
    assert_eq!(
        get(&stage(platform, "frontend", "qa"), "stage.replicas"),
        json!(1)
    );
}

/// The view of a cluster of the reference platform, changed.
fn cluster(name: &str, changes: &[(&str, &str)]) -> View {
    let text = include_str!("../../../../examples/storefront/platform.yaml");
    let text = changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let parsed = parse("platform.yaml", &text);
    let platform = parsed.platform().unwrap();
    let mut clusters = views(platform, Scope::Cluster).into_iter();
    clusters
        .find(|view| view.text("cluster.name") == Some(name))
        .unwrap()
}

#[test]
fn a_certificate_is_for_all_hosts_of_an_environment_that_its_wildcard_covers() {
    assert_eq!(
        get(&cluster("prod-dr", &[]), "cluster.certificates"),
        json!({ "acme.example": ["*.acme.example"] })
    );
    let deep = cluster("prod", &[("host: www ", "host: api.www ")]);
    assert_eq!(
        get(&deep, "cluster.certificates"),
        json!({ "api.www.acme.example": [] })
    );
    let each = cluster(
        "nonprod",
        &[("region: eu-west-1\n", "region: eu-west-1\n  certificates: host\n")],
    );
    assert_eq!(
        get(&each, "cluster.certificates"),
        json!({
            "www.dev.acme.example": [],
            "www.qa.acme.example": [],
            "www.uat.acme.example": [],
            "www.pre-prod.acme.example": [],
        })
    );
}

#[test]
fn a_host_has_one_distribution_where_its_environment_is_first() {
    assert!(!cluster("prod", &[]).is("cluster.has.cdn"));
    let cdn = [("host: www ", "cdn: true\n    host: www ")];
    assert!(!cluster("prod-dr", &cdn).is("cluster.has.cdn"));
    let prod = cluster("prod", &cdn);
    assert_eq!(
        get(&prod, "cluster.cdn.hosts"),
        json!({ "www.acme.example": { "origin": "ingress.acme.example", "certificate": "acme.example" } })
    );
    assert_eq!(
        get(&prod, "platform.dns.distributions"),
        json!({
            "nonprod": { "root": "../../nonprod/cdn", "output": "distributions" },
            "prod": { "root": "../../prod/cdn", "output": "distributions" },
        })
    );
}

#[test]
fn every_view_of_a_scope_offers_the_same_paths() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    for scope in [
        Scope::Operator,
        Scope::Cluster,
        Scope::Environment,
        Scope::Service,
        Scope::ServiceEnvironment,
    ] {
        let all = views(platform, scope);
        let paths: Vec<_> = all[0].paths().collect();
        assert!(
            all.iter().all(|view| view.paths().collect::<Vec<_>>() == paths),
            "{scope:?}"
        );
    }
}

/// The comments above a list's items and the items as JSON, a line each.
fn commented(view: &View, path: &str) -> String {
    let path: KeyPath = path.parse().unwrap();
    let Some(Fragment::Sequence(items)) = view.get(&path).map(|leaf| leaf.value.clone()) else {
        panic!("no list at {path}");
    };
    let lines = items.into_iter().map(|(comment, item)| {
        let comment = comment
            .map(|comment| format!("# {comment}\n"))
            .unwrap_or_default();
        format!("{comment}{}", item.to_value())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn network_policies_are_the_golden_ones() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    let orders = service(platform, "orders");
    insta::assert_snapshot!(commented(&orders, "service.network.ingress"), @r#"
    # frontend needs orders
    {"from":[{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"frontend"}}}],"ports":[{"port":"http"}]}
    "#);
    insta::assert_snapshot!(commented(&orders, "service.network.egress"), @r#"
    # orders needs catalog
    {"to":[{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"catalog"}}}],"ports":[{"port":8080}]}
    # its database, in the data subnets
    {"to":[{"ipBlock":{"cidr":"10.10.0.0/16"}}],"ports":[{"port":5432}]}
    {"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}]}
    "#);
    let frontend = service(platform, "frontend");
    insta::assert_snapshot!(commented(&frontend, "service.network.ingress"), @r#"
    # the gateway, which browsers come through
    {"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"envoy-gateway-system"}}}],"ports":[{"port":"http"}]}
    "#);
}

#[test]
fn a_platform_with_one_cluster_has_one_operator_which_is_productions() {
    let parsed = parse(
        "platform.yaml",
        include_str!("../../../../examples/minimal/platform.yaml"),
    );
    assert_eq!(parsed.check(Date::constant(2026, 11, 23)), []);
    let platform = parsed.platform().unwrap();
    let all = views(platform, Scope::Operator);
    assert_eq!(all.len(), 1);
    assert!(all[0].is("operator.protect") && all[0].is("operator.first"));
    assert!(!all[0].is("platform.has.remote_clusters"));
    assert_eq!(
        get(&all[0], "operator.environments"),
        json!({ "prod": ["local"] })
    );
    let hello = stage(platform, "hello", "prod");
    assert_eq!(get(&hello, "stage.hostnames"), json!(["www.minimal.example"]));
    assert_eq!(get(&hello, "service.config"), json!([]));
}

#[test]
fn a_value_comes_from_a_place_in_the_file() {
    let text = include_str!("../../../../examples/storefront/platform.yaml");
    let parsed = storefront();
    let orders = service(parsed.platform().unwrap(), "orders");
    let origin = |path: &str| {
        let leaf = orders.get(&path.parse().unwrap()).unwrap();
        let span = parsed.locate(&leaf.origin).span.unwrap();
        &text[span.start..span.end]
    };
    assert_eq!(
        origin("service.config"),
        "orders",
        "it configures nothing: the service itself"
    );
    assert_eq!(origin("service.port"), "8080");
    assert_eq!(origin("service.network.egress"), "[catalog]");
    assert_eq!(origin("platform.name"), "storefront");
}

#[test]
fn no_path_is_offered_twice() {
    let parsed = storefront();
    for scope in [Scope::Operator, Scope::Cluster, Scope::ServiceEnvironment] {
        let view = views(parsed.platform().unwrap(), scope).swap_remove(0);
        let mut paths: Vec<_> = view.paths().collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all, "{scope:?}");
    }
}

#[test]
fn a_root_keeps_its_state_in_the_account_that_it_is_of() {
    let parsed = storefront();
    let platform = parsed.platform().unwrap();
    let folders = ["nonprod/network", "prod-dr/eks", "iam/prod", "dns/cloudflare"];
    let shown: Vec<_> = roots(platform, folders)
        .iter()
        .map(|view| {
            let of = |path: &str| view.text(path).unwrap().to_owned();
            [of("root.bucket"), of("root.key"), of("root.workspace")].join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "acme-storefront-terraform nonprod/network.tfstate storefront-nonprod-network",
            "acme-storefront-terraform-prod prod-dr/eks.tfstate storefront-prod-dr-eks",
            "acme-storefront-terraform-prod iam/prod.tfstate storefront-iam-prod",
            "acme-storefront-terraform dns/cloudflare.tfstate storefront-dns-cloudflare",
        ]
    );
}

#[test]
fn what_a_cluster_says_of_its_network_is_offered_as_the_modules_take_it() {
    let text = include_str!("../../../../examples/storefront/platform.yaml").replace(
        "cidr: 10.10.0.0/16",
        "cidr: 10.10.0.0/16\n    publicAccess: [203.0.113.0/24]\n    ipv6: true\n    endpoints: [ecr.api]\n    \
         flowLogs: { retentionDays: 30 }",
    );
    let parsed = parse("platform.yaml", &text);
    let all = views(parsed.platform().unwrap(), Scope::Cluster);
    let shown = |view: &View| {
        ["public_access", "ipv6", "endpoints", "flow_logs"].map(|path| get(view, &format!("cluster.{path}")))
    };
    assert_eq!(
        shown(&all[0]),
        [
            json!(["203.0.113.0/24"]),
            json!(true),
            json!(["ecr.api"]),
            json!({ "retention_days": 30 })
        ]
    );
    assert_eq!(shown(&all[1]), [json!([]), json!(false), json!([]), json!(null)]);
    assert!(all[0].is("cluster.has.flow_logs") && !all[1].is("cluster.has.flow_logs"));
}

#[test]
fn the_first_cluster_of_an_environment_has_its_databases_and_the_others_replicas() {
    let parsed = storefront();
    let clusters = views(parsed.platform().unwrap(), Scope::Cluster);
    let keys = |view: &View, path: &str| {
        let map = get(view, path);
        map.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        keys(&clusters[0], "cluster.databases")[..2],
        ["catalog-dev", "catalog-qa"]
    );
    assert_eq!(
        get(&clusters[1], "cluster.databases")["orders-prod"],
        json!({ "kind": "aurora", "production": true, "replica_regions": ["eu-central-1"] })
    );
    assert_eq!(
        get(&clusters[2], "cluster.databases")["orders-prod"],
        json!({ "kind": "aurora", "production": true, "replica_of": "prod" })
    );
    assert_eq!(
        get(&clusters[2], "cluster.tables")["orders-prod"]["tables"],
        json!({ "carts": { "name": "storefront-prod-orders-carts", "key": "cart_id" } })
    );
    assert_eq!(
        get(&clusters[2], "cluster.facts.primaries"),
        json!({ "root": "../../prod/database", "output": "primaries" })
    );
    assert!(!clusters[1].is("cluster.has.replicas") && clusters[2].is("cluster.has.replicas"));
}

#[test]
fn a_cluster_in_a_second_region_has_zones_and_nodes_of_its_own() {
    let parsed = storefront();
    let recovery = views(parsed.platform().unwrap(), Scope::Cluster).swap_remove(2);
    assert_eq!(recovery.text("cluster.region"), Some("eu-central-1"));
    let subnets = get(&recovery, "cluster.subnets");
    let zones: Vec<_> = subnets.as_object().unwrap().keys().collect();
    assert_eq!(zones, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    let nodes = get(&recovery, "cluster.nodes.managed");
    assert_eq!(nodes["general"]["os"], "bottlerocket");
    assert!(!recovery.is("cluster.has.self_managed_nodes"));
}
