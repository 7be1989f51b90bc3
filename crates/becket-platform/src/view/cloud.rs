//! What a platform, a cluster, an account and a root of Terraform offer of the cloud. Null without one.

use std::sync::Arc;

use becket_document::KeyPath;
use serde_json::{Map, Value, json};

use super::ingress::is_reached;
use super::{Layer, layer, text};
use crate::lock::Lock;
use crate::model::{Cluster, Platform};
use crate::names::{ClusterName, Label, Reference};
use crate::stores;

pub(super) fn put_platform(platform: &Platform, view: &mut Layer) {
    let at = platform.at.key("cloud");
    let bucket = states(platform, None);
    let region = platform.cloud.as_ref().map(|cloud| text(&cloud.region));
    view.put("platform.region", region.clone().unwrap_or(Value::Null), &at);
    view.put("platform.state.bucket", text(&bucket), &at);
    view.put("platform.state.region", region.unwrap_or(Value::Null), &at);
    view.put("platform.state.table", text(locks(&bucket)), &at);
    let identity = platform.capabilities.provider("identity").unwrap_or_default();
    let at = platform.at.key("capabilities").key("identity");
    view.put("platform.identity.provider", text(identity), &at);
    view.put("platform.identity.irsa", Value::from(identity == "irsa"), &at);
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
    let region = stores::region(platform, cluster);
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

/// A root of Terraform: its folder, the key of its state, and where that is kept.
pub(super) fn put_root(platform: &Platform, folder: &str, view: &mut Layer) {
    let (account, at) = account_of(platform, folder);
    let bucket = states(platform, account);
    let name = folder.replace('/', "-");
    view.put("root.folder", text(folder), &at);
    view.put("root.key", text(format!("{folder}.tfstate")), &at);
    view.put("root.workspace", text(format!("{}-{name}", platform.name)), &at);
    view.put("root.table", text(locks(&bucket)), &at);
    view.put("root.bucket", text(bucket), &at);
    let address = format!(
        "https://state.{}/states/{}/{folder}",
        platform.domain, platform.name
    );
    view.put("root.address", text(address), &at);
}

/// The account that a root makes things in, and what in the platform file the root is there for. What is neither a
/// cluster's nor an account's is the first account's.
fn account_of<'p>(platform: &'p Platform, folder: &'p str) -> (Option<&'p str>, KeyPath) {
    let cloud = platform.at.key("cloud");
    let (kind, name) = folder.split_once('/').unwrap_or((folder, ""));
    if kind == "iam" {
        return (Some(name), cloud.key("accounts").key(name));
    }
    match platform.clusters.get(kind) {
        Some(cluster) => (
            cluster.account.as_ref().map(Reference::as_str),
            cluster.at.clone(),
        ),
        None => (None, cloud),
    }
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
                let bucket = states(platform, Some(name.as_str()));
                view.put("account.name", text(name), &at);
                view.put("account.number", text(number), &at);
                view.put("account.clusters", clusters_in(platform, name), &at);
                let dns = is_reached(platform) && first_account(platform) == Some(name.as_str());
                view.put("account.dns", Value::from(dns), &at);
                view.put("account.table", text(locks(&bucket)), &at);
                view.put("account.bucket", text(bucket), &at);
            })
        })
        .collect()
}

fn clusters_in(platform: &Platform, account: &Label) -> Value {
    let clusters = platform.clusters.iter();
    let here = clusters.filter(|(_, cluster)| {
        cluster
            .account
            .as_ref()
            .is_some_and(|name| name.as_str() == account.as_str())
    });
    here.map(|(name, _)| text(name)).collect()
}

/// The account of the first cluster, where the state is of what is in no account.
pub(super) fn first_account(platform: &Platform) -> Option<&str> {
    let first = platform.clusters.values().next()?;
    first.account.as_ref().map(Reference::as_str)
}

/// The bucket that keeps the states of an account: of the first cluster's, one without the account's name.
pub(crate) fn states(platform: &Platform, account: Option<&str>) -> String {
    let first = first_account(platform);
    let name = format!("{}-{}-terraform", platform.organisation, platform.name).to_lowercase();
    match account {
        Some(account) if Some(account) != first => format!("{name}-{account}"),
        _ => name,
    }
}

fn locks(bucket: &str) -> String {
    format!("{bucket}-locks")
}
