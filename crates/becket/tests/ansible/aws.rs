//! Backups of what is at AWS, before a local AWS: the modules are the real ones.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::judge::judge;
use crate::rendered::{ansible, recap, rendered, said};

/// moto, until it is dropped.
struct Aws(Child, u16);

impl Aws {
    fn start(program: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let this = Self(child, port);
        let deadline = Instant::now() + Duration::from_mins(2);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the local AWS does not start");
            std::thread::yield_now();
        }
        this
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn databases_and_volumes_come_back_beside_the_old_ones_and_old_snapshots_go() {
    let what = "backup and restore at AWS";
    let (Some(playbook), Some(moto)) = (judge("ansible-playbook", what), judge("moto_server", what)) else {
        return;
    };
    let (_temporary, folder) = rendered();
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ansible/aws.yaml"),
        folder.join("aws.yaml"),
    )
    .unwrap();
    let aws = Aws::start(&moto);
    // What is secret is hidden wherever it appears in a result, so it is nothing that appears.
    let said = said(
        ansible(&playbook, &folder)
            .arg("aws.yaml")
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", aws.1))
            .env("AWS_ACCESS_KEY_ID", "local-aws-key")
            .env("AWS_SECRET_ACCESS_KEY", "local-aws-secret"),
    );
    assert_eq!(recap(&said, "failed"), 0, "{said}");
    assert_eq!(said.matches("All assertions passed").count(), 6, "{said}");
}
