//! The rendered Pulumi program before TypeScript, Pulumi's mocks, and what Terraform made.

#[cfg(test)]
#[path = "../judge/mod.rs"]
mod judge;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use crate::judge::{judge, not_judged, tools};

    /// The reference platform's `iac/pulumi`, in a folder of its own with what it needs of npm; and `node`.
    fn rendered(what: &str) -> Option<(tempfile::TempDir, PathBuf)> {
        let node = judge("node", what)?;
        let modules = tools().with_file_name("pulumi").join("node_modules");
        if !modules.is_dir() {
            return not_judged(what, "its packages of npm are not installed");
        }
        let platform = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront/platform.yaml");
        let text = fs::read_to_string(platform).unwrap();
        let text = text.replace("capabilities: {}", "capabilities: { iac: pulumi }");
        let parsed = becket_platform::parse("platform.yaml", &text);
        let catalog = becket_render::Catalog::embedded().unwrap();
        let rendered = becket_render::render(parsed.platform().unwrap(), &catalog).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (path, contents) in rendered.files.under("iac/pulumi") {
            let file = folder.path().join(path.trim_start_matches("iac/pulumi/"));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, contents).unwrap();
        }
        std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
        Some((folder, node))
    }

    #[track_caller]
    fn run(node: &Path, folder: &Path, arguments: &[&str]) -> String {
        let ran = Command::new(node)
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "node {arguments:?}:\n{said}");
        said
    }

    #[test]
    fn the_program_has_its_types_right_and_passes_its_tests() {
        let Some((folder, node)) = rendered("the Pulumi program") else {
            return;
        };
        run(&node, folder.path(), &["node_modules/typescript/bin/tsc"]);
        let tests = fs::read_dir(folder.path().join("bin/tests")).unwrap();
        let tests: Vec<String> = tests
            .map(|entry| entry.unwrap().path().display().to_string())
            .filter(|path| path.ends_with(".test.js"))
            .collect();
        let mut arguments = vec!["--test"];
        arguments.extend(tests.iter().map(String::as_str));
        run(&node, folder.path(), &arguments);
    }
}
