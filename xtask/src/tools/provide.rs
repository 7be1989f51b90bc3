//! How a judge comes into the cache: one function for each way. What is there already is left alone.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::{From, Tool};
use crate::process::{find, output, succeeds};

/// Brings a judge into `bin`, or says why it cannot be had.
pub(super) fn provide(tool: &Tool, bin: &Path) -> Result<()> {
    match tool.from {
        From::Go(package) => built(tool, bin, || go_install(package, tool.version, bin)),
        From::GoReplacing {
            module,
            program,
            replace,
            flags,
        } => built(tool, bin, || {
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
            Ok(())
        }),
        From::Maven(artifact) => maven(artifact, tool.version, bin),
        From::Python { packages, programs } => python(tool, packages, programs, bin),
        From::Npm(folder) => npm(tool.name, folder, bin),
        From::Root(packages) => root(tool, packages, bin),
        From::Debian(package) => debian(tool.name, package),
    }
}

/// Has `build` build a Go program, unless this version is there.
fn built(tool: &Tool, bin: &Path, build: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = bin.join(format!(".{}-{}", tool.name, tool.version));
    if stamp.exists() && bin.join(tool.name).exists() {
        return Ok(());
    }
    if find("go").is_none() {
        bail!("it is built with Go, and there is no `go` on the PATH");
    }
    eprint!("building {} {} … ", tool.name, tool.version);
    let begin = Instant::now();
    build()?;
    std::fs::write(stamp, "")?;
    eprintln!("{} s", begin.elapsed().as_secs());
    Ok(())
}

fn go_install(package: &str, version: &str, bin: &Path) -> Result<()> {
    output(
        Command::new("go")
            .args(["install", "-trimpath", "-ldflags=-s -w"])
            .arg(format!("{package}@v{version}"))
            .env("GOBIN", bin)
            .env("CGO_ENABLED", "0"),
    )?;
    Ok(())
}

fn maven(artifact: &str, version: &str, bin: &Path) -> Result<()> {
    let stamp = bin.join(format!(".maven-{}-{version}", artifact.replace(':', "-")));
    if stamp.exists() {
        return Ok(());
    }
    if find("mvn").is_none() {
        bail!("it is fetched with Maven, and there is no `mvn` on the PATH");
    }
    let artifact = format!("-Dartifact={artifact}:{version}");
    output(Command::new("mvn").args(["-q", "-B", "dependency:get", &artifact]))?;
    std::fs::write(stamp, "")?;
    Ok(())
}

fn python(tool: &Tool, packages: &[&str], programs: &[&str], bin: &Path) -> Result<()> {
    let home = bin.with_file_name(tool.name);
    let stamp = home.join(".installed");
    let mut wanted = vec![format!("{}=={}", tool.name, tool.version)];
    wanted.extend(packages.iter().map(|&package| package.to_owned()));
    let pins = wanted.join("\n");
    if !std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        eprintln!("installing {} {} …", tool.name, tool.version);
        output(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        output(
            Command::new(home.join("bin/pip"))
                .args(["install", "--quiet"])
                .args(&wanted),
        )?;
        std::fs::write(stamp, pins)?;
    }
    for program in programs {
        let link = bin.join(program);
        if !link.exists() {
            std::os::unix::fs::symlink(home.join("bin").join(program), link)?;
        }
    }
    Ok(())
}

fn npm(name: &str, folder: &str, bin: &Path) -> Result<()> {
    let folder = crate::process::root().join(folder);
    let home = bin.with_file_name(name);
    let stamp = home.join(".installed");
    let locked = std::fs::read(folder.join("package-lock.json"))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    if find("npm").is_none() {
        bail!("it is fetched with npm, and there is no `npm` on the PATH");
    }
    eprintln!("installing {name} …");
    std::fs::create_dir_all(&home)?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(folder.join(file), home.join(file))?;
    }
    output(Command::new("npm").current_dir(&home).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))?;
    std::fs::write(stamp, locked)?;
    Ok(())
}

fn root(tool: &Tool, packages: &[&str], bin: &Path) -> Result<()> {
    let root = bin.with_file_name("roots").join(tool.name);
    if root.join("usr/bin").exists() && !root.join("debootstrap").exists() {
        return Ok(());
    }
    if !is_root()? {
        bail!("only root can unpack a root");
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
    Ok(())
}

fn debian(program: &str, package: &str) -> Result<()> {
    if find(program).is_some() {
        return Ok(());
    }
    if !is_root()? || find("apt-get").is_none() {
        bail!("install it with the system's package manager");
    }
    eprintln!("installing {package} …");
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        succeeds(apt.args(arguments).stdout(std::io::stderr()))
    };
    let install = || apt(&["install", "-y", "-q", "--no-install-recommends", package]);
    if !install()? {
        apt(&["update", "-q"])?;
        if !install()? {
            bail!("apt-get cannot install {package}");
        }
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}
