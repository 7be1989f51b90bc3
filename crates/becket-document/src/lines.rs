//! Lines and columns of a text that is edited, whatever its language.

use std::borrow::Cow;

use becket_source::Span;

/// The place of the comment at the head of `text`, with its line breaks; empty where there is none.
pub(crate) fn head_comment(text: &str) -> Span {
    let lines = text.split_inclusive('\n');
    let comment = lines.take_while(|line| line.starts_with('#'));
    Span::new(0, comment.map(str::len).sum())
}

/// Where the line of `at` begins.
pub(crate) fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The column of `at`, from zero, in characters.
pub(crate) fn column(text: &str, at: usize) -> usize {
    text[start_of_line(text, at)..at].chars().count()
}

/// `new` with the line breaks of `text`, into which it is put.
pub(crate) fn with_line_breaks_of<'n>(text: &str, new: &'n str) -> Cow<'n, str> {
    if text.contains("\r\n") {
        new.replace("\r\n", "\n").replace('\n', "\r\n").into()
    } else {
        new.into()
    }
}

/// Adds so many spaces.
pub(crate) fn pad(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}
