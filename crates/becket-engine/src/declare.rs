//! From Argo CD's Applications to those of the engine: which run here, as which, and how they are synced.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use becket_argocd::{Operators, Tree};
use becket_source::{Diagnostic, Level};
use serde_json::Value;

use crate::application::{Application, Declared, Operator, Place, Retry, SyncPolicy};
use crate::object::plain;
use crate::time;

/// The repository of the files that run, by the last part of its address.
const GITOPS: &str = "gitops";

/// An Application as it was made last.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// With the place that it asks for, whatever else asks for the same.
    application: Application,
    /// The ApplicationSet that made it.
    set: Option<String>,
    /// Where its cluster stands among those of its environment.
    rank: usize,
}

/// What the operators ask for, with `tree` as the gitops repository, and what was made for it. Of what was made `before`
/// that stays of which nobody can tell whether it is still asked for.
pub(crate) fn declared(
    operators: &Operators,
    tree: &dyn Tree,
    revision: &str,
    before: &[Made],
) -> (Declared, Vec<Made>) {
    let trees = |url: &str, _: &str| -> Option<&dyn Tree> { (last_part(url) == GITOPS).then_some(tree) };
    let mut declared = Declared {
        revision: revision.to_owned(),
        errors: messages(&operators.findings),
        ..Declared::default()
    };
    let unread = !declared.errors.is_empty();
    let mut all: BTreeMap<String, Made> = BTreeMap::new();
    let mut untold = Untold::default();
    for operator in &operators.operators {
        let expansion = operator.expand(&trees);
        declared.operators.push(Operator {
            name: operator.name.clone(),
            errors: messages(&expansion.findings),
        });
        for argocd in expansion.applications {
            let mut application = read(&argocd);
            application.operator.clone_from(&operator.name);
            if let Some(refused) = expansion.refused.get(&application.name) {
                application.refused.clone_from(refused);
            }
            let made = Made {
                rank: rank(operator, &argocd),
                set: argocd.applicationset,
                application,
            };
            all.insert(made.application.name.clone(), made);
        }
        untold.note(
            operator,
            expansion.failed.into_keys(),
            expansion.withheld.into_keys(),
        );
    }
    let stay = before.iter().filter(|made| unread || untold.covers(made));
    for made in stay {
        all.entry(made.application.name.clone())
            .or_insert_with(|| made.clone());
    }
    let made: Vec<Made> = all.into_values().collect();
    declared.applications = once(&made);
    (declared, made)
}

/// What nobody can tell whether it is still asked for, by operator.
#[derive(Default)]
struct Untold {
    sets: BTreeSet<(String, String)>,
    names: BTreeSet<(String, String)>,
}

impl Untold {
    fn note(
        &mut self,
        operator: &becket_argocd::Operator,
        sets: impl Iterator<Item = String>,
        names: impl Iterator<Item = String>,
    ) {
        let of = |one: String| (operator.name.clone(), one);
        self.sets.extend(sets.map(of));
        self.names.extend(names.map(of));
    }

    fn covers(&self, made: &Made) -> bool {
        let operator = &made.application.operator;
        let of = |one: &String| (operator.clone(), one.clone());
        self.names.contains(&of(&made.application.name))
            || made.set.as_ref().is_some_and(|set| self.sets.contains(&of(set)))
    }
}

/// Of several Applications for the same unit and namespace the one on the environment's first cluster runs.
fn once(made: &[Made]) -> Vec<Application> {
    let same = |one: &Application| (one.stack.clone(), one.unit.clone(), one.namespace.clone());
    let mut first: BTreeMap<_, &Made> = BTreeMap::new();
    for one in made.iter().filter(|one| one.application.place == Place::Here) {
        let entry = first.entry(same(&one.application)).or_insert(one);
        if one.rank < entry.rank {
            *entry = one;
        }
    }
    let place = |one: &Made| {
        let mut application = one.application.clone();
        if let Some(first) = first.get(&same(&application))
            && first.application.name != application.name
            && application.place == Place::Here
        {
            application.place = Place::SameAs(first.application.name.clone());
        }
        application
    };
    made.iter().map(place).collect()
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
    let pause = |field: &str| backoff.get(field).and_then(|value| duration(&plain(value)));
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
            first: pause("duration").unwrap_or(usual.first),
            factor: factor.unwrap_or(usual.factor),
            longest: pause("maxDuration").unwrap_or(usual.longest),
        },
    }
}

/// A duration of Argo CD; a plain number means seconds.
fn duration(text: &str) -> Option<Duration> {
    text.parse()
        .map(Duration::from_secs)
        .ok()
        .or_else(|| time::duration(text))
}

fn last_part(url: &str) -> &str {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or(url);
    last.strip_suffix(".git").unwrap_or(last)
}

/// The errors among findings, one line each: where and what.
pub(crate) fn messages(findings: &[Diagnostic]) -> Vec<String> {
    let errors = findings.iter().filter(|finding| finding.level == Level::Error);
    let line = |finding: &Diagnostic| {
        let help = finding
            .help
            .first()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        format!("{}: {}{help}", finding.place.path, finding.message)
    };
    errors.map(line).collect()
}

#[cfg(test)]
mod tests {
    use becket_source::FileSet;

    use super::*;

    #[test]
    fn durations_without_a_unit_are_seconds() {
        for (text, seconds) in [("5", Some(5)), ("3m", Some(180)), ("fast", None), ("", None)] {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn repositories_are_known_by_the_last_part_of_their_address() {
        assert_eq!(last_part("https://github.com/acme/gitops.git"), "gitops");
        assert_eq!(last_part("git@github.com:acme/gitops"), "gitops");
    }

    /// Two ApplicationSets, of which the one makes what lies in `apps`, the other what lies in `infra`.
    fn operators(edit: &dyn Fn(&mut FileSet)) -> Operators {
        let mut iac = FileSet::new();
        let set = |name: &str| {
            format!(
                "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{ name: {name} }}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - git:
        repoURL: https://git.example/acme/gitops
        revision: main
        files: [{{ path: '{name}/*/app.yaml' }}]
  template:
    metadata: {{ name: '{name}-{{{{`{{{{.path.basename}}}}`}}}}-{{{{`{{{{.stage}}}}`}}}}' }}
    spec:
      project: default
      source: {{ repoURL: https://git.example/acme/gitops, path: '{{{{`{{{{.path.path}}}}`}}}}' }}
      destination: {{ server: https://one.example, namespace: '{{{{`{{{{.stage}}}}`}}}}' }}
"
            )
        };
        iac.insert_text(
            "ansible/root/Chart.yaml",
            "apiVersion: v2\nname: root\nversion: 1.0.0\n",
        );
        iac.insert_text(
            "ansible/root/values.yaml",
            "clusters: { one: 'https://one.example' }\nenvironments: { qa: [one] }\n",
        );
        iac.insert_text("ansible/root/templates/apps.yaml", set("apps"));
        iac.insert_text("ansible/root/templates/infra.yaml", set("infra"));
        edit(&mut iac);
        becket_argocd::operator::read(&iac)
    }

    fn names(declared: &Declared) -> Vec<&str> {
        declared
            .applications
            .iter()
            .map(|one| one.name.as_str())
            .collect()
    }

    #[test]
    fn what_a_failing_set_made_before_stays_and_the_others_go_on() {
        let operators = operators(&|_| {});
        let mut tree = FileSet::new();
        for unit in ["apps/orders", "apps/payments", "infra/kafka", "infra/redis"] {
            tree.insert_text(format!("{unit}/app.yaml"), "stage: qa\n");
        }
        let (told, made) = declared(&operators, &tree, "1", &[]);
        let all = [
            "apps-orders-qa",
            "apps-payments-qa",
            "infra-kafka-qa",
            "infra-redis-qa",
        ];
        assert_eq!((names(&told), told.operators[0].errors.len()), (all.to_vec(), 0));

        // One of its files says nothing of the stage.
        tree.insert_text("apps/orders/app.yaml", "{}");
        tree.remove("apps/payments/app.yaml");
        tree.remove("infra/redis/app.yaml");
        tree.insert_text("infra/minio/app.yaml", "stage: qa\n");
        let (told, made) = declared(&operators, &tree, "2", &made);
        assert_eq!(told.operators[0].errors.len(), 1, "{:?}", told.operators);
        let here = [
            "apps-orders-qa",
            "apps-payments-qa",
            "infra-kafka-qa",
            "infra-minio-qa",
        ];
        assert_eq!(names(&told), here);

        // Mended: what is no longer made goes.
        tree.insert_text("apps/orders/app.yaml", "stage: qa\n");
        let (told, _) = declared(&operators, &tree, "3", &made);
        assert_eq!(
            names(&told),
            ["apps-orders-qa", "infra-kafka-qa", "infra-minio-qa"]
        );
    }

    #[test]
    fn as_long_as_a_root_cannot_be_read_wholly_nothing_goes() {
        let mut tree = FileSet::new();
        tree.insert_text("apps/orders/app.yaml", "stage: qa\n");
        tree.insert_text("infra/kafka/app.yaml", "stage: qa\n");
        let (_, made) = declared(&operators(&|_| {}), &tree, "1", &[]);
        let breaks: [&dyn Fn(&mut FileSet); 2] = [
            &|iac| iac.insert_text("ansible/root/values.yaml", "clusters: {"),
            &|iac| iac.insert_text("ansible/root/templates/apps.yaml", "kind: [ApplicationSet"),
        ];
        for edit in breaks {
            let operators = operators(edit);
            let (told, _) = declared(&operators, &tree, "2", &made);
            assert_eq!(names(&told), ["apps-orders-qa", "infra-kafka-qa"]);
            assert_eq!(told.errors.len(), 1, "{:?}", told.errors);
        }
    }

    #[test]
    fn an_application_whose_name_occurs_twice_stays_as_it_was() {
        let operators = operators(&|_| {});
        let mut tree = FileSet::new();
        tree.insert_text("apps/orders/app.yaml", "stage: qa\n");
        let (_, made) = declared(&operators, &tree, "1", &[]);
        tree.insert_text("apps/old/orders/app.yaml", "stage: qa\n");
        let (told, _) = declared(&operators, &tree, "2", &made);
        assert_eq!(names(&told), ["apps-orders-qa"]);
        assert_eq!(told.applications[0].path, "apps/orders");
        assert_eq!(told.operators[0].errors.len(), 1, "{:?}", told.operators);
    }
}
