//! One rule of a route: what is done with a request that matched, and what is not served of it. Which requests match
//! is not known here.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::filter::Filter;

/// Something about an HTTPRoute that is not served here as it would be on a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The route's namespace.
    pub namespace: String,
    /// The route's name.
    pub route: String,
    /// The place in its `spec`, such as `rules[0].filters[1]`.
    pub place: String,
    /// Whether requests go unserved because of it.
    pub stops: bool,
    /// What it is.
    pub message: String,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HTTPRoute {}/{}, {}: {}",
            self.namespace, self.route, self.place, self.message
        )
    }
}

/// A Service that a rule leads to.
#[derive(Debug, Clone)]
pub(super) struct Backend {
    pub(super) service: String,
    pub(super) port: u16,
    /// Its share of the requests, from 0 to [`Self::MOST`].
    pub(super) weight: u32,
}

impl Backend {
    /// The most that a weight may be (Gateway API, `BackendRef`).
    pub(super) const MOST: u32 = 1_000_000;
}

/// What is done with a request that matched.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) namespace: String,
    pub(super) route: String,
    pub(super) filters: Vec<Filter>,
    pub(super) timeout: Option<Duration>,
    /// Why the rule cannot be served.
    pub(super) fault: Option<String>,
    backends: Vec<Backend>,
    turn: AtomicU64,
}

impl Rule {
    pub(super) fn new(
        namespace: &str,
        route: &str,
        filters: Vec<Filter>,
        backends: Vec<Backend>,
        timeout: Option<Duration>,
        fault: Option<String>,
    ) -> Self {
        let (namespace, route) = (namespace.to_owned(), route.to_owned());
        Self {
            namespace,
            route,
            filters,
            timeout,
            fault,
            backends,
            turn: AtomicU64::new(0),
        }
    }

    /// The backend whose turn it is, by weight; `None` where there is none with a weight.
    pub(super) fn backend(&self) -> Option<&Backend> {
        let total: u64 = self
            .backends
            .iter()
            .map(|backend| u64::from(backend.weight))
            .sum();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(total)?;
        let mut passed = 0;
        self.backends.iter().find(|backend| {
            passed += u64::from(backend.weight);
            turn < passed
        })
    }
}
