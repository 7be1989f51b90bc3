//! What Ansible needs to know: names that its formats allow, and which hosts its inventory has.

use serde_json::{Map, Value, json};

use super::operator::{Operator, operators};
use super::{Layer, text};
use crate::model::{Cluster, Platform};
use crate::names::{ClusterName, Organisation};

/// Python's keywords: no part of a collection's name may be one.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

pub(super) fn put(platform: &Platform, view: &mut Layer) {
    let organisation = platform.at.key("organisation");
    view.put(
        "platform.ansible.namespace",
        text(namespace(&platform.organisation)),
        &organisation,
    );
    view.put("platform.ansible.buckets", text(buckets(platform)), &organisation);
}

pub(super) fn put_cluster(platform: &Platform, name: &ClusterName, cluster: &Cluster, view: &mut Layer) {
    view.put("cluster.ansible.groups", groups(platform, name), &cluster.at);
}

/// The bucket that keeps a cluster's backups.
pub(crate) fn backups(platform: &Platform, cluster: &ClusterName) -> String {
    format!("{}-{cluster}", buckets(platform))
}

/// What the names of the clusters' buckets begin with.
fn buckets(platform: &Platform) -> String {
    format!("{}-{}", platform.organisation, platform.name).to_ascii_lowercase()
}

pub(super) fn put_operator(platform: &Platform, operator: &Operator<'_>, view: &mut Layer) {
    let clusters = platform.at.key("clusters");
    let mut values = vec!["values.yaml".to_owned()];
    if !operator.first {
        values.push(format!("values-{}.yaml", operator.name));
    }
    view.put("operator.values", Value::from(values), &clusters);
    let mut remote = operator.servers(platform);
    remote.shift_remove(operator.name.as_str());
    view.put("operator.remote", Value::Object(remote), &clusters);
}

/// The organisation as the first part of a collection's name: small letters, digits and `_`, a letter first, no keyword.
fn namespace(organisation: &Organisation) -> String {
    let name = organisation.as_str().to_ascii_lowercase().replace('-', "_");
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    if starts_well && !KEYWORDS.contains(&name.as_str()) {
        return name;
    }
    format!("org_{name}")
}

/// The groups of a cluster's inventory that are no machines: the cluster's API, and Argo CD where it runs there.
fn groups(platform: &Platform, name: &ClusterName) -> Value {
    let api = json!({ "hosts": { (format!("{name}-api")): {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    } } });
    let mut groups = Map::new();
    groups.insert(name.to_string(), json!({ "children": { "kubernetes": {} } }));
    groups.insert("kubernetes".to_owned(), api);
    if operators(platform).iter().any(|operator| operator.name == name) {
        let host = json!({ "hosts": { (format!("{name}-api")): {} } });
        groups.insert("argocd".to_owned(), host);
    }
    Value::Object(groups)
}

#[cfg(test)]
mod tests {
    use super::super::{Scope, views};
    use super::*;
    use crate::parse;
    use crate::shape::Format as _;

    #[test]
    fn a_namespace_is_an_identifier_and_no_keyword() {
        let of = |name: &str| namespace(&Organisation::parse(name).unwrap_or_else(|_| panic!("{name}")));
        assert_eq!(of("acme"), "acme");
        assert_eq!(of("My-Org"), "my_org");
        assert_eq!(of("42crunch"), "org_42crunch");
        assert_eq!(of("Class"), "org_class");
    }

    #[test]
    fn a_cluster_without_an_argo_cd_of_its_own_is_not_in_its_group() {
        let parsed = parse(
            "platform.yaml",
            include_str!("../../../../examples/storefront/platform.yaml"),
        );
        let all = views(parsed.platform().unwrap(), Scope::Cluster);
        let groups = |view: &super::super::View| {
            let place = "cluster.ansible.groups".parse().unwrap();
            let groups = view.get(&place).unwrap().value.to_value();
            groups.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(groups(&all[1]), ["prod", "kubernetes", "argocd"]);
        assert_eq!(groups(&all[2]), ["prod-dr", "kubernetes"]);
        assert_eq!(all[2].text("cluster.region"), Some("eu-central-1"));
        assert_eq!(all[2].text("cluster.account"), Some("222222222222"));
    }
}
