//! What an operator asks the engine to run: Applications, and what became of the ApplicationSets that make them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// An Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name, `<stack>-<unit>-<stage>`.
    pub name: String,
    /// The stack, such as `apps`.
    pub stack: String,
    /// What is released.
    pub unit: String,
    /// Where it is released to.
    pub stage: String,
    /// The operator that makes it.
    pub operator: String,
    /// What its project does not permit: as long as there is something, it is not synced.
    pub refused: Vec<String>,
    /// The destination's namespace.
    pub namespace: String,
    /// The folder of its overlay.
    pub path: String,
    /// It stays when its operator no longer makes it.
    pub protect: bool,
    /// Where it runs.
    pub place: Place,
    /// How it is synced.
    pub policy: SyncPolicy,
}

impl Application {
    /// Whether its overlay is built on this machine.
    pub fn is_built_here(&self) -> bool {
        self.place == Place::Here
    }
}

/// Where an Application runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    Here,
    /// Another Application runs here in its place.
    SameAs(String),
    /// Only on a cluster; why.
    Cluster(String),
}

/// `spec.syncPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the policy")]
pub struct SyncPolicy {
    /// Syncs by itself.
    pub automated: bool,
    /// Deletes what is no longer wanted.
    pub prune: bool,
    /// Syncs again when something changed that is not in Git.
    pub self_heal: bool,
    /// Makes the namespace.
    pub create_namespace: bool,
    /// How a failed sync is tried again.
    pub retry: Retry,
}

/// `spec.syncPolicy.retry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often.
    pub limit: u32,
    /// The first pause.
    pub first: Duration,
    /// What each further pause is multiplied by.
    pub factor: u32,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Retry {
    /// What Argo CD does where the Application does not say.
    fn default() -> Self {
        Self {
            limit: 5,
            first: Duration::from_secs(5),
            factor: 2,
            longest: Duration::from_mins(3),
        }
    }
}

impl Retry {
    /// The pause after the failure number `failures`, from 1; `None` when it is not tried again.
    pub fn pause(&self, failures: u32) -> Option<Duration> {
        if failures == 0 || failures > self.limit {
            return None;
        }
        let factor = self.factor.max(1).saturating_pow(failures - 1);
        Some(self.first.saturating_mul(factor).min(self.longest))
    }
}

/// An operator, and what is wrong with its ApplicationSets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its name.
    pub name: String,
    /// What went wrong; empty when all is well.
    pub errors: Vec<String>,
}

/// What the operators ask for at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// The commit of the gitops repository.
    pub revision: String,
    /// Why the operators themselves cannot be read wholly.
    pub errors: Vec<String>,
    /// The operators.
    pub operators: Vec<Operator>,
    /// The Applications: those that are made, and of those made before the ones that nobody can tell about.
    pub applications: Vec<Application>,
    /// Protected Applications that are no longer made, as they were at the commit that was synced last. Told after the
    /// start.
    pub kept: Vec<(Application, String)>,
}

/// What an Application's overlay builds to.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The Application.
    pub application: String,
    /// The commit.
    pub revision: String,
    /// The objects, or why they cannot be built.
    pub outcome: Result<Vec<Arc<Value>>, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_come_ever_later_and_end() {
        let retry = Retry {
            limit: 4,
            first: Duration::from_secs(10),
            factor: 3,
            longest: Duration::from_mins(3),
        };
        let pauses: Vec<_> = (1..=5)
            .map(|failures| retry.pause(failures).map(|pause| pause.as_secs()))
            .collect();
        assert_eq!(pauses, [Some(10), Some(30), Some(90), Some(180), None]);
    }
}
