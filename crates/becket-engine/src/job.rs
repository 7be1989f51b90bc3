//! A Job: one pod that has to succeed, tried again a bounded number of times.
//!
//! Several completions, indexes and parallel pods are for a cluster and named as such.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::pod::{FIRST_PAUSE, LONGEST_PAUSE};
use crate::template::{PodTemplate, TemplateError, Unsupported, strangers};
use crate::time::Time;

/// The fields of a Job that are acted on, or that only a cluster needs. A Job that is over stays until its hook runs
/// again or its Application goes, so that its time to live is nobody's business here.
const FIELDS: &[&str] = &[
    "activeDeadlineSeconds",
    "backoffLimit",
    "completions",
    "parallelism",
    "suspend",
    "template",
    "ttlSecondsAfterFinished",
];

/// A Job and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What its pods are made from.
    pub template: Arc<PodTemplate>,
    backoff_limit: u32,
    deadline: Option<Duration>,
    suspended: bool,
    begun: Time,
    failures: u32,
    retry: Option<Time>,
    outcome: Outcome,
}

/// How a Job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Not over.
    Active,
    /// A pod succeeded.
    Complete,
    /// It will not be tried again; why.
    Failed(String),
}

/// What a Job needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing before something happens.
    Nothing,
    /// Another pod.
    Pod,
    /// Its pod must go.
    Stop,
}

impl Job {
    /// Reads a Job that begins `now`.
    pub fn read(object: &Value, now: Time) -> Result<Self, TemplateError> {
        let spec = object.get("spec").unwrap_or(&Value::Null);
        let number = |field: &str| spec.get(field).and_then(Value::as_u64);
        let mut template = PodTemplate::read(spec.get("template").unwrap_or(&Value::Null))?;
        for field in ["completions", "parallelism"] {
            if number(field).is_some_and(|count| count != 1) {
                template.unsupported.push(Unsupported {
                    field: format!("spec.{field}"),
                    why: "a Job runs one pod on this machine".to_owned(),
                });
            }
        }
        template.unsupported.extend(strangers(spec, FIELDS));
        Ok(Self {
            template: Arc::new(template),
            backoff_limit: number("backoffLimit").map_or(6, |limit| u32::try_from(limit).unwrap_or(u32::MAX)),
            deadline: number("activeDeadlineSeconds").map(Duration::from_secs),
            suspended: spec.get("suspend") == Some(&Value::Bool(true)),
            begun: now,
            failures: 0,
            retry: None,
            outcome: Outcome::Active,
        })
    }

    /// How it stands.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether it waits for somebody to let it run.
    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// What it needs next, given whether it has a pod and how often that one was started again.
    pub fn next(&mut self, pod: Option<u32>, now: Time) -> Need {
        if self.outcome != Outcome::Active || self.suspended {
            return if pod.is_some() { Need::Stop } else { Need::Nothing };
        }
        if let Some(deadline) = self.deadline
            && now >= self.begun + deadline
        {
            let seconds = deadline.as_secs();
            let why = format!("DeadlineExceeded: it ran for more than {seconds} s");
            self.outcome = Outcome::Failed(why);
            return if pod.is_some() { Need::Stop } else { Need::Nothing };
        }
        match pod {
            Some(restarts) if restarts > self.backoff_limit => {
                self.outcome = Outcome::Failed(self.limit_reached("its container keeps failing"));
                Need::Stop
            }
            None if self.retry.is_none_or(|retry| retry <= now) => Need::Pod,
            Some(_) | None => Need::Nothing,
        }
    }

    /// Its pod is over.
    pub fn pod_ended(&mut self, success: bool, message: &str, now: Time) {
        if self.outcome != Outcome::Active {
            return;
        }
        if success {
            self.outcome = Outcome::Complete;
            return;
        }
        let pause = FIRST_PAUSE
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST_PAUSE);
        self.failures += 1;
        if self.failures > self.backoff_limit {
            self.outcome = Outcome::Failed(self.limit_reached(message));
        } else {
            self.retry = Some(now + pause);
        }
    }

    fn limit_reached(&self, why: &str) -> String {
        let limit = self.backoff_limit;
        format!("BackoffLimitExceeded: failed more often than backoffLimit {limit}: {why}")
    }

    /// When something is due next without anything happening.
    pub fn due(&self, has_pod: bool) -> Option<Time> {
        if self.outcome != Outcome::Active || self.suspended {
            return None;
        }
        let deadline = self.deadline.map(|deadline| self.begun + deadline);
        let retry = self.retry.filter(|_| !has_pod);
        deadline.into_iter().chain(retry).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(spec: &Value) -> Job {
        let mut object = json!({"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "migration", "image": "orders"}]}}}});
        for (field, value) in spec.as_object().unwrap() {
            object["spec"][field] = value.clone();
        }
        Job::read(&object, Time::ZERO).unwrap()
    }

    #[test]
    fn a_job_is_tried_again_up_to_its_limit_and_says_why_it_failed() {
        let mut job = job(&json!({"backoffLimit": 1}));
        assert_eq!(job.next(None, Time::ZERO), Need::Pod);
        assert_eq!(job.next(Some(0), Time::ZERO), Need::Nothing);
        job.pod_ended(false, "exit code 1: no such table", Time::ZERO);
        assert_eq!(job.next(None, Time::ZERO), Need::Nothing);
        assert_eq!(job.due(false), Some(FIRST_PAUSE));
        assert_eq!(job.next(None, FIRST_PAUSE), Need::Pod);
        job.pod_ended(false, "exit code 1: no such table", FIRST_PAUSE);
        assert_eq!(
            *job.outcome(),
            Outcome::Failed(
                "BackoffLimitExceeded: failed more often than backoffLimit 1: exit code 1: no such table"
                    .to_owned()
            )
        );
        assert_eq!(job.next(None, Duration::from_secs(9)), Need::Nothing);
    }

    #[test]
    fn a_job_that_succeeded_is_over() {
        let mut job = job(&json!({}));
        job.pod_ended(true, "", Time::ZERO);
        assert_eq!(*job.outcome(), Outcome::Complete);
        assert_eq!(job.next(None, Time::ZERO), Need::Nothing);
        assert_eq!(job.due(false), None);
    }

    #[test]
    fn a_deadline_ends_a_job_that_hangs() {
        let mut job = job(&json!({"activeDeadlineSeconds": 60}));
        assert_eq!(job.next(Some(0), Time::ZERO), Need::Nothing);
        assert_eq!(job.due(true), Some(Duration::from_mins(1)));
        assert_eq!(job.next(Some(0), Duration::from_mins(1)), Need::Stop);
        assert!(matches!(job.outcome(), Outcome::Failed(why) if why.starts_with("DeadlineExceeded")));
    }

    #[test]
    fn several_completions_are_for_a_cluster() {
        let job = job(&json!({"completions": 3}));
        assert_eq!(job.template.unsupported[0].field, "spec.completions");
    }
}
