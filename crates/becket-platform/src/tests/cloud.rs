//! Clusters of a cloud.

use insta::assert_snapshot;

use super::{check, show};
use crate::{Date, parse};

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
fn external_addresses_are_counted_per_account_and_region() {
    let text = "\
name: shop
organisation: acme
domain: shop.example
cloud:
  provider: aws
  accounts: { all: \"111111111111\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b, eu-west-1c]
clusters:
  one: { account: all, cidr: 10.10.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } } }
  two: { account: all, cidr: 10.20.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } } }
environments:
  dev: { clusters: [one] }
  prod: { clusters: [two] }
services:
  web: { image: ghcr.io/acme/web }
";
    assert_snapshot!(show(text, &parse("platform.yaml", text).check(Date::constant(2026, 11, 23))), @r"
    BK0038 warning: all needs 6 external addresses in eu-west-1, and has 5 by default
      at 11:3 two
      note: one per zone of one and two
      help: ask AWS for a higher quota of Elastic IPs before the first apply
    ");
}

#[test]
fn names_and_ranges_of_a_cluster_are_fit_for_aws() {
    let text = "\
name: storefront-international
organisation: acme
domain: shop.example
cloud:
  provider: aws
  accounts: { all: \"111111111111\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b]
clusters:
  iam: { account: all, cidr: 10.10.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2, capacity: spot } } }
  production-eu-central-1:
    account: all
    cidr: 10.20.0.0/16
    kubernetes: \"1.36\"
    nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }
    publicAccess: [203.0.113.7/24, 0.0.0.0/0]
    endpoints: [s3, com.amazonaws.eu-west-1.ecr.api, ECR]
    flowLogs: { bucket: \"s3://acme-flow-logs\", retentionDays: 100 }
  production:
    account: all
    cidr: 10.30.0.0/16
    kubernetes: \"1.36\"
    nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }
    flowLogs: { bucket: acme-flow-logs, retentionDays: 365 }
environments:
  dev: { clusters: [iam] }
  prod: { clusters: [production, production-eu-central-1] }
services:
  web: { image: ghcr.io/acme/web }
teams:
  people-who-look-after-the-databases: { role: viewer }
";
    assert_snapshot!(show(text, &parse("platform.yaml", text).check(Date::constant(2026, 11, 23))), @r#"
    BK0040 error: the cluster `iam` has a name that is taken
      at 10:3 iam
      note: `iam` is a folder in `iac/terraform/`
      help: take another name, such as `nonprod`
    BK0044 warning: `a` of `iam` has spot instances of one type
      at 10:89 [m7i.large]
      note: when AWS takes that type back, there is no other to take its place
      help: name others of the size of m7i.large beside it
    BK0041 error: the role `storefront-international-production-eu-central-1-node-self-managed` has a name of 66 characters
      at 11:3 production-eu-central-1 (2 too many)
      note: IAM allows 64
      help: shorten the cluster's name
    BK0005 error: `clusters.production-eu-central-1.publicAccess[0]`: `203.0.113.7/24` is an address in a range, not the range 203.0.113.0/24
      at 16:20 203.0.113.7/24 (expected a range such as 10.10.0.0/16)
      help: did you mean `203.0.113.0/24`?
      fix: 203.0.113.0/24
    BK0042 warning: everybody in 0.0.0.0/0 may reach the API of `production-eu-central-1`
      at 16:36 0.0.0.0/0
      help: give the ranges of those who need it, such as an office's
    BK0005 error: `clusters.production-eu-central-1.endpoints[0]`: `s3` is always reached from inside, and costs nothing
      at 17:17 s3 (expected a service of AWS such as ecr.api)
    BK0005 error: `clusters.production-eu-central-1.endpoints[1]`: `com.amazonaws.eu-west-1.ecr.api` names the region, which is the cluster's
      at 17:21 com.amazonaws.eu-west-1.ecr.api (expected a service of AWS such as ecr.api)
      help: did you mean `ecr.api`?
      fix: ecr.api
    BK0005 error: `clusters.production-eu-central-1.endpoints[2]`: `ECR` is no service of AWS
      at 17:54 ECR (expected a service of AWS such as ecr.api)
    BK0005 error: `clusters.production-eu-central-1.flowLogs.bucket`: `s3://acme-flow-logs` is more than the bucket's name
      at 18:25 "s3://acme-flow-logs" (expected a bucket such as acme-flow-logs)
      help: did you mean `acme-flow-logs`?
      fix: "acme-flow-logs"
    BK0005 error: `clusters.production-eu-central-1.flowLogs.retentionDays`: CloudWatch does not keep logs for 100 days
      at 18:63 100 (no number of days that it knows)
      help: the next longer one is 120
      fix: 120
    BK0038 warning: all needs 6 external addresses in eu-west-1, and has 5 by default
      at 19:3 production
      note: one per zone of iam and production-eu-central-1 and production
      help: ask AWS for a higher quota of Elastic IPs before the first apply
    BK0043 error: how long `acme-flow-logs` keeps the flow logs is the bucket's own matter
      at 24:56 365
      and 24:25 acme-flow-logs (they go there, and not to CloudWatch)
      help: leave one of them out
    BK0041 error: the role `storefront-international-team-people-who-look-after-the-databases` has a name of 65 characters
      at 31:3 people-who-look-after-the-databases (1 too many)
      note: IAM allows 64
      help: shorten the team's name
    "#);
}

/// What is found in a cloud platform whose service `web` and further text are given.
fn in_the_cloud(web: &str, further: &str) -> String {
    let text = cloud_platform(web, further);
    show(
        &text,
        &parse("platform.yaml", &text).check(Date::constant(2026, 11, 23)),
    )
}

fn cloud_platform(web: &str, further: &str) -> String {
    format!(
        "\
name: shop
organisation: acme
domain: shop.example
cloud:
  provider: aws
  accounts: {{ all: \"111111111111\" }}
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b]
clusters:
  one: {{ account: all, cidr: 10.10.0.0/16, kubernetes: \"1.36\", nodes: {{ a: {{ instances: [m7i.large], min: 1, max: 2 }} }} }}
environments:
  prod: {{ clusters: [one] }}
services:
  web: {{ image: ghcr.io/acme/web, {web} }}
{further}"
    )
}

#[test]
fn a_cdn_needs_a_host_and_a_new_zone_an_account() {
    assert_eq!(
        in_the_cloud("host: www, cdn: true", "dns: { zone: existing }"),
        ""
    );
    assert_snapshot!(in_the_cloud("cdn: true", "dns: { zone: new }"), @r"
    BK0061 error: `web` has no host that a CDN could answer for
      at 14:40 true
      help: give it a `host`, or take `cdn` away
    BK0060 error: the zone of shop.example is to be made, in no account
      at 15:14 new
      help: add `account:` with the account's identifier at Cloudflare, 32 hexadecimal digits
    ");
    assert_snapshot!(in_the_cloud("host: WWW!, cdn: true", "dns: { zone: new, account: ABC }"), @r"
    BK0005 error: `services.web.host`: `WWW!` holds something other than a-z, 0-9 and `-`
      at 14:41 WWW! (expected a label such as `www`)
    BK0005 error: `dns.account`: `ABC` is no identifier of an account at Cloudflare: it has 32 hexadecimal digits
      at 15:28 ABC (expected 32 hexadecimal digits)
    ");
}

#[test]
fn a_host_is_not_the_name_that_it_leads_to() {
    assert_snapshot!(in_the_cloud("host: ingress", ""), @r"
    BK0062 error: `ingress.shop.example` is where the load balancers of `prod` are
      at 14:41 ingress
      help: give the service another host
    ");
    assert_eq!(check(&[("host: www", "host: ingress")]), "", "there is no cloud");
}

#[test]
fn a_certificates_first_name_is_short() {
    let long = "host: a.host.of.its.own.that.no.wildcard.covers.and.that.is.long.too";
    assert_snapshot!(in_the_cloud(long, ""), @r"
    BK0063 error: `a.host.of.its.own.that.no.wildcard.covers.and.that.is.long.too.shop.example` has 75 characters, and a certificate's first name at most 64
      at 14:41 a.host.of.its.own.that.no.wildcard.covers.and.that.is.long.too
      help: shorten the domain, the environment's name or the host
    ");
}

#[test]
fn buckets_have_names_that_s3_takes() {
    let text = "\
name: storefront-international
organisation: the-acme-corporation-of-all-the-world
domain: shop.example
cloud:
  provider: aws
  accounts: { all: \"111111111111\", other: \"222222222222\", unused: \"333333333333\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b]
clusters:
  one:
    account: all
    cidr: 10.10.0.0/16
    kubernetes: \"1.36\"
    nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }
  two:
    account: other
    cidr: 10.20.0.0/16
    kubernetes: \"1.36\"
    nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }
environments:
  dev: { clusters: [one] }
  prod: { clusters: [two] }
services:
  web: { image: ghcr.io/acme/web }
";
    let found = |text: &str| {
        show(
            text,
            &parse("platform.yaml", text).check(Date::constant(2026, 11, 23)),
        )
    };
    assert_snapshot!(found(text), @r"
    BK0045 error: the bucket `the-acme-corporation-of-all-the-world-storefront-international-terraform` has a name of 72 characters
      at 1:1 name (9 too many)
      note: S3 allows 63
      help: shorten the platform's name
    BK0045 error: the bucket `the-acme-corporation-of-all-the-world-storefront-international-terraform-other` has a name of 78 characters
      at 6:36 other (15 too many)
      note: S3 allows 63
      help: shorten the account's name
    BK0045 error: the bucket `the-acme-corporation-of-all-the-world-storefront-international-one` has a name of 66 characters
      at 10:3 one (3 too many)
      note: S3 allows 63
      help: shorten the cluster's name
    BK0045 error: the bucket `the-acme-corporation-of-all-the-world-storefront-international-two` has a name of 66 characters
      at 15:3 two (3 too many)
      note: S3 allows 63
      help: shorten the cluster's name
    ");
    // With a shorter organisation the clusters' fit, then the platform's, then all.
    let shorter = |by: usize| text.replace("the-acme-corporation-of-all-the-world", &"a".repeat(37 - by));
    assert_eq!(found(&shorter(3)).matches("BK0045").count(), 2);
    assert_eq!(found(&shorter(9)).matches("BK0045").count(), 1);
    assert_eq!(found(&shorter(15)), "");
    let elsewhere = format!("{}capabilities: {{ state: hcp }}\n", shorter(3));
    assert_eq!(found(&elsewhere), "");
}

#[test]
fn a_managed_node_group_leaves_room_in_its_name() {
    let found = |name: &str, more: &str| {
        let nodes = format!("nodes: {{ {name}: {{ {more}instances");
        let text = cloud_platform("host: www", "").replace("nodes: { a: { instances", &nodes);
        show(
            &text,
            &parse("platform.yaml", &text).check(Date::constant(2026, 11, 23)),
        )
    };
    let longest = "general-purpose-of-the-checkout-team";
    assert_eq!(found(longest, ""), "");
    let longer = format!("{longest}s");
    assert_eq!(found(&longer, "managed: false, "), "");
    assert_snapshot!(found(&longer, ""), @r"
    BK0027 error: `general-purpose-of-the-checkout-teams` of `one` has a name of 37 characters
      at 10:73 general-purpose-of-the-checkout-teams (1 too many)
      note: EKS takes 63, of which 27 tell it from the group that takes its place
      help: shorten the name, or say `managed: false`
    ");
}
