//! The rendered Terraform before Terraform and OpenTofu themselves: formatted, valid for the real provider, and applied to
//! a local AWS.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod aws;
#[cfg(test)]
mod backends;
#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;
#[cfg(test)]
mod local_aws;
#[cfg(test)]
mod mended;
#[cfg(test)]
#[path = "../moto/mod.rs"]
mod moto;
#[cfg(test)]
#[path = "../reference/mod.rs"]
mod reference;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use crate::judge::{judge, not_judged};
    use crate::reference;

    /// Where Terraform comes from: a filesystem mirror that has the AWS provider, for both tools.
    pub struct Mirror {
        folder: tempfile::TempDir,
    }

    impl Mirror {
        /// The provider as somebody unpacked it on this machine.
        pub fn find() -> Option<Self> {
            // What `init` left elsewhere only points to it.
            let found = Command::new("find")
                .args([
                    "/",
                    "-path",
                    "/proc",
                    "-prune",
                    "-o",
                    "-name",
                    ".terraform",
                    "-prune",
                    "-o",
                ])
                .args([
                    "-path",
                    "*/registry.terraform.io/hashicorp/aws/*/*_*",
                    "-print",
                    "-prune",
                ])
                .output()
                .unwrap();
            let found = String::from_utf8(found.stdout).unwrap();
            if found.is_empty() {
                return not_judged("Terraform's roots", "the AWS provider is not on this machine");
            }
            let folder = tempfile::tempdir().unwrap();
            for provider in found.lines().map(Path::new) {
                for registry in ["registry.terraform.io", "registry.opentofu.org"] {
                    let version = provider.parent().and_then(Path::file_name).unwrap();
                    let aws = folder.path().join("mirror").join(registry).join("hashicorp/aws");
                    fs::create_dir_all(aws.join(version)).unwrap();
                    let link = aws.join(version).join(provider.file_name().unwrap());
                    if !link.exists() {
                        std::os::unix::fs::symlink(provider, link).unwrap();
                    }
                }
            }
            let mirror = folder.path().join("mirror");
            let text = format!(
                "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
            );
            fs::write(folder.path().join("terraform.rc"), text).unwrap();
            Some(Self { folder })
        }

        /// The file that leads Terraform to it.
        pub fn configuration(&self) -> PathBuf {
            self.folder.path().join("terraform.rc")
        }

        #[track_caller]
        fn run(&self, tool: &Path, root: &Path, arguments: &[&str]) {
            let ran = Command::new(tool)
                .arg(format!("-chdir={}", root.display()))
                .args(arguments)
                .env("TF_CLI_CONFIG_FILE", self.configuration())
                .env("CHECKPOINT_DISABLE", "1")
                .output()
                .unwrap();
            let said =
                String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
            assert!(
                ran.status.success(),
                "{} {arguments:?} in {}:\n{said}",
                tool.display(),
                root.display()
            );
        }
    }

    /// The `iac/terraform` of the reference platform with these `capabilities`, in a folder of its own.
    pub fn rendered(capabilities: &str) -> (tempfile::TempDir, PathBuf) {
        let files = reference::rendered(capabilities, Some(reference::CDN));
        let folder = tempfile::tempdir().unwrap();
        reference::write(&files, "iac/terraform", folder.path());
        let terraform = folder.path().join("iac/terraform");
        (folder, terraform)
    }

    /// The folders below `folder` that say which provider they use: modules leave that to them.
    fn roots(folder: &Path) -> BTreeSet<PathBuf> {
        if folder.join("providers.tf").is_file() {
            return BTreeSet::from([folder.to_owned()]);
        }
        let below = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        below
            .filter(|path| path.is_dir())
            .flat_map(|path| roots(&path))
            .collect()
    }

    /// Whether the root needs a provider that no registry here has: such a one is formatted only.
    fn needs_what_is_not_here(root: &Path) -> bool {
        let versions = fs::read_to_string(root.join("versions.tf")).unwrap();
        ["cloudflare/cloudflare", "integrations/github"]
            .iter()
            .any(|provider| versions.contains(provider))
    }

    #[test]
    fn every_root_is_formatted_and_valid() {
        let (_folder, terraform) = rendered("{}");
        let roots = roots(&terraform);
        let of_clusters = ["nonprod", "prod", "prod-dr"].map(|cluster| {
            [
                "addresses",
                "backups",
                "network",
                "eks",
                "database",
                "certificates",
                "ingress",
            ]
            .map(|root| terraform.join(cluster).join(root))
        });
        let of_accounts = ["nonprod", "prod"].map(|account| terraform.join("iam").join(account));
        let of_cdn = ["cdn", "cdn-certificates"].map(|root| terraform.join("prod").join(root));
        for root in of_clusters.iter().flatten().chain(&of_accounts).chain(&of_cdn) {
            assert!(roots.contains(root), "{} is none of {roots:?}", root.display());
        }
        let Some(mirror) = Mirror::find() else { return };
        for name in ["terraform", "tofu"] {
            let Some(tool) = judge(name, "Terraform's roots") else {
                continue;
            };
            mirror.run(&tool, &terraform, &["fmt", "-check", "-recursive", "-diff"]);
            for root in roots.iter().filter(|root| !needs_what_is_not_here(root)) {
                mirror.run(&tool, root, &["init", "-backend=false", "-input=false"]);
                mirror.run(&tool, root, &["validate"]);
                fs::remove_dir_all(root.join(".terraform")).unwrap();
                fs::remove_file(root.join(".terraform.lock.hcl")).unwrap();
            }
        }
    }

    /// What other choices make of roots and modules.
    #[test]
    fn roots_are_valid_whatever_is_chosen() {
        let Some(mirror) = Mirror::find() else { return };
        for (choice, roots) in [
            (
                "{ state: s3-dynamodb, identity: irsa }",
                [
                    "bootstrap/nonprod",
                    "iam/nonprod",
                    "nonprod/eks",
                    "nonprod/database",
                ]
                .as_slice(),
            ),
            ("{ state: hcp, iac: opentofu }", &["prod/network"]),
            ("{ state: becket, local-aws: localstack }", &["prod-dr/network"]),
        ] {
            let (_folder, terraform) = rendered(choice);
            for name in ["terraform", "tofu"] {
                let Some(tool) = judge(name, "Terraform's roots") else {
                    continue;
                };
                mirror.run(&tool, &terraform, &["fmt", "-check", "-recursive", "-diff"]);
                for root in roots.iter().map(|root| terraform.join(root)) {
                    mirror.run(&tool, &root, &["init", "-backend=false", "-input=false"]);
                    mirror.run(&tool, &root, &["validate"]);
                    fs::remove_dir_all(root.join(".terraform")).unwrap();
                    fs::remove_file(root.join(".terraform.lock.hcl")).unwrap();
                }
            }
        }
    }

    /// The AWS provider that knows a regional gateway is not to be had here: it is not validated.
    #[test]
    fn a_regional_nat_gateway_is_formatted_and_asks_for_the_provider_that_knows_it() {
        let (_folder, terraform) = rendered("{ nat: regional }");
        let network = terraform.join("modules/network");
        let nat = fs::read_to_string(network.join("nat.tf")).unwrap();
        let versions = fs::read_to_string(network.join("versions.tf")).unwrap();
        assert!(nat.contains(r#"availability_mode = "regional""#), "{nat}");
        assert!(versions.contains(">= 6.24, < 7.0"), "{versions}");
        let Some(tool) = judge("terraform", "Terraform's roots") else {
            return;
        };
        let formatted = Command::new(tool)
            .args(["fmt", "-check", "-diff"])
            .arg(network)
            .output()
            .unwrap();
        assert!(
            formatted.status.success(),
            "{}",
            String::from_utf8_lossy(&formatted.stdout)
        );
    }
}
