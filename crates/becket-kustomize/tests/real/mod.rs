//! The real kustomize, where it is found, and trees for it and for us.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "only tests use this module, and it is in none itself"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use becket_source::FileSet;

/// The program that judges.
pub(crate) struct Kustomize {
    program: PathBuf,
}

impl Kustomize {
    /// Looks in `$BECKET_TOOLS`, in `~/.cache/becket/tools/bin` and on the path. Absent it is reported, and fails in CI.
    pub(crate) fn find() -> Option<Self> {
        let tools = std::env::var_os("BECKET_TOOLS").map(PathBuf::from);
        let cached = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/becket/tools/bin"));
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let program = tools
            .into_iter()
            .chain(cached)
            .chain(std::env::split_paths(&on_path))
            .map(|folder| folder.join("kustomize"))
            .find(|program| program.is_file());
        let version = program.as_ref().map(|program| {
            let output = Command::new(program).arg("version").output().unwrap();
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        });
        let why = match version.as_deref() {
            Some("v5.8.2") => return program.map(|program| Self { program }),
            Some(other) => format!("kustomize is {other}, and v5.8.2 judges"),
            None => "kustomize 5.8.2 is neither in $BECKET_TOOLS nor on the path".to_owned(),
        };
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("not judged: kustomize build: {why}");
        None
    }

    /// What it prints for `folder`, or why it refuses.
    pub(crate) fn build(&self, files: &FileSet, folder: &str) -> Result<String, String> {
        let root = tempfile::tempdir().unwrap();
        write_folder(files, root.path());
        let output = Command::new(&self.program)
            .arg("build")
            .arg(root.path().join(folder))
            .env_clear()
            .output()
            .unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// Writes `files` below `root`.
pub(crate) fn write_folder(files: &FileSet, root: &Path) {
    for (path, contents) in files.iter() {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }
}

/// The files below `root`.
#[allow(dead_code, reason = "not every test that uses this module reads a folder")]
pub(crate) fn read_folder(root: &Path) -> FileSet {
    let mut files = FileSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The tree that `text` holds: `-- <path> --` lines, each with a file's text below it; the first line may be
/// `build <folder>`.
#[allow(dead_code, reason = "not every test that uses this module reads trees")]
pub(crate) fn tree(text: &str) -> (String, FileSet) {
    let mut folder = String::new();
    let mut files = FileSet::new();
    let mut file: Option<(String, String)> = None;
    for line in text.split_inclusive('\n') {
        let header = line
            .trim_end()
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"));
        if let Some(path) = header {
            if let Some((path, text)) = file.replace((path.to_owned(), String::new())) {
                files.insert_text(path, text);
            }
        } else if let Some((_, text)) = &mut file {
            text.push_str(line);
        } else if let Some(name) = line.trim_end().strip_prefix("build ") {
            name.clone_into(&mut folder);
        }
    }
    if let Some((path, text)) = file {
        files.insert_text(path, text);
    }
    (folder, files)
}
