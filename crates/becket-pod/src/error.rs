//! What can go wrong with a pod.

use std::io;

use crate::preflight::Unsupported;
use crate::wire::Fault;

/// A pod or a container could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PodError {
    /// The kernel does not let this user make pods.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A step inside the pod failed.
    #[error("pod {pod}: {step}: {source}")]
    Inside {
        /// The pod's id.
        pod: String,
        /// What was being done.
        step: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// A step outside the pod failed.
    #[error("pod {pod}: {step}: {source}")]
    Outside {
        /// The pod's id.
        pod: String,
        /// What was being done.
        step: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The specification cannot be run.
    #[error("pod {pod}: {reason}")]
    Spec {
        /// The pod's id.
        pod: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The pod has ended, or was never there.
    #[error("pod {pod} is gone: its first process has ended")]
    Gone {
        /// The pod's id.
        pod: String,
    },
}

impl PodError {
    pub(crate) fn inside(pod: &str, fault: Fault) -> Self {
        Self::Inside {
            pod: pod.to_owned(),
            source: fault.error(),
            step: fault.step,
        }
    }

    pub(crate) fn outside(pod: &str, step: &str) -> impl FnOnce(io::Error) -> Self + use<> {
        let (pod, step) = (pod.to_owned(), step.to_owned());
        move |source| Self::Outside { pod, step, source }
    }

    pub(crate) fn gone(pod: &str) -> Self {
        Self::Gone { pod: pod.to_owned() }
    }
}
