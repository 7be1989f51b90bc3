//! The last lines of a container's log, for messages; and which logs of pods that are over stay.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How much of the end is looked at.
const END: u64 = 4096;
/// How many lines a message shows.
const LINES: usize = 3;

/// What stays of a namespace's pods that are over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// The logs of how many pods.
    pub(super) pods: usize,
    /// How many bytes of them.
    pub(super) bytes: u64,
}

/// What stays where nobody says otherwise.
pub(super) const KEPT: Kept = Kept {
    pods: 100,
    bytes: 100 * 1024 * 1024,
};

/// A pod's files, all of them together.
struct Logs {
    files: Vec<PathBuf>,
    bytes: u64,
    written: SystemTime,
}

/// Deletes the oldest logs in a namespace's folder but for those of the pods that are `live`.
pub(super) fn prune(folder: &Path, live: &BTreeSet<String>, kept: Kept) {
    let mut pods: BTreeMap<String, Logs> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pod = name.to_str().and_then(pod_of).filter(|pod| !live.contains(*pod));
        let (Some(pod), Ok(metadata)) = (pod, entry.metadata()) else {
            continue;
        };
        let logs = pods.entry(pod.to_owned()).or_insert_with(|| Logs {
            files: Vec::new(),
            bytes: 0,
            written: SystemTime::UNIX_EPOCH,
        });
        logs.files.push(entry.path());
        logs.bytes += metadata.len();
        logs.written = logs
            .written
            .max(metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
    }
    let mut pods: Vec<_> = pods.into_values().collect();
    pods.sort_by_key(|logs| std::cmp::Reverse(logs.written));
    let mut bytes = 0;
    for (at, logs) in pods.iter().enumerate() {
        bytes += logs.bytes;
        if at >= kept.pods || bytes > kept.bytes {
            for file in &logs.files {
                // What cannot be deleted now is tried again when the next pod is made.
                let _ = std::fs::remove_file(file);
            }
        }
    }
}

/// The pod of a log, `<pod>.log`, or of one that was begun anew, `<pod>.log.1`.
fn pod_of(file: &str) -> Option<&str> {
    file.strip_suffix(".1").unwrap_or(file).strip_suffix(".log")
}

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

    #[test]
    fn the_latest_logs_stay_and_those_of_live_pods() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize, second: u64| {
            let path = folder.path().join(name);
            std::fs::write(&path, vec![b'x'; bytes]).unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
            File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        };
        write("live.log", 50, 1);
        write("live.log.1", 50, 0);
        write("oldest.log", 1, 2);
        write("oldest.log.1", 1, 1);
        write("older.log", 10, 3);
        write("old.log", 10, 4);
        write("notes.txt", 10, 0);
        let left = || {
            let files = std::fs::read_dir(folder.path()).unwrap().flatten();
            let names: BTreeSet<_> = files
                .map(|file| file.file_name().into_string().unwrap())
                .collect();
            Vec::from_iter(names).join(" ")
        };
        let live = BTreeSet::from(["live".to_owned()]);
        prune(folder.path(), &live, KEPT);
        assert_eq!(
            left(),
            "live.log live.log.1 notes.txt old.log older.log oldest.log oldest.log.1"
        );
        prune(folder.path(), &live, Kept { pods: 2, ..KEPT });
        assert_eq!(left(), "live.log live.log.1 notes.txt old.log older.log");
        prune(folder.path(), &live, Kept { bytes: 15, ..KEPT });
        assert_eq!(left(), "live.log live.log.1 notes.txt old.log");
        prune(&folder.path().join("none"), &live, KEPT);
    }
}
