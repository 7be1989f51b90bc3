//! What a build costs does not grow with the repository around it. Counts are asserted; times are printed on demand, by
//! `cargo test --release -p becket-kustomize --test linear -- --ignored --nocapture`.

#![expect(clippy::unwrap_used, reason = "what tests call fails as tests do")]

mod real;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use becket_kustomize::{Cache, Files, build, build_with};
use becket_source::FileSet;

/// Counts what is asked of the files.
struct Counting<'a> {
    files: &'a FileSet,
    read: RefCell<BTreeMap<String, usize>>,
    folders: Cell<usize>,
}

impl<'a> Counting<'a> {
    fn new(files: &'a FileSet) -> Self {
        Self {
            files,
            read: RefCell::default(),
            folders: Cell::default(),
        }
    }
}

impl Files for Counting<'_> {
    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        *self.read.borrow_mut().entry(path.to_owned()).or_default() += 1;
        self.files.get(path).cloned()
    }

    fn has_folder(&self, path: &str) -> bool {
        self.folders.set(self.folders.get() + 1);
        FileSet::has_folder(self.files, path)
    }
}

fn golden() -> FileSet {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/golden/apps/orders");
    real::read_folder(&root)
}

/// The golden service so many times, each under a name of its own.
fn repository(services: usize) -> FileSet {
    let golden = golden();
    let mut files = FileSet::new();
    for service in 0..services {
        for (path, contents) in golden.iter() {
            let text = std::str::from_utf8(contents)
                .unwrap()
                .replace("orders", &format!("orders-{service}"));
            files.insert_text(format!("apps/orders-{service}/{path}"), text);
        }
    }
    files
}

#[test]
fn an_overlay_asks_for_the_same_in_a_large_repository_as_in_a_small_one() {
    let asked = |services: usize| {
        let files = repository(services);
        let counting = Counting::new(&files);
        let built = build(&counting, "apps/orders-0/overlays/qa").unwrap();
        assert_eq!(built.read.len(), 8, "{:?}", built.read);
        assert_eq!(built.resources.len(), 5);
        let asked = counting.read.into_inner();
        assert!(asked.values().all(|times| *times == 1), "{asked:?}");
        (asked.len(), counting.folders.get())
    };
    // Eight files that are there, two other names for each of four kustomization files, and two folders that are no file.
    assert_eq!(asked(1), (18, 3));
    assert_eq!(asked(1000), (18, 3));
}

#[test]
fn a_thousand_overlays_ask_a_thousand_times_as_much_as_one() {
    let files = repository(1000);
    let counting = Counting::new(&files);
    let mut resources = 0;
    for service in 0..1000 {
        resources += build(&counting, &format!("apps/orders-{service}/overlays/qa"))
            .unwrap()
            .resources
            .len();
    }
    assert_eq!(resources, 5_000);
    let asked = counting.read.into_inner();
    assert_eq!((asked.len(), asked.values().sum::<usize>()), (18_000, 18_000));
}

#[test]
fn a_cache_gives_the_same_and_forgets_what_is_not_used() {
    let files = repository(2);
    let mut cache = Cache::new();
    for folder in ["apps/orders-0/overlays/qa", "apps/orders-1/overlays/qa"] {
        let first = build_with(&files, folder, &mut cache).unwrap();
        assert_eq!(first, build_with(&files, folder, &mut cache).unwrap());
        assert_eq!(first, build(&files, folder).unwrap());
    }
    assert_eq!(cache.len(), 8);
    cache.sweep();
    build_with(&files, "apps/orders-1/overlays/qa", &mut cache).unwrap();
    cache.sweep();
    assert_eq!(cache.len(), 4);
}

#[test]
#[ignore = "measures"]
fn times() {
    let files = repository(1000);
    let folders: Vec<String> = (0..1000)
        .map(|service| format!("apps/orders-{service}/overlays/qa"))
        .collect();
    let time = |what: &str, run: &mut dyn FnMut()| {
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                run();
                start.elapsed()
            })
            .min();
        println!("{what}: {:?}", best.unwrap());
    };
    time("1 overlay, printed", &mut || {
        assert!(build(&files, &folders[0]).unwrap().to_yaml().len() > 1000);
    });
    time("1,000 overlays", &mut || {
        for folder in &folders {
            build(&files, folder).unwrap();
        }
    });
    time("1,000 overlays, printed", &mut || {
        for folder in &folders {
            build(&files, folder).unwrap().to_yaml();
        }
    });
    let mut cache = Cache::new();
    time("1,000 overlays, parsed before", &mut || {
        for folder in &folders {
            build_with(&files, folder, &mut cache).unwrap();
        }
    });
    for services in [500, 1000, 2000] {
        let tree = one_tree(&repository(services));
        time(&format!("{services} bases in one tree"), &mut || {
            assert_eq!(build(&tree, "").unwrap().resources.len(), 5 * services);
        });
    }
    if let Some(kustomize) = real::Kustomize::find() {
        time("the real one, 1 overlay", &mut || {
            kustomize
                .build(&files.folder("apps/orders-0"), "overlays/qa")
                .unwrap();
        });
    }
}

/// All services' bases under one kustomization.
fn one_tree(files: &FileSet) -> FileSet {
    let mut tree = FileSet::new();
    let mut list = "resources:\n".to_owned();
    for (path, contents) in files
        .iter()
        .filter(|(path, _)| path.contains("/base/") && !path.contains("overlays"))
    {
        tree.insert(path, contents.clone());
        if path.ends_with("kustomization.yaml") {
            list += &format!("  - {}\n", path.trim_end_matches("/kustomization.yaml"));
        }
    }
    tree.insert_text("kustomization.yaml", format!("namespace: qa\n{list}"));
    tree
}
