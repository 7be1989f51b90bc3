//! The folder of a platform: `platform.yaml`, its sources, and `.becket/`, where everything lies that this machine makes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use becket_git::{Author, Repository, Time};
use becket_platform::LOCK;
use becket_source::FileSet;

use crate::error::{CommandError, chain};

/// The name of the file that describes a platform.
pub(crate) const PLATFORM: &str = "platform.yaml";

/// A folder with a `platform.yaml`.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, or an error that says what to type where it has no `platform.yaml`.
    pub(crate) fn open(path: &Path) -> Result<Self, CommandError> {
        let path =
            existing(path).map_err(|error| error.hint("becket -C DIR … names the platform's folder"))?;
        if !path.join(PLATFORM).is_file() {
            return Err(
                CommandError::usage(format!("there is no {PLATFORM} in {}", path.display()))
                    .hint("name the platform's folder: becket -C DIR …")
                    .hint("or start a platform: becket new NAME --domain NAME.example"),
            );
        }
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What this machine makes: repositories, images, certificates, logs. Git ignores it.
    pub(crate) fn state(&self) -> PathBuf {
        self.path.join(".becket")
    }

    /// Makes the state folder where it is missing.
    pub(crate) fn prepare_state(&self) -> Result<PathBuf, CommandError> {
        let state = self.state();
        fs::create_dir_all(&state).map_err(|error| unwritable(&state, &error))?;
        let ignore = state.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|error| unwritable(&ignore, &error))?;
        }
        Ok(state)
    }

    /// Where the repository `name` lies on this machine.
    fn bare(&self, name: &str) -> PathBuf {
        self.state().join("git").join(format!("{name}.git"))
    }

    /// The repository `name` on this machine; made where it is missing.
    pub(crate) fn repository(&self, name: &str) -> Result<Repository, CommandError> {
        self.prepare_state()?;
        Repository::open_or_init(self.bare(name)).map_err(|error| CommandError::machine(chain(&error)))
    }

    /// The files at the head of the repository `name`; none where nothing was committed.
    pub(crate) fn committed(&self, name: &str) -> Result<FileSet, CommandError> {
        // Who only looks leaves nothing behind, also in a folder that cannot be written to.
        if !self.bare(name).exists() {
            return Ok(FileSet::new());
        }
        let repository = self.repository(name)?;
        let machine = |error: becket_git::Error| CommandError::machine(chain(&error));
        match repository.head().map_err(machine)? {
            Some(head) => repository.files(head).map_err(machine),
            None => Ok(FileSet::new()),
        }
    }

    /// The text of `platform.yaml`, and of `platform.lock` where there is one, as a set of its own, which findings are shown
    /// with.
    pub(crate) fn platform_file(&self) -> Result<FileSet, CommandError> {
        let path = self.path.join(PLATFORM);
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let mut files: FileSet = [(PLATFORM, bytes)].into_iter().collect();
        let lock = self.path.join(LOCK);
        match fs::read(&lock) {
            Ok(bytes) => files.insert(LOCK, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&lock, &error)),
        }
        Ok(files)
    }
}

/// The whole path of a folder that the user named.
pub(crate) fn existing(path: &Path) -> Result<PathBuf, CommandError> {
    if !path.is_dir() {
        return Err(CommandError::usage(format!(
            "there is no folder {}",
            path.display()
        )));
    }
    path.canonicalize().map_err(|error| unreadable(path, &error))
}

/// Who commits: as git itself would have it, by `GIT_AUTHOR_NAME` and `GIT_AUTHOR_EMAIL`, the user's settings, or the
/// user's name on this machine.
pub(crate) fn author() -> Author {
    Author::of_user()
}

/// Now, by this machine's clock.
pub(crate) fn now() -> Time {
    let now = jiff::ZonedDateTime::now();
    Time {
        seconds: now.timestamp().as_second(),
        offset: now.offset().seconds() / 60,
    }
}

/// Today, by this machine's clock.
pub(crate) fn today() -> becket_platform::Date {
    jiff::ZonedDateTime::now().date()
}

/// Reads all regular files below `folder`, with paths relative to it. Folders whose names `skip` accepts are left out.
pub(crate) fn read_folder(folder: &Path, skip: &dyn Fn(&str) -> bool) -> io::Result<FileSet> {
    fn walk(folder: &Path, prefix: &str, skip: &dyn Fn(&str) -> bool, files: &mut FileSet) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !skip(&name) {
                    walk(&entry.path(), &path, skip, files)?;
                }
            } else if kind.is_file() {
                files.insert(path, fs::read(entry.path())?);
            }
        }
        Ok(())
    }
    let mut files = FileSet::new();
    if folder.is_dir() {
        walk(folder, "", skip, &mut files)?;
    }
    Ok(files)
}

/// Writes one file: beside, then renamed, so that nobody sees half of it.
pub(crate) fn write_file(path: &Path, contents: &[u8]) -> Result<(), CommandError> {
    let failed = |error: io::Error| unwritable(path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".becket-{}", std::process::id()));
    let beside = PathBuf::from(beside);
    fs::write(&beside, contents)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| {
            drop(fs::remove_file(&beside));
            failed(error)
        })
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> CommandError {
    CommandError::machine(format!("cannot read {}: {error}", path.display()))
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> CommandError {
    CommandError::machine(format!("cannot write {}: {error}", path.display()))
}
