//! Rolling update of a Deployment: which pods to make and which to stop, and how far it is.
//!
//! The arithmetic is that of Kubernetes' deployment controller. Pods of one template hash stand for a replica set;
//! there are no replica set objects, because nobody here looks at them.

use std::time::Duration;

use serde_json::Value;

use crate::template::{PodTemplate, TemplateError, strangers};

/// The fields of a Deployment that are acted on, or that only a cluster needs.
const FIELDS: &[&str] = &[
    "minReadySeconds",
    "progressDeadlineSeconds",
    "replicas",
    "revisionHistoryLimit",
    "selector",
    "strategy",
    "template",
];

/// What a Deployment asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// How many pods.
    pub replicas: u32,
    /// How many more than `replicas` there may be.
    pub max_surge: u32,
    /// How many of `replicas` may be missing.
    pub max_unavailable: u32,
    /// All old pods go before the first new one comes.
    pub recreate: bool,
    /// How long a pod must have been ready to count.
    pub min_ready: Duration,
    /// How long without progress until the rollout has failed.
    pub deadline: Duration,
    /// What the pods are made from.
    pub template: PodTemplate,
}

/// A pod as the rollout sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct PodView {
    /// Its name.
    pub name: String,
    /// The hash of the template it was made from.
    pub hash: String,
    /// Traffic may come.
    pub ready: bool,
    /// Ready for long enough.
    pub available: bool,
    /// Being stopped.
    pub stopping: bool,
    /// Why it is not ready.
    pub why: Option<String>,
    /// It will not get better without a change.
    pub stuck: bool,
}

/// What to do next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// How many pods of the current template to make.
    pub create: u32,
    /// Which pods to stop.
    pub stop: Vec<String>,
}

/// How far a rollout is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pods that are not being stopped.
    pub replicas: u32,
    /// Those of the current template.
    pub updated: u32,
    /// Those that are ready.
    pub ready: u32,
    /// Those that are available.
    pub available: u32,
    /// Those that are of the current template and available.
    pub current: u32,
    /// The whole of it is there and nothing else.
    pub complete: bool,
    /// A pod of the current template will not get better without a change.
    pub stuck: bool,
    /// Why it is not complete.
    pub message: String,
}

impl Rollout {
    /// Reads a Deployment.
    pub fn read(object: &Value) -> Result<Self, TemplateError> {
        let spec = object.get("spec").unwrap_or(&Value::Null);
        let replicas = number(spec, "/replicas").unwrap_or(1);
        let recreate = spec.pointer("/strategy/type").and_then(Value::as_str) == Some("Recreate");
        let surge = spec.pointer("/strategy/rollingUpdate/maxSurge");
        let unavailable = spec.pointer("/strategy/rollingUpdate/maxUnavailable");
        let max_surge = share(surge, replicas, true).unwrap_or_else(|| percent(25, replicas, true));
        let mut max_unavailable =
            share(unavailable, replicas, false).unwrap_or_else(|| percent(25, replicas, false));
        if max_surge == 0 && max_unavailable == 0 {
            max_unavailable = 1;
        }
        let seconds =
            |pointer, default| Duration::from_secs(u64::from(number(spec, pointer).unwrap_or(default)));
        let mut template = PodTemplate::read(spec.get("template").unwrap_or(&Value::Null))?;
        template.unsupported.extend(strangers(spec, FIELDS));
        Ok(Self {
            replicas,
            max_surge,
            max_unavailable,
            recreate,
            min_ready: seconds("/minReadySeconds", 0),
            deadline: seconds("/progressDeadlineSeconds", 600),
            template,
        })
    }

    /// What to do next, given the pods there are.
    pub fn step(&self, pods: &[PodView]) -> Step {
        let live = || pods.iter().filter(|pod| !pod.stopping);
        let current = || live().filter(|pod| self.is_current(pod));
        let old = || live().filter(|pod| !self.is_current(pod));
        let (total, updated) = (count(live()), count(current()));
        let mut stop = Vec::new();

        if self.recreate && pods.iter().any(|pod| !self.is_current(pod)) {
            stop.extend(old().map(|pod| pod.name.clone()));
            return Step { create: 0, stop };
        }
        let room = self.replicas + if self.recreate { 0 } else { self.max_surge };
        let create = self
            .replicas
            .saturating_sub(updated)
            .min(room.saturating_sub(total));
        if updated > self.replicas {
            stop.extend(surplus(current(), updated - self.replicas));
        }
        stop.extend(self.step_down(pods));
        Step { create, stop }
    }

    /// The old pods that may go without leaving too few: first those that do not serve anyway.
    fn step_down(&self, pods: &[PodView]) -> Vec<String> {
        let live = || pods.iter().filter(|pod| !pod.stopping);
        let old = || live().filter(|pod| !self.is_current(pod));
        let minimum = self.replicas.saturating_sub(self.max_unavailable);
        let idle = live().filter(|pod| self.is_current(pod) && !pod.available);
        let mut budget = count(live()).saturating_sub(minimum + count(idle));
        let mut stop = Vec::new();
        for pod in old().filter(|pod| !pod.available) {
            if budget == 0 {
                return stop;
            }
            budget -= 1;
            stop.push(pod.name.clone());
        }
        let available = count(live().filter(|pod| pod.available));
        let spare = available.saturating_sub(minimum).min(budget) as usize;
        stop.extend(
            old()
                .filter(|pod| pod.available)
                .take(spare)
                .map(|pod| pod.name.clone()),
        );
        stop
    }

    fn is_current(&self, pod: &PodView) -> bool {
        pod.hash == self.template.hash
    }

    /// How far the rollout is.
    pub fn progress(&self, pods: &[PodView]) -> Progress {
        let live = || pods.iter().filter(|pod| !pod.stopping);
        let current = || live().filter(|pod| self.is_current(pod));
        let mut progress = Progress {
            replicas: count(live()),
            updated: count(current()),
            ready: count(live().filter(|pod| pod.ready)),
            available: count(live().filter(|pod| pod.available)),
            current: count(current().filter(|pod| pod.available)),
            ..Progress::default()
        };
        let why = current().find_map(|pod| pod.why.clone());
        progress.stuck = current().any(|pod| pod.stuck);
        let old = progress.replicas - progress.updated;
        progress.message = if progress.updated < self.replicas {
            let (updated, replicas) = (progress.updated, self.replicas);
            format!("waiting for rollout: {updated} of {replicas} replicas are updated")
        } else if progress.current < self.replicas {
            let (current, replicas) = (progress.current, self.replicas);
            format!("waiting for rollout: {current} of {replicas} updated replicas are available")
        } else if old > 0 || pods.iter().any(|pod| pod.stopping && !self.is_current(pod)) {
            "waiting for rollout: old replicas are stopping".to_owned()
        } else {
            progress.complete = progress.updated == self.replicas;
            String::new()
        };
        if let (false, Some(why)) = (progress.complete, why) {
            progress.message = format!("{}: {why}", progress.message);
        }
        progress
    }
}

fn count<'a>(pods: impl Iterator<Item = &'a PodView>) -> u32 {
    u32::try_from(pods.count()).unwrap_or(u32::MAX)
}

/// The pods to give up when there are too many of the current ones: those that serve least first.
fn surplus<'a>(pods: impl Iterator<Item = &'a PodView>, by: u32) -> Vec<String> {
    let mut pods: Vec<_> = pods.collect();
    pods.sort_by_key(|pod| (pod.available, pod.ready));
    let names = pods.into_iter().map(|pod| pod.name.clone());
    names.take(by as usize).collect()
}

fn number(value: &Value, pointer: &str) -> Option<u32> {
    u32::try_from(value.pointer(pointer)?.as_u64()?).ok()
}

fn share(value: Option<&Value>, of: u32, up: bool) -> Option<u32> {
    match value? {
        Value::String(text) => Some(percent(text.strip_suffix('%')?.parse().ok()?, of, up)),
        number => u32::try_from(number.as_u64()?).ok(),
    }
}

fn percent(percent: u32, of: u32, up: bool) -> u32 {
    let product = percent.saturating_mul(of);
    if up { product.div_ceil(100) } else { product / 100 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rollout(replicas: u32, strategy: &Value) -> Rollout {
        let spec = json!({"replicas": replicas, "strategy": strategy,
            "template": {"spec": {"containers": [{"name": "orders", "image": "orders"}]}}});
        let mut rollout = Rollout::read(&json!({"spec": spec})).unwrap();
        rollout.template.hash = "new".to_owned();
        rollout
    }

    /// Pods as words: `new+` is ready, `old-` is not, `old~` is stopping.
    fn pods(words: &str) -> Vec<PodView> {
        let word = |(index, word): (usize, &str)| {
            let (hash, mark) = word.split_at(3);
            PodView {
                name: format!("{hash}{index}"),
                hash: hash.to_owned(),
                ready: mark == "+",
                available: mark == "+",
                stopping: mark == "~",
                why: (mark == "-").then(|| "readiness probe: GET /readyz: 500".to_owned()),
                stuck: false,
            }
        };
        words.split_whitespace().enumerate().map(word).collect()
    }

    fn check(rollout: &Rollout, words: &str, create: u32, stop: &[&str]) {
        let found = rollout.step(&pods(words));
        let stop: Vec<_> = stop.iter().map(ToString::to_string).collect();
        assert_eq!((found.create, found.stop), (create, stop), "{words}");
    }

    #[test]
    fn one_replica_is_replaced_only_by_a_ready_one() {
        let rollout = rollout(1, &json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}));
        check(&rollout, "", 1, &[]);
        check(&rollout, "old+", 1, &[]);
        check(&rollout, "old+ new-", 0, &[]);
        check(&rollout, "old+ new+", 0, &["old0"]);
        check(&rollout, "old~ new+", 0, &[]);
    }

    #[test]
    fn a_broken_old_release_makes_room_for_the_next() {
        let rollout = rollout(1, &json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}));
        // One good pod of the first release, one that never got ready of the second; this is the third.
        check(&rollout, "old+ bad-", 0, &["bad1"]);
        check(&rollout, "old+ bad~", 1, &[]);
    }

    #[test]
    fn three_replicas_roll_within_their_bounds() {
        let rollout = rollout(3, &json!({}));
        assert_eq!((rollout.max_surge, rollout.max_unavailable), (1, 0));
        check(&rollout, "old+ old+ old+", 1, &[]);
        check(&rollout, "old+ old+ old+ new-", 0, &[]);
        check(&rollout, "old+ old+ old+ new+", 0, &["old0"]);
        check(&rollout, "old~ old+ old+ new+", 1, &[]);
        check(&rollout, "new+ new+ new+ new+", 0, &["new0"]);
    }

    #[test]
    fn recreate_stops_all_before_it_makes_one() {
        let rollout = rollout(2, &json!({"type": "Recreate"}));
        check(&rollout, "old+ old+", 0, &["old0", "old1"]);
        check(&rollout, "old~ old~", 0, &[]);
        check(&rollout, "", 2, &[]);
    }

    #[test]
    fn progress_says_why_it_is_not_complete() {
        let rollout = rollout(1, &json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}));
        let progress = rollout.progress(&pods("old+ new-"));
        assert_eq!(
            progress.message,
            "waiting for rollout: 0 of 1 updated replicas are available: readiness probe: GET /readyz: 500"
        );
        assert!(!progress.complete);
        assert!(!rollout.progress(&pods("old~ new+")).complete);
        assert!(rollout.progress(&pods("new+")).complete);
    }
}
