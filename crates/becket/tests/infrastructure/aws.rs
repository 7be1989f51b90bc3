//! A local AWS that a test asks itself.

use std::path::Path;
use std::process::Command;

use crate::moto::Moto;

/// A local AWS, asked as `curl` does.
pub struct Aws(Moto);

impl Aws {
    /// Starts `program`, which is `moto_server`.
    pub fn start(program: &Path) -> Self {
        Self(Moto::start(program))
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.0.address
    }

    /// Asks a service of the region, which moto reads in the header, and returns what it answers.
    pub fn asks(&self, service: &str, path: &str, arguments: &[&str]) -> String {
        let credential = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential=test/20200101/eu-west-1/{service}/aws4_request"
        );
        let asked = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--fail-with-body",
                "--header",
                &credential,
            ])
            .args(arguments)
            .arg(format!("{}/{path}", self.0.address))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(
            asked.status.success(),
            "{path}: {said}{}",
            String::from_utf8_lossy(&asked.stderr)
        );
        said
    }

    /// Asks DynamoDB.
    pub fn table(&self, action: &str, body: &str) -> String {
        let target = format!("X-Amz-Target: DynamoDB_20120810.{action}");
        let kind = "Content-Type: application/x-amz-json-1.0";
        self.asks(
            "dynamodb",
            "",
            &["--header", &target, "--header", kind, "--data", body],
        )
    }
}
