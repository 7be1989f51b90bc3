//! Probes of a container: when the next one is due and what its outcomes add up to.
//!
//! Thresholds, periods and timeouts are the manifest's, as in Kubernetes. One thing is different: until a container has
//! passed its first probe it is asked more often, at first after a few milliseconds, then ever less often up to the
//! probe's own period. A failure threshold of a container that never passed is therefore counted in time, which makes
//! it last as long as it would on a cluster. Nothing here connects to anything.

use std::time::Duration;

use serde_json::Value;

use crate::time::Time;

/// How soon a container that just started is asked for the first time.
const FIRST: Duration = Duration::from_millis(15);

/// A probe of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What is asked.
    pub handler: Handler,
    /// How long after the start the first one is due.
    pub initial_delay: Duration,
    /// How long between two.
    pub period: Duration,
    /// How long one may take.
    pub timeout: Duration,
    /// How many successes in a row make it pass.
    pub success: u32,
    /// How many failures in a row make it fail.
    pub failure: u32,
}

/// What a probe asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handler {
    /// A GET request; 200 to 399 is a success.
    Http {
        /// The path, with its query.
        path: String,
        /// The container's port, by number or name.
        port: Value,
        /// Headers beside `Host`.
        headers: Vec<(String, String)>,
    },
    /// A connection that is accepted.
    Tcp {
        /// The container's port, by number or name.
        port: Value,
    },
}

impl Handler {
    /// The port, by number or name.
    pub fn port(&self) -> &Value {
        match self {
            Self::Http { port, .. } | Self::Tcp { port } => port,
        }
    }

    /// What is asked, as it stands in messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Http { path, .. } => format!("GET {path}"),
            Self::Tcp { port } => format!("connect to port {}", crate::object::plain(port)),
        }
    }
}

/// Which of a container's probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Holds the others back until it passed once.
    Startup,
    /// Decides whether traffic comes.
    Readiness,
    /// Decides whether the container is started again.
    Liveness,
}

impl Role {
    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::Readiness => "readiness",
            Self::Liveness => "liveness",
        }
    }
}

/// What the outcomes of a probe add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not known yet.
    Open,
    /// It passes.
    Passing,
    /// It fails.
    Failing,
}

/// A probe's course in one run of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    begun: Time,
    due: Option<Time>,
    gap: Duration,
    successes: u32,
    failures: u32,
    verdict: Verdict,
    ever: bool,
    last: Option<String>,
}

impl Course {
    /// The course of `probe` for a container that started `now`.
    pub fn begin(probe: &Probe, now: Time) -> Self {
        Self {
            begun: now,
            due: Some(now + probe.initial_delay + FIRST),
            gap: FIRST,
            successes: 0,
            failures: 0,
            verdict: Verdict::Open,
            ever: false,
            last: None,
        }
    }

    /// When the next one is due; `None` while one is under way.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// One is under way now.
    pub fn ask(&mut self) {
        self.due = None;
    }

    /// What the outcomes add up to.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why the last one failed; `None` after a success.
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Takes in one outcome.
    pub fn answered(&mut self, probe: &Probe, outcome: Result<(), String>, now: Time) {
        match outcome {
            Ok(()) => {
                self.successes += 1;
                self.failures = 0;
                self.last = None;
                if self.successes >= probe.success.max(1) {
                    self.verdict = Verdict::Passing;
                    self.ever = true;
                }
            }
            Err(why) => {
                self.failures += 1;
                self.successes = 0;
                self.last = Some(why);
                if self.exhausted(probe, now) {
                    self.verdict = Verdict::Failing;
                }
            }
        }
        self.gap = if self.ever {
            probe.period
        } else {
            (self.gap * 2).min(probe.period)
        };
        self.due = Some(now + self.gap);
    }

    fn exhausted(&self, probe: &Probe, now: Time) -> bool {
        if self.ever {
            return self.failures >= probe.failure.max(1);
        }
        let patience = probe.initial_delay + probe.period * probe.failure.max(1);
        now.saturating_sub(self.begun) >= patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(period: u64, failure: u32) -> Probe {
        Probe {
            handler: Handler::Tcp { port: 8080.into() },
            initial_delay: Duration::ZERO,
            period: Duration::from_secs(period),
            timeout: Duration::from_secs(1),
            success: 1,
            failure,
        }
    }

    fn refused() -> Result<(), String> {
        Err("refused".to_owned())
    }

    #[test]
    fn a_starting_container_is_asked_ever_less_often_up_to_the_period() {
        let probe = probe(1, 60);
        let mut course = Course::begin(&probe, Time::ZERO);
        let mut gaps = Vec::new();
        let mut now = Time::ZERO;
        for _ in 0..10 {
            let due = course.due().unwrap();
            gaps.push(due.checked_sub(now).unwrap().as_millis());
            now = due;
            course.ask();
            assert_eq!(course.due(), None);
            course.answered(&probe, refused(), now);
        }
        assert_eq!(gaps, [15, 30, 60, 120, 240, 480, 960, 1000, 1000, 1000]);
        assert_eq!(course.verdict(), Verdict::Open);
    }

    #[test]
    fn a_container_that_never_passed_has_as_long_as_on_a_cluster() {
        let probe = probe(2, 3);
        let mut course = Course::begin(&probe, Time::ZERO);
        course.answered(&probe, refused(), Duration::from_millis(5900));
        assert_eq!(course.verdict(), Verdict::Open);
        course.answered(&probe, refused(), Duration::from_secs(6));
        assert_eq!(course.verdict(), Verdict::Failing);
        assert_eq!(course.last(), Some("refused"));
    }

    #[test]
    fn a_flap_shorter_than_the_threshold_changes_nothing() {
        let probe = probe(5, 3);
        let mut course = Course::begin(&probe, Time::ZERO);
        course.answered(&probe, Ok(()), Duration::from_millis(20));
        assert_eq!(course.due(), Some(Duration::from_millis(5020)));
        for outcome in [refused(), refused(), Ok(()), refused(), refused()] {
            course.answered(&probe, outcome, Duration::from_secs(30));
            assert_eq!(course.verdict(), Verdict::Passing);
        }
        course.answered(&probe, refused(), Duration::from_secs(35));
        assert_eq!(course.verdict(), Verdict::Failing);
    }
}
