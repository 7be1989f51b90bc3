//! From files to findings about the names that cross from one file to another.
//!
//! Front ends read a [`FileSet`] and yield a `World`: what would run, scope by scope, with the symbols that are
//! defined and referred to there. Rules look at the world. Nothing here knows a platform or a catalog, so it works the
//! same on a repository that was written by hand. A reference is *defined*, *undefined* where all who could define it
//! were read, or *unknown*; unknown is silent and counted, because a false error is worse than a missed one.

mod frontend;
mod object;
mod rules;
mod scope;
mod symbol;
mod table;
mod world;

use becket_source::{Diagnostic, FileSet, Rule};

pub use symbol::{Kind, Symbol};

/// What linking came to.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    /// What is wrong, in the order of places.
    pub findings: Vec<Diagnostic>,
    /// References that nobody here can judge: the symbol, and where it is used.
    pub unknown: Vec<(Symbol, becket_source::Location)>,
    /// How many references were defined.
    pub defined: usize,
}

/// Reads `files`, a tree that holds one or several repositories, and says what does not fit together.
pub fn link(files: &FileSet) -> Linked {
    let world = world::World::read(files);
    let table = table::Table::of(&world);
    let mut findings = world.findings.clone();
    for rule in rules::ALL {
        (rule.run)(&world, &table, &mut findings);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings.dedup();
    Linked {
        findings,
        unknown: table.unknown(&world),
        defined: table.defined(),
    }
}

/// All rules of this crate, by code.
pub fn rules() -> Vec<Rule> {
    rules::ALL.iter().map(|rule| rule.about).collect()
}
