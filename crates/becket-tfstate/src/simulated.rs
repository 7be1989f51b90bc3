//! A disk that loses power: what was not flushed is lost, wholly or in part. And the tests that cut it at every operation.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::disk::{Disk, Held, NewFile, OpenFile};
use crate::keys::Keyring;
use crate::lock::LockInfo;
use crate::name::StateName;
use crate::retention::Retention;
use crate::store::Store;
use crate::version::{By, Sent};

#[derive(Clone, Default)]
struct Inode {
    now: Vec<u8>,
    flushed: Vec<u8>,
}

/// The files of a folder by name; what a name stands for is an index of `inodes`.
#[derive(Clone, Default)]
struct Names {
    now: BTreeMap<String, usize>,
    flushed: BTreeMap<String, usize>,
}

#[derive(Clone, Default)]
struct Machine {
    inodes: Vec<Inode>,
    /// Whether the folder itself is named durably, and what is in it.
    folders: BTreeMap<String, (bool, Names)>,
    /// How many operations are left until the power goes.
    left: Option<usize>,
    operations: usize,
}

/// What a cut leaves of what was not flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    NamesOnly,
    NamesAndHalfOfContents,
    Everything,
}

#[derive(Clone)]
struct Simulated(Arc<Mutex<Machine>>);

struct Writing(Simulated, usize);
struct Guard;
impl Held for Guard {}
impl OpenFile for Cursor<Vec<u8>> {}

fn split(path: &str) -> (String, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    (folder.to_owned(), name.to_owned())
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Simulated {
    fn new() -> Self {
        let mut machine = Machine::default();
        machine.folders.insert(".".to_owned(), (true, Names::default()));
        Self(Arc::new(Mutex::new(machine)))
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap()
    }

    /// Counts an operation that changes something; fails once the power is gone.
    fn step(&self) -> io::Result<MutexGuard<'_, Machine>> {
        let mut machine = self.machine();
        machine.operations += 1;
        match &mut machine.left {
            Some(0) => return Err(io::Error::other("no power")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(machine)
    }

    /// What is found after the power came back.
    fn after_a_cut(&self, left: Left) -> Self {
        let mut machine = self.machine().clone();
        machine.left = None;
        for inode in &mut machine.inodes {
            match left {
                Left::Nothing | Left::NamesOnly => inode.now = inode.flushed.clone(),
                Left::NamesAndHalfOfContents => {
                    let half =
                        inode.flushed.len() + (inode.now.len().saturating_sub(inode.flushed.len())) / 2;
                    inode.now.truncate(half);
                }
                Left::Everything => {}
            }
            inode.flushed = inode.now.clone();
        }
        machine
            .folders
            .retain(|_, (durable, _)| *durable || left != Left::Nothing);
        for (durable, names) in machine.folders.values_mut() {
            *durable = true;
            if left == Left::Nothing {
                names.now = names.flushed.clone();
            }
            names.flushed = names.now.clone();
        }
        Self(Arc::new(Mutex::new(machine)))
    }

    /// The process died, the machine did not: nothing is lost, and nothing more is flushed than was.
    fn after_a_kill(&self) -> Self {
        let mut machine = self.machine().clone();
        machine.left = None;
        Self(Arc::new(Mutex::new(machine)))
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let cut = self.0.step();
        let bytes = if cut.is_err() {
            &bytes[..bytes.len() / 2]
        } else {
            bytes
        };
        let failed = cut.map(drop);
        self.0.machine().inodes[self.1].now.extend_from_slice(bytes);
        failed.map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for Writing {
    fn sync(&mut self) -> io::Result<()> {
        let mut machine = self.0.step()?;
        let inode = &mut machine.inodes[self.1];
        inode.flushed = inode.now.clone();
        Ok(())
    }
}

impl Disk for Simulated {
    fn create(&self, path: &str) -> io::Result<Box<dyn NewFile>> {
        let (folder, name) = split(path);
        let mut machine = self.step()?;
        let inode = machine.inodes.len();
        machine.inodes.push(Inode::default());
        let (_, names) = machine.folders.get_mut(&folder).ok_or_else(missing)?;
        names.now.insert(name, inode);
        Ok(Box::new(Writing(self.clone(), inode)))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn OpenFile>> {
        let (folder, name) = split(path);
        let machine = self.machine();
        let (_, names) = machine.folders.get(&folder).ok_or_else(missing)?;
        let inode = *names.now.get(&name).ok_or_else(missing)?;
        Ok(Box::new(Cursor::new(machine.inodes[inode].now.clone())))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let ((folder, from), (_, to)) = (split(from), split(to));
        let mut machine = self.step()?;
        let (_, names) = machine.folders.get_mut(&folder).ok_or_else(missing)?;
        let inode = names.now.remove(&from).ok_or_else(missing)?;
        names.now.insert(to, inode);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let (folder, name) = split(path);
        let mut machine = self.step()?;
        let (_, names) = machine.folders.get_mut(&folder).ok_or_else(missing)?;
        names.now.remove(&name).map(drop).ok_or_else(missing)
    }

    fn make_folder(&self, path: &str) -> io::Result<()> {
        self.step()?.folders.entry(path.to_owned()).or_default();
        Ok(())
    }

    fn sync_folder(&self, path: &str) -> io::Result<()> {
        let mut machine = self.step()?;
        for (folder, (durable, names)) in &mut machine.folders {
            if folder == path {
                names.flushed = names.now.clone();
            } else if split(folder).0 == path {
                *durable = true;
            }
        }
        Ok(())
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let machine = self.machine();
        let (_, names) = machine.folders.get(path).ok_or_else(missing)?;
        let folders = machine
            .folders
            .keys()
            .filter(|folder| split(folder).0 == path && *folder != path);
        let folders = folders.map(|folder| split(folder).1);
        Ok(names.now.keys().cloned().chain(folders).collect())
    }

    fn hold(&self, path: &str) -> io::Result<Box<dyn Held>> {
        let there = self.machine().folders.contains_key(&split(path).0);
        if there {
            Ok(Box::new(Guard))
        } else {
            Err(missing())
        }
    }
}

fn state(serial: u64) -> Vec<u8> {
    format!(r#"{{"version":4,"serial":{serial},"lineage":"l","outputs":{{"secret":"{serial}"}}}}"#)
        .into_bytes()
}

fn by() -> By {
    By {
        user: "ann".to_owned(),
        now: "2026-11-24T00:00:00Z".parse().unwrap(),
    }
}

fn lock_info(id: &str) -> LockInfo {
    LockInfo {
        id: id.to_owned(),
        ..LockInfo::default()
    }
}

type Step = fn(&Store, &StateName) -> Result<(), String>;

/// A life of a state. Each step is fine twice but for those that the flag says are not.
const STEPS: &[(Step, bool)] = &[
    (|store, name| done(store.lock(name, lock_info("a"), &by())), true),
    (
        |store, name| done(store.write(name, &Sent::of(&state(1)), Some("a"), false, &by())),
        true,
    ),
    (
        |store, name| done(store.write(name, &Sent::of(&state(2)), Some("a"), false, &by())),
        true,
    ),
    (|store, name| done(store.unlock(name, Some("a"))), true),
    (
        |store, name| done(store.write(name, &Sent::of(&state(3)), None, false, &by())),
        true,
    ),
    (|store, name| done(store.restore(name, 1, false, &by())), false),
    (|store, name| done(store.lock(name, lock_info("b"), &by())), true),
    (|store, name| done(store.delete(name, Some("b"), &by())), true),
    (
        |store, name| done(store.write(name, &Sent::of(&state(1)), Some("b"), false, &by())),
        true,
    ),
    (|store, name| done(store.unlock(name, None)), true),
];

fn done<T>(result: Result<T, crate::error::StoreError>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

fn key() -> String {
    Keyring::new_key().unwrap()
}

fn store(disk: &Simulated, key: &str) -> Result<Store, String> {
    let disk = Arc::new(disk.clone());
    let store = Store::open(disk, Keyring::read(key).unwrap(), Retention::default());
    store.map_err(|error| error.to_string())
}

/// All that can be seen of a state: each version with its whole content, and the lock.
fn seen(store: &Store, name: &StateName) -> String {
    let mut text = String::new();
    for version in store.history(name).unwrap_or_default() {
        let meta = version.meta.unwrap();
        let mut content = String::new();
        if let Ok(mut kept) = store.read_version(name, version.number) {
            kept.reader.read_to_string(&mut content).unwrap();
            assert_eq!(Sent::of(content.as_bytes()).md5(), meta.md5);
        }
        text += &format!("{} {:?} {content}\n", version.number, meta.origin);
    }
    text + &format!("{:?}", store.locked(name).unwrap().map(|lock| lock.info.id))
}

/// What is seen after each number of steps, and how many operations all of them are.
fn foretold(key: &str, name: &StateName) -> (Vec<String>, usize) {
    let disk = Simulated::new();
    let store = store(&disk, key).unwrap();
    let mut views = vec![seen(&store, name)];
    for (step, _) in STEPS {
        step(&store, name).unwrap();
        views.push(seen(&store, name));
    }
    let operations = disk.machine().operations;
    (views, operations)
}

/// Runs until the power goes. Returns how many steps were acknowledged.
fn run_until_cut(disk: &Simulated, key: &str, name: &StateName) -> usize {
    let Ok(store) = store(disk, key) else { return 0 };
    STEPS
        .iter()
        .take_while(|(step, _)| step(&store, name).is_ok())
        .count()
}

#[test]
fn a_cut_at_any_operation_loses_nothing_acknowledged_and_shows_nothing_half() {
    let (key, name) = (key(), "prod/network".parse().unwrap());
    let (views, operations) = foretold(&key, &name);
    assert!(operations > 40, "{operations}");
    for cut in 0..operations {
        let disk = Simulated::new();
        disk.machine().left = Some(cut);
        let acknowledged = run_until_cut(&disk, &key, &name);
        for left in [
            Left::Nothing,
            Left::NamesOnly,
            Left::NamesAndHalfOfContents,
            Left::Everything,
        ] {
            let after = disk.after_a_cut(left);
            let store = store(&after, &key).unwrap();
            store.recover().unwrap();
            let found = seen(&store, &name);
            let or_the_next = views.get(acknowledged + 1);
            assert!(
                found == views[acknowledged] || Some(&found) == or_the_next,
                "cut at {cut}, {left:?} left, {acknowledged} steps acknowledged:\n{found}"
            );
        }
    }
}

#[test]
fn what_is_asked_again_after_a_kill_is_as_durable_as_if_it_had_been_asked_once() {
    let (key, name) = (key(), "prod/network".parse().unwrap());
    let (views, operations) = foretold(&key, &name);
    for kill in 0..operations {
        let disk = Simulated::new();
        disk.machine().left = Some(kill);
        let acknowledged = run_until_cut(&disk, &key, &name);
        let Some((step, true)) = STEPS.get(acknowledged) else {
            continue;
        };
        let disk = disk.after_a_kill();
        let again = store(&disk, &key).unwrap();
        again.recover().unwrap();
        step(&again, &name).unwrap();
        // And now the power goes, at once.
        let found = seen(&store(&disk.after_a_cut(Left::Nothing), &key).unwrap(), &name);
        assert_eq!(
            found,
            views[acknowledged + 1],
            "killed at {kill}, step {acknowledged} asked again"
        );
    }
}

#[test]
fn a_cut_in_the_midst_of_new_keys_leaves_every_version_readable() {
    let (old, name) = (key(), "a".parse().unwrap());
    let (views, _) = foretold(&old, &name);
    let disk = Simulated::new();
    assert_eq!(run_until_cut(&disk, &old, &name), STEPS.len());
    let both = format!("{}\n{old}", key());
    for cut in 0..40 {
        let disk = disk.after_a_kill();
        disk.machine().left = Some(cut);
        let renewed = store(&disk, &both).is_ok_and(|store| store.renew_keys().is_ok());
        let after = store(&disk.after_a_cut(Left::Nothing), &both).unwrap();
        assert_eq!(&seen(&after, &name), views.last().unwrap(), "cut at {cut}");
        if renewed {
            return;
        }
    }
    panic!("it never came to its end");
}

#[test]
fn leftovers_of_the_killed_are_taken_away() {
    let (key, name) = (key(), "a".parse().unwrap());
    let disk = Simulated::new();
    assert_eq!(run_until_cut(&disk, &key, &name), STEPS.len());
    disk.create("states/a/new").unwrap();
    let store = store(&disk, &key).unwrap();
    assert_eq!((store.recover().unwrap(), store.recover().unwrap()), (1, 0));
}

#[test]
fn a_write_flushes_its_file_and_its_folder_once() {
    let (disk, key) = (Simulated::new(), key());
    let store = store(&disk, &key).unwrap();
    let name: StateName = "prod/network".parse().unwrap();
    for serial in 1..=3 {
        let before = disk.machine().operations;
        store
            .write(&name, &Sent::of(&state(serial)), None, false, &by())
            .unwrap();
        let took = disk.machine().operations - before;
        // The first makes the folder and flushes its name; each makes the file, writes it, flushes it, names it, and
        // flushes the name.
        assert_eq!(took, if serial == 1 { 7 } else { 5 }, "serial {serial}");
    }
}
