//! Trees of files to link, and what linking finds in them as it is shown.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

use becket_link::{Linked, link};
use becket_source::FileSet;
use becket_source::show::{Colours, terminal};

/// A folder of this repository.
pub fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Reads the files below `folder` as files below `prefix`, which ends in a slash or is empty.
pub fn read(folder: &Path, prefix: &str, files: &mut FileSet) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// The reference platform as rendered, nothing released.
pub fn rendered() -> FileSet {
    let mut files = FileSet::new();
    read(
        &folder("crates/becket-render/tests/golden/reference"),
        "",
        &mut files,
    );
    files
}

/// Files in one text: `--- path` begins each.
pub fn files(text: &str) -> FileSet {
    let mut files = FileSet::new();
    for part in format!("\n{text}").split("\n--- ").skip(1) {
        let (path, contents) = part.split_once('\n').unwrap();
        files.insert_text(path.trim(), format!("{}\n", contents.trim_end()));
    }
    files
}

/// Replaces the first `from` in a file.
pub fn edit(files: &mut FileSet, path: &str, from: &str, to: &str) {
    let text = files
        .text(path)
        .unwrap_or_else(|| panic!("{path} is not there"))
        .unwrap();
    assert!(text.contains(from), "{path} does not hold {from:?}:\n{text}");
    let text = text.replacen(from, to, 1);
    files.insert_text(path, text);
}

pub fn shown(linked: &Linked, files: &FileSet) -> String {
    linked
        .findings
        .iter()
        .map(|finding| terminal(finding, files, Colours::No))
        .collect()
}

pub fn found(files: &FileSet) -> String {
    shown(&link(files), files)
}

/// The findings' codes and places, a line each.
pub fn places(files: &FileSet) -> Vec<String> {
    let findings = link(files).findings;
    findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.code, finding.place.path, finding.message))
        .collect()
}

/// Two roots, of which one takes an output of the other, and a module.
pub const ROOTS: &str = r#"
--- network/main.tf
module "network" {
  source = "../modules/network"
  cidr   = var.cidr
}
--- network/variables.tf
variable "cidr" {
  type = string
}
--- network/terraform.tfvars
cidr = "10.0.0.0/16"
--- network/outputs.tf
output "vpc_id" {
  value = module.network.vpc_id
}
--- network/backend.tf
terraform {
  backend "s3" {
    bucket = "states"
    key    = "network"
  }
}
--- modules/network/main.tf
variable "cidr" {
  type = string
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
}

output "vpc_id" {
  value = aws_vpc.this.id
}
--- cluster/main.tf
variable "vpc_id" {
  type = string
}

resource "aws_security_group" "nodes" {
  vpc_id = var.vpc_id
}

output "security_group_id" {
  value = aws_security_group.nodes.id
}
--- cluster/facts.yaml
vpc_id: { root: ../network, output: vpc_id }
"#;

/// What is found after one edit of [`ROOTS`].
pub fn roots_after(path: &str, from: &str, to: &str) -> String {
    let mut files = files(ROOTS);
    edit(&mut files, path, from, to);
    found(&files)
}
