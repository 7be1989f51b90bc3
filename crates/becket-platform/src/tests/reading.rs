//! Files that cannot be read, wholly or in part.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{changed, check, show};
use crate::view::{Scope, views};
use crate::{Date, parse};

#[test]
fn a_sound_platform_has_no_findings() {
    assert_snapshot!(check(&[]), @"");
}

#[test]
fn a_field_that_is_not_known_is_shown_at_its_key() {
    assert_snapshot!(check(&[("source: web", "sorce: web"), ("owns: [web", "own: [web"), ("name: shop\n", "name: shop\nflavour: mild\n")]), @r"
    BK0002 error: the platform has no field `flavour`
      at 2:1 flavour (unknown field)
      help: one of `becket`, `name`, `organisation`, `domain`, `dns`, `cloud`, `clusters`, `environments`, `services`, `teams`, `alerts`, `capabilities`, `promotion`
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
      help: one of `developer`, `admin`, `releaser`, `viewer`
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
    assert_snapshot!(check(&[("name: shop\n", "name: shop\npromotion: overlay\ncapabilities: { ingress: haproxy, logs: elk, packaging: make }\n")]), @r"
    BK0006 error: `promotion: overlay` is not there yet
      at 2:12 overlay (not yet)
      help: leave the line out: releases are snapshots
    BK0006 error: `ingress: haproxy` is not there yet
      at 3:26 haproxy (not yet)
      help: there is `gateway`
    BK0005 error: `capabilities.packaging`: `make` is not known
      at 3:57 make
      help: one of `kustomize`, `helm`
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

proptest! {
    /// Bytes of the reference file are taken away, doubled and replaced; whatever comes out, there is an answer, and
    /// its places are places of the text.
    #[test]
    fn no_mutation_of_a_platform_panics(
        cuts in prop::collection::vec((0..3_600_usize, 0..40_usize, "[-a-z0-9:{}\\[\\],\"'#&*! \n]{0,6}"), 1..6)
    ) {
        let mut text = include_str!("../../../../examples/storefront/platform.yaml").to_owned();
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

#[test]
fn what_editors_refuse_is_refused_here() {
    for (from, to, reason) in [
        ("source: web", "image: web@sha256:1", "has a digest that is not"),
        ("source: web", "image: \"\"", "is no name of an image"),
        (
            "domain: shop.example",
            "domain: shop.example\ncloud: { provider: aws, accounts: {}, region: euro-west-1, zones: [] }",
            "is no region",
        ),
    ] {
        let errors = parse("platform.yaml", &changed(&[(from, to)])).errors();
        assert!(
            errors.iter().any(|error| error.message.contains(reason)),
            "{to}: {errors:?}"
        );
    }
    let digest = format!("image: web@sha256:{}", "0a".repeat(32));
    assert_eq!(
        parse("platform.yaml", &changed(&[("source: web", &digest)])).errors(),
        []
    );
}
