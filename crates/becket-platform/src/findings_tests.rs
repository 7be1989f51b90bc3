//! Faulty platform files, and all that is said of each.

use std::fmt::Write;

use becket_source::{Diagnostic, line_column};
use insta::assert_snapshot;

use proptest::prelude::*;

use crate::view::{Scope, views};
use crate::{Date, parse};

const BASE: &str = "\
name: shop
organisation: acme
domain: shop.example
clusters:
  nonprod: { cidr: 10.10.0.0/16 }
  prod: { cidr: 10.20.0.0/16 }
environments:
  dev: { clusters: [nonprod] }
  prod: { clusters: [prod], approvers: [leads] }
services:
  web: { source: web, host: www, needs: [orders] }
  orders: { source: orders, database: { engine: postgres } }
teams:
  shop: { owns: [web, orders], role: developer }
  leads: { role: releaser }
";

/// The base with each of `changes` made: what stands there, and what takes its place.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in\n{text}");
        text.replace(from, to)
    })
}

fn show(text: &str, findings: &[Diagnostic]) -> String {
    let mut shown = String::new();
    let at = |span: Option<becket_source::Span>| match span {
        Some(span) => {
            let place = line_column(text, span.start);
            format!("{}:{} {}", place.line, place.column, &text[span.start..span.end])
        }
        None => "nowhere".to_owned(),
    };
    for finding in findings.iter().filter(|finding| finding.code != "BK0007") {
        let level = format!("{:?}", finding.level).to_lowercase();
        writeln!(shown, "{} {level}: {}", finding.code, finding.message).unwrap();
        let label = if finding.place.label.is_empty() {
            String::new()
        } else {
            format!(" ({})", finding.place.label)
        };
        writeln!(shown, "  at {}{label}", at(finding.place.span)).unwrap();
        for related in &finding.related {
            writeln!(shown, "  and {} ({})", at(related.span), related.label).unwrap();
        }
        for note in &finding.notes {
            writeln!(shown, "  note: {note}").unwrap();
        }
        for help in &finding.help {
            writeln!(shown, "  help: {help}").unwrap();
        }
        if let Some(fix) = &finding.fix {
            writeln!(shown, "  fix: {}", fix.replacement).unwrap();
        }
    }
    shown
}

fn check(changes: &[(&str, &str)]) -> String {
    let text = changed(changes);
    let findings = parse("platform.yaml", &text).check(Date::constant(2026, 11, 23));
    show(&text, &findings)
}

#[test]
fn a_sound_platform_has_no_findings() {
    assert_snapshot!(check(&[]), @"");
}

#[test]
fn a_field_that_is_not_known_is_shown_at_its_key() {
    assert_snapshot!(check(&[("source: web", "sorce: web"), ("owns: [web", "own: [web"), ("name: shop\n", "name: shop\nflavour: mild\n")]), @r"
    BK0002 error: the platform has no field `flavour`
      at 2:1 flavour (unknown field)
      help: one of `becket`, `name`, `organisation`, `domain`, `cloud`, `clusters`, `environments`, `services`, `teams`, `alerts`, `capabilities`, `promotion`
    BK0002 error: `services.web` has no field `sorce`
      at 12:10 sorce (unknown field)
      help: did you mean `source`?
      fix: source
    BK0002 error: `teams.shop` has no field `own`
      at 15:11 own (unknown field)
      help: did you mean `owns`?
      fix: owns
    ");
}

#[test]
fn values_of_another_type_are_told_apart() {
    assert_snapshot!(check(&[("host: www", "port: \"80\""), ("needs: [orders]", "needs: orders"), ("{ engine: postgres }", "postgres"), ("shop.example", "7")]), @r#"
    BK0003 error: `domain`: expected text, found a number
      at 3:9 7 (expected text)
      help: put it in quotes
    BK0003 error: `services.web.port`: expected a number, found text
      at 11:29 "80" (expected a number)
    BK0003 error: `services.web.needs`: expected a list, found text
      at 11:42 orders (expected a list)
    BK0003 error: `services.orders.database`: expected a mapping, found text
      at 12:39 postgres (expected a mapping)
    "#);
}

#[test]
fn fields_that_must_be_given_are_asked_for() {
    assert_snapshot!(check(&[("name: shop\n", ""), ("{ engine: postgres }", "{}"), ("dev: { clusters: [nonprod] }", "dev: {}")]), @r"
    BK0004 error: the platform has no `name`
      at nowhere (`name` is missing)
      help: add `name:`
    BK0004 error: `environments.dev` has no `clusters`
      at 7:3 dev (`clusters` is missing)
      help: add `clusters:`
    BK0004 error: `services.orders.database` has no `engine`
      at 11:29 database (`engine` is missing)
      help: add `engine:`
    ");
}

#[test]
fn values_out_of_their_set_or_range_are_shown() {
    assert_snapshot!(check(&[("engine: postgres", "engine: postgresql"), ("role: releaser", "role: root"), ("host: www", "port: 80"), ("source: orders,", "source: ../orders,")]), @r"
    BK0005 error: `services.web.port`: 80 is not a whole number from 1024 to 65535
      at 11:29 80 (expected 1024 to 65535)
    BK0005 error: `services.orders.source`: `../orders` leads out of the platform's folder
      at 12:21 ../orders (expected a path such as services/orders)
    BK0005 error: `services.orders.database.engine`: `postgresql` is not known
      at 12:52 postgresql
      help: did you mean `postgres`?
      fix: postgres
    BK0005 error: `teams.leads.role`: `root` is not known
      at 15:18 root
      help: one of `developer`, `admin`, `releaser`
    ");
}

#[test]
fn names_follow_kubernetes() {
    assert_snapshot!(check(&[("  orders: {", "  Orders_1: {"), ("  dev: {", "  1dev: {"), ("domain: shop.example", "domain: https://shop.example/")]), @r"
    BK0005 error: `domain`: `https://shop.example/` is an address, not a domain
      at 3:9 https://shop.example/ (expected a domain such as `acme.example`)
      help: did you mean `shop.example`?
      fix: shop.example
    BK0005 error: the name `1dev` does not start with a letter
      at 8:3 1dev (expected a name such as `pre-prod`)
    BK0016 error: `web` needs `orders`, and no service is named so
      at 11:42 orders (no such service)
    BK0005 error: the name `Orders_1` holds something other than a-z, 0-9 and `-`
      at 12:3 Orders_1 (expected a name such as `orders`)
      help: did you mean `orders-1`?
      fix: orders-1
    BK0018 error: `shop` owns `orders`, which is neither a service nor a repository
      at 14:23 orders
      help: one of `web`, `iac`, `gitops`
    ");
}

#[test]
fn ranges_of_addresses_are_ranges() {
    assert_snapshot!(check(&[("10.10.0.0/16", "10.10.3.0/16"), ("10.20.0.0/16", "10.20.0.0")]), @r"
    BK0005 error: `clusters.nonprod.cidr`: `10.10.3.0/16` is an address in a range, not the range 10.10.0.0/16
      at 5:20 10.10.3.0/16 (expected a range such as 10.10.0.0/16)
      help: did you mean `10.10.0.0/16`?
      fix: 10.10.0.0/16
    BK0005 error: `clusters.prod.cidr`: `10.20.0.0` is no range of IPv4 addresses
      at 6:17 10.20.0.0 (expected a range such as 10.10.0.0/16)
    ");
}

#[test]
fn what_is_planned_is_not_taken_for_something_else() {
    assert_snapshot!(check(&[("name: shop\n", "name: shop\npromotion: overlay\n")]), @r"
    BK0006 error: `promotion: overlay` is not there yet
      at 2:12 overlay (not yet)
      help: leave the line out: releases are snapshots
    ");
}

#[test]
fn another_format_needs_another_becket() {
    assert_snapshot!(check(&[("name: shop\n", "becket: 2\nname: shop\n")]), @r"
    BK0005 error: `becket`: format 2 is not known
      at 1:9 2 (expected 1)
      help: this version of becket reads format 1; a newer file needs a newer becket
    ");
}

#[test]
fn a_platform_has_one_of_each() {
    assert_snapshot!(check(&[("  nonprod: { cidr: 10.10.0.0/16 }\n  prod: { cidr: 10.20.0.0/16 }\n", "  {}\n"), ("  dev: { clusters: [nonprod] }\n  prod: { clusters: [prod], approvers: [leads] }\n", "  {}\n")]), @r"
    BK0010 error: the platform has no cluster
      at 5:3 {}
      help: declare one under `clusters:`
    BK0010 error: the platform has no environment
      at 7:3 {}
      help: declare one under `environments:`
    ");
}

#[test]
fn applications_have_names_that_fit_a_label() {
    assert_snapshot!(check(&[("  web: {", "  recommendations-for-customers-who-bought-something: {"), ("dev: {", "pre-production: {"), ("[web, ", "[")]), @r"
    BK0011 error: the Application `apps-recommendations-for-customers-who-bought-something-pre-production` has a name of 70 characters
      at 11:3 recommendations-for-customers-who-bought-something (7 too many)
      note: Argo CD writes it into a label, which holds 63
      help: shorten the service's name
    ");
}

#[test]
fn environments_do_not_take_a_system_namespace() {
    assert_snapshot!(check(&[("dev: {", "kube-system: {"), ("prod: { clusters", "argocd: { clusters")]), @r"
    BK0012 error: the environment `kube-system` has the name of a namespace that is taken
      at 8:3 kube-system
      note: an environment is a namespace of its own name
      help: take another name, such as `dev`
    BK0012 error: the environment `argocd` has the name of a namespace that is taken
      at 9:3 argocd
      note: an environment is a namespace of its own name
      help: take another name, such as `dev`
    ");
}

#[test]
fn a_host_leads_to_one_service() {
    assert_snapshot!(check(&[("source: orders,", "source: orders, host: www,")]), @r"
    BK0013 error: `orders` and `web` both have the host name `www.dev.shop.example`
      at 12:35 www
      and 11:29 www (`web` has it in `dev`)
      help: give each a host of its own
    ");
}

#[test]
fn a_host_of_one_stage_does_not_meet_that_of_another() {
    assert_snapshot!(check(&[("source: orders,", "source: orders, host: www.dev,")]), @r"
    BK0013 error: `orders` and `web` both have the host name `www.dev.shop.example`
      at 12:35 www.dev
      and 11:29 www (`web` has it in `dev`)
      help: give each a host of its own
    ");
}

#[test]
fn ranges_are_private_and_of_a_fitting_size() {
    assert_snapshot!(check(&[("10.10.0.0/16", "8.8.0.0/16"), ("10.20.0.0/16", "10.0.0.0/8")]), @r"
    BK0014 error: the range 8.8.0.0/16 of `nonprod` is not private
      at 5:20 8.8.0.0/16
      help: take a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10
    BK0014 error: the range 10.0.0.0/8 of `prod` is larger than a network can be
      at 6:17 10.0.0.0/8 (at most a /16)
      help: take 10.0.0.0/16
    ");
}

#[test]
fn ranges_that_are_too_small_cannot_grow() {
    assert_snapshot!(check(&[("10.10.0.0/16", "10.10.0.0/24")]), @r"
    BK0014 error: the range 10.10.0.0/24 of `nonprod` is too small
      at 5:20 10.10.0.0/24 (at least a /20)
      note: nodes and pods of all zones have addresses of it, and it cannot grow later
      help: take a /16
    ");
}

#[test]
fn ranges_that_overlap_say_how() {
    assert_snapshot!(check(&[("10.20.0.0/16", "10.10.128.0/20"), ("  prod: { cidr", "  other: { cidr: 10.10.0.0/16 }\n  prod: { cidr"), ("clusters: [nonprod]", "clusters: [nonprod, other]")]), @r"
    BK0015 error: `other` and `nonprod` have the same range 10.10.0.0/16
      at 6:18 10.10.0.0/16
      and 5:20 10.10.0.0/16 (`nonprod` has 10.10.0.0/16)
      help: take ranges that share no address, such as 10.10.0.0/16 and 10.20.0.0/16
    BK0015 error: the range 10.10.128.0/20 of `prod` lies within 10.10.0.0/16 of `nonprod`
      at 7:17 10.10.128.0/20
      and 5:20 10.10.0.0/16 (`nonprod` has 10.10.0.0/16)
      help: take ranges that share no address, such as 10.10.0.0/16 and 10.20.0.0/16
    BK0015 error: the range 10.10.128.0/20 of `prod` lies within 10.10.0.0/16 of `other`
      at 7:17 10.10.128.0/20
      and 6:18 10.10.0.0/16 (`other` has 10.10.0.0/16)
      help: take ranges that share no address, such as 10.10.0.0/16 and 10.20.0.0/16
    ");
}

#[test]
fn a_need_that_is_misspelt_is_suggested() {
    assert_snapshot!(check(&[("needs: [orders]", "needs: [ordres]")]), @r"
    BK0016 error: `web` needs `ordres`, and no service is named so
      at 11:42 ordres (no such service)
      help: did you mean `orders`?
      fix: orders
    ");
}

#[test]
fn a_need_is_another_service_and_stands_once() {
    assert_snapshot!(check(&[("needs: [orders]", "needs: [web, orders, orders]")]), @r"
    BK0016 error: `web` needs itself
      at 11:42 web
      help: leave it out
    BK0016 error: `web` needs `orders` twice
      at 11:55 orders
      and 11:47 orders (first here)
      help: leave it out
    ");
}

#[test]
fn services_that_need_each_other_are_a_warning() {
    assert_snapshot!(check(&[("source: orders,", "source: orders, needs: [web],")]), @r"
    BK0017 warning: services need each other: `web`, `orders`, `web`
      at 11:42 orders
      and 12:37 web (`orders` needs `web`)
      note: when what they say to each other changes, none can be released first
    ");
}

#[test]
fn owners_own_what_exists_and_alone() {
    assert_snapshot!(check(&[("owns: [web, orders]", "owns: [web, order, helm]"), ("leads: { role", "leads: { owns: [web], role")]), @r"
    BK0018 error: `shop` owns `order`, which is neither a service nor a repository
      at 14:23 order
      help: did you mean `orders`?
      fix: orders
    BK0018 error: `shop` owns `helm`, which is neither a service nor a repository
      at 14:30 helm
      help: one of `web`, `orders`, `iac`, `gitops`
    BK0019 error: `web` is owned by `shop` and by `leads`
      at 15:19 web
      and 14:18 web (`shop` owns it)
      help: leave it with one team
    ");
}

#[test]
fn environments_live_on_clusters_that_exist() {
    assert_snapshot!(check(&[("clusters: [nonprod]", "clusters: [non-prod]"), ("clusters: [prod]", "clusters: []")]), @r"
    BK0020 error: `dev` lives on `non-prod`, and no cluster is named so
      at 8:21 non-prod (no such cluster)
      help: did you mean `nonprod`?
      fix: nonprod
    BK0020 error: the environment `prod` lives on no cluster
      at 9:21 []
      help: name one under `clusters:`
    ");
}

#[test]
fn approvers_are_teams() {
    assert_snapshot!(check(&[("approvers: [leads]", "approvers: [leeds]")]), @r"
    BK0022 error: promotions to `prod` are approved by `leeds`, and no team is named so
      at 9:41 leeds (no such team)
      help: did you mean `leads`?
      fix: leads
    ");
}

#[test]
fn production_has_its_clusters_to_itself() {
    assert_snapshot!(check(&[("clusters: [nonprod]", "clusters: [prod, nonprod]")]), @r"
    BK0023 warning: `dev` shares the cluster `prod` with `prod`, which is production
      at 8:21 prod
      and 9:22 prod (production lives here)
      note: what is tried in a lower environment can then take nodes and controllers away from production
      help: give it a cluster of its own
    ");
}

#[test]
fn replicas_are_of_environments_that_exist() {
    assert_snapshot!(check(&[("host: www", "replicas: { default: 1, production: 3, dev: many }")]), @r"
    BK0024 error: `web` has replicas in `production`, and no environment is named so
      at 11:47 production (no such environment)
      help: one of `dev`, `prod`, `default`
    BK0003 error: `services.web.replicas.dev`: expected a number, found text
      at 11:67 many (expected a number)
    ");
}

#[test]
fn configuration_does_not_take_what_is_set() {
    assert_snapshot!(check(&[("host: www", "config: { PORT: \"1\", ORDERS_URL: x, OTEL_SERVICE_NAME: y, page-size: \"24\", SIZE: 24 }")]), @r"
    BK0028 error: `web` cannot configure `PORT`, which is set for it
      at 11:33 PORT
      note: it is the service's `port`
      help: leave it out, or take another name
    BK0028 error: `web` cannot configure `ORDERS_URL`, which is set for it
      at 11:44 ORDERS_URL
      and 11:118 orders (it comes with this need)
      note: it is where a needed service is
      help: leave it out, or take another name
    BK0028 error: `web` cannot configure `OTEL_SERVICE_NAME`, which is set for it
      at 11:59 OTEL_SERVICE_NAME
      note: OpenTelemetry is set up for every service alike
      help: leave it out, or take another name
    BK0005 error: the name `page-size` is no name of an environment variable: A-Z, 0-9 and `_`, no digit first
      at 11:81 page-size (expected a name such as `PAGE_SIZE`)
      help: did you mean `PAGE_SIZE`?
      fix: PAGE_SIZE
    BK0003 error: `services.web.config.SIZE`: expected text, found a number
      at 11:104 24 (expected text)
      help: put it in quotes
    ");
}

#[test]
fn a_service_has_one_source() {
    assert_snapshot!(check(&[("source: web, ", ""), ("source: orders", "source: orders, image: ghcr.io/acme/orders")]), @r"
    BK0029 error: `web` says neither `source:` nor `image:`
      at 11:3 web
      help: add the folder with its source: `source: services/web`
    BK0029 error: `orders` has both a source and an image
      at 12:36 ghcr.io/acme/orders
      and 12:21 orders (the source)
      help: leave one of them out
    ");
}

#[test]
fn services_do_not_take_the_names_of_parts() {
    assert_snapshot!(check(&[("teams:", "  orders-database: { source: x }\nteams:")]), @r"
    BK0032 error: the service `orders-database` has the name of a part of `orders`
      at 13:3 orders-database
      and 12:29 database (`orders` has a database of that name)
      help: take another name
    ");
}

#[test]
fn one_broken_value_hides_nothing_and_repeats_nothing() {
    assert_snapshot!(check(&[("  orders: { source: orders, database: { engine: postgres } }", "  orders: nothing"), ("clusters: [nonprod]", "clusters: [7, nonprd]"), ("cidr: 10.20", "cidr: 10.10")]), @r"
    BK0015 error: `prod` and `nonprod` have the same range 10.10.0.0/16
      at 6:17 10.10.0.0/16
      and 5:20 10.10.0.0/16 (`nonprod` has 10.10.0.0/16)
      help: take ranges that share no address, such as 10.10.0.0/16 and 10.20.0.0/16
    BK0003 error: `environments.dev.clusters[0]`: expected text, found a number
      at 8:21 7 (expected text)
      help: put it in quotes
    BK0020 error: `dev` lives on `nonprd`, and no cluster is named so
      at 8:24 nonprd (no such cluster)
      help: did you mean `nonprod`?
      fix: nonprod
    BK0003 error: `services.orders`: expected a mapping, found text
      at 12:11 nothing (expected a mapping)
    ");
}

#[test]
fn what_is_no_yaml_is_shown_where_it_ends() {
    let text = "name: shop\nservices: { web: {\n";
    assert_snapshot!(show(text, &parse("platform.yaml", text).check(Date::constant(2026, 11, 23))), @r"
    BK0001 error: while parsing a node, did not find expected node content
      at 3:1
    ");
}

#[test]
fn an_empty_file_and_a_list_are_no_platforms() {
    for text in ["", "# nothing\n", "[]", "7", "a: 1\n---\nb: 2\n"] {
        let parsed = parse("platform.yaml", text);
        assert!(parsed.platform().is_none(), "{text:?}");
        assert!(!parsed.errors().is_empty(), "{text:?}");
    }
}

#[test]
fn sources_are_there_and_can_be_built() {
    let text = changed(&[]);
    let parsed = parse("platform.yaml", &text);
    let findings = parsed.check_files(&|path| path == "orders");
    assert_snapshot!(show(&text, &findings), @r"
    BK0030 error: the source of `web`, `web`, is not there
      at 11:18 web (no such folder)
      help: paths are relative to the platform file
    BK0030 error: it is not known how to build `orders`: `orders` holds no Cargo.toml
      at 12:21 orders
      help: say how: `build: { command: make, binary: bin/orders }`
    ");
}

const CLOUD: &str = "\
name: shop
organisation: acme
domain: shop.example
cloud:
  provider: aws
  accounts: { all: \"111111111111\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1a, eu-west-2b]
clusters:
  nonprod:
    account: al
    cidr: 10.10.0.0/16
    kubernetes: 1.34
    nodes:
      general: { instances: [m7i.large], min: 3, desired: 1, max: 2, os: al2, disk: 50GB, scaleOnCpu: 60 }
  prod: { account: all, cidr: 10.20.0.0/16, kubernetes: \"1.34\", region: eu-central-1 }
  old: { account: all, cidr: 10.30.0.0/16, kubernetes: \"1.33\", zones: [eu-west-1a], nodes: { a: { instances: [], min: 0, max: 1 } } }
environments:
  dev: { clusters: [nonprod, old] }
  prod: { clusters: [prod] }
services:
  web: { image: ghcr.io/acme/web, slo: { availability: 101, latency: { p99: 300 } } }
";

#[test]
fn clusters_of_a_cloud_are_checked_as_a_whole() {
    assert_snapshot!(show(CLOUD, &parse("platform.yaml", CLOUD).check(Date::constant(2026, 11, 23))), @r#"
    BK0026 error: eu-west-1a is listed twice
      at 8:23 eu-west-1a
      and 8:11 eu-west-1a (first here)
      help: leave it out
    BK0026 error: eu-west-2b is no zone of eu-west-1
      at 8:35 eu-west-2b
    BK0031 error: `nonprod` is in the account `al`, which is not under `cloud.accounts`
      at 11:14 al
      help: did you mean `all`?
      fix: all
    BK0003 error: `clusters.nonprod.kubernetes`: expected text, found a number
      at 13:17 1.34 (expected text)
      help: put it in quotes
    BK0027 error: `general` of `nonprod`: min 3 is more than max 2
      at 15:47 3
      and 15:67 2 (the maximum)
    BK0027 error: `general` of `nonprod`: desired 1 is less than min 3
      at 15:59 1
      and 15:47 3 (the minimum)
    BK0005 error: `clusters.nonprod.nodes.general.os`: `al2` is not known
      at 15:74 al2
      help: one of `al2023`, `bottlerocket`
    BK0005 error: `clusters.nonprod.nodes.general.disk`: `50GB` has the unknown unit `GB`
      at 15:85 50GB (expected an amount such as 50Gi or 250m)
      help: did you mean `50Gi`?
      fix: 50Gi
    BK0027 error: `general` of `nonprod` is managed by EKS and cannot scale on CPU
      at 15:103 60
      note: EKS and the cluster autoscaler scale it by pending pods; two scalers fight each other
      help: leave it out, or say `managed: false`
    BK0031 error: the cluster `prod` has no `nodes`
      at 16:3 prod
      and 4:1 cloud (a cluster of a cloud needs them)
    BK0025 warning: the standard support of Kubernetes 1.34 ends on 2026-12-02, in 9 days
      at 16:57 "1.34" (of `prod`)
      note: after it a cluster costs $0.50 more per hour (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, seen 2026-09-01)
      help: upgrade one minor version at a time, the clusters of lower environments first
    BK0026 error: `prod` is in eu-central-1 and lists no zones of it
      at 16:73 eu-central-1
      and 8:10 [eu-west-1a, eu-west-1a, eu-west-2b] (these are of eu-west-1)
      help: add `zones: [eu-central-1a, eu-central-1b, eu-central-1c]`
    BK0025 warning: the standard support of Kubernetes 1.33 ended on 2026-07-29
      at 17:56 "1.33" (of `old`)
      note: after it a cluster costs $0.50 more per hour (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, seen 2026-09-01)
      help: upgrade one minor version at a time, the clusters of lower environments first
    BK0026 error: `clusters.old.zones`: a cluster needs two zones at least
      at 17:71 [eu-west-1a]
      help: such as `[eu-west-1a, eu-west-1b, eu-west-1c]`
    BK0027 error: `a` of `old` has no instance types
      at 17:110 []
    BK0005 error: `services.web.slo.availability`: 101 is no percentage
      at 22:56 101 (expected more than 0, at most 100)
    BK0003 error: `services.web.slo.latency.p99`: expected text, found a number
      at 22:77 300 (expected text)
      help: put it in quotes
    "#);
}

#[test]
fn a_cluster_without_an_environment_is_a_warning() {
    assert_snapshot!(check(&[("environments:", "  spare: {}\nenvironments:")]), @r"
    BK0021 warning: no environment lives on the cluster `spare`
      at 7:3 spare
      help: name it under `clusters:` of an environment, or remove it
    ");
}

proptest! {
    /// Bytes of the reference file are taken away, doubled and replaced; whatever comes out, there is an answer, and
    /// its places are places of the text.
    #[test]
    fn no_mutation_of_a_platform_panics(
        cuts in prop::collection::vec((0..3_600_usize, 0..40_usize, "[-a-z0-9:{}\\[\\],\"'#&*! \n]{0,6}"), 1..6)
    ) {
        let mut text = include_str!("../../../examples/storefront/platform.yaml").to_owned();
        for (at, length, insert) in cuts {
            let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            text.replace_range(start..end.max(start), &insert);
        }
        let parsed = parse("platform.yaml", &text);
        let mut findings = parsed.check(Date::constant(2026, 11, 23));
        findings.extend(parsed.check_files(&|path| path.len() % 2 == 0));
        for span in findings.iter().flat_map(|finding| {
            finding.related.iter().chain([&finding.place]).filter_map(|place| place.span)
        }) {
            prop_assert!(text.get(span.start..span.end).is_some(), "{span:?}");
        }
        if let Some(platform) = parsed.platform() {
            for scope in [Scope::Operator, Scope::Cluster, Scope::Environment, Scope::ServiceEnvironment] {
                views(platform, scope);
            }
        }
    }
}
