//! The life of one pod: started, probed, started again with back-off, stopped.
//!
//! A state machine: it takes in what happened and when, and says what to do. It starts nothing itself. Messages are in
//! Kubernetes' words, because they are what a person searches for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::environment::{self, Data, Identity};
use crate::object::ObjectKey;
use crate::probe::{Course, Probe, Role, Verdict};
use crate::template::{Container, PodTemplate, Restart};
use crate::time::Time;

/// The first pause before a container is started again; Kubernetes' is ten seconds, too long for work at a desk.
pub const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A container that ran this long starts with the first pause again.
const LONG_RUN: Duration = Duration::from_mins(1);

/// Which pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodId {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for PodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// A process to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The pod.
    pub pod: PodId,
    /// Which run of the pod's processes this is; answers carry it.
    pub run: u64,
    /// The container.
    pub container: Container,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// The contents of its volumes of ConfigMaps and Secrets.
    pub files: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// The pod's volumes that start empty.
    pub empty: Vec<String>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum PodAction {
    /// Start a process.
    Start(Box<Start>),
    /// Stop the process of this run: SIGTERM, and SIGKILL after the grace.
    Stop {
        /// The run.
        run: u64,
        /// The grace.
        grace: Duration,
    },
    /// Ask the container.
    Probe {
        /// The run.
        run: u64,
        /// Which probe.
        role: Role,
        /// What to ask.
        probe: Probe,
        /// The port by number.
        port: u16,
    },
}

/// How long a process may take to stop when all of the engine stops.
pub const HURRY: Duration = Duration::from_secs(5);

impl PodAction {
    /// The same when all of the engine stops: nobody waits for long then.
    #[must_use]
    pub fn hurried(self) -> Self {
        match self {
            Self::Stop { run, grace } => Self::Stop {
                run,
                grace: grace.min(HURRY),
            },
            other => other,
        }
    }
}

/// Why a process did not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The image is not in the local store.
    #[error("{0}")]
    Image(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The exit code; 128 and the number for a signal.
    pub code: i32,
    /// The last lines it printed.
    pub tail: String,
}

/// Where a pod is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not to be started before something changes.
    Waiting {
        /// Kubernetes' word for why.
        reason: &'static str,
        /// Why.
        message: String,
    },
    /// Being started.
    Starting,
    /// Its process runs.
    Running {
        /// Since when.
        since: Time,
    },
    /// Its process ended and is started again later.
    BackOff {
        /// When.
        until: Time,
        /// Kubernetes' word for why.
        reason: &'static str,
        /// Why.
        message: String,
    },
    /// Over.
    Ended {
        /// As it should be.
        success: bool,
        /// Why not.
        message: String,
    },
}

/// A pod.
#[derive(Debug, Clone)]
pub struct Pod {
    /// Which.
    pub id: PodId,
    /// The Deployment or Job it belongs to.
    pub owner: ObjectKey,
    /// What it was made from.
    pub template: Arc<PodTemplate>,
    /// When it was made.
    pub created: Time,
    /// Where it is in its life.
    pub phase: Phase,
    /// How often its container was started again.
    pub restarts: u32,
    /// The number of the latest run.
    pub run: u64,
    /// Traffic may come, since when.
    pub ready: Option<Time>,
    stopping: bool,
    killing: Option<String>,
    init: usize,
    failures: u32,
    courses: BTreeMap<Role, Course>,
    why: Option<String>,
}

impl Pod {
    /// A pod that was just made.
    pub fn new(id: PodId, owner: ObjectKey, template: Arc<PodTemplate>, now: Time) -> Self {
        Self {
            id,
            owner,
            template,
            created: now,
            phase: Phase::Waiting {
                reason: "ContainerCreating",
                message: String::new(),
            },
            restarts: 0,
            run: 0,
            ready: None,
            stopping: false,
            killing: None,
            init: 0,
            failures: 0,
            courses: BTreeMap::new(),
            why: None,
        }
    }

    /// Whether it is being stopped for good.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Whether a process of it may be there.
    pub fn has_process(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Running { .. })
    }

    /// Whether its own container, not one that runs before it, is running.
    pub fn serves(&self) -> bool {
        matches!(self.phase, Phase::Running { .. }) && self.init >= self.template.init.len()
    }

    fn container(&self) -> Option<&Container> {
        let init = &self.template.init;
        init.get(self.init).or_else(|| self.template.containers.first())
    }

    /// Why it is not ready; `None` when it is.
    pub fn why(&self) -> Option<String> {
        match &self.phase {
            _ if self.ready.is_some() => None,
            Phase::Waiting { reason, message } if message.is_empty() => Some((*reason).to_owned()),
            Phase::Waiting { reason, message } | Phase::BackOff { reason, message, .. } => {
                Some(format!("{reason}: {message}"))
            }
            Phase::Starting => Some("ContainerCreating".to_owned()),
            Phase::Running { .. } => self.why.clone(),
            Phase::Ended { message, .. } => Some(message.clone()),
        }
    }

    /// Whether it will not get better without a change.
    pub fn is_stuck(&self) -> bool {
        match &self.phase {
            Phase::Waiting { reason, .. } => *reason != "ContainerCreating",
            Phase::BackOff { .. } => self.failures > 1,
            Phase::Starting | Phase::Running { .. } => self.failures > 2,
            Phase::Ended { success, .. } => !success,
        }
    }

    /// Starts its process when it is time and all that it needs is there.
    pub fn begin(&mut self, data: &dyn Data, now: Time) -> Vec<PodAction> {
        match &self.phase {
            _ if self.stopping => return Vec::new(),
            Phase::Waiting { .. } => {}
            Phase::BackOff { until, .. } if *until <= now => {}
            _ => return Vec::new(),
        }
        if let Some(one) = self.template.unsupported.first() {
            self.phase = Phase::Waiting {
                reason: "Unsupported",
                message: format!("{}: {}", one.field, one.why),
            };
            return Vec::new();
        }
        let Some(container) = self.container().cloned() else {
            return Vec::new();
        };
        let pod = Identity {
            name: &self.id.name,
            namespace: &self.id.namespace,
            template: &self.template,
        };
        let prepared = environment::variables(&container, pod, data)
            .and_then(|variables| Ok((variables, environment::files(&self.template, data)?)));
        let (variables, files) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                self.phase = Phase::Waiting {
                    reason: "CreateContainerConfigError",
                    message: error.to_string(),
                };
                return Vec::new();
            }
        };
        self.run += 1;
        self.phase = Phase::Starting;
        self.why = None;
        let empty = self.template.volumes.iter();
        let empty = empty.filter(|(_, volume)| **volume == crate::template::Volume::Empty);
        vec![PodAction::Start(Box::new(Start {
            pod: self.id.clone(),
            run: self.run,
            container,
            variables,
            files,
            empty: empty.map(|(name, _)| name.clone()).collect(),
        }))]
    }

    /// Says more of why it waits for its configuration.
    pub fn explain(&mut self, more: &str) {
        if let Phase::Waiting { reason, message } = &mut self.phase
            && *reason == "CreateContainerConfigError"
        {
            message.push_str(": ");
            message.push_str(more);
        }
    }

    /// Its process of `run` started.
    pub fn started(&mut self, run: u64, now: Time) -> Vec<PodAction> {
        if run != self.run || self.phase != Phase::Starting {
            return Vec::new();
        }
        self.phase = Phase::Running { since: now };
        if self.stopping {
            return vec![self.stop_action()];
        }
        self.courses.clear();
        if self.serves() {
            for role in [Role::Startup, Role::Readiness, Role::Liveness] {
                if let Some(probe) = self.probe(role) {
                    self.courses.insert(role, Course::begin(&probe, now));
                }
            }
            self.settle(now);
        }
        Vec::new()
    }

    /// Its process of `run` did not start.
    pub fn not_started(&mut self, run: u64, error: &StartError, now: Time) {
        if run != self.run || self.phase != Phase::Starting {
            return;
        }
        if self.stopping {
            self.end(false, "stopped".to_owned());
            return;
        }
        let reason = match error {
            StartError::Image(_) => "ImagePullBackOff",
            StartError::Other(_) => "RunContainerError",
        };
        self.back_off(reason, error.to_string(), now);
    }

    /// Its process of `run` ended.
    pub fn exited(&mut self, run: u64, exit: &Exit, now: Time) {
        let since = match self.phase {
            Phase::Running { since } if run == self.run => since,
            Phase::Starting if run == self.run => now,
            _ => return,
        };
        self.ready = None;
        self.courses.clear();
        let killed = self.killing.take();
        if self.stopping {
            self.end(false, "stopped".to_owned());
            return;
        }
        let success = exit.code == 0 && killed.is_none();
        if self.init < self.template.init.len() && success {
            self.init += 1;
            self.phase = Phase::Waiting {
                reason: "ContainerCreating",
                message: String::new(),
            };
            return;
        }
        let again = match self.template.restart {
            Restart::Always => true,
            Restart::OnFailure => !success,
            Restart::Never => false,
        };
        let message = killed.unwrap_or_else(|| exit.describe());
        if !again {
            self.end(success, message);
            return;
        }
        if now.saturating_sub(since) >= LONG_RUN {
            self.failures = 0;
        }
        self.restarts += 1;
        self.back_off("CrashLoopBackOff", message, now);
    }

    fn back_off(&mut self, reason: &'static str, message: String, now: Time) {
        let pause = FIRST_PAUSE
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST_PAUSE);
        self.failures += 1;
        self.phase = Phase::BackOff {
            until: now + pause,
            reason,
            message,
        };
    }

    fn end(&mut self, success: bool, message: String) {
        self.ready = None;
        self.courses.clear();
        self.phase = Phase::Ended { success, message };
    }

    /// A probe was answered.
    pub fn probed(&mut self, run: u64, role: Role, outcome: Result<(), String>, now: Time) -> Vec<PodAction> {
        if run != self.run || !self.serves() {
            return Vec::new();
        }
        let (Some(probe), Some(course)) = (self.probe(role), self.courses.get_mut(&role)) else {
            return Vec::new();
        };
        course.answered(&probe, outcome, now);
        if role != Role::Readiness && course.verdict() == Verdict::Failing && self.killing.is_none() {
            let last = course.last().unwrap_or("failed");
            self.killing = Some(format!("{} probe failed: {last}", role.word()));
            self.ready = None;
            return vec![self.stop_action()];
        }
        self.settle(now);
        Vec::new()
    }

    /// What the probes add up to.
    fn settle(&mut self, now: Time) {
        let passed = |role: Role| match self.courses.get(&role) {
            None => true,
            Some(course) => course.verdict() == Verdict::Passing,
        };
        let started = passed(Role::Startup);
        let ready = started && passed(Role::Readiness) && !self.stopping && self.killing.is_none();
        let role = if started { Role::Readiness } else { Role::Startup };
        let last = self.courses.get(&role).and_then(Course::last);
        self.why = Some(match last {
            Some(last) => format!("{} probe: {last}", role.word()),
            None => format!("{} probe has not passed yet", role.word()),
        });
        self.ready = match self.ready {
            _ if !ready => None,
            None => Some(now),
            since => since,
        };
    }

    /// The probes that are due.
    pub fn tick(&mut self, now: Time) -> Vec<PodAction> {
        if !self.serves() || self.killing.is_some() || self.stopping {
            return Vec::new();
        }
        let mut actions = Vec::new();
        for role in self.active() {
            let Some(probe) = self.probe(role) else { continue };
            let Some(course) = self.courses.get_mut(&role) else {
                continue;
            };
            if course.due().is_none_or(|due| due > now) {
                continue;
            }
            if let Some(port) = self.template.port(probe.handler.port()) {
                course.ask();
                actions.push(PodAction::Probe {
                    run: self.run,
                    role,
                    probe,
                    port,
                });
            } else {
                let port = crate::object::plain(probe.handler.port());
                course.answered(&probe, Err(format!("the container has no port \"{port}\"")), now);
            }
        }
        self.settle(now);
        actions
    }

    /// When something is due next without anything happening.
    pub fn due(&self) -> Option<Time> {
        match &self.phase {
            Phase::BackOff { until, .. } if !self.stopping => Some(*until),
            Phase::Running { .. } if self.serves() && self.killing.is_none() && !self.stopping => {
                let due = |role: Role| self.courses.get(&role).and_then(Course::due);
                self.active().into_iter().filter_map(due).min()
            }
            _ => None,
        }
    }

    /// The probes that are asked now: the startup probe alone until it passed.
    fn active(&self) -> Vec<Role> {
        match self.courses.get(&Role::Startup) {
            Some(course) if course.verdict() != Verdict::Passing => vec![Role::Startup],
            _ => vec![Role::Readiness, Role::Liveness],
        }
    }

    fn probe(&self, role: Role) -> Option<Probe> {
        let container = self.template.containers.first()?;
        match role {
            Role::Startup => container.startup.clone(),
            Role::Readiness => container.readiness.clone(),
            Role::Liveness => container.liveness.clone(),
        }
    }

    /// Stops it for good.
    pub fn stop(&mut self) -> Vec<PodAction> {
        if self.stopping {
            return Vec::new();
        }
        self.stopping = true;
        self.ready = None;
        match self.phase {
            Phase::Running { .. } if self.killing.is_some() => Vec::new(),
            Phase::Running { .. } => vec![self.stop_action()],
            Phase::Starting => Vec::new(),
            _ => {
                self.end(false, "stopped".to_owned());
                Vec::new()
            }
        }
    }

    fn stop_action(&self) -> PodAction {
        PodAction::Stop {
            run: self.run,
            grace: self.template.grace,
        }
    }
}

impl Exit {
    fn describe(&self) -> String {
        let code = match self.code {
            137 => "killed (SIGKILL)".to_owned(),
            143 => "terminated (SIGTERM)".to_owned(),
            code => format!("exit code {code}"),
        };
        if self.tail.trim().is_empty() {
            return code;
        }
        format!("{code}: {}", self.tail.trim())
    }
}

#[cfg(test)]
#[path = "pod_tests.rs"]
mod tests;
