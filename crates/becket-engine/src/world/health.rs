//! How well an object runs, in Argo CD's words.

use serde_json::Value;

use super::World;
use crate::job::Outcome;
use crate::object::{ObjectKey, text};
use crate::service::Service;
use crate::status::Health;

/// Kinds that the engine acts on.
pub(super) fn runs_here(key: &ObjectKey) -> bool {
    matches!(
        (key.group.as_str(), key.kind.as_str()),
        ("", "ConfigMap" | "Secret" | "Service" | "Namespace")
            | ("apps", "Deployment")
            | ("batch", "Job")
            | ("networking.k8s.io", "NetworkPolicy")
            | ("gateway.networking.k8s.io", "HTTPRoute")
    )
}

impl World {
    /// An object's health, and why.
    pub(super) fn health(&self, key: &ObjectKey) -> (Health, String) {
        let Some(live) = self.objects.get(key) else {
            return (Health::Missing, String::new());
        };
        if key.is("apps", "Deployment") {
            return self.deployment_health(key);
        }
        if key.is("batch", "Job") {
            return self.job_health(key);
        }
        if key.is("", "Service")
            && let Some(why) = Service::read(&live.object).unsupported
        {
            return (Health::Healthy, why);
        }
        if key.is("gateway.networking.k8s.io", "HTTPRoute") {
            return match self.unresolved(&key.namespace, &live.object) {
                Some(why) => (Health::Degraded, why),
                None => (Health::Healthy, String::new()),
            };
        }
        if !runs_here(key) {
            return (Health::Healthy, "runs on a cluster".to_owned());
        }
        (Health::Healthy, String::new())
    }

    /// The first backend of a route that leads nowhere.
    fn unresolved(&self, namespace: &str, route: &Value) -> Option<String> {
        let rules = route
            .pointer("/spec/rules")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let backends = rules
            .filter_map(|rule| rule.get("backendRefs")?.as_array())
            .flatten();
        for backend in backends {
            let name = text(backend, "/name").unwrap_or_default();
            let Some(live) = self.objects.get(&ObjectKey::core("Service", namespace, name)) else {
                return Some(format!("BackendNotFound: there is no Service \"{name}\""));
            };
            let port = backend.get("port").and_then(Value::as_u64);
            let service = Service::read(&live.object);
            if let Some(port) = port
                && service.ports.iter().all(|one| u64::from(one.port) != port)
            {
                return Some(format!("BackendNotFound: Service \"{name}\" has no port {port}"));
            }
        }
        None
    }

    fn deployment_health(&self, key: &ObjectKey) -> (Health, String) {
        let Some(deployed) = self.deployments.get(key) else {
            return (Health::Missing, String::new());
        };
        let rollout = match &deployed.rollout {
            Ok(rollout) => rollout,
            Err(why) => return (Health::Degraded, why.clone()),
        };
        let progress = &deployed.progress;
        if progress.complete {
            return (Health::Healthy, rollout.template.notes.join("; "));
        }
        let message = progress.message.clone();
        if deployed.overdue {
            let name = &key.name;
            let why = format!("Deployment \"{name}\" exceeded its progress deadline: {message}");
            return (Health::Degraded, why);
        }
        if progress.stuck {
            return (Health::Degraded, message);
        }
        (Health::Progressing, message)
    }

    fn job_health(&self, key: &ObjectKey) -> (Health, String) {
        match self.job_outcome(key) {
            None => (Health::Missing, String::new()),
            Some(Err(why) | Ok(Outcome::Failed(why))) => (Health::Degraded, why),
            Some(Ok(Outcome::Complete)) => (Health::Healthy, String::new()),
            Some(Ok(Outcome::Active)) if self.is_suspended(key) => (Health::Suspended, String::new()),
            Some(Ok(Outcome::Active)) => (Health::Progressing, self.job_why(key).unwrap_or_default()),
        }
    }

    fn is_suspended(&self, key: &ObjectKey) -> bool {
        let job = self.jobs.get(key).and_then(|running| running.job.as_ref().ok());
        job.is_some_and(crate::job::Job::is_suspended)
    }
}
