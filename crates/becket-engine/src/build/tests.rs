//! Builds of tiny packages without dependencies, offline, by the cargo that runs the tests.

use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;

struct Bench {
    folder: TempDir,
    builder: Builder,
    seen: Mutex<Vec<Progress>>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cargo = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cargo.sh");
        let builder = Builder::new(Store::open(folder.path().join("images")).unwrap()).with_cargo(cargo);
        Self {
            folder,
            builder,
            seen: Mutex::default(),
        }
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A package with a `main.rs`, alone or in a workspace.
    fn package(&self, folder: &str, name: &str, main: &str) -> Service {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        self.write(&format!("{folder}/Cargo.toml"), &manifest);
        self.write(&format!("{folder}/src/main.rs"), main);
        Service {
            name: name.to_owned(),
            source: Source::Cargo(self.folder.path().join(folder)),
        }
    }

    fn command(&self, name: &str, command: &str, binary: &str) -> Service {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        let source = Source::Command {
            folder,
            command: command.to_owned(),
            binary: binary.into(),
        };
        Service {
            name: name.to_owned(),
            source,
        }
    }

    async fn build(&self, services: &[Service]) -> Result<BTreeMap<String, Digest>, Vec<BuildError>> {
        self.builder
            .build(services, &|progress| self.seen.lock().unwrap().push(progress))
            .await
    }

    /// The one error of a build, as text.
    async fn error(&self, service: Service) -> String {
        let errors = self.build(&[service]).await.unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].to_string()
    }
}

/// What a program prints. Another test's process may have been born while the program was written, and holds it open
/// until it starts a program itself.
fn ran(program: &Path) -> Vec<u8> {
    loop {
        match std::process::Command::new(program).env_clear().output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
            ran => return ran.unwrap().stdout,
        }
    }
}

const HELLO: &str = "fn main() { println!(\"hello\"); }\n";

#[tokio::test]
async fn a_shared_target_folder_never_gives_the_program_of_another_workspace() {
    let bench = Bench::new();
    let shared = bench.folder.path().join("shared");
    let config = format!("[build]\ntarget-dir = {shared:?}\n");
    // Both are older than what is built of either.
    let services = ["one", "two"].map(|workspace| {
        bench.write(&format!("{workspace}/.cargo/config.toml"), &config);
        let main = format!("fn main() {{ println!(\"{workspace}\"); }}\n");
        bench.package(workspace, "hello", &main)
    });
    let mut digests = Vec::new();
    for service in &services {
        digests.push(bench.build(std::slice::from_ref(service)).await.unwrap()["hello"].clone());
    }
    assert_ne!(digests[0], digests[1]);
    let again = bench.build(&services[..1]).await.unwrap();
    assert_eq!(again["hello"], digests[0]);
    assert!(shared.is_dir());
}

#[tokio::test]
async fn a_package_becomes_an_image_with_a_static_binary() {
    let bench = Bench::new();
    let service = bench.package("hello", "hello", HELLO);
    let digests = bench.build(std::slice::from_ref(&service)).await.unwrap();
    let store = &bench.builder.store;
    assert_eq!(
        store.find("localhost/hello").unwrap().as_ref(),
        digests.get("hello")
    );
    let config = store.config(&digests["hello"]).unwrap();
    assert_eq!(config.ids(), Some((65532, 65532)));
    let root = store.unpack(&digests["hello"]).unwrap();
    assert_eq!(ran(&root.join("hello")), b"hello\n");
    assert_eq!(bench.build(&[service]).await.unwrap(), digests);

    let seen = bench.seen.lock().unwrap();
    assert_eq!(
        seen[0],
        Progress::Started {
            services: vec!["hello".to_owned()]
        }
    );
    assert!(
        seen.iter()
            .any(|one| matches!(one, Progress::Line(line) if line.starts_with("Compiling hello"))),
        "{seen:?}"
    );
    assert!(
        seen.iter()
            .any(|one| matches!(one, Progress::Units { total: 1, .. })),
        "{seen:?}"
    );
}

#[tokio::test]
async fn services_of_one_workspace_are_built_in_one_call_and_build_scripts_still_run() {
    let bench = Bench::new();
    bench.write(
        "shop/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\"]\n",
    );
    bench.write(
        "shop/a/build.rs",
        "fn main() { println!(\"cargo::rustc-env=SAID=by a build script\"); }\n",
    );
    let services = [
        bench.package("shop/a", "a", "fn main() { println!(\"{}\", env!(\"SAID\")); }\n"),
        bench.package("shop/b", "b", HELLO),
    ];
    let digests = bench.build(&services).await.unwrap();
    assert_eq!(digests.keys().collect::<Vec<_>>(), ["a", "b"]);
    let seen = bench.seen.lock().unwrap();
    let started: Vec<&Progress> = seen
        .iter()
        .filter(|one| matches!(one, Progress::Started { .. }))
        .collect();
    assert_eq!(
        started,
        [&Progress::Started {
            services: vec!["a".to_owned(), "b".to_owned()]
        }]
    );
}

#[tokio::test]
async fn a_failing_build_returns_all_the_compiler_said() {
    let bench = Bench::new();
    let error = bench
        .error(bench.package("bad", "bad", "fn main() { let x: u32 = \"\"; missing(); }\n"))
        .await;
    assert!(error.starts_with("the build of `bad` failed\n"), "{error}");
    assert!(
        error.contains("error[E0308]: mismatched types") && error.contains("error[E0425]"),
        "{error}"
    );
    assert!(error.contains("--> src/main.rs:1:26"), "{error}");
}

#[tokio::test]
async fn all_failures_are_returned_at_once() {
    let bench = Bench::new();
    let services = [
        bench.package("bad", "bad", "fn main() { missing(); }\n"),
        bench.command("worse", "echo oh no >&2; exit 3", "x"),
        Service {
            name: "gone".to_owned(),
            source: Source::Cargo(bench.folder.path().join("gone")),
        },
        Service {
            name: "far".to_owned(),
            source: Source::Image("ghcr.io/acme/far:1".to_owned()),
        },
    ];
    let mut errors: Vec<String> = bench
        .build(&services)
        .await
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    errors.sort();
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert!(
        errors[0].ends_with("/gone`: there is no `Cargo.toml`"),
        "{}",
        errors[0]
    );
    assert!(
        errors[1].starts_with("the build of `bad` failed\nerror[E0425]"),
        "{}",
        errors[1]
    );
    let command = "the build of `worse` failed\noh no\n`echo oh no >&2; exit 3` ended with exit status: 3";
    assert_eq!(errors[2], command);
    assert!(
        errors[3].starts_with("the image `ghcr.io/acme/far:1` of `far` is not in the image store"),
        "{}",
        errors[3]
    );
}

#[tokio::test]
async fn a_command_builds_what_cargo_does_not_know() {
    let bench = Bench::new();
    bench.package("hello", "hello", HELLO);
    let service = bench.command(
        "tool",
        "echo making; rustc -C target-feature=+crt-static -o out/tool ../hello/src/main.rs",
        "out/tool",
    );
    fs::create_dir_all(bench.folder.path().join("tool/out")).unwrap();
    let digests = bench.build(&[service]).await.unwrap();
    assert!(bench.builder.store.contains(&digests["tool"]).unwrap());
    assert!(
        bench
            .seen
            .lock()
            .unwrap()
            .contains(&Progress::Line("making".to_owned()))
    );
}

#[tokio::test]
async fn a_binary_that_needs_more_than_itself_is_refused() {
    let bench = Bench::new();
    bench.package("hello", "hello", HELLO);
    let dynamic = bench
        .error(bench.command("dynamic", "rustc -o dynamic ../hello/src/main.rs", "dynamic"))
        .await;
    assert!(
        dynamic.contains("/dynamic/dynamic` of `dynamic` needs shared libraries"),
        "{dynamic}"
    );
    assert!(dynamic.contains("CGO_ENABLED=0"), "{dynamic}");
    let script = bench
        .error(bench.command("script", "printf '#!/bin/sh\\n' > run; chmod +x run", "run"))
        .await;
    assert!(script.contains("is no Linux program"), "{script}");
    let none = bench.error(bench.command("none", "true", "bin/none")).await;
    assert!(none.contains("cannot be read: No such file"), "{none}");
}

#[tokio::test]
async fn a_machine_without_cargo_is_told_how_to_get_it() {
    let mut bench = Bench::new();
    bench.builder = bench.builder.with_cargo(bench.folder.path().join("no-cargo"));
    let error = bench.error(bench.package("hello", "hello", HELLO)).await;
    assert!(
        error.starts_with("cannot build `hello`: there is no `cargo` on this machine\ninstall Rust"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_is_no_service_is_told_why() {
    let bench = Bench::new();
    bench.write(
        "lib/Cargo.toml",
        "[package]\nname = \"lib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    bench.write("lib/src/lib.rs", "");
    bench.write("group/Cargo.toml", "[workspace]\nmembers = []\n");
    bench.write("broken/Cargo.toml", "[package\n");
    let cases = [
        ("lib", "the package `lib` has no binary\nadd a `src/main.rs`"),
        (
            "group",
            "its `Cargo.toml` is a workspace without a package of its own",
        ),
        ("broken", "cargo cannot read it\nerror"),
    ];
    for (folder, reason) in cases {
        let source = Source::Cargo(bench.folder.path().join(folder));
        let error = bench
            .error(Service {
                name: folder.to_owned(),
                source,
            })
            .await;
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn an_image_built_elsewhere_is_taken_from_the_store() {
    let bench = Bench::new();
    let digests = bench
        .build(&[bench.package("hello", "hello", HELLO)])
        .await
        .unwrap();
    let digest = &digests["hello"];
    for reference in [
        "localhost/hello".to_owned(),
        format!("ghcr.io/acme/hello@{digest}"),
    ] {
        let service = Service {
            name: "again".to_owned(),
            source: Source::Image(reference),
        };
        assert_eq!(bench.build(&[service]).await.unwrap()["again"], *digest);
    }
    let service = Service {
        name: "again".to_owned(),
        source: Source::Image("x@sha256:12".to_owned()),
    };
    assert!(bench.error(service).await.contains("is no digest"));
}

#[tokio::test]
async fn a_build_that_is_dropped_ends_all_its_processes() {
    let bench = Bench::new();
    let service = bench.command("slow", "sleep 1000 & echo $! $$; wait", "x");
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let services = [service];
    let progress = |progress| {
        if let Progress::Line(line) = progress {
            let _ = tell.send(line);
        }
    };
    let build = bench.builder.build(&services, &progress);
    let line = tokio::select! {
        _ = build => panic!("the build ended by itself"),
        line = told.recv() => line.unwrap(),
    };
    for pid in line.split(' ') {
        let stat = PathBuf::from(format!("/proc/{pid}/stat"));
        // Gone, or a zombie that nobody has waited for.
        while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn what_a_command_leaves_in_the_background_does_not_hold_the_build() {
    let bench = Bench::new();
    let error = bench
        .error(bench.command("slow", "sleep 1000 & exit 4", "x"))
        .await;
    assert!(error.ends_with("ended with exit status: 4"), "{error}");
}

#[test]
fn a_script_is_told_from_a_program_whatever_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    for content in [
        &b""[..],
        b"\x7fELF",
        b"\x7fELF\x02\x01\x01\x00garbage that is long enough to be read as a header........",
    ] {
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(linkage::check("x", &file).is_err());
    }
}
