//! The arguments of `state`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Terraform's state on a server of its own: locked, with history, encrypted.
#[derive(Debug, Subcommand)]
pub(crate) enum State {
    Serve(Serve),
    /// Lists the states.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Lists who works on which state, since when, and how to take the lock away.
    Locks {
        #[command(flatten)]
        place: Place,
    },
    /// Lists the versions of a state, the newest first.
    History {
        /// The state.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Shows what changed between two versions, by resource and output; no secret is shown.
    Diff {
        /// The state.
        name: String,
        /// The older version; without it, the one before the newer.
        #[arg(long, value_name = "VERSION")]
        from: Option<u64>,
        /// The newer version; without it, the last.
        #[arg(long, value_name = "VERSION")]
        to: Option<u64>,
        #[command(flatten)]
        place: Place,
    },
    /// Prints a version of a state as Terraform wrote it, with its secrets.
    Show {
        /// The state.
        name: String,
        /// The version; without it, the last.
        #[arg(value_name = "VERSION")]
        number: Option<u64>,
        #[command(flatten)]
        place: Place,
    },
    /// Writes an older version as the newest, with a serial after all others.
    Restore {
        /// The state.
        name: String,
        /// The version, as `history` numbers them.
        #[arg(value_name = "VERSION")]
        number: u64,
        /// Also over another lineage, or over a newest version that cannot be read.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Takes away a lock whose holder is gone.
    Unlock {
        /// The state.
        name: String,
        /// The lock, as `locks` and Terraform show it.
        #[arg(long)]
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Takes away versions of all states; the last of each always stays.
    Prune {
        #[command(flatten)]
        keep: Keep,
        #[command(flatten)]
        place: Place,
    },
    /// Seals every version with the first key of the key file, after a new one was put there.
    Rekey {
        #[command(flatten)]
        place: Place,
    },
    #[command(subcommand)]
    Token(Token),
}

/// Who may read and write which states.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Adds a user and prints its token, once; from the first user on, everybody has to be one.
    Add {
        /// The user: what Terraform sends as its user name, or the common name of a client certificate.
        name: String,
        /// States it may read: a name, `prefix/*`, or `*`.
        #[arg(long, value_name = "STATES")]
        read: Vec<String>,
        /// States it may read, lock and write.
        #[arg(long, value_name = "STATES", required_unless_present = "read")]
        write: Vec<String>,
        /// The last day, as 2026-12-31; for ever without it.
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Is known by its client certificate and gets no token.
        #[arg(long)]
        certificate: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the users.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Takes a user away; the server refuses its token at once.
    Remove {
        /// The user.
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the states are, and what they are sealed with.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the states.
    #[arg(long, value_name = "DIR", default_value = "states", env = "BECKET_STATE_DIR")]
    pub dir: PathBuf,
    /// The keys, one a line, the first seals; without it, `BECKET_STATE_KEY`, else `becket/state.key` in the user's configuration.
    #[arg(long, value_name = "FILE", env = "BECKET_STATE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

/// How much history stays. A version goes when every limit that is given says so.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// Keeps the last so many versions of a state.
    #[arg(long, value_name = "COUNT")]
    pub keep: Option<usize>,
    /// Keeps the versions of the last so many days.
    #[arg(long, value_name = "DAYS")]
    pub keep_days: Option<u32>,
}

/// Serves states to Terraform and OpenTofu, until it is stopped.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub place: Place,
    /// Where to listen; elsewhere than on this machine only with --tls-cert.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8644")]
    pub listen: SocketAddr,
    /// The server's certificate with its chain, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The authority of client certificates, as PEM: a user may prove itself with one.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub client_ca: Option<PathBuf>,
    /// The largest state, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub max_size: u64,
    /// How much of states may be in memory at once, in MiB; more wait.
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    pub memory: u64,
    #[command(flatten)]
    pub keep: Keep,
}
