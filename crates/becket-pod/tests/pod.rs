//! Pods with real namespaces, as whoever runs the tests: root and ordinary users alike.

mod support;

use becket_pod::Pod;
use support::{Bench, judged, line, pod, said};

#[tokio::test]
async fn the_program_is_the_user_it_asks_for_without_rights_and_not_the_first_process() {
    judged!();
    let bench = Bench::new();
    let status = bench.output(&["read", "/proc/self/status"], |spec| {
        spec.user = 65532;
        spec.group = 65533;
    });
    let status = status.await;
    let field = |name: &str| {
        let line = status
            .lines()
            .find(|line| line.starts_with(&format!("{name}:")))
            .unwrap();
        line.split_whitespace()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(field("Uid"), ["65532"; 4]);
    assert_eq!(field("Gid"), ["65533"; 4]);
    assert_ne!(field("Pid"), ["1"]);
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(field(set), ["0000000000000000"], "{set}");
    }
    assert_eq!(field("NoNewPrivs"), ["1"]);
}

#[tokio::test]
async fn two_pods_listen_on_one_port_and_are_reached_from_outside() {
    judged!();
    let bench = Bench::new();
    for id in ["one", "two"] {
        let pod = Pod::start(pod(id)).await.unwrap();
        let container = pod
            .run(bench.container(id, &["listen", "0.0.0.0:8080"]))
            .await
            .unwrap();
        line(&container, "listening").await;
        assert_eq!(said(pod.connect(8080).await.unwrap()).await, id);
    }
}
