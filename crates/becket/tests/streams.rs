//! The command line where its surroundings are not as it would have them: nobody to write to, nowhere to write, words
//! in any order. It never panics, and ends with a code that has a meaning.

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    /// What a platform needs to be one, without a service that would be built.
    const PLATFORM: &str = "\
name: small
organisation: example
domain: small.example
clusters:
  local: {}
environments:
  dev: { clusters: [local] }
  prod: { clusters: [local] }
services:
  hello:
    image: registry.example/hello
";

    fn platform() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("platform.yaml"), PLATFORM).unwrap();
        folder
    }

    fn becket(folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_becket"));
        command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
        command
    }

    fn full() -> File {
        File::options().write(true).open("/dev/full").unwrap()
    }

    #[track_caller]
    fn ends_well(output: &Output, arguments: &[&str]) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert!(
            output.status.code().is_some_and(|code| (0..=3).contains(&code)),
            "{arguments:?}: {:?}\n{said}",
            output.status
        );
    }

    #[test]
    fn results_that_cannot_be_written_fail_with_the_reason() {
        let folder = platform();
        for arguments in [
            &["check"][..],
            &["check", "--format", "sarif"],
            &["explain"],
            &["completions", "bash"],
            &["down"],
        ] {
            let output = becket(folder.path(), arguments).stdout(full()).output().unwrap();
            ends_well(&output, arguments);
            assert_eq!(output.status.code(), Some(3), "{arguments:?}");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("cannot write the result: "), "{said}");
        }
    }

    #[test]
    fn findings_that_nobody_can_be_told_of_still_decide_the_code() {
        let folder = platform();
        fs::write(folder.path().join("platform.yaml"), "name: [\n").unwrap();
        let checked = becket(folder.path(), &["check"]).stderr(full()).status().unwrap();
        assert_eq!(checked.code(), Some(1));
        let elsewhere = folder.path().join("elsewhere");
        let missing = becket(&elsewhere, &["check"]).stderr(full()).status().unwrap();
        assert_eq!(missing.code(), Some(2));
    }

    #[test]
    fn who_only_looks_writes_nothing() {
        let folder = platform();
        // Who runs as root may write here all the same: so it is looked whether somebody did.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        for (arguments, code) in [
            (&["check"][..], 0),
            (&["diff"], 0),
            (&["render", "--check"], 1),
            (&["status"], 3),
            (&["history", "hello"], 2),
            (&["down"], 0),
        ] {
            let output = becket(folder.path(), arguments).output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let left: Vec<_> = folder
            .path()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["platform.yaml"]);
    }

    #[test]
    fn no_words_in_any_order_make_it_panic() {
        const COMMANDS: [&str; 16] = [
            "check",
            "render",
            "diff",
            "down",
            "status",
            "logs",
            "release",
            "promote",
            "rollback",
            "remove",
            "hold",
            "history",
            "explain",
            "kustomize",
            "completions",
            "new",
        ];
        const WORDS: [&str; 26] = [
            "hello",
            "helo",
            "dev",
            "prod",
            "prd",
            "build",
            ".",
            "..",
            "",
            "-",
            "--",
            "--in",
            "--to",
            "--from",
            "--reason",
            "--until",
            "2026-12-31",
            "2026-02-31",
            "--end",
            "--approved-by",
            "--format",
            "json",
            "BK0201",
            "\u{1b}[31m",
            "nämé/../x",
            "--unknown",
        ];
        let temporary = tempfile::tempdir().unwrap();
        // Below two folders of its own, so that `..` is one of them too.
        let folder = temporary.path().join("above/platform");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("platform.yaml"), PLATFORM).unwrap();
        // Steps of a generator of its own: a failure comes again.
        let mut state: u64 = 42;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..300 {
            let mut arguments = vec![COMMANDS[draw(COMMANDS.len())]];
            for _ in 0..draw(5) {
                arguments.push(WORDS[draw(WORDS.len())]);
            }
            let output = becket(&folder, &arguments).current_dir(&folder).output().unwrap();
            ends_well(&output, &arguments);
        }
    }
}
