//! The last lines of a container's log, for messages.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How much of the end is looked at.
const END: u64 = 4096;
/// How many lines a message shows.
const LINES: usize = 3;

/// The size of a log, 0 when there is none.
pub(super) fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// The last lines that were written after the first `begun` bytes, without the marks of the CRI format.
pub(super) fn tail(path: &Path, begun: u64) -> String {
    read(path, begun).unwrap_or_default()
}

fn read(path: &Path, begun: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    // A log that is shorter than it was has been rotated.
    let begun = if begun > size { 0 } else { begun };
    let from = begun.max(size.saturating_sub(END));
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<&str> = text.lines().filter_map(message).collect();
    let last = lines.split_off(lines.len().saturating_sub(LINES));
    Ok(last.join("; "))
}

/// What a line of the CRI format says: after time, stream and mark.
fn message(line: &str) -> Option<&str> {
    let message = line.splitn(4, ' ').nth(3)?.trim();
    (!message.is_empty()).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_what_was_written_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pod.log");
        let line = |text: &str| format!("2026-11-23T00:00:00Z stdout F {text}\n");
        std::fs::write(&path, line("before")).unwrap();
        let begun = size(&path);
        assert_eq!(tail(&path, begun), "");
        let all: String = ["before", "one", "two", "three", "four"].map(line).concat();
        std::fs::write(&path, all).unwrap();
        assert_eq!(tail(&path, begun), "two; three; four");
        assert_eq!(tail(&path, 1_000_000), "two; three; four");
        assert_eq!(tail(&folder.path().join("none"), 0), "");
    }
}
