//! The read model of the board: services by environments.

/// Whether what runs is what Git says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// It is.
    Synced,
    /// It is not.
    OutOfSync,
    /// What Git says cannot be told.
    #[default]
    Unknown,
}

/// How well it runs, in Argo CD's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// Well.
    Healthy,
    /// Halted on purpose.
    Suspended,
    /// On its way.
    Progressing,
    /// Broken.
    Degraded,
    /// Not there.
    Missing,
    /// Cannot be told.
    #[default]
    Unknown,
}

/// Everything that the board shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// The platform's name.
    pub platform: String,
    /// The environments, in order of promotion.
    pub stages: Vec<String>,
    /// The services.
    pub rows: Vec<Row>,
    /// The commit that runs, as people write it.
    pub revision: String,
    /// Where to clone the gitops repository from.
    pub clone: String,
    /// What concerns all of it: a repository or an `ApplicationSet` that cannot be read.
    pub messages: Vec<String>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its name.
    pub unit: String,
    /// How it stands at each stage, in the order of [`Board::stages`].
    pub cells: Vec<Cell>,
}

/// A service at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The image's digest, cut short; none where nothing is released.
    pub version: Option<String>,
    /// Whether what runs is what Git says.
    pub sync: Sync,
    /// How well it runs.
    pub health: Health,
    /// Why it is not healthy, or what it waits for.
    pub message: String,
    /// Pods that take traffic.
    pub ready: u32,
    /// Pods that there should be.
    pub wanted: u32,
    /// Where a browser finds it.
    pub url: Option<String>,
    /// Why it is held.
    pub held: Option<String>,
    /// Whether this release is another than the next stage's: it waits to be promoted.
    pub ahead: bool,
    /// What else it stands for, such as "same as prod-dr".
    pub note: String,
}
