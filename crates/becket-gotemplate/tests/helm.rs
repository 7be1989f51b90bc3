//! Charts rendered here and by Helm itself: the same documents.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use becket_document::{Node, yaml};
use becket_gotemplate::chart::{Capabilities, Chart, Release, read_values, render};
use becket_source::FileSet;
use serde_json::Value;

fn charts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts")
}

fn read(folder: &Path, within: &Path, files: &mut FileSet) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, within, files);
        } else {
            let name = path.strip_prefix(within).unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

fn helm() -> Option<PathBuf> {
    let tools = std::env::var_os("BECKET_TOOLS").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/becket/tools/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = tools
        .into_iter()
        .chain(home)
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join("helm"))
        .find(|helm| helm.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "helm is missing");
        println!("not judged: charts against Helm: there is no helm on PATH or in BECKET_TOOLS");
    }
    found
}

/// The documents of both, by file, in the order within it.
fn ours(chart: &str, values: &[&str]) -> Result<Vec<(String, Value)>, String> {
    let mut files = FileSet::new();
    read(&charts(), &charts(), &mut files);
    let read = Chart::read(&files, chart).unwrap();
    let given: Vec<Value> = values
        .iter()
        .map(|name| read_values(&files, &format!("{chart}/{name}")).unwrap().unwrap())
        .collect();
    let release = Release {
        name: "release".to_owned(),
        namespace: "argocd".to_owned(),
    };
    let rendered =
        render(&read, &given, &release, &Capabilities::default()).map_err(|error| error.to_string())?;
    let mut documents = Vec::new();
    for file in rendered {
        let parsed = yaml::parse(&file.text);
        assert_eq!(parsed.errors, [], "{}", file.path);
        documents.extend(
            parsed
                .documents
                .iter()
                .map(|node: &Node| (file.path.clone(), node.to_value())),
        );
    }
    Ok(documents)
}

fn helms(helm: &Path, chart: &str, values: &[&str]) -> Result<Vec<(String, Value)>, String> {
    let mut command = Command::new(helm);
    command
        .args([
            "template",
            "release",
            chart,
            "--namespace",
            "argocd",
            "--kube-version",
            "v1.36.0",
        ])
        .current_dir(charts());
    for name in values {
        command.arg("-f").arg(format!("{chart}/{name}"));
    }
    let output = command.output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let mut documents = Vec::new();
    for document in format!("\n{text}").split("\n---\n").skip(1) {
        let path = document
            .lines()
            .find_map(|line| line.strip_prefix("# Source: "))
            .unwrap_or_default()
            .to_owned();
        let parsed = yaml::parse(document);
        assert_eq!(parsed.errors, [], "{document}");
        documents.extend(
            parsed
                .documents
                .iter()
                .map(|node| (path.clone(), node.to_value())),
        );
    }
    Ok(documents)
}

fn agree(chart: &str, values: &[&str]) {
    let ours = ours(chart, values);
    let Some(helm) = helm() else { return };
    let key = |(path, value): &(String, Value)| {
        (
            path.clone(),
            value["kind"].to_string(),
            value["metadata"]["name"].to_string(),
        )
    };
    match (ours, helms(&helm, chart, values)) {
        (Ok(mut ours), Ok(mut helms)) => {
            ours.sort_by_key(key);
            helms.sort_by_key(key);
            assert_eq!(ours.len(), helms.len(), "{chart} {values:?}");
            for (our, theirs) in ours.iter().zip(&helms) {
                assert_eq!(our, theirs, "{chart} {values:?}");
            }
            assert!(!ours.is_empty());
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => panic!("Helm refuses {chart} {values:?} and we do not: {error}"),
        (Err(error), Ok(_)) => panic!("we refuse {chart} {values:?} and Helm does not: {error}"),
    }
}

#[test]
fn the_root_chart_is_what_helm_makes_of_it() {
    agree("root", &[]);
    agree("root", &["values-prod.yaml"]);
}

#[test]
fn a_chart_as_people_write_them_is_what_helm_makes_of_it() {
    agree("web", &[]);
    agree("web", &["values-other.yaml"]);
    agree("web", &["values-bad.yaml"]);
}

#[test]
fn values_are_read_as_helm_reads_them() {
    agree("odd", &[]);
}
