//! What each team may do, and what is its to review.

use serde_json::{Map, Value};

use super::{Layer, text};
use crate::model::{Platform, Role};
use crate::names::Reference;

pub(super) fn put(platform: &Platform, view: &mut Layer) {
    let at = platform.at.key("teams");
    let teams = platform.teams.iter();
    let teams: Map<_, _> = teams
        .map(|(name, team)| (name.to_string(), text(team.role.as_str())))
        .collect();
    view.put("platform.teams", Value::Object(teams), &at);
    put_owners(platform, view);
}

/// Who reviews what, as CODEOWNERS names them.
fn put_owners(platform: &Platform, view: &mut Layer) {
    let at = platform.at.key("teams");
    let iac = owners_or_admins(platform, "iac");
    let gitops = owners_or_admins(platform, "gitops");
    let services = platform.services.keys().filter_map(|service| {
        let owners = owners(platform, service.as_str());
        (!owners.is_empty()).then(|| (format!("/apps/{service}/"), owners.into()))
    });
    let services: Map<_, _> = services.collect();
    let stages = platform.environments.iter().filter_map(|(name, environment)| {
        let approvers: Vec<_> = environment
            .approvers
            .iter()
            .map(|team| handle(platform, team))
            .collect();
        (!approvers.is_empty()).then(|| (format!("/apps/*/overlays/{name}/"), approvers.into()))
    });
    let stages: Map<_, _> = stages.collect();
    let any = !(gitops.is_empty() && services.is_empty() && stages.is_empty());
    view.put("platform.owned.iac", Value::from(!iac.is_empty()), &at);
    view.put("platform.owned.gitops", Value::from(!gitops.is_empty()), &at);
    view.put("platform.owned.services", Value::from(!services.is_empty()), &at);
    view.put("platform.owned.stages", Value::from(!stages.is_empty()), &at);
    view.put("platform.owned.any", Value::from(any), &at);
    view.put("platform.owners.iac", Value::from(iac), &at);
    view.put("platform.owners.gitops", Value::from(gitops), &at);
    view.put("platform.owners.services", Value::Object(services), &at);
    view.put(
        "platform.owners.stages",
        Value::Object(stages),
        &platform.at.key("environments"),
    );
}

/// The teams that own a repository; where nobody does, those that may do everything.
fn owners_or_admins(platform: &Platform, repository: &str) -> Vec<Value> {
    let owners = owners(platform, repository);
    if !owners.is_empty() {
        return owners;
    }
    let admins = platform.teams.iter().filter(|(_, team)| team.role == Role::Admin);
    admins.map(|(name, _)| handle(platform, name)).collect()
}

fn owners(platform: &Platform, what: &str) -> Vec<Value> {
    let owns = |owned: &[Reference]| owned.iter().any(|owned| owned.as_str() == what);
    let teams = platform.teams.iter().filter(|(_, team)| owns(&team.owns));
    teams.map(|(name, _)| handle(platform, name)).collect()
}

fn handle(platform: &Platform, team: impl std::fmt::Display) -> Value {
    text(format!("@{}/{team}", platform.organisation))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::parse;
    use crate::view::{Scope, views};

    fn of(teams: &str, paths: &[&str]) -> Vec<Value> {
        let text = format!(
            "becket: 1\nname: shop\norganisation: acme\ndomain: acme.example\n\
             clusters: {{ one: {{}} }}\n\
             environments: {{ prod: {{ clusters: [one], approvers: [leads] }} }}\n\
             services: {{ hello: {{ image: ghcr.io/acme/hello }}, bye: {{ image: ghcr.io/acme/bye }} }}\n\
             teams:\n  leads: {{ role: releaser }}\n{teams}"
        );
        let parsed = parse("platform.yaml", &text);
        let views = views(parsed.platform().unwrap(), Scope::Platform);
        let value = |path: &&str| views[0].leaf(path).unwrap().value.to_value();
        paths.iter().map(value).collect()
    }

    #[test]
    fn a_review_is_asked_of_whoever_owns() {
        let owners = of(
            "  ops: { role: admin }\n  infra: { role: developer, owns: [iac, hello] }\n",
            &[
                "platform.owners.iac",
                "platform.owners.gitops",
                "platform.owners.services",
                "platform.owners.stages",
            ],
        );
        let expected = [
            json!(["@acme/infra"]),
            json!(["@acme/ops"]),
            json!({ "/apps/hello/": ["@acme/infra"] }),
            json!({ "/apps/*/overlays/prod/": ["@acme/leads"] }),
        ];
        assert_eq!(owners, expected);
    }

    #[test]
    fn without_owners_and_admins_nobody_is_asked() {
        let paths = [
            "platform.owned.iac",
            "platform.owned.gitops",
            "platform.owned.services",
        ];
        assert_eq!(of("", &paths), [false, false, false]);
        assert_eq!(of("", &["platform.owned.any"]), [true], "approvers are asked");
    }
}
