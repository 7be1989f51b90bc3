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
