//! Reading `platform.yaml`: its findings are shown, and its errors stop the command.

use becket_platform::{Parsed, Platform};
use becket_release::Stages;
use becket_source::{Diagnostic, FileSet, Level};

use crate::error::CommandError;
use crate::folder::{Folder, PLATFORM, today};
use crate::output::Output;

/// A platform without errors, and what it was read from.
pub(crate) struct Read {
    pub parsed: Parsed,
    pub file: FileSet,
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
        Ok((Self { parsed, file }, findings))
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
