//! The reference platform as it stands: no findings, and the views that the golden files need.

use super::{Scope, View, operators, views};
use crate::{Date, Parsed, Platform, parse};
use becket_document::KeyPath;
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
        .unwrap_or_else(|| {
            panic!(
                "no {path} in {:?}",
                view.paths().map(ToString::to_string).collect::<Vec<_>>()
            )
        })
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
        [
            "checked, and not acted on by this version: `cloud`, `clusters.*.account`, `clusters.*.kubernetes`, \
             `clusters.*.nodes`, `clusters.*.region`, `clusters.*.zones`, `services.*.database.kind`, \
             `services.*.slo`, `services.*.tables`, `teams`, `alerts`"
        ]
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
