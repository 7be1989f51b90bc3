//! `becket test infra` on moto, with the real Terraform or OpenTofu and the real provider.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::judge::{judge, tools};
use crate::tests::Mirror;

/// What a test of the reference platform told, and how it ended.
struct Ran {
    code: Option<i32>,
    lines: Vec<Value>,
}

impl Ran {
    /// The lines of a step.
    fn of(&self, step: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["step"] == step).collect()
    }

    /// The roots that a step was done with.
    fn roots(&self, step: &str) -> Vec<&str> {
        self.of(step)
            .iter()
            .filter_map(|line| line["root"].as_str())
            .collect()
    }
}

fn storefront() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront")
}

fn becket() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_becket"));
    command.arg("-C").arg(storefront()).args(["--format", "json"]);
    command
}

/// Runs `becket test infra` with `tool`; none where a judge is missing, which is said.
fn test_infra(tool: &str, arguments: &[&str]) -> Option<Ran> {
    for name in [tool, "moto_server"] {
        judge(name, "becket test infra")?;
    }
    let mirror = Mirror::find()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([tools()].into_iter().chain(env::split_paths(&path))).unwrap();
    let ran = becket()
        .args(["test", "infra", "--tool", tool])
        .args(arguments)
        .env("PATH", path)
        .env("TF_CLI_CONFIG_FILE", mirror.configuration())
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    println!("{said}{}", String::from_utf8_lossy(&ran.stderr));
    let lines = said.lines().map(|line| serde_json::from_str(line).unwrap());
    Some(Ran {
        code: ran.status.code(),
        lines: lines.collect(),
    })
}

#[test]
fn a_cluster_is_applied_changed_and_destroyed_and_nothing_is_left() {
    let Some(ran) = test_infra("terraform", &["--cluster", "nonprod"]) else {
        return;
    };
    assert_eq!(ran.code, Some(0));
    let applied = ran.roots("apply");
    for root in [
        "iam/nonprod",
        "nonprod/addresses",
        "nonprod/network",
        "nonprod/eks",
    ] {
        assert!(applied.contains(&root), "{root} is none of {applied:?}");
    }
    assert_eq!(applied.len(), ran.roots("destroy").len());
    for step in ["zone", "group"] {
        let lines = ran.of(step);
        assert!(
            lines.iter().any(|line| line["made"].as_u64() > Some(0)),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line["destroyed"] == 0), "{lines:?}");
    }
    assert!(!ran.of("rename").is_empty());
    assert!(
        ran.of("reorder")
            .iter()
            .all(|line| line["changed"] == 0 && line["made"] == 0)
    );
    // It was looked for while all was there, and once nothing was.
    let looks = ran.of("look");
    assert!(
        looks.iter().any(|line| line["found"].as_u64() > Some(20)),
        "{looks:?}"
    );
    assert!(
        looks.iter().any(|line| line["left"] == serde_json::json!([])),
        "{looks:?}"
    );
}

#[test]
fn opentofu_applies_and_changes_the_same_roots() {
    let Some(ran) = test_infra("tofu", &["--cluster", "nonprod", "--root", "network"]) else {
        return;
    };
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.roots("apply"), ["nonprod/addresses", "nonprod/network"]);
    assert_eq!(ran.roots("destroy"), ["nonprod/network", "nonprod/addresses"]);
    let network = |step: &str| {
        ran.of(step)
            .into_iter()
            .find(|line| line["root"] == "nonprod/network")
            .unwrap()
    };
    assert!(network("zone")["made"].as_u64() > Some(0));
    assert_eq!(network("zone")["destroyed"], 0);
    assert_eq!(network("reorder")["changed"], 0);
}

#[test]
fn what_never_settles_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let rendered = becket()
        .args(["render", "--to"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{rendered:?}");
    let iac = folder.path().join("iac");
    let module = iac.join("terraform/modules/addresses/main.tf");
    let text = fs::read_to_string(&module).unwrap();
    let edited = text.replace("tags   = {", "tags   = { Seen = timestamp(),");
    assert_ne!(text, edited);
    fs::write(&module, edited).unwrap();

    let iac = iac.to_string_lossy();
    let Some(ran) = test_infra(
        "terraform",
        &["--cluster", "nonprod", "--root", "addresses", "--iac", &iac],
    ) else {
        return;
    };
    assert_eq!(ran.code, Some(1));
    let found = ran
        .lines
        .iter()
        .find(|line| line["root"] == "nonprod/addresses" && !line["error"].is_null());
    let found = found.unwrap();
    assert_eq!(found["error"], "plan again: there should be nothing to change");
    assert_eq!(ran.roots("destroy"), ["nonprod/addresses"]);
}
