//! The roots of Terraform in a repository, and the order that their facts put them in. Nothing else lists it.
//!
//! A root is a folder `terraform/<of>/<name>` that says which providers it needs; modules are no roots.

use std::collections::{BTreeMap, BTreeSet};

use becket_document::{Node, hcl, yaml};
use becket_source::FileSet;

use super::laid::OVERLAY;

/// Providers that need no account anywhere, beside AWS, which a local one stands in for.
const APPLIED: [&str; 8] = [
    "hashicorp/aws",
    "hashicorp/external",
    "hashicorp/http",
    "hashicorp/local",
    "hashicorp/null",
    "hashicorp/random",
    "hashicorp/time",
    "hashicorp/tls",
];

/// A root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    /// Its folder below `terraform`, such as `prod/network`.
    pub path: String,
    /// Its variables that are outputs of other roots.
    pub facts: Vec<Fact>,
    /// Why it cannot be applied to a local AWS, where that is so.
    pub left_out: Option<String>,
}

/// A variable, or an entry of one that is a map, that is another root's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// The variable, and the keys of the entry.
    pub path: Vec<String>,
    /// The other root's path.
    pub root: String,
    pub output: String,
}

impl Root {
    /// Whose it is: a cluster, or what is made once.
    pub(super) fn of(&self) -> &str {
        self.path.split_once('/').map_or(&self.path, |(of, _)| of)
    }

    /// Its own name.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The roots that must be applied before it.
    pub(super) fn needs(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().map(|fact| fact.root.as_str())
    }
}

/// The roots below `terraform` in `files`, each behind those it needs, or why there is no such order.
pub(super) fn find(files: &FileSet) -> Result<Vec<Root>, String> {
    let mut roots = BTreeMap::new();
    for (path, _) in files.under("terraform") {
        let Some(folder) = path.strip_suffix("/versions.tf") else {
            continue;
        };
        let name = &folder["terraform/".len()..];
        if name.split('/').count() == 2 && !name.starts_with("modules/") {
            roots.insert(name.to_owned(), root(files, folder, name)?);
        }
    }
    for root in roots.values() {
        if let Some(fact) = root.facts.iter().find(|fact| !roots.contains_key(&fact.root)) {
            return Err(format!(
                "terraform/{}/facts.yaml: {} is an output of {}, and there is no such root",
                root.path,
                fact.path.join("."),
                fact.root
            ));
        }
    }
    in_order(roots)
}

/// Of `roots`, those that `chosen` accepts and all that these need.
pub(super) fn needed(roots: &[Root], chosen: impl Fn(&Root) -> bool) -> Vec<Root> {
    let mut wanted = BTreeSet::new();
    for root in roots.iter().rev() {
        if chosen(root) || wanted.contains(root.path.as_str()) {
            wanted.insert(root.path.as_str());
            wanted.extend(root.needs());
        }
    }
    let wanted = |root: &&Root| wanted.contains(root.path.as_str());
    roots.iter().filter(wanted).cloned().collect()
}

/// The variables that the test itself gives the root `name`.
fn given(files: &FileSet, name: &str) -> BTreeSet<String> {
    let parts = name.split('/').map(|part| format!("{OVERLAY}/roots/{part}"));
    let folders: Vec<String> = parts.collect();
    let laid_over = folders.iter().flat_map(|folder| files.under(folder));
    let texts =
        laid_over.filter_map(|(path, _)| files.text(path)?.ok().filter(|_| path.ends_with(".tfvars")));
    let attributes = texts.flat_map(|text| {
        let body = hcl::parse(text).body;
        body.attributes()
            .map(|attribute| attribute.name.text.clone())
            .collect::<Vec<_>>()
    });
    attributes.collect()
}

fn root(files: &FileSet, folder: &str, name: &str) -> Result<Root, String> {
    let path = format!("{folder}/facts.yaml");
    let mut facts = match files.text(&path) {
        Some(Ok(text)) => facts(text, name).map_err(|why| format!("{path}: {why}"))?,
        Some(Err(error)) => return Err(error.to_string()),
        None => Vec::new(),
    };
    let given = given(files, name);
    facts.retain(|fact| !fact.path.first().is_some_and(|variable| given.contains(variable)));
    let versions = files.text(&format!("{folder}/versions.tf"));
    let versions = versions.and_then(Result::ok).unwrap_or_default();
    let foreign = providers(&hcl::parse(versions).body.to_node(versions))
        .into_iter()
        .find(|source| !APPLIED.contains(&source.as_str()));
    Ok(Root {
        path: name.to_owned(),
        facts,
        left_out: foreign.map(|source| format!("provider {source}")),
    })
}

/// The sources of the providers that a `versions.tf` requires.
fn providers(versions: &Node) -> Vec<String> {
    let required = versions
        .get("terraform")
        .and_then(|node| node.get("required_providers"));
    let entries = required.map_or(&[][..], Node::entries);
    let sources = entries
        .iter()
        .filter_map(|entry| entry.value.get("source")?.as_str());
    sources.map(str::to_owned).collect()
}

fn facts(text: &str, root: &str) -> Result<Vec<Fact>, String> {
    let parsed = yaml::parse(text);
    if let Some(error) = parsed.errors.first() {
        return Err(error.message.clone());
    }
    let Some(node) = parsed.documents.first() else {
        return Ok(Vec::new());
    };
    let mut facts = Vec::new();
    collect(node, root, &mut Vec::new(), &mut facts)?;
    Ok(facts)
}

/// The facts below `node`, which stands at `path`.
fn collect(node: &Node, root: &str, path: &mut Vec<String>, facts: &mut Vec<Fact>) -> Result<(), String> {
    let text = |key| node.get(key).and_then(Node::as_str);
    match (text("root"), text("output")) {
        (Some(other), Some(output)) => {
            let resolved = resolve(root, other);
            facts.push(Fact {
                path: path.clone(),
                root: resolved.ok_or_else(|| format!("`{other}` leads out of terraform"))?,
                output: output.to_owned(),
            });
        }
        (None, None) if !node.entries().is_empty() => {
            for entry in node.entries() {
                path.push(entry.name().into_owned());
                collect(&entry.value, root, path, facts)?;
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        _ => return Err(format!("`{}` needs `root` and `output`", path.join("."))),
    }
    Ok(())
}

/// The path that `relative` leads to from the root `from`; none where it leads out.
fn resolve(from: &str, relative: &str) -> Option<String> {
    let mut path: Vec<&str> = from.split('/').collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

/// Each root behind those it needs, else by name. What needs one that is left out is left out too.
fn in_order(mut waiting: BTreeMap<String, Root>) -> Result<Vec<Root>, String> {
    let mut ordered: Vec<Root> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |root: &Root| root.needs().all(|need| !waiting.contains_key(need));
        let Some(path) = waiting
            .values()
            .find(|root| is_ready(root))
            .map(|root| root.path.clone())
        else {
            let names: Vec<_> = waiting.into_keys().collect();
            return Err(format!("facts go in a circle: {}", names.join(", ")));
        };
        let Some(mut root) = waiting.remove(&path) else {
            continue;
        };
        let missing = ordered
            .iter()
            .find(|other| other.left_out.is_some() && root.needs().any(|need| need == other.path));
        if let Some(missing) = missing
            && root.left_out.is_none()
        {
            root.left_out = Some(format!("needs {}", missing.path));
        }
        ordered.push(root);
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(roots: &[(&str, &str)]) -> FileSet {
        let mut files = FileSet::new();
        files.insert_text("terraform/modules/network/versions.tf", "");
        for (path, facts) in roots {
            let aws =
                "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n";
            let (source, facts) = match facts.strip_prefix('!') {
                Some(source) => (aws.replace("hashicorp/aws", source), ""),
                None => (aws.to_owned(), *facts),
            };
            files.insert_text(format!("terraform/{path}/versions.tf"), source);
            files.insert_text(format!("terraform/{path}/facts.yaml"), facts);
        }
        files
    }

    fn names(roots: &[Root]) -> Vec<&str> {
        roots.iter().map(|root| root.path.as_str()).collect()
    }

    const NETWORK: (&str, &str) = ("a/network", "ids: { root: ../zone, output: ids }");

    #[test]
    fn a_root_comes_behind_those_whose_outputs_it_takes() {
        let eks = (
            "a/eks",
            "s: { root: ../network, output: s }\nr: { root: ../../iam/one, output: r }",
        );
        let roots = find(&files(&[eks, NETWORK, ("a/zone", ""), ("iam/one", "")])).unwrap();
        assert_eq!(names(&roots), ["a/zone", "a/network", "iam/one", "a/eks"]);
        assert_eq!(
            names(&needed(&roots, |root| root.path == "a/network")),
            ["a/zone", "a/network"]
        );
        assert_eq!(needed(&roots, |root| root.of() == "a").len(), 4);
    }

    #[test]
    fn what_needs_an_account_elsewhere_is_left_out_and_named() {
        let record = ("dns/record", "zone: { root: ../zone, output: id }");
        let roots = find(&files(&[("dns/zone", "!cloudflare/cloudflare"), record])).unwrap();
        let reasons: Vec<_> = roots
            .iter()
            .map(|root| root.left_out.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(reasons, ["provider cloudflare/cloudflare", "needs dns/zone"]);
        let mut given = files(&[("dns/zone", "!cloudflare/cloudflare"), record]);
        given.insert_text("tests/local-aws/roots/record/test.auto.tfvars", "zone = null\n");
        let roots = find(&given).unwrap();
        assert_eq!(
            (roots[0].path.as_str(), roots[0].left_out.as_deref()),
            ("dns/record", None)
        );
    }

    #[test]
    fn a_fact_may_be_an_entry_of_a_map() {
        let names = "names: { a: { root: ../one, output: x }, b: { root: ../two, output: y } }";
        let roots = find(&files(&[("a/one", ""), ("a/two", ""), ("a/x", names)])).unwrap();
        let paths: Vec<_> = roots[2].facts.iter().map(|fact| fact.path.join(".")).collect();
        assert_eq!(paths, ["names.a", "names.b"]);
        assert_eq!(roots[2].needs().collect::<Vec<_>>(), ["a/one", "a/two"]);
    }

    #[test]
    fn facts_that_lead_nowhere_are_an_error() {
        let wrong = |roots: &[(&str, &str)]| find(&files(roots)).unwrap_err();
        assert_eq!(
            wrong(&[NETWORK]),
            "terraform/a/network/facts.yaml: ids is an output of a/zone, and there is no such root"
        );
        let circle = ("a/zone", "id: { root: ../network, output: id }");
        assert_eq!(
            wrong(&[NETWORK, circle]),
            "facts go in a circle: a/network, a/zone"
        );
        assert!(wrong(&[("a/b", "x: { root: ../c }")]).ends_with("`x` needs `root` and `output`"));
        assert!(wrong(&[("a/b", "x: { root: ../../../c, output: y }")]).ends_with("leads out of terraform"));
    }
}
