//! What Terraform waits for after EKS calls a cluster active: that its API answers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use becket_document::hcl;

use crate::reference;

/// What the module runs, as it is rendered.
fn command() -> String {
    let files = reference::rendered("{}", None);
    let path = "iac/terraform/modules/cluster/main.tf";
    let text = files.text(path).unwrap().unwrap();
    let tree = hcl::parse(text).body.to_node(text);
    let place = [
        "resource",
        "terraform_data",
        "answers",
        "provisioner",
        "local-exec",
        "command",
    ];
    let command = place.iter().try_fold(&tree, |node, key| node.get(key));
    command.and_then(|command| command.as_str()).unwrap().to_owned()
}

#[test]
fn a_cluster_that_does_not_answer_yet_is_waited_for() {
    let api = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", api.local_addr().unwrap());
    // One hangs up, one is not ready, and the third is well.
    let answers = ["", "HTTP/1.1 503 Service Unavailable\r\n", "HTTP/1.1 200 OK\r\n"];
    let asked = std::thread::spawn(move || {
        answers.map(|answer| {
            let (mut stream, _) = api.accept().unwrap();
            let mut request = [0; 1024];
            let read = stream.read(&mut request).unwrap();
            if !answer.is_empty() {
                let rest = "Content-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(format!("{answer}{rest}").as_bytes()).unwrap();
            }
            String::from_utf8_lossy(&request[..read]).into_owned()
        })
    });
    let waited = Command::new("sh")
        .args(["-c", &command()])
        .env("ENDPOINT", endpoint)
        .status()
        .unwrap();
    assert!(waited.success());
    let asked = asked.join().unwrap();
    assert!(
        asked.iter().all(|request| request.starts_with("GET /healthz ")),
        "{asked:?}"
    );
}
