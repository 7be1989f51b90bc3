//! What a platform, a cluster, an account and a root of Terraform offer of the cloud. Null without one.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Layer, layer, text};
use crate::lock::Lock;
use crate::model::{Cluster, Platform};
use crate::names::{ClusterName, Reference};

pub(super) fn put_platform(platform: &Platform, view: &mut Layer) {
    let at = platform.at.key("cloud");
    let bucket = bucket(platform, None);
    let region = platform.cloud.as_ref().map(|cloud| text(&cloud.region));
    view.put("platform.region", region.clone().unwrap_or(Value::Null), &at);
    view.put("platform.state.bucket", text(&bucket), &at);
    view.put("platform.state.region", region.unwrap_or(Value::Null), &at);
    view.put("platform.state.table", text(locks(&bucket)), &at);
}

pub(super) fn put_cluster(
    platform: &Platform,
    lock: &Lock,
    name: &ClusterName,
    cluster: &Cluster,
    view: &mut Layer,
) {
    let at = &cluster.at;
    let cloud = platform.cloud.as_ref();
    let at_account = at.key("account");
    let account = cluster.account.as_ref().map(Reference::as_str);
    let number = cloud.and_then(|cloud| cloud.accounts.get(account?));
    view.put("cluster.account", number.map_or(Value::Null, text), &at_account);
    view.put(
        "cluster.account_name",
        account.map_or(Value::Null, text),
        &at_account,
    );
    let at_region = match (&cluster.region, cloud) {
        (None, Some(cloud)) => cloud.at.key("region"),
        _ => at.key("region"),
    };
    let region = cluster.region.as_ref().or(cloud.map(|cloud| &cloud.region));
    view.put("cluster.region", region.map_or(Value::Null, text), &at_region);
    let at_zones = match (&cluster.zones, cloud) {
        (None, Some(cloud)) => cloud.at.key("zones"),
        _ => at.key("zones"),
    };
    let zones = platform.zones(cluster);
    let names: Vec<_> = zones.iter().map(text).collect();
    view.put(
        "cluster.zones",
        cloud.map_or(Value::Null, |_| names.into()),
        &at_zones,
    );
    let mut subnets = Map::new();
    for zone in zones {
        if let Some(ranges) = lock.subnets(name.as_str(), zone.as_str()) {
            let ranges =
                json!({ "public": ranges.public.to_string(), "private": ranges.private.to_string() });
            subnets.insert(zone.to_string(), ranges);
        }
    }
    let subnets = cloud.map_or(Value::Null, |_| subnets.into());
    view.put("cluster.subnets", subnets, &at_zones);
    view.put(
        "cluster.kubernetes",
        cluster.kubernetes.as_ref().map_or(Value::Null, text),
        &at.key("kubernetes"),
    );
}

/// A root of Terraform: its name, the key of its state, and where that is kept.
pub(super) fn put_root(platform: &Platform, cluster: &str, of: &Cluster, root: &str, view: &mut Layer) {
    let bucket = bucket(platform, of.account.as_ref().map(Reference::as_str));
    view.put("root.name", text(root), &of.at);
    view.put("root.key", text(format!("{cluster}/{root}.tfstate")), &of.at);
    view.put(
        "root.workspace",
        text(format!("{}-{cluster}-{root}", platform.name)),
        &of.at,
    );
    view.put("root.bucket", text(&bucket), &of.at);
    view.put("root.table", text(locks(&bucket)), &of.at);
    let address = format!(
        "https://state.{}/states/{}/{cluster}/{root}",
        platform.domain, platform.name
    );
    view.put("root.address", text(address), &of.at);
}

/// A layer per account that a cluster lives in, in the order of the platform file.
pub(super) fn accounts(platform: &Platform) -> Vec<Arc<Layer>> {
    let Some(cloud) = &platform.cloud else {
        return Vec::new();
    };
    let used = |name: &str| {
        let mut accounts = platform.clusters.values().flat_map(|cluster| &cluster.account);
        accounts.any(|account| account.as_str() == name)
    };
    let accounts = cloud.accounts.iter().filter(|(name, _)| used(name.as_str()));
    accounts
        .map(|(name, number)| {
            layer(|view| {
                let at = cloud.at.key("accounts").key(name.as_str());
                let bucket = bucket(platform, Some(name.as_str()));
                view.put("account.name", text(name), &at);
                view.put("account.number", text(number), &at);
                view.put("account.table", text(locks(&bucket)), &at);
                view.put("account.bucket", text(bucket), &at);
            })
        })
        .collect()
}

/// The bucket that keeps the state of an account: of the first cluster's, one without the account's name.
fn bucket(platform: &Platform, account: Option<&str>) -> String {
    let first = platform.clusters.values().next();
    let first = first.and_then(|cluster| cluster.account.as_ref().map(Reference::as_str));
    let name = format!("{}-{}-terraform", platform.organisation, platform.name).to_lowercase();
    match account {
        Some(account) if Some(account) != first => format!("{name}-{account}"),
        _ => name,
    }
}

fn locks(bucket: &str) -> String {
    format!("{bucket}-locks")
}
