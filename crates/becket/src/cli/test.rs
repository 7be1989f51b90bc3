//! The arguments of `test`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Tests what platform.yaml describes, before any of it is there.
#[derive(Debug, Subcommand)]
pub(crate) enum Test {
    Infra(Infra),
}

/// Applies the roots of Terraform to a local AWS with the real provider, plans again, changes zones and node groups, destroys, and looks for leftovers.
#[derive(Debug, Args)]
pub(crate) struct Infra {
    /// Only roots of this cluster, and those they need; may be given several times.
    #[arg(long = "cluster", value_name = "NAME")]
    pub clusters: Vec<String>,
    /// Only roots of this name, such as `network`, and those they need; may be given several times.
    #[arg(long = "root", value_name = "NAME")]
    pub roots: Vec<String>,
    /// The repository iac to test, with what is changed in it by hand; without it, what render makes.
    #[arg(long, value_name = "DIR")]
    pub iac: Option<PathBuf>,
    /// The program that applies; without it, the provider of `iac` in platform.yaml.
    #[arg(long, value_name = "PROGRAM")]
    pub tool: Option<PathBuf>,
    /// The address of a local AWS that runs already; without it, moto is started for the test.
    #[arg(long, value_name = "URL")]
    pub local_aws: Option<String>,
    /// How many roots are worked on at a time; each takes about half a gigabyte of memory.
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    pub jobs: u8,
    /// Leaves the folder that is worked in, with states and logs.
    #[arg(long)]
    pub keep: bool,
}
