//! The repositories that render makes, on this machine: what is there, what would be, and committing it.

use becket_git::{Committed, Next, UpdateError};
use becket_render::{Catalog, Plan, REPOSITORIES, Rendered};
use becket_source::{Diagnostic, FileSet, Level};

use crate::error::{CommandError, chain};
use crate::folder::{Folder, author, now};
use crate::output::Output;
use crate::platform::Read;

/// What render makes of a platform.
pub(crate) fn render(read: &Read) -> Result<Rendered, CommandError> {
    let catalog = Catalog::embedded().map_err(|findings| broken_catalog(&findings))?;
    becket_render::render_with(read.platform()?, &read.lock, &catalog)
        .map_err(|findings| broken_catalog(&findings))
}

/// The catalog is part of the program: what is wrong with it is not the user's to mend.
fn broken_catalog(findings: &[Diagnostic]) -> CommandError {
    let first = findings
        .first()
        .map_or("it does not load", |finding| finding.message.as_str());
    CommandError::machine(format!("the catalog in this program is broken: {first}")).hint("report it")
}

/// The files of all repositories on this machine, each in a folder of its name.
pub(crate) fn committed(folder: &Folder) -> Result<FileSet, CommandError> {
    let mut files = FileSet::new();
    for name in REPOSITORIES {
        files.replace_folder(name, &folder.committed(name)?);
    }
    Ok(files)
}

/// Commits what render makes to each repository. Says which changed; what a person edited by hand is a finding each.
pub(crate) fn commit(
    folder: &Folder,
    rendered: &Rendered,
) -> Result<Result<Vec<&'static str>, Vec<Diagnostic>>, CommandError> {
    let mut changed = Vec::new();
    for name in REPOSITORIES {
        let mine = only(rendered, name);
        let updated = folder.repository(name)?.update(&author(), now(), |files| {
            let mut existing = FileSet::new();
            existing.replace_folder(name, files);
            let plan = becket_render::plan(&existing, &mine).map_err(Refused)?;
            let message = if files.is_empty() {
                "render: the first time"
            } else {
                "render"
            };
            Ok(Next {
                files: plan.apply(&existing).folder(name),
                message: describe(message, name, &existing, &plan),
            })
        });
        match updated {
            Ok(Committed::New(_)) => changed.push(name),
            Ok(Committed::Unchanged(_)) => {}
            Err(UpdateError::Refused(Refused(findings))) => return Ok(Err(findings)),
            Err(error) => return Err(CommandError::machine(chain(&error))),
        }
    }
    Ok(Ok(changed))
}

/// Findings that keep render from writing.
#[derive(Debug)]
struct Refused(Vec<Diagnostic>);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} files were edited by hand", self.0.len())
    }
}

impl std::error::Error for Refused {}

/// What render makes in one repository.
fn only(rendered: &Rendered, name: &str) -> Rendered {
    let mut mine = Rendered {
        once: rendered.once.clone(),
        ..Rendered::default()
    };
    mine.files.replace_folder(name, &rendered.files.folder(name));
    mine
}

/// The commit of a render: which files, where they are few enough to name.
fn describe(subject: &str, repository: &str, existing: &FileSet, plan: &Plan) -> String {
    let skip = repository.len() + 1;
    let written = plan.write.iter().map(|(path, _)| {
        let what = if existing.contains(path) {
            "changed"
        } else {
            "added"
        };
        format!("{what} {}", &path[skip..])
    });
    let mut lines: Vec<String> = written
        .chain(
            plan.remove
                .iter()
                .map(|path| format!("removed {}", &path[skip..])),
        )
        .collect();
    lines.retain(|line| !line.ends_with(becket_render::MANIFEST));
    if lines.is_empty() || lines.len() > 12 {
        return subject.to_owned();
    }
    format!("{subject}\n\n{}", lines.join("\n"))
}

/// Everything that `check` looks at, and what it found.
pub(crate) struct Checked {
    pub findings: Vec<Diagnostic>,
    /// The files that findings lie in: `platform.yaml` and the repositories as render would leave them.
    pub files: FileSet,
    pub linked: becket_link::Linked,
}

/// Checks the repositories as render would leave them. Findings in a rendered file are shown at the line of the platform
/// file that caused them.
pub(crate) fn check(folder: &Folder, read: &Read, rendered: &Rendered) -> Result<Checked, CommandError> {
    let existing = committed(folder)?;
    let (tree, mut findings) = match becket_render::plan(&existing, rendered) {
        Ok(plan) => (plan.apply(&existing), Vec::new()),
        Err(findings) => (existing.clone(), findings),
    };
    let linked = becket_link::link(&tree);
    findings.extend(
        linked
            .findings
            .iter()
            .map(|finding| caused(finding, read, rendered, &tree)),
    );
    let mut files = tree;
    for (path, contents) in read.file.iter() {
        files.insert(path, contents.clone());
    }
    Ok(Checked {
        findings,
        files,
        linked,
    })
}

/// The finding at the line of the platform file that caused it, where there is one: none caused what stands in a file that
/// somebody edited.
fn caused(finding: &Diagnostic, read: &Read, rendered: &Rendered, tree: &FileSet) -> Diagnostic {
    let place = &finding.place;
    let (Some(Ok(text)), Some(span)) = (tree.text(&place.path), place.span) else {
        return finding.clone();
    };
    if rendered.files.get(&place.path) != tree.get(&place.path) {
        return finding.clone();
    }
    let Some(cause) = rendered.source_map.origin_of_span(&place.path, text, span) else {
        return finding.clone();
    };
    let caused = read.parsed.locate(cause);
    // What comes out as it is has no line of its own there.
    if caused.span.is_none() {
        return finding.clone();
    }
    let mut finding = finding.clone();
    let rendered_place = std::mem::replace(&mut finding.place, caused);
    "caused here".clone_into(&mut finding.place.label);
    finding.related.insert(0, rendered_place);
    finding.fix = None;
    finding
}

/// Shows findings that stop a command; nothing where none of them is an error.
pub(crate) fn stop_on_errors(checked: &mut Checked, output: Output) -> Result<(), CommandError> {
    if !checked
        .findings
        .iter()
        .any(|finding| finding.level == Level::Error)
    {
        return Ok(());
    }
    output.findings(&mut checked.findings, &checked.files);
    Err(CommandError::shown())
}
