//! Files that can be read, and mean what cannot be.

use insta::assert_snapshot;

use super::{changed, check, show};
use crate::{parse, rules};

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
    BK0035 error: `dev` lives on `nonprod` and on `prod`, which different Argo CDs serve
      at 8:27 nonprod
      and 9:21 [prod] (`prod` is a cluster of `prod`, which has an Argo CD of its own)
      help: let it live on clusters of one of them
    ");
}

#[test]
fn a_name_is_no_word_that_yaml_takes_for_something_else() {
    assert_snapshot!(check(&[("  dev: {", "  no: {"), ("  prod: { cidr", "  null: { cidr")]), @r"
    BK0005 error: the name `null` means something else to Helm and other readers of YAML 1.1
      at 6:3 null (expected a name such as `nonprod`)
    BK0005 error: the name `no` means something else to Helm and other readers of YAML 1.1
      at 8:3 no (expected a name such as `pre-prod`)
    BK0020 error: `prod` lives on `prod`, and no cluster is named so
      at 9:22 prod (no such cluster)
      help: there is `nonprod`
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

#[test]
fn a_cluster_without_an_environment_is_a_warning() {
    assert_snapshot!(check(&[("environments:", "  spare: {}\nenvironments:")]), @r"
    BK0021 warning: no environment lives on the cluster `spare`
      at 7:3 spare
      help: name it under `clusters:` of an environment, or remove it
    ");
}

#[test]
fn applications_have_names_of_their_own() {
    assert_snapshot!(check(&[("  dev: {", "  pre-prod: {"), ("teams:", "  web-pre: { source: x }\nteams:")]), @r"
    BK0033 error: `web-pre` in `prod` and `web` in `pre-prod` are both the Application `apps-web-pre-prod`
      at 13:3 web-pre
      and 11:3 web (`web`)
      help: rename a service or an environment
    ");
}

#[test]
fn production_is_the_last_environment() {
    assert_snapshot!(check(&[("  dev: {", "  live: {"), ("  prod: { clusters", "  after: { clusters")]), @r"
    BK0034 warning: `live` is not the last environment, `after` is
      at 8:3 live
      and 9:3 after (this one counts as production)
      help: move `live` to the end: environments are in order of promotion
    ");
}

#[test]
fn every_rule_finds_something_here() {
    let tests = concat!(
        include_str!("reading.rs"),
        include_str!("rules.rs"),
        include_str!("cloud.rs"),
        include_str!("databases.rs")
    );
    let untested: Vec<_> = rules()
        .iter()
        .map(|rule| rule.code)
        .filter(|code| {
            !["BK0007", "BK0036", "BK0037"].contains(code) && !tests.contains(&format!("\n    {code} "))
        })
        .collect();
    assert_eq!(untested, Vec::<&str>::new());
}

#[test]
fn a_fix_mends_what_it_is_for() {
    let faults = [
        ("needs: [orders]", "needs: [\"ordres\"]"),
        ("owns: [web", "own: [web"),
        ("10.10.0.0/16", "'10.10.3.0/16'"),
        (
            "dev: { clusters: [nonprod] }",
            "dev:\n    clusters:\n      - non-prod",
        ),
        ("approvers: [leads]", "approvers: [leeds]"),
        ("engine: postgres", "engine: postgresql"),
        ("host: www", "host: WWW"),
        ("host: www", "replicas: { default: 1, prodd: 3 }"),
        ("host: www", "config: { page-size: \"24\" }"),
        ("domain: shop.example", "domain: \"https://shop.example\""),
    ];
    for fault in faults {
        let mut fixed = 0;
        let text = changed(&[fault]);
        for finding in parse("platform.yaml", &text).errors() {
            let Some(fix) = &finding.fix else { continue };
            let mut mended = text.clone();
            mended.replace_range(fix.span.start..fix.span.end, &fix.replacement);
            let left = parse("platform.yaml", &mended).errors();
            let same = left.iter().find(|other| other.message == finding.message);
            assert!(
                same.is_none() && left.len() < parse("platform.yaml", &text).errors().len(),
                "{mended}\n{left:#?}"
            );
            fixed += 1;
        }
        assert_eq!(fixed, 1, "{text}");
    }
}
