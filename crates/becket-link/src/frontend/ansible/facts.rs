//! Facts: variables of Ansible that are outputs of Terraform, in `facts.yaml` beside the playbooks.
//!
//! A line is `variable: { root: eks, output: cluster_name }`; the root is one of each cluster's own, in
//! `terraform/<cluster>/eks` beside the project.

use super::{Reader, parent};
use crate::frontend::terraform::{Terraform, facts};
use crate::symbol::{By, Kind, Place, Resolution, Symbol, Use};

/// Reads the facts of the project in `folder`.
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, folder: &'a str, terraform: &Terraform<'a>) {
    let path = if folder.is_empty() {
        facts::FILE.to_owned()
    } else {
        format!("{folder}/{}", facts::FILE)
    };
    let beside = parent(folder);
    let (facts, error) = facts::lines(reader.files, &path);
    reader.ansible.unreadable.extend(error);
    for fact in facts {
        reader.ansible.facts.insert(fact.variable.0.clone());
        let roots: Vec<&str> = roots(terraform, beside)
            .filter(|root| root.rsplit('/').next() == Some(fact.root.0.as_str()))
            .collect();
        if roots.is_empty() {
            let how = if self::roots(terraform, beside).next().is_none() {
                Resolution::Unknown
            } else {
                Resolution::Undefined
            };
            push(reader, Kind::Folder, "", &fact.root.0, fact.root.1, how);
        }
        for root in roots {
            let name = &fact.output.0;
            let symbol = Symbol::whole(Kind::Output, root, name);
            let how = terraform.resolve(reader.files, &symbol);
            push(reader, Kind::Output, root, name, fact.output.1, how);
        }
    }
}

/// The roots of clusters that lie beside a project: `terraform/<cluster>/<root>`.
fn roots<'t>(terraform: &'t Terraform<'_>, beside: &'t str) -> impl Iterator<Item = &'t str> {
    terraform.modules.keys().copied().filter(move |folder| {
        let inside = folder
            .strip_prefix(beside)
            .unwrap_or_default()
            .trim_start_matches('/');
        inside.split('/').count() == 3
    })
}

fn push<'a>(
    reader: &mut Reader<'a, '_>,
    kind: Kind,
    home: &str,
    name: &str,
    place: Place<'a>,
    how: Resolution,
) {
    let used = Use {
        symbol: Symbol::whole(kind, home, name),
        by: By::Fact,
        place,
    };
    reader.ansible.uses.push((used, how));
}
