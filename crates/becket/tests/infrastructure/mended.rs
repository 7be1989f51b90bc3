//! What mends moto, where no test of roots would notice that it does not.

use crate::aws::Aws;
use crate::judge::judge;

/// Terraform's provider waits for this for ten minutes, and fails.
#[test]
fn a_range_of_ipv6_is_found_by_its_association_and_says_its_state() {
    let Some(moto) = judge("moto_server", "networks with IPv6") else {
        return;
    };
    let aws = Aws::start(&moto);
    let asks = |query: &str| {
        aws.asks(
            "ec2",
            "",
            &["--data", &format!("Version=2016-11-15&Action={query}")],
        )
    };
    let of = |answer: &str, tag: &str| {
        let (_, rest) = answer
            .split_once(&format!("<{tag}>"))
            .unwrap_or_else(|| panic!("{tag}: {answer}"));
        rest.split('<').next().unwrap().to_owned()
    };
    let network = asks("CreateVpc&CidrBlock=10.10.0.0/16&AmazonProvidedIpv6CidrBlock=true");
    let range = of(&network, "ipv6CidrBlock").replace("::/56", "::/64");
    let vpc = of(&network, "vpcId");
    let subnet = asks(&format!(
        "CreateSubnet&VpcId={vpc}&CidrBlock=10.10.0.0/20&Ipv6CidrBlock={range}"
    ));
    let association = of(&subnet, "associationId");
    let filter = "ipv6-cidr-block-association.association-id";
    let found = asks(&format!(
        "DescribeSubnets&Filter.1.Name={filter}&Filter.1.Value.1={association}"
    ));
    assert_eq!(found.matches("<subnetId>").count(), 1, "{found}");
    let (_, state) = found.split_once("<ipv6CidrBlockState>").unwrap();
    assert_eq!(of(state, "state"), "associated", "{found}");
}
