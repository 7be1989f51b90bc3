//! How an Application fares, by its objects: Argo CD's words and its rule of what counts.
//!
//! How one object fares is not judged here. Argo CD reads it from the object's `status`, which controllers of a cluster
//! write; where there are none, whoever runs the processes knows it at first hand and says it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::object::{annotation, group};
use crate::sync;

/// Argo CD's word for how something fares. Of two the greater one is the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Status {
    /// All is well.
    #[default]
    Healthy,
    /// Paused by somebody.
    Suspended,
    /// Not there yet.
    Progressing,
    /// Not there at all.
    Missing,
    /// It failed, or did not get there in time.
    Degraded,
    /// It cannot be judged.
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How something fares, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// The word.
    pub status: Status,
    /// Why; may be empty.
    pub message: String,
}

/// An object of an Application: one that is wanted, or there, or both.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// As Git wants it, if it does.
    pub wanted: Option<&'a Value>,
    /// As it is there, if it is.
    pub live: Option<&'a Value>,
    /// How what is there fares; of no account where nothing is there.
    pub health: Health,
}

/// How an Application with these objects fares: as the worst of them, and of several as bad as the first.
///
/// Hooks do not count, nor what is skipped or says `argocd.argoproj.io/ignore-healthcheck: "true"`. An object that is not
/// there makes the Application out of sync and no worse, unless none of them is there.
pub fn of_application<'a>(objects: impl IntoIterator<Item = Judged<'a>>) -> Health {
    let (mut any, mut any_live) = (false, false);
    let mut worst = Health::default();
    for Judged { wanted, live, health } in objects {
        if [wanted, live].into_iter().flatten().any(sync::is_apart) {
            continue;
        }
        any = true;
        let Some(live) = live else {
            continue;
        };
        any_live = true;
        let ignored = annotation(live, "argocd.argoproj.io/ignore-healthcheck") == Some("true");
        let child = live["kind"] == "Application" && group(live) == "argoproj.io";
        if ignored || (child && matches!(health.status, Status::Missing | Status::Unknown)) {
            continue;
        }
        if health.status > worst.status {
            worst = health;
        }
    }
    if any && !any_live {
        return Health {
            status: Status::Missing,
            message: "none of its objects is there".to_owned(),
        };
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(api: &str, kind: &str, annotations: &Value) -> Value {
        json!({"apiVersion": api, "kind": kind, "metadata": {"name": "x", "annotations": annotations}})
    }

    fn live(object: &Value, status: Status) -> Judged<'_> {
        let message = format!("it is {status}");
        Judged {
            wanted: Some(object),
            live: Some(object),
            health: Health { status, message },
        }
    }

    fn missing(object: &Value) -> Judged<'_> {
        Judged {
            wanted: Some(object),
            live: None,
            health: Health::default(),
        }
    }

    #[test]
    fn the_worst_object_is_the_health_of_the_application() {
        use Status::{Degraded, Healthy, Missing, Progressing, Suspended, Unknown};
        let one = object("v1", "Pod", &json!({}));
        let worse = [Healthy, Suspended, Progressing, Missing, Degraded, Unknown];
        for pair in worse.windows(2) {
            let found = of_application([live(&one, pair[1]), live(&one, pair[0])]);
            assert_eq!(found, live(&one, pair[1]).health);
        }
        assert_eq!(of_application([]).status, Healthy);
    }

    #[test]
    fn what_is_missing_counts_only_where_all_is_missing() {
        let one = object("v1", "Service", &json!({}));
        assert_eq!(
            of_application([live(&one, Status::Healthy), missing(&one)]).status,
            Status::Healthy
        );
        assert_eq!(of_application([missing(&one)]).status, Status::Missing);
        let hook = object("batch/v1", "Job", &json!({"argocd.argoproj.io/hook": "Sync"}));
        assert_eq!(
            of_application([missing(&one), live(&hook, Status::Healthy)]).status,
            Status::Missing
        );
        assert_eq!(of_application([missing(&hook)]).status, Status::Healthy);
    }

    #[test]
    fn what_is_left_alone_does_not_count() {
        for (api, kind, annotations) in [
            ("batch/v1", "Job", json!({"argocd.argoproj.io/hook": "PreSync"})),
            ("v1", "Pod", json!({"argocd.argoproj.io/hook": "Skip"})),
            (
                "v1",
                "Pod",
                json!({"argocd.argoproj.io/ignore-healthcheck": "true"}),
            ),
            ("argoproj.io/v1alpha1", "Application", json!({})),
        ] {
            let one = object(api, kind, &annotations);
            let found = of_application([live(&one, Status::Unknown)]).status;
            assert_eq!(found, Status::Healthy, "{one}");
        }
    }
}
