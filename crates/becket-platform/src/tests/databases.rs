//! Databases and tables of a cloud.

use insta::assert_snapshot;

use super::show;
use crate::{Date, parse};

const PLATFORM: &str = "\
name: shop
organisation: acme
domain: shop.example
cloud:
  provider: aws
  accounts: { all: \"111111111111\", other: \"222222222222\" }
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b]
clusters:
  one: { account: all, cidr: 10.10.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } } }
  two: { account: all, cidr: 10.20.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } } }
  far: { account: all, cidr: 10.30.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }, region: eu-central-1, zones: [eu-central-1a] }
  else: { account: other, cidr: 10.40.0.0/16, kubernetes: \"1.36\", nodes: { a: { instances: [m7i.large], min: 1, max: 2 } }, region: eu-north-1, zones: [eu-north-1a] }
environments:
  ENVIRONMENTS
services:
  SERVICES
";

fn check(environments: &str, services: &str) -> String {
    let text = PLATFORM
        .replace("ENVIRONMENTS", environments)
        .replace("SERVICES", services);
    let all = show(
        &text,
        &parse("platform.yaml", &text).check(Date::constant(2026, 11, 23)),
    );
    let of_databases = all.split("BK").filter(|finding| finding.starts_with("005"));
    of_databases.flat_map(|finding| ["BK", finding]).collect()
}

#[test]
fn a_database_has_a_name_that_aws_takes() {
    assert_snapshot!(check(
        "prod: { clusters: [one, far] }",
        "recommendations-for-customers-who-bought-somethin: { image: a, database: { engine: postgres, kind: aurora } }\n  \
         recommendations-for-customers-who-bought-something: { image: a, database: { engine: postgres } }\n  \
         cart--items: { image: a, database: { engine: postgres } }\n  \
         cart--tables: { image: a, tables: { a--b: { kind: dynamodb, key: id } } }",
    ), @r"
    BK0050 error: the database `shop-one-recommendations-for-customers-who-bought-somethin-prod` needs a name of 70 characters
      at 17:3 recommendations-for-customers-who-bought-somethin (7 too many)
      note: AWS allows 63
      help: shorten the service's name
    BK0050 error: the database `shop-one-recommendations-for-customers-who-bought-something-prod` needs a name of 64 characters
      at 18:3 recommendations-for-customers-who-bought-something (1 too many)
      note: AWS allows 63
      help: shorten the service's name
    BK0050 error: the database `shop-one-cart--items-prod` has two hyphens in a row
      at 19:3 cart--items
      note: RDS does not take such a name
      help: use one
    ");
}

#[test]
fn two_databases_or_tables_have_two_names() {
    assert_snapshot!(check(
        "pre-prod: { clusters: [one] }\n  prod: { clusters: [one, far] }",
        "cart: { image: a, database: { engine: postgres }, tables: { items-old: { kind: dynamodb, key: id } } }\n  \
         cart-pre: { image: a, database: { engine: postgres } }\n  \
         cart-items: { image: a, tables: { old: { kind: dynamodb, key: id } } }",
    ), @r"
    BK0051 error: the database of `cart-pre` in `prod` and the database of `cart` in `pre-prod` are both called `shop-one-cart-pre-prod`
      at 19:3 cart-pre
      and 18:3 cart (the database of `cart` in `pre-prod`)
      help: rename one of them
    BK0051 error: the table `old` of `cart-items` in `pre-prod` and the table `items-old` of `cart` in `pre-prod` are both called `shop-pre-prod-cart-items-old`
      at 20:37 old
      and 18:63 items-old (the table `items-old` of `cart` in `pre-prod`)
      help: rename one of them
    ");
}

#[test]
fn a_cluster_without_its_replicas_says_why() {
    let orders = "orders: { image: a, database: { engine: postgres } }";
    assert_snapshot!(check("prod: { clusters: [one, two, else, far] }", orders), @r"
    BK0052 warning: `two` has no replica of the databases and tables of `prod`
      at 15:27 two
      note: `one`, which has them, is in the same region
      help: put `two` into a region of its own
    BK0052 warning: `else` has no replica of the databases and tables of `prod`
      at 15:32 else
      note: `one`, which has them, is in another account
      help: AWS makes replicas inside of an account only: put both clusters into one
    ");
    assert_snapshot!(check("dev: { clusters: [one, far] }\n  qa: { clusters: [far, two] }\n  prod: { clusters: [two, far] }", orders), @r"
    BK0052 warning: `far` has no replica of the databases and tables of `dev`
      at 15:26 far
      note: it has replicas of those on `two`, and can have those of one cluster only
      help: name `two` first here too, or leave `far` out
    BK0052 warning: `two` has no replica of the databases and tables of `qa`
      at 16:25 two
      note: `far`, which has them, has replicas of others from `two`
      help: name the clusters in the same order in all environments
    ");
    // Nothing to have replicas of.
    assert_snapshot!(check("prod: { clusters: [one, two] }", "orders: { image: a }"), @"");
}
