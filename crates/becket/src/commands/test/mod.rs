//! `test`: tests what platform.yaml describes, before any of it is there.

mod events;
mod folder;
mod infra;
mod laid;
mod leftovers;
mod local_aws;
mod order;
mod plan;
pub(crate) mod process;
mod report;
mod roots;
mod run;
mod subject;
mod terraform;
mod values;
mod variants;

use crate::cli::test::Test;
use crate::error::CommandError;
use crate::folder::Folder;
use crate::output::Output;

pub(crate) fn run(folder: &Folder, test: &Test, output: Output) -> Result<(), CommandError> {
    match test {
        Test::Infra(infra) => infra::run(folder, infra, output),
    }
}
