//! A process and all that it started, directly or not, as `/proc` shows them: to know when nothing is left of it.
//! It only looks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A process, told apart from a later one of the same number by when it started.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Process {
    pid: u32,
    parent: u32,
    started: String,
}

/// A process and its descendants.
#[derive(Debug)]
pub(crate) struct Family(Vec<Process>);

impl Family {
    /// The process `pid` and its descendants, as they are now.
    pub(crate) fn of(pid: u32) -> Self {
        let all: Vec<Process> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(read)
            .collect();
        let mut family: BTreeSet<u32> = [pid].into();
        loop {
            let children: Vec<u32> = all
                .iter()
                .filter(|one| family.contains(&one.parent) && !family.contains(&one.pid))
                .map(|one| one.pid)
                .collect();
            if children.is_empty() {
                break;
            }
            family.extend(children);
        }
        Self(all.into_iter().filter(|one| family.contains(&one.pid)).collect())
    }

    /// The first process of it that still runs.
    pub(crate) fn running(&self) -> Option<u32> {
        let found = self
            .0
            .iter()
            .find(|one| read(one.pid).is_some_and(|now| now.started == one.started));
        found.map(|one| one.pid)
    }
}

/// The process `pid`; none where there is none, or only what its parent has not noticed yet.
fn read(pid: u32) -> Option<Process> {
    let folder = Path::new("/proc").join(pid.to_string());
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let started = fields.nth(17)?.to_owned();
    let threads = || fs::read_dir(folder.join("task")).map_or(0, Iterator::count);
    // Its first thread may have ended while others hold files open.
    if matches!(state, "Z" | "X") && threads() <= 1 {
        return None;
    }
    Some(Process { pid, parent, started })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_belongs_to_the_family_until_it_has_ended() {
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let family = Family::of(std::process::id());
        assert!(family.0.iter().any(|one| one.pid == child.id()));
        let alone = Family::of(child.id());
        assert_eq!(alone.running(), Some(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(alone.running(), None);
    }
}
