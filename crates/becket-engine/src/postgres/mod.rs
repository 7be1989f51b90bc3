//! The platform's PostgreSQL on one machine: one instance, a database and a role for each service and environment.
//!
//! It runs the machine's own binaries, or some fetched once into the user's cache; data lies in
//! `<platform>/.becket/postgres`. It listens on a Unix socket only: the engine passes connections of pods to it. A
//! stopped or killed engine leaves no PostgreSQL, and a killed PostgreSQL loses no data. It makes no backups and does
//! not upgrade data to another major version.

mod cluster;
mod fetch;
mod find;
mod init;
mod postmaster;
mod roles;
mod socket;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::standin::{Boxed, StandInError, StandIns};

pub use fetch::FetchError;
pub use find::Installation;
pub use init::{ARGUMENT, main, main_if_asked};
pub use roles::Credentials;

/// The oldest major version that is run.
pub const OLDEST: u32 = 14;

/// What an instance is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of its own: data, log, and the socket where its path is short enough.
    pub folder: PathBuf,
    /// The user's cache, where binaries are fetched to, such as `~/.cache/becket`; `None`: they are not fetched.
    pub cache: Option<PathBuf>,
    /// The program that calls [`main_if_asked`]: `/proc/self/exe`, but for tests.
    pub program: PathBuf,
}

/// Why there is no PostgreSQL, and what to do about it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PostgresError {
    /// The machine has none, and it could not be fetched.
    #[error(
        "this machine has no PostgreSQL of version {OLDEST} or newer, and none could be fetched: {0}\ninstall it (Debian: `apt install postgresql`, Fedora: `dnf install postgresql-server`) and try again"
    )]
    Missing(String),
    /// The data was made by another major version.
    #[error("the databases in `{}` were made by PostgreSQL {made_by}, and this machine has {have}\ninstall PostgreSQL {made_by}, or remove that folder: its databases are then lost", data.display())]
    OtherVersion {
        /// The data folder.
        data: PathBuf,
        /// The major version that made the data.
        made_by: u32,
        /// The major versions there are.
        have: String,
    },
    /// The data belongs to another user.
    #[error("the databases in `{}` belong to user {owner}, not to user {user} who runs this\nrun it as that user, or `chown -R {user} {}`", data.display(), data.display())]
    OtherUser {
        /// The data folder.
        data: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who runs this.
        user: u32,
    },
    /// A file or a process could not be had.
    #[error("cannot {doing}: {reason}")]
    System {
        /// What was being done to what.
        doing: String,
        /// What the system said.
        reason: String,
    },
    /// PostgreSQL did not start, or did not stay; with the end of its log.
    #[error("PostgreSQL does not run: {reason}\n{}\nthe whole log: {}", tail, log.display())]
    Failed {
        /// What happened.
        reason: String,
        /// The last lines of its log.
        tail: String,
        /// The whole log.
        log: PathBuf,
    },
    /// A statement was refused.
    #[error("cannot {doing}: {reason}")]
    Sql {
        /// What was being done.
        doing: String,
        /// What PostgreSQL said.
        reason: String,
    },
}

impl PostgresError {
    fn system(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::System {
            doing,
            reason: source.to_string(),
        }
    }
}

/// A running instance.
#[derive(Debug)]
pub struct Postgres {
    postmaster: postmaster::Postmaster,
    socket: PathBuf,
    secret: cluster::Secret,
    known: Arc<Mutex<BTreeMap<String, Credentials>>>,
}

impl Postgres {
    /// Starts the instance of `options.folder`, making its data first where there is none; done when it takes
    /// connections. `progress` is told of what takes long.
    pub async fn start(
        options: &Options,
        progress: impl Fn(&str) + Send + Sync,
    ) -> Result<Self, PostgresError> {
        let data = options.folder.join("data");
        let made_by = cluster::made_by(&data)?;
        let installation = choose(options, &data, made_by, &progress).await?;
        let launch = init::Launch::new(&options.program)?;
        if made_by.is_none() {
            progress("making the database cluster");
        }
        let secret = cluster::prepare(&options.folder, &installation, &launch).await?;
        let sockets = socket::folder(&options.folder)?;
        cluster::configure(&data, &sockets)?;
        let postmaster = postmaster::Postmaster::start(postmaster::Plan {
            program: installation.binaries.join("postgres"),
            data,
            log: options.folder.join("log"),
            launch,
        })
        .await?;
        Ok(Self {
            postmaster,
            socket: sockets.join(socket::NAME),
            secret,
            known: Arc::default(),
        })
    }

    /// The socket that connections are to be passed to.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The process id of the running server, 0 while it is being started again.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// The database of `service` in `environment` and the role that may use it; both are made where they are not
    /// there. Asked again, it answers the same.
    pub async fn database_for(&self, environment: &str, service: &str) -> Result<Credentials, PostgresError> {
        let name = roles::name(environment, service);
        let mut known = self.known.lock().await;
        if let Some(credentials) = known.get(&name) {
            return Ok(credentials.clone());
        }
        let credentials = Credentials {
            password: self.secret.password_of(&name),
            user: name.clone(),
            database: name,
        };
        self.postmaster.ready().await?;
        roles::ensure(&self.socket, &self.secret, &credentials).await?;
        known.insert(credentials.database.clone(), credentials.clone());
        Ok(credentials)
    }

    /// Ends the instance, breaking connections that are open; done when its last process is gone.
    pub async fn stop(self) {
        self.postmaster.stop().await;
    }
}

/// The Secret `<service>-database` of an environment, with the key `url`.
impl StandIns for Postgres {
    fn secret<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
    ) -> Boxed<'a, Result<Option<BTreeMap<String, String>>, StandInError>> {
        Box::pin(async move {
            let Some(service) = name
                .strip_suffix("-database")
                .filter(|service| !service.is_empty())
            else {
                return Ok(None);
            };
            let credentials = self
                .database_for(namespace, service)
                .await
                .map_err(|error| StandInError(error.to_string()))?;
            Ok(Some(BTreeMap::from([("url".to_owned(), credentials.url())])))
        })
    }

    fn database(&self) -> Option<PathBuf> {
        Some(self.socket.clone())
    }
}

/// The binaries to run: those that made the data, else the newest, else fetched ones.
async fn choose(
    options: &Options,
    data: &Path,
    made_by: Option<u32>,
    progress: &(impl Fn(&str) + Send + Sync),
) -> Result<Installation, PostgresError> {
    let found = find::installations(options.cache.as_deref());
    let fits = |one: &&Installation| made_by.is_none_or(|version| one.version == version);
    if let Some(one) = found.iter().find(fits) {
        return Ok(one.clone());
    }
    let missing = |reason: String| match made_by {
        Some(made_by) if made_by != fetch::VERSION || !found.is_empty() => {
            let have: Vec<String> = found.iter().map(|one| one.version.to_string()).collect();
            let have = if have.is_empty() {
                "none".to_owned()
            } else {
                have.join(", ")
            };
            PostgresError::OtherVersion {
                data: data.to_owned(),
                made_by,
                have,
            }
        }
        _ => PostgresError::Missing(reason),
    };
    if made_by.is_some_and(|version| version != fetch::VERSION) {
        return Err(missing(String::new()));
    }
    let Some(cache) = options.cache.clone() else {
        return Err(missing("there is no cache folder".to_owned()));
    };
    progress("fetching PostgreSQL, 15 MB, once");
    let fetched = tokio::task::spawn_blocking(move || fetch::fetch(&cache)).await;
    match fetched {
        Ok(Ok(binaries)) => Ok(Installation {
            binaries,
            version: fetch::VERSION,
        }),
        Ok(Err(error)) => Err(missing(error.to_string())),
        Err(error) => Err(missing(error.to_string())),
    }
}
