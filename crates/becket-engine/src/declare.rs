//! From Argo CD's Applications to those of the engine: which run here, as which, and how they are synced.

use std::collections::BTreeMap;
use std::time::Duration;

use becket_argocd::{Operators, Tree};
use serde_json::Value;

use crate::application::{Application, Declared, Operator, Place, Retry, SyncPolicy};
use crate::object::plain;
use crate::repositories::messages;

/// The repository of the files that run, by the last part of its address.
const GITOPS: &str = "gitops";

/// What the operators ask for, with `tree` as the gitops repository.
pub(crate) fn declared(operators: &Operators, tree: &dyn Tree, revision: &str) -> Declared {
    let trees = |url: &str, _: &str| -> Option<&dyn Tree> { (last_part(url) == GITOPS).then_some(tree) };
    let mut declared = Declared {
        revision: revision.to_owned(),
        ..Declared::default()
    };
    // Of several Applications for the same unit and namespace the one on the environment's first cluster runs.
    let mut first: BTreeMap<(String, String, String), (usize, String)> = BTreeMap::new();
    let mut all = Vec::new();
    for operator in &operators.operators {
        let expansion = operator.expand(&trees);
        declared.operators.push(Operator {
            name: operator.name.clone(),
            protect: operator.protect,
            errors: messages(&expansion.findings),
        });
        for application in expansion.applications {
            let rank = rank(operator, &application);
            let mut application = read(&application);
            if application.place == Place::Here {
                let same = (
                    application.stack.clone(),
                    application.unit.clone(),
                    application.namespace.clone(),
                );
                let entry = first
                    .entry(same)
                    .or_insert_with(|| (rank, application.name.clone()));
                if rank < entry.0 {
                    *entry = (rank, application.name.clone());
                }
            }
            application.operator.clone_from(&operator.name);
            if let Some(refused) = expansion.refused.get(&application.name) {
                application.refused.clone_from(refused);
            }
            all.push(application);
        }
    }
    for mut application in all {
        let same = (
            application.stack.clone(),
            application.unit.clone(),
            application.namespace.clone(),
        );
        if let Some((_, name)) = first.get(&same).filter(|(_, name)| *name != application.name)
            && application.place == Place::Here
        {
            application.place = Place::SameAs(name.clone());
        }
        declared.applications.push(application);
    }
    declared
}

/// Where the destination's cluster stands among those of its environment.
fn rank(operator: &becket_argocd::Operator, application: &becket_argocd::Application) -> usize {
    let server = &application.destination.server;
    let cluster = operator
        .clusters
        .iter()
        .find(|(_, address)| address == server)
        .map(|(name, _)| name);
    let environment = operator
        .environments
        .iter()
        .find(|(name, _)| *name == application.destination.namespace);
    let clusters = environment.map(|(_, clusters)| clusters);
    let position = cluster.and_then(|cluster| clusters?.iter().position(|one| one == cluster));
    position.unwrap_or_else(|| {
        let all = operator
            .clusters
            .iter()
            .position(|(_, address)| address == server);
        all.unwrap_or(usize::MAX)
    })
}

fn read(application: &becket_argocd::Application) -> Application {
    let source = &application.source;
    let stack = application.stack().unwrap_or(&application.project).to_owned();
    let place = if source.helm.is_some() || source.chart.is_some() {
        Place::Cluster("its source is a Helm chart".to_owned())
    } else if last_part(&source.repo_url) != GITOPS {
        Place::Cluster(format!("its source is {}", source.repo_url))
    } else {
        Place::Here
    };
    let namespace = application.destination.namespace.clone();
    // A unit of the apps is released to an environment, however many clusters that has.
    let stage = if stack == "apps" {
        Some(namespace.as_str())
    } else {
        application.stage()
    };
    Application {
        name: application.name.clone(),
        unit: application.unit().unwrap_or(&application.name).to_owned(),
        stage: stage.unwrap_or(&namespace).to_owned(),
        operator: String::new(),
        refused: Vec::new(),
        path: source.path.trim_matches('/').to_owned(),
        protect: !application.policy.applications_sync.deletes(),
        policy: policy(application),
        stack,
        namespace,
        place,
    }
}

fn policy(application: &becket_argocd::Application) -> SyncPolicy {
    let sync = &application.sync;
    let backoff = application
        .manifest
        .pointer("/spec/syncPolicy/retry/backoff")
        .unwrap_or(&Value::Null);
    let usual = Retry::default();
    let time = |field: &str| backoff.get(field).and_then(|value| duration(&plain(value)));
    let limit = sync
        .retry_limit
        .map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    let factor = backoff
        .get("factor")
        .and_then(Value::as_u64)
        .and_then(|factor| u32::try_from(factor).ok());
    SyncPolicy {
        automated: sync.automated.is_some(),
        prune: sync.automated.is_some_and(|automated| automated.prune),
        self_heal: sync.automated.is_some_and(|automated| automated.self_heal),
        create_namespace: sync.has("CreateNamespace"),
        retry: Retry {
            limit: limit.unwrap_or(usual.limit),
            first: time("duration").unwrap_or(usual.first),
            factor: factor.unwrap_or(usual.factor),
            longest: time("maxDuration").unwrap_or(usual.longest),
        },
    }
}

/// A duration as Go writes it, such as `1m30s`; a plain number means seconds.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let end = rest[digits..].find(|letter: char| letter.is_ascii_digit());
        let end = end.map_or(rest.len(), |end| digits + end);
        total += match &rest[digits..end] {
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "s" => Duration::from_secs(number),
            "ms" => Duration::from_millis(number),
            _ => return None,
        };
        rest = &rest[end..];
    }
    Some(total)
}

fn last_part(url: &str) -> &str {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or(url);
    last.strip_suffix(".git").unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_s() {
        let cases = [
            ("10s", Some(10_000)),
            ("3m", Some(180_000)),
            ("1h30m", Some(5_400_000)),
            ("250ms", Some(250)),
            ("5", Some(5000)),
            ("fast", None),
            ("10", Some(10_000)),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn repositories_are_known_by_the_last_part_of_their_address() {
        assert_eq!(last_part("https://github.com/acme/gitops.git"), "gitops");
        assert_eq!(last_part("git@github.com:acme/gitops"), "gitops");
    }
}
