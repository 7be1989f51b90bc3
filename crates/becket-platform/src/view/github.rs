//! What the repositories at GitHub are told: which program plans, where state is, what is guarded and by whom.

use indexmap::IndexSet;
use serde_json::Value;

use super::cloud::first_account;
use super::ingress::is_reached;
use super::{Layer, text};
use crate::model::{Environment, Platform};
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
    let table = state == Some("s3-dynamodb");
    view.put("platform.state.dynamodb", Value::from(table), &at);
    view.put(
        "platform.state.s3",
        Value::from(table || state == Some("s3")),
        &at,
    );
    let accounts = platform.cloud.as_ref().map(|cloud| &cloud.accounts);
    let first = accounts.and_then(|accounts| accounts.get(first_account(platform)?));
    view.put(
        "platform.state.account",
        first.map_or(Value::Null, text),
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
    let clusters = platform.clusters.keys().map(|cluster| {
        let here = |environment: &&Environment| environment.clusters.iter().any(|name| is(name, cluster));
        (
            cluster.to_string(),
            approvers(platform.environments.values().filter(here)),
        )
    });
    let dns = is_reached(platform).then(|| ("dns".to_owned(), approvers(platform.environments.values())));
    view.put(
        "platform.github.environments",
        Value::Object(clusters.chain(dns).collect()),
        &platform.at.key("environments"),
    );
}

fn is(name: &Reference, cluster: &ClusterName) -> bool {
    name.as_str() == cluster.as_str()
}

/// The teams that approve a promotion to one of these, each once.
fn approvers<'e>(environments: impl Iterator<Item = &'e Environment>) -> Value {
    let teams = environments.flat_map(|environment| environment.approvers.iter().map(Reference::as_str));
    let teams: IndexSet<_> = teams.collect();
    teams.iter().map(text).collect()
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
                    services: { hello: { image: ghcr.io/acme/hello, host: www }, bye: { source: services/bye } }\n\
                    teams: { a: { role: releaser }, b: { role: releaser } }\n\
                    capabilities: { iac: opentofu, state: hcp }\n";
        let parsed = parse("platform.yaml", text);
        let views = views(parsed.platform().unwrap(), Scope::Platform);
        let of = |path: &str| views[0].leaf(path).unwrap().value.to_value();
        assert_eq!(
            of("platform.github.environments"),
            json!({ "one": ["a", "b"], "two": ["b"] }),
            "no records without a cloud"
        );
        assert_eq!(
            of("platform.github.repositories"),
            json!(["iac", "gitops", "bye"])
        );
        assert_eq!(of("platform.iac.program"), "tofu");
        assert_eq!(of("platform.state.hcp"), true);
    }
}
