//! A project: what its Applications may take from where, and put where.

use serde_json::Value;

use crate::application::Application;
use crate::applicationset::Origin;
use crate::glob::matches_name;
use crate::object::{scalar, scalars};

/// An AppProject, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The repositories that may be sources; `!` before one denies it.
    pub source_repos: Vec<String>,
    /// Where objects may go: server, name and namespace, each a pattern.
    pub destinations: Vec<(String, String, String)>,
    /// Where it came from.
    pub origin: Origin,
}

impl Project {
    /// Reads an AppProject object.
    pub fn read(object: &Value, origin: Origin) -> Self {
        let spec = &object["spec"];
        let destinations = spec["destinations"].as_array().into_iter().flatten();
        Self {
            name: scalar(&object["metadata"]["name"]),
            source_repos: scalars(&spec["sourceRepos"]),
            destinations: destinations
                .map(|item| {
                    (
                        scalar(&item["server"]),
                        scalar(&item["name"]),
                        scalar(&item["namespace"]),
                    )
                })
                .collect(),
            origin,
        }
    }

    /// Why Argo CD would not run `application`; nothing where it would.
    pub fn refusals(&self, application: &Application) -> Vec<String> {
        let mut refusals = Vec::new();
        let repository = &application.source.repo_url;
        if !self.permits_source(repository) {
            refusals.push(format!(
                "application repo {repository} is not permitted in project '{}'",
                self.name
            ));
        }
        let to = &application.destination;
        if !self.permits_destination(&to.server, &to.name, &to.namespace) {
            let server = if to.name.is_empty() { &to.server } else { &to.name };
            refusals.push(format!(
                "application destination server '{server}' and namespace '{}' do not match any of the allowed destinations in project '{}'",
                to.namespace, self.name
            ));
        }
        refusals
    }

    fn permits_source(&self, repository: &str) -> bool {
        let repository = normal(repository);
        let mut permitted = false;
        for pattern in &self.source_repos {
            if let Some(denied) = pattern.strip_prefix('!') {
                if matches_name(&normal(denied), &repository, &['/']) {
                    return false;
                }
                permitted = true;
            } else if matches_name(&normal(pattern), &repository, &['/']) {
                permitted = true;
            }
        }
        permitted
    }

    fn permits_destination(&self, server: &str, name: &str, namespace: &str) -> bool {
        let mut permitted = false;
        for (servers, names, namespaces) in &self.destinations {
            let at_name = !name.is_empty() && matches(names, name);
            let at_server = !server.is_empty() && matches(servers, server);
            let in_namespace = matches(namespaces, namespace);
            if (at_name || at_server) && in_namespace {
                permitted = true;
            } else if (!at_name && names.starts_with('!'))
                || (!at_server && servers.starts_with('!') && in_namespace)
                || (!in_namespace && namespaces.starts_with('!') && at_server)
            {
                return false;
            }
        }
        permitted
    }
}

/// A pattern that begins with `!` matches what the rest does not.
fn matches(pattern: &str, value: &str) -> bool {
    match pattern.strip_prefix('!') {
        Some(denied) => !matches_name(denied, value, &[]),
        None => matches_name(pattern, value, &[]),
    }
}

/// A repository's address in the form in which Argo CD compares them.
fn normal(url: &str) -> String {
    let mut url = url.trim().to_lowercase();
    if !url.contains("://")
        && let Some((user, rest)) = url.split_once('@')
        && let Some((host, path)) = rest.split_once(':')
    {
        url = format!("{user}@{host}/{path}");
    }
    let url = url.strip_prefix("ssh://").unwrap_or(&url);
    url.strip_suffix(".git").unwrap_or(url).to_owned()
}
