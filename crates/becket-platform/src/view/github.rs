//! What the repositories at GitHub are told: which program plans, where state is, what is guarded and by whom.

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::{Layer, text};
use crate::model::{Cluster, Platform};
use crate::names::{ClusterName, Reference};

pub(super) fn put(platform: &Platform, view: &mut Layer) {
    let capabilities = platform.at.key("capabilities");
    let iac = platform.capabilities.provider("iac");
    let opentofu = iac == Some("opentofu");
    let program = if opentofu { "tofu" } else { "terraform" };
    let at = capabilities.key("iac");
    view.put("platform.iac.program", text(program), &at);
    view.put("platform.iac.terraform", Value::from(!opentofu), &at);
    view.put("platform.iac.opentofu", Value::from(opentofu), &at);
    let state = platform.capabilities.provider("state");
    let at = capabilities.key("state");
    view.put("platform.state.hcp", Value::from(state == Some("hcp")), &at);
    view.put("platform.state.becket", Value::from(state == Some("becket")), &at);
    let first = platform
        .clusters
        .values()
        .next()
        .and_then(|cluster| account(platform, cluster));
    view.put(
        "platform.state.account",
        first.unwrap_or(Value::Null),
        &platform.at.key("clusters"),
    );

    let services = platform.services.iter();
    let services = services.filter(|(_, service)| service.source.is_some());
    let repositories = [text("iac"), text("gitops")].into_iter();
    let repositories: Vec<_> = repositories.chain(services.map(|(name, _)| text(name))).collect();
    view.put(
        "platform.github.repositories",
        Value::from(repositories),
        &platform.at.key("services"),
    );
    let environments = platform.clusters.keys().map(|cluster| {
        let teams: Vec<_> = approvers(platform, cluster).iter().map(text).collect();
        (cluster.to_string(), Value::from(teams))
    });
    view.put(
        "platform.github.environments",
        Value::Object(environments.collect::<Map<_, _>>()),
        &platform.at.key("environments"),
    );
}

fn account(platform: &Platform, cluster: &Cluster) -> Option<Value> {
    let accounts = &platform.cloud.as_ref()?.accounts;
    accounts.get(cluster.account.as_ref()?.as_str()).map(text)
}

/// The teams that approve a promotion to an environment of the cluster.
fn approvers<'p>(platform: &'p Platform, cluster: &ClusterName) -> IndexSet<&'p str> {
    let here = platform.environments.values().filter(|environment| {
        let mut clusters = environment.clusters.iter();
        clusters.any(|name| name.as_str() == cluster.as_str())
    });
    here.flat_map(|environment| environment.approvers.iter().map(Reference::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::parse;
    use crate::view::{Scope, views};

    #[test]
    fn a_cluster_is_approved_by_those_of_its_environments() {
        let text = "becket: 1\nname: shop\norganisation: acme\ndomain: acme.example\n\
                    clusters: { one: {}, two: {} }\n\
                    environments:\n  qa: { clusters: [one], approvers: [a, b] }\n  prod: { clusters: [one, two], approvers: [b] }\n\
                    services: { hello: { image: ghcr.io/acme/hello }, bye: { source: services/bye } }\n\
                    teams: { a: { role: releaser }, b: { role: releaser } }\n\
                    capabilities: { iac: opentofu, state: hcp }\n";
        let parsed = parse("platform.yaml", text);
        let views = views(parsed.platform().unwrap(), Scope::Platform);
        let of = |path: &str| views[0].leaf(path).unwrap().value.to_value();
        assert_eq!(
            of("platform.github.environments"),
            json!({ "one": ["a", "b"], "two": ["b"] })
        );
        assert_eq!(
            of("platform.github.repositories"),
            json!(["iac", "gitops", "bye"])
        );
        assert_eq!(of("platform.iac.program"), "tofu");
        assert_eq!(of("platform.state.hcp"), true);
    }
}
