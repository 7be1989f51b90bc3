//! Reading `platform.yaml`: its findings are shown, and its errors stop the command.

use becket_platform::{LOCK, Lock, Parsed, Platform};
use becket_release::Stages;
use becket_source::{Diagnostic, FileSet, Level};

use crate::error::CommandError;
use crate::folder::{Folder, PLATFORM, today, write_file};
use crate::output::Output;

/// A platform without errors, and what it was read from.
pub(crate) struct Read {
    pub parsed: Parsed,
    /// `platform.yaml`, and `platform.lock` where there is one.
    pub file: FileSet,
    /// What is allocated, with what `platform.lock` does not hold yet.
    pub lock: Lock,
}

impl Read {
    /// Reads the platform of `folder`. Errors are shown and end the command.
    pub(crate) fn of(folder: &Folder, output: Output) -> Result<Self, CommandError> {
        let (read, mut findings) = Self::with_findings(folder)?;
        findings.retain(|finding| finding.level == Level::Error);
        if output.findings(&mut findings, &read.file) {
            return Err(CommandError::shown());
        }
        Ok(read)
    }

    /// Reads the platform of `folder` with all there is to say about it.
    pub(crate) fn with_findings(folder: &Folder) -> Result<(Self, Vec<Diagnostic>), CommandError> {
        let file = folder.platform_file()?;
        let Some(Ok(text)) = file.text(PLATFORM) else {
            return Err(CommandError::usage(format!("{PLATFORM} is not UTF-8 text")));
        };
        let parsed = becket_platform::parse(PLATFORM, text);
        let mut findings = parsed.check(today());
        findings.extend(parsed.check_files(&|path| folder.path().join(path).exists()));
        let (lock, unfit) = Lock::parse(written_lock(&file).unwrap_or_default());
        findings.extend(unfit);
        let mut read = Self { parsed, file, lock };
        if let Some(platform) = read.parsed.platform() {
            let (lock, unfit) = read.lock.allocate(platform);
            read.lock = lock;
            findings.extend(unfit);
            findings.extend(read.stale_lock(Level::Warning));
        }
        Ok((read, findings))
    }

    /// The same with `text` as `platform.yaml`, and what is allocated for it by the same lock.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        let parsed = becket_platform::parse(PLATFORM, text);
        let mut file = self.file.clone();
        file.insert_text(PLATFORM, text);
        let lock = match parsed.platform() {
            Some(platform) => self.lock.allocate(platform).0,
            None => self.lock.clone(),
        };
        Self { parsed, file, lock }
    }

    /// That `platform.lock` is missing or old.
    pub(crate) fn stale_lock(&self, level: Level) -> Option<Diagnostic> {
        self.lock.stale(written_lock(&self.file), level)
    }

    /// Writes `platform.lock` where it does not hold what is allocated.
    pub(crate) fn keep_lock(&self, folder: &Folder) -> Result<(), CommandError> {
        match self.lock.to_text() {
            Some(text) if written_lock(&self.file) != Some(text.as_str()) => {
                write_file(&folder.path().join(LOCK), text.as_bytes())
            }
            _ => Ok(()),
        }
    }

    /// The platform.
    pub(crate) fn platform(&self) -> Result<&Platform, CommandError> {
        self.parsed.platform().ok_or_else(CommandError::shown)
    }

    /// The environments, in order of promotion.
    pub(crate) fn stages(&self) -> Result<Stages, CommandError> {
        Ok(Stages::new(
            self.platform()?.environments.keys().map(ToString::to_string),
        ))
    }
}

/// The text of `platform.lock`, where there is one.
fn written_lock(file: &FileSet) -> Option<&str> {
    file.text(LOCK)?.ok()
}
