//! Findings as rustc shows its own.

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Shown, Origin, Patch, Renderer, Snippet,
};

use crate::{Diagnostic, FileSet, Level, Location};

/// Whether the text carries colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// ANSI colours.
    Yes,
    /// Plain text.
    No,
}

/// The finding with its place in the file, other places, reasons and remedies. Ends with an empty line.
pub fn terminal(finding: &Diagnostic, files: &FileSet, colours: Colours) -> String {
    let renderer = match colours {
        Colours::Yes => Renderer::styled(),
        Colours::No => Renderer::plain(),
    };
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Note => Shown::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&finding.message).id(finding.code));
    for (path, places) in by_file(finding) {
        group = match files.text(path) {
            Some(Ok(text)) if places.iter().any(|(place, _)| place.span.is_some()) => group.element(
                Snippet::source(text)
                    .path(path)
                    .annotations(annotations(text, &places)),
            ),
            _ => group.element(Origin::path(path)),
        };
    }
    for note in &finding.notes {
        group = group.element(Shown::NOTE.message(note));
    }
    for help in &finding.help {
        group = group.element(Shown::HELP.message(help));
    }
    let mut report = vec![group];
    if let Some(fix) = &finding.fix
        && let Some(Ok(text)) = files.text(&fix.path)
        && fix.span.end <= text.len()
    {
        let patch = Patch::new(fix.span.into(), fix.replacement.as_str());
        report.push(
            Group::with_title(Shown::HELP.secondary_title("write"))
                .element(Snippet::source(text).path(&fix.path).patch(patch)),
        );
    }
    format!("{}\n\n", renderer.render(&report))
}

/// The places by file, the finding's own first; `true` marks its own.
fn by_file(finding: &Diagnostic) -> Vec<(&str, Vec<(&Location, bool)>)> {
    let mut files: Vec<(&str, Vec<(&Location, bool)>)> = Vec::new();
    let own = std::iter::once((&finding.place, true));
    for (place, primary) in own.chain(finding.related.iter().map(|place| (place, false))) {
        match files.iter_mut().find(|(path, _)| *path == place.path) {
            Some((_, places)) => places.push((place, primary)),
            None => files.push((&place.path, vec![(place, primary)])),
        }
    }
    files
}

fn annotations<'a>(text: &str, places: &[(&'a Location, bool)]) -> Vec<Annotation<'a>> {
    let mut shown = Vec::new();
    for (place, primary) in places {
        let Some(span) = place.span else { continue };
        let end = span.end.min(text.len());
        let kind = if *primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let annotation = kind.span(span.start.min(end)..end);
        shown.push(if place.label.is_empty() {
            annotation
        } else {
            annotation.label(place.label.as_str())
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn a_finding_shows_place_reason_and_remedy() {
        let files: FileSet = [(
            "platform.yaml",
            "services:\n  frontend:\n    needs: [catalgo]\n  catalog: {}\n".as_bytes(),
        )]
        .into_iter()
        .collect();
        let finding = Diagnostic::error(
            "BK0012",
            "the service `catalgo` does not exist",
            Location::new("platform.yaml", Span::new(34, 41)).labelled("no service has this name"),
        )
        .related(Location::new("platform.yaml", Span::new(45, 52)).labelled("a service with a similar name"))
        .note("a need becomes an address and a way through the network policy")
        .help("did you mean `catalog`?")
        .fix(Span::new(34, 41), "catalog");
        insta::assert_snapshot!(terminal(&finding, &files, Colours::No), @r"
        error[BK0012]: the service `catalgo` does not exist
         --> platform.yaml:3:13
          |
        3 |     needs: [catalgo]
          |             ^^^^^^^ no service has this name
        4 |   catalog: {}
          |   ------- a service with a similar name
          |
          = note: a need becomes an address and a way through the network policy
          = help: did you mean `catalog`?
        help: write
          |
        3 -     needs: [catalgo]
        3 +     needs: [catalog]
          |
        ");
    }

    #[test]
    fn a_finding_about_a_file_that_is_not_there_names_it() {
        let finding = Diagnostic::error("BK0301", "the path does not exist", Location::new("apps/x", None));
        insta::assert_snapshot!(terminal(&finding, &FileSet::new(), Colours::No), @r"
        error[BK0301]: the path does not exist
        --> apps/x
        ");
    }
}
