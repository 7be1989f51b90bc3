//! How a container's program ended.

use std::time::SystemTime;

use rustix::process::Signal;

/// The end of a container's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// How it ended.
    pub outcome: Outcome,
    /// When this was seen.
    pub at: SystemTime,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl Exit {
    pub(super) fn now(outcome: Outcome) -> Self {
        Self {
            outcome,
            at: SystemTime::now(),
        }
    }

    /// The end that comes with the pod's.
    pub(super) fn killed() -> Self {
        Self::now(Outcome::Signal(Signal::KILL.as_raw()))
    }

    /// The exit code as a shell would give it: 128 and the signal's number for an end by signal.
    pub fn code(&self) -> i32 {
        match self.outcome {
            Outcome::Code(code) => code,
            Outcome::Signal(signal) => 128 + signal,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with {code}"),
            Self::Signal(signal) => match nix::sys::signal::Signal::try_from(*signal) {
                Ok(signal) => write!(f, "ended by {signal}"),
                Err(_) => write!(f, "ended by signal {signal}"),
            },
        }
    }
}
