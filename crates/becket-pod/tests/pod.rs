//! Pods with real namespaces, as whoever runs the tests: root and ordinary users alike.

mod support;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use becket_pod::{
    Container, FileContents, HostsEntry, Init, Mount, Outcome, Pod, PodError, Volume, VolumeFile,
    VolumeSource,
};
use support::{Bench, DEADLINE, fixture, judged, line, pod, said, text, within};
use tokio::io::AsyncWriteExt as _;

const AT_ONCE: Duration = Duration::ZERO;

#[tokio::test]
async fn the_program_is_the_user_it_asks_for_without_rights_and_not_the_first_process() {
    judged!();
    let bench = Bench::new();
    for (user, group) in [(65532, 65533), (0, 0)] {
        let status = bench
            .output(&["read", "/proc/self/status"], |spec| {
                spec.user = user;
                spec.group = group;
            })
            .await;
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
        assert_eq!(field("Uid"), vec![user.to_string(); 4]);
        assert_eq!(field("Gid"), vec![group.to_string(); 4]);
        assert_ne!(field("Pid"), ["1"]);
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(field(set), ["0000000000000000"], "{set}");
        }
        assert_eq!(field("NoNewPrivs"), ["1"]);
    }
}

#[tokio::test]
async fn a_descriptor_that_a_stranger_left_open_does_not_take_the_sockets_place() {
    judged!();
    let folder = tempfile::tempdir().unwrap();
    let forgetful = folder.path().join("forgetful");
    let script = format!(
        "#!/bin/sh\nexec 3</dev/null\nexec {} \"$@\"\n",
        fixture().display()
    );
    std::fs::write(&forgetful, script).unwrap();
    std::fs::set_permissions(&forgetful, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut spec = pod("strangers");
    spec.init = Init::Program(forgetful);
    let pod = within(Pod::start(spec)).await.unwrap();
    pod.kill().await;
}

#[tokio::test]
async fn nothing_of_the_machine_is_seen() {
    judged!();
    let bench = Bench::new();
    assert_eq!(
        bench.output(&["list", "/"], |_| ()).await,
        "data dev etc proc workload"
    );
    let devices = "fd full null random shm stderr stdin stdout tty urandom zero";
    assert_eq!(bench.output(&["list", "/dev"], |_| ()).await, devices);
    // The first process still has the machine's mounts, and must not be a way to them.
    assert_eq!(
        bench.output(&["list", "/proc/1/root"], |_| ()).await,
        "PermissionDenied"
    );
    assert_eq!(
        bench.output(&["list", "/proc/1/cwd"], |_| ()).await,
        "PermissionDenied"
    );
    assert_eq!(
        bench.output(&["read", "/proc/1/fd/0"], |_| ()).await,
        "PermissionDenied"
    );
    let mounts = bench.output(&["read", "/proc/self/mounts"], |_| ()).await;
    let places: Vec<&str> = mounts
        .lines()
        .map(|mount| mount.split(' ').nth(1).unwrap())
        .collect();
    let known =
        |place: &&str| *place == "/" || ["/proc", "/dev", "/etc/"].iter().any(|at| place.starts_with(at));
    assert!(places.iter().all(known), "{mounts}");
    let processes = bench.output(&["list", "/proc"], |_| ()).await;
    let processes: Vec<_> = processes
        .split(' ')
        .filter(|name| name.parse::<u32>().is_ok())
        .collect();
    assert_eq!(
        processes.len(),
        2,
        "the first process and the program: {processes:?}"
    );
}

#[tokio::test]
async fn the_machines_settings_cannot_be_changed() {
    judged!();
    let bench = Bench::new();
    for path in [
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sys/vm/drop_caches",
    ] {
        let output = bench
            .output(&["write", path], |spec| (spec.user, spec.group) = (0, 0))
            .await;
        assert!(
            ["ReadOnlyFilesystem", "PermissionDenied"].contains(&output.as_str()),
            "{path}: {output}"
        );
    }
}

#[tokio::test]
async fn the_root_is_read_only_unless_asked_for_and_the_image_is_never_written() {
    judged!();
    let bench = Bench::new();
    for path in ["/data/file", "/new", "/etc/hosts", "/dev/new"] {
        assert_eq!(
            bench.output(&["write", path], |_| ()).await,
            "ReadOnlyFilesystem",
            "{path}"
        );
    }
    assert_eq!(
        bench
            .output(&["write", "/data/file"], |spec| spec.writable_root = true)
            .await,
        "written"
    );
    assert_eq!(
        bench
            .output(&["write", "/new"], |spec| spec.writable_root = true)
            .await,
        "written"
    );
    assert_eq!(
        std::fs::read_to_string(bench.root().join("data/file")).unwrap(),
        "from the image"
    );
    let entries = std::fs::read_dir(bench.root()).unwrap().count();
    assert_eq!(entries, 2, "the image has what it had");
}

#[tokio::test]
async fn volumes_appear_where_asked_and_outlive_a_container() {
    judged!();
    let bench = Bench::new();
    let outside = bench.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("here"), "outside").unwrap();
    let file = |text: &str| VolumeFile {
        contents: FileContents::from(text.as_bytes().to_vec()),
        mode: 0o444,
    };
    let files = BTreeMap::from([
        ("app.toml".to_owned(), file("size = 1")),
        ("more/x".to_owned(), file("x")),
    ]);
    let mut spec = pod("volumes");
    spec.volumes = vec![
        Volume {
            name: "scratch".to_owned(),
            source: VolumeSource::Empty { limit: Some(1 << 20) },
        },
        Volume {
            name: "config".to_owned(),
            source: VolumeSource::Files(files),
        },
        Volume {
            name: "outside".to_owned(),
            source: VolumeSource::Folder(outside),
        },
    ];
    let pod = Pod::start(spec).await.unwrap();
    let mount = |volume: &str, path: &str, sub_path: Option<&str>, read_only| Mount {
        volume: volume.to_owned(),
        path: path.to_owned(),
        sub_path: sub_path.map(str::to_owned),
        read_only,
    };
    let cases: [(&[&str], &str); 9] = [
        (&["write", "/scratch/deep/file"], "written"),
        (&["read", "/scratch/deep/file"], "written"),
        (&["read", "/read-only/file"], "written"),
        (&["write", "/read-only/file"], "ReadOnlyFilesystem"),
        (&["list", "/etc/config"], "app.toml more"),
        (&["read", "/etc/config/more/x"], "x"),
        (&["read", "/data/only.toml"], "size = 1"),
        (&["write", "/etc/config/app.toml"], "ReadOnlyFilesystem"),
        (&["read", "/outside/here"], "outside"),
    ];
    for (number, (arguments, expected)) in cases.into_iter().enumerate() {
        let mut container = bench.container(&format!("c{number}"), arguments);
        container.mounts = vec![
            mount("scratch", "/scratch/deep", None, false),
            mount("scratch", "/read-only", None, true),
            mount("config", "/etc/config", None, false),
            mount("config", "/data/only.toml", Some("app.toml"), true),
            mount("outside", "/outside", None, true),
        ];
        let container = pod.run(container).await.unwrap();
        within(container.wait()).await;
        assert_eq!(text(&container), expected, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_link_that_a_container_wrote_into_a_volume_never_leads_to_the_machine() {
    judged!();
    let bench = Bench::new();
    let machine = bench.folder.path().join("machine");
    std::fs::create_dir(&machine).unwrap();
    std::fs::write(machine.join("file"), "the machine's").unwrap();
    let machine = machine.to_str().unwrap();
    let mut spec = pod("links");
    spec.volumes = vec![Volume {
        name: "scratch".to_owned(),
        source: VolumeSource::Empty { limit: None },
    }];
    let pod = Pod::start(spec).await.unwrap();
    let mount = |path: &str, sub_path: Option<&str>| Mount {
        volume: "scratch".to_owned(),
        path: path.to_owned(),
        sub_path: sub_path.map(str::to_owned),
        read_only: false,
    };
    let run = async |name: &str, arguments: &[&str], mounts: Vec<Mount>| {
        let mut container = bench.container(name, arguments);
        container.mounts = mounts;
        let container = pod.run(container).await.map_err(|error| error.to_string())?;
        within(container.wait()).await;
        Ok::<_, String>(text(&container))
    };
    let all = || vec![mount("/scratch", None)];
    let upwards = format!("../../..{machine}");
    let links: [(&str, &str); 5] = [
        ("absolute", machine),
        ("upwards", &upwards),
        ("magic", "/proc/self/root"),
        ("chain", "absolute"),
        ("near", "made"),
    ];
    for (name, target) in links {
        let at = format!("/scratch/{name}");
        run(&format!("link-{name}"), &["link", target, &at], all())
            .await
            .unwrap();
    }
    let refused = |link: &str, path: &str| {
        format!(
            "pod links: container {link}: open {path} in /sys/volumes/scratch without leaving it: \
             a symbolic link there leads out of the volume"
        )
    };
    for link in ["absolute", "upwards", "magic", "chain"] {
        for path in [
            link.to_owned(),
            format!("{link}/file"),
            format!("{link}/new/deep"),
        ] {
            let read = run(link, &["list", "/x"], vec![mount("/x", Some(&path))]).await;
            assert_eq!(read, Err(refused(link, &path)));
        }
    }
    let written = run(
        "make",
        &["write", "/made/file"],
        vec![mount("/made", Some("made"))],
    )
    .await;
    assert_eq!(
        written.as_deref(),
        Ok("written"),
        "a folder that is missing is made"
    );
    let near = run("near", &["read", "/x"], vec![mount("/x", Some("near/file"))]).await;
    assert_eq!(
        near.as_deref(),
        Ok("written"),
        "a link that stays in the volume counts"
    );

    // The place of a second mount lies in what the first one holds.
    let nested = vec![mount("/scratch", None), mount("/scratch/absolute", Some("made"))];
    let error = run("nested", &["list", "/scratch"], nested).await.unwrap_err();
    assert!(
        error.ends_with(
            "open /scratch/absolute in the root without following links: a symbolic link is in the way"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_a_volume_of_files_does_not_hold_is_missing() {
    judged!();
    let bench = Bench::new();
    let mut spec = pod("files");
    spec.volumes = vec![Volume {
        name: "config".to_owned(),
        source: VolumeSource::Files(BTreeMap::new()),
    }];
    let pod = Pod::start(spec).await.unwrap();
    let mut container = bench.container("c", &["list", "/etc"]);
    container.mounts = vec![Mount {
        volume: "config".to_owned(),
        path: "/etc/app.toml".to_owned(),
        sub_path: Some("app.toml".to_owned()),
        read_only: true,
    }];
    assert_eq!(
        pod.run(container).await.unwrap_err().to_string(),
        "pod files: container c: open app.toml in /sys/volumes/config without leaving it: \
         No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn two_pods_listen_on_one_port_and_are_reached_from_outside() {
    judged!();
    let bench = Bench::new();
    let mut pods = Vec::new();
    for id in ["one", "two"] {
        let pod = Pod::start(pod(id)).await.unwrap();
        let container = pod
            .run(bench.container(id, &["listen", "0.0.0.0:8080"]))
            .await
            .unwrap();
        line(&container, "listening").await;
        pods.push(pod);
    }
    for (pod, id) in pods.iter().zip(["one", "two"]) {
        for _ in 0..20 {
            assert_eq!(said(pod.connect(8080).await.unwrap()).await, id);
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_a_refusal_and_listening_to_oneself_is_nobody() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("alone")).await.unwrap();
    assert_eq!(
        pod.connect(8080).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    let container = pod
        .run(bench.container("self", &["listen", "127.0.0.1:8080"]))
        .await
        .unwrap();
    line(&container, "listening").await;
    assert_eq!(
        pod.connect(8080).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[tokio::test]
async fn programs_may_listen_on_port_80() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("low")).await.unwrap();
    let container = pod
        .run(bench.container("low", &["listen", "0.0.0.0:80"]))
        .await
        .unwrap();
    line(&container, "listening").await;
    assert_eq!(said(pod.connect(80).await.unwrap()).await, "low");
}

#[tokio::test]
async fn a_name_leads_to_who_accepts_outside_even_when_given_later() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("caller")).await.unwrap();
    let entry = |last: u8, names: &[&str]| HostsEntry {
        address: Ipv4Addr::new(127, 1, 0, last).into(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    for (last, name) in [(1, "catalog"), (2, "a-much-longer-name-than-before"), (3, "x")] {
        pod.set_hosts(&[entry(last, &[name, "same"])]).await.unwrap();
        let listener = pod
            .listen(Ipv4Addr::new(127, 1, 0, last).into(), 8080)
            .await
            .unwrap();
        for name in [name, "same"] {
            let container = pod
                .run(bench.container(name, &["get", &format!("{name}:8080")]))
                .await
                .unwrap();
            let (mut stream, _) = within(listener.accept()).await.unwrap();
            stream
                .write_all(format!("answer {last}").as_bytes())
                .await
                .unwrap();
            drop(stream);
            assert_eq!(within(container.wait()).await.outcome, Outcome::Code(0));
            assert_eq!(text(&container).trim(), format!("answer {last}"));
            std::fs::remove_file(container.log_path()).unwrap();
        }
    }
    let hosts = pod
        .run(bench.container("hosts", &["read", "/etc/hosts"]))
        .await
        .unwrap();
    within(hosts.wait()).await;
    let hosts = text(&hosts);
    let hosts = hosts.trim_end();
    assert_eq!(
        hosts,
        "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 caller\n127.1.0.3 x same"
    );
}

#[tokio::test]
async fn the_program_has_its_environment_and_folder_and_no_other() {
    judged!();
    let bench = Bench::new();
    let change = |spec: &mut becket_pod::ContainerSpec| {
        spec.env = vec![
            ("PORT".to_owned(), "8080".to_owned()),
            ("EMPTY".to_owned(), String::new()),
        ];
        spec.workdir = "/work/here".to_owned();
    };
    assert_eq!(
        bench.output(&["env"], change).await,
        "cwd=/work/here\nEMPTY=\nPORT=8080"
    );
}

#[tokio::test]
async fn codes_and_signals_are_reported_exactly() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("codes")).await.unwrap();
    let cases: [(&[&str], Outcome, i32); 4] = [
        (&["exit", "0"], Outcome::Code(0), 0),
        (&["exit", "1"], Outcome::Code(1), 1),
        (&["exit", "255"], Outcome::Code(255), 255),
        (&["abort"], Outcome::Signal(6), 134),
    ];
    for (arguments, outcome, code) in cases {
        let container = pod.run(bench.container("codes", arguments)).await.unwrap();
        let exit = within(container.wait()).await;
        assert_eq!((exit.outcome, exit.code()), (outcome, code), "{arguments:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("wrong")).await.unwrap();
    let mut spec = bench.container("c", &[]);
    spec.command = vec!["/missing".to_owned()];
    let error = pod.run(spec).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "pod wrong: container c: start /missing: No such file or directory (os error 2)"
    );
    let mut spec = bench.container("c", &["sleep"]);
    spec.root = bench.folder.path().join("nothing");
    let error = pod.run(spec).await.unwrap_err();
    assert!(
        matches!(&error, PodError::Inside { source, .. } if source.kind() == ErrorKind::NotFound),
        "{error}"
    );
    let mut spec = bench.container("c", &["sleep"]);
    let mount = |volume: &str, path: &str| Mount {
        volume: volume.to_owned(),
        path: path.to_owned(),
        sub_path: None,
        read_only: false,
    };
    spec.mounts = vec![mount("missing", "/x")];
    assert!(pod.run(spec).await.is_err());
    let mut spec = bench.container("c", &["sleep"]);
    spec.command.clear();
    assert!(matches!(pod.run(spec).await, Err(PodError::Spec { .. })));
    // And the pod is as good as before.
    let container = pod.run(bench.container("c", &["exit", "3"])).await.unwrap();
    assert_eq!(within(container.wait()).await.outcome, Outcome::Code(3));
}

#[tokio::test]
async fn a_container_stops_by_itself_or_is_killed_after_the_grace_period() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("stop")).await.unwrap();
    let polite = pod.run(bench.container("polite", &["sleep"])).await.unwrap();
    assert!(!within(polite.stop(DEADLINE)).await.killed);
    assert_eq!(polite.exit().map(|exit| exit.outcome), Some(Outcome::Signal(15)));
    let rude = pod.run(bench.container("rude", &["ignore-term"])).await.unwrap();
    line(&rude, "ignoring").await;
    assert!(within(rude.stop(Duration::from_millis(50))).await.killed);
    assert_eq!(rude.exit().map(|exit| exit.outcome), Some(Outcome::Signal(9)));
}

#[tokio::test]
async fn a_pod_stops_with_all_of_its_containers() {
    judged!();
    let bench = Bench::new();
    for (rude, killed) in [(false, false), (true, true)] {
        let pod = Pod::start(pod("all")).await.unwrap();
        let mut containers = vec![pod.run(bench.container("one", &["sleep"])).await.unwrap()];
        if rude {
            containers.push(pod.run(bench.container("two", &["ignore-term"])).await.unwrap());
            line(&containers[1], "ignoring").await;
        }
        let grace = if rude { Duration::from_millis(50) } else { DEADLINE };
        assert_eq!(within(pod.stop(grace)).await.killed, killed);
        assert!(containers.iter().all(|container| container.exit().is_some()));
        assert!(!alive(pod.pid()));
        assert_eq!(
            pod.connect(8080).await.unwrap_err().kind(),
            ErrorKind::NotConnected
        );
        assert!(matches!(
            pod.run(bench.container("late", &["sleep"])).await,
            Err(PodError::Gone { .. })
        ));
    }
}

#[tokio::test]
async fn a_container_takes_its_children_with_it_and_leaves_the_others() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("orphans")).await.unwrap();
    let other = pod
        .run(bench.container("other", &["listen", "0.0.0.0:8080"]))
        .await
        .unwrap();
    line(&other, "listening").await;
    for _ in 0..3 {
        // Leaves a process behind, which would hold the output open.
        let container = pod.run(bench.container("orphan", &["orphan"])).await.unwrap();
        assert_eq!(within(container.wait()).await.outcome, Outcome::Code(0));
        let family = pod.run(bench.container("family", &["family"])).await.unwrap();
        line(&family, "family").await;
        within(family.kill()).await;
    }
    let processes = pod
        .run(bench.container("list", &["list", "/proc"]))
        .await
        .unwrap();
    within(processes.wait()).await;
    let processes = text(&processes)
        .split(' ')
        .filter(|name| name.parse::<u32>().is_ok())
        .count();
    assert_eq!(
        processes, 3,
        "the first process, the other container, and the one that looks"
    );
    assert_eq!(said(pod.connect(8080).await.unwrap()).await, "orphans");
}

#[tokio::test]
async fn a_pod_that_is_dropped_or_whose_first_process_is_killed_is_gone_whole() {
    judged!();
    let bench = Bench::new();
    let start = async || -> (Pod, Container) {
        let pod = Pod::start(pod("gone")).await.unwrap();
        let container = pod.run(bench.container("family", &["family"])).await.unwrap();
        line(&container, "family").await;
        (pod, container)
    };
    let (pod, container) = start().await;
    drop(pod);
    assert_eq!(within(container.wait()).await.outcome, Outcome::Signal(9));
    let (pod, container) = start().await;
    let first = rustix::process::Pid::from_raw(i32::try_from(pod.pid()).unwrap()).unwrap();
    rustix::process::kill_process(first, becket_pod::Signal::KILL).unwrap();
    within(pod.gone()).await;
    assert_eq!(within(container.wait()).await.outcome, Outcome::Signal(9));
    assert!(!within(pod.stop(AT_ONCE)).await.killed);
}

#[tokio::test]
async fn all_output_is_in_the_log_when_the_program_has_ended() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("log")).await.unwrap();
    let container = pod.run(bench.container("log", &["print", "3000"])).await.unwrap();
    within(container.wait()).await;
    let log = text(&container);
    for stream in ["line", "error"] {
        let numbers: Vec<_> = log.lines().filter_map(|line| line.strip_prefix(stream)).collect();
        let expected: Vec<_> = (0..3000).map(|number| format!(" {number}")).collect();
        assert_eq!(numbers, expected, "{stream}");
    }
    assert_eq!(container.written(u64::MAX).await, None);
}

fn alive(pid: u32) -> bool {
    std::path::Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn who_accepts_outside_shares_no_port_with_a_program_inside() {
    judged!();
    let bench = Bench::new();
    let pod = Pod::start(pod("both")).await.unwrap();
    let server = pod
        .run(bench.container("server", &["listen", "0.0.0.0:8080"]))
        .await
        .unwrap();
    line(&server, "listening").await;
    let outside = Ipv4Addr::new(10, 96, 0, 1);
    let listener = pod.listen(outside.into(), 8080).await.unwrap();
    let caller = pod
        .run(bench.container("caller", &["get", "10.96.0.1:8080"]))
        .await
        .unwrap();
    let (mut stream, _) = within(listener.accept()).await.unwrap();
    stream.write_all(b"from outside").await.unwrap();
    drop(stream);
    assert_eq!(within(caller.wait()).await.outcome, Outcome::Code(0));
    assert_eq!(text(&caller).trim(), "from outside");
    drop(listener);
    let refused = pod
        .run(bench.container("refused", &["get", "10.96.0.1:8080"]))
        .await
        .unwrap();
    assert_ne!(within(refused.wait()).await.outcome, Outcome::Code(0));
}
