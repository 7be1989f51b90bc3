//! Where the parts of a unit lie, and what a release folder holds.

use becket_document::{Node, yaml};
use becket_source::FileSet;
use serde_json::Value;

use crate::error::Error;
use crate::image::Image;

const KUSTOMIZATION: &str = "kustomization.yaml";
const COMMENT: (&str, &str) = (
    "# What ",
    " runs: manifests, image and configuration as released. Promotion copies this folder; nothing else writes it.",
);

/// The folder of a unit's candidate.
pub fn candidate(unit: &str) -> String {
    format!("apps/{unit}/base")
}

/// The folder of what is a stage's own.
pub fn overlay(unit: &str, stage: &str) -> String {
    format!("apps/{unit}/overlays/{stage}")
}

/// The folder of what is released to a stage.
pub fn release_folder(unit: &str, stage: &str) -> String {
    format!("{}/release", overlay(unit, stage))
}

/// The file that holds a stage.
pub fn hold_file(unit: &str, stage: &str) -> String {
    format!("{}/hold.yaml", overlay(unit, stage))
}

/// A release of `candidate` with `image`, for `stage`.
pub(crate) fn make(candidate: &FileSet, image: &Image, stage: &str) -> FileSet {
    let mut release = FileSet::new();
    release.replace_folder("base", candidate);
    release.insert_text(
        KUSTOMIZATION,
        format!(
            "{}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - base\nimages:\n  \
             - name: {}\n    newName: {}\n    digest: {}\n",
            comment(stage),
            scalar(image.name()),
            scalar(image.new_name()),
            image.digest()
        ),
    );
    release
}

/// The release in the words of another stage: the comment at its head names the stage, and nothing else does.
pub(crate) fn for_stage(release: &FileSet, stage: &str) -> FileSet {
    with_comment(release, &format!("{}\n", comment(stage)))
}

/// The release without the comment that names its stage: equal for equal releases.
pub(crate) fn without_stage(release: &FileSet) -> FileSet {
    with_comment(release, "")
}

fn comment(stage: &str) -> String {
    format!("{}{stage}{}", COMMENT.0, COMMENT.1)
}

fn with_comment(release: &FileSet, comment: &str) -> FileSet {
    let mut release = release.clone();
    // A comment that somebody wrote in its place is theirs and travels as it is.
    let text = release.text(KUSTOMIZATION).and_then(Result::ok);
    let rest = text
        .and_then(|text| text.split_once('\n'))
        .and_then(|(first, rest)| {
            (first.starts_with(COMMENT.0) && first.ends_with(COMMENT.1)).then_some(rest)
        });
    if let Some(rest) = rest {
        let text = format!("{comment}{rest}");
        release.insert_text(KUSTOMIZATION, text);
    }
    release
}

/// The images that the release folder `release`, which lies at `path`, names.
pub(crate) fn images(release: &FileSet, path: &str) -> Result<Vec<Image>, Error> {
    let path = format!("{path}/{KUSTOMIZATION}");
    let unreadable = |reason: String| Error::Unreadable {
        path: path.clone(),
        reason,
    };
    let root = tree(release.text(KUSTOMIZATION), unreadable)?
        .ok_or_else(|| unreadable("there is no such file".to_owned()))?;
    let images = root.get("images").map(Node::items).unwrap_or_default();
    images
        .iter()
        .map(|image| {
            let text = |key| image.get(key).and_then(Node::as_str);
            let name = text("name").ok_or_else(|| unreadable("an image has no name".to_owned()))?;
            let digest = text("digest")
                .ok_or_else(|| unreadable(format!("the image {name} has no digest")))?
                .parse()
                .map_err(|error| unreadable(format!("{error}")))?;
            Image::new(name, text("newName").unwrap_or(name), digest)
                .map_err(|error| unreadable(error.to_string()))
        })
        .collect()
}

/// What the one document of a file says; none where there is no file.
pub(crate) fn tree<E>(
    text: Option<Result<&str, E>>,
    unreadable: impl Fn(String) -> Error,
) -> Result<Option<Node>, Error> {
    text.map(|text| {
        let text = text.map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
        yaml::parse(text)
            .into_single()
            .map_err(|error| unreadable(error.message))
    })
    .transpose()
}

/// Text as a YAML scalar: plain where that reads back as the same text, else in quotes.
pub(crate) fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.starts_with(|c: char| c.is_alphanumeric())
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && yaml::parse(&format!("key: {text}\n"))
            .into_single()
            .is_ok_and(|node| node.get("key").and_then(Node::as_str) == Some(text));
    if plain {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}
