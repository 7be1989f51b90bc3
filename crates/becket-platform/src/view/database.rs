//! Databases and tables: as maps of Terraform, and as what is known of them before there are any.

use serde_json::{Map, Value, json};

use super::{Layer, text};
use crate::model::{Cluster, Database, Platform, Service};
use crate::names::{ClusterName, ServiceName};
use crate::stores::{self, Stage, Stores};

pub(super) fn put_platform(platform: &Platform, view: &mut Layer) {
    let any = !stores::stages(platform).is_empty();
    view.put(
        "platform.has.stores",
        Value::from(any),
        &platform.at.key("services"),
    );
}

pub(super) fn put_cluster(platform: &Platform, name: &ClusterName, cluster: &Cluster, view: &mut Layer) {
    let stages = stores::stages(platform);
    let here = || stages.iter().filter(|stage| stage.cluster == name);
    let mut databases = Map::new();
    let mut tables = Map::new();
    for (service_name, service) in &platform.services {
        for stage in here().filter(|stage| !matches!(stage.stores, Stores::None(_))) {
            let key = stores::key(service_name, stage.environment_name);
            if let Some(of) = &service.database {
                databases.insert(key.clone(), database(platform, &stages, stage, of));
            }
            if !service.tables.is_empty() {
                tables.insert(key, tables_of(platform, &stages, stage, service_name, service));
            }
        }
    }
    let any = |map: &Map<String, Value>| Value::from(!map.is_empty());
    let at = platform.at.key("services");
    view.put(
        "cluster.has.stores",
        Value::from(!databases.is_empty() || !tables.is_empty()),
        &at,
    );
    view.put("cluster.has.databases", any(&databases), &at);
    view.put("cluster.has.tables", any(&tables), &at);
    view.put("cluster.facts.databases", unknown(&databases, connection), &at);
    view.put("cluster.facts.tables", unknown(&tables, access), &at);
    view.put("cluster.databases", Value::Object(databases), &at);
    view.put("cluster.tables", Value::Object(tables), &at);

    let source = here().find_map(|stage| match stage.stores {
        Stores::Replica(of) => Some(of),
        _ => None,
    });
    let output = |output: &str| {
        source.map_or(
            Value::Null,
            |of| json!({ "root": format!("../../{of}/database"), "output": output }),
        )
    };
    view.put("cluster.has.replicas", Value::from(source.is_some()), &cluster.at);
    view.put("cluster.facts.primaries", output("primaries"), &cluster.at);
    view.put(
        "cluster.facts.primary_table_arns",
        output("table_arns"),
        &cluster.at,
    );
}

fn database(platform: &Platform, stages: &[Stage<'_>], stage: &Stage<'_>, of: &Database) -> Value {
    let mut database = json!({ "kind": of.kind.as_str(), "production": production(platform, stage) });
    put_replication(platform, stages, stage, &mut database);
    database
}

fn tables_of(
    platform: &Platform,
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    service_name: &ServiceName,
    service: &Service,
) -> Value {
    let mut of = json!({
        "service": text(service_name),
        "environment": text(stage.environment_name),
        "production": production(platform, stage),
    });
    put_replication(platform, stages, stage, &mut of);
    let tables = service.tables.iter().map(|(name, table)| {
        let known = stores::table(platform, stage.environment_name, service_name, name.as_str());
        (
            name.to_string(),
            json!({ "name": known, "key": text(&table.key) }),
        )
    });
    of["tables"] = tables.collect::<Map<_, _>>().into();
    of
}

/// Whose replica it is, or where it has replicas.
fn put_replication(platform: &Platform, stages: &[Stage<'_>], stage: &Stage<'_>, of: &mut Value) {
    if let Stores::Replica(primary) = stage.stores {
        of["replica_of"] = text(primary);
        return;
    }
    let regions: Vec<_> = stages
        .iter()
        .filter(|other| other.environment_name == stage.environment_name)
        .filter(|other| matches!(other.stores, Stores::Replica(_)))
        .filter_map(|other| stores::region(platform, platform.clusters.get(other.cluster)?))
        .map(text)
        .collect();
    if !regions.is_empty() {
        of["replica_regions"] = regions.into();
    }
}

fn production(platform: &Platform, stage: &Stage<'_>) -> bool {
    let last = platform.environments.keys().last();
    last == Some(stage.environment_name)
}

/// The same keys, each with what is known of it by now.
fn unknown(map: &Map<String, Value>, known: fn(&Value) -> Value) -> Value {
    let known = map.iter().map(|(key, value)| (key.clone(), known(value)));
    known.collect::<Map<_, _>>().into()
}

fn connection(_: &Value) -> Value {
    json!({ "host": null, "port": null, "database": null, "secret_arn": null })
}

fn access(service: &Value) -> Value {
    let tables = service["tables"].as_object().into_iter().flatten();
    let names: Map<_, _> = tables
        .map(|(name, table)| (name.clone(), table["name"].clone()))
        .collect();
    json!({ "role_arn": null, "tables": names })
}
