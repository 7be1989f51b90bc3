//! A role and a database for each service and environment, made over the socket by the owner's role.

use std::path::Path;

use sha2::{Digest, Sha256};
use tokio_postgres::{Client, Config, NoTls};

use super::PostgresError;
use super::cluster::{OWNER, Secret};

/// What a service needs to use its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The database.
    pub database: String,
    /// The role.
    pub user: String,
    /// The role's password.
    pub password: String,
}

impl Credentials {
    /// The URL as a pod sees it: each pod finds the instance at `database:5432`. None of its parts needs escaping.
    pub fn url(&self) -> String {
        format!(
            "postgres://{}:{}@database:5432/{}",
            self.user, self.password, self.database
        )
    }
}

/// The name of the role and the database: `<environment>_<service>`, which is another one for each pair because
/// neither name can hold an underscore (RFC 1123 labels); of long ones the start and a digest.
pub(super) fn name(environment: &str, service: &str) -> String {
    /// PostgreSQL cuts names off after this (NAMEDATALEN).
    const LONGEST: usize = 63;
    let whole = format!("{environment}_{service}");
    let plain = whole
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte));
    if whole.len() <= LONGEST && plain {
        return whole;
    }
    let digest = Sha256::digest(whole.as_bytes());
    let start: String = whole
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(LONGEST - 17)
        .collect();
    format!(
        "{start}_{:016x}",
        u64::from_be_bytes([
            digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]
        ])
    )
}

/// Makes the role and its database where they are missing, and gives the role its password.
pub(super) async fn ensure(
    socket: &Path,
    secret: &Secret,
    wanted: &Credentials,
) -> Result<(), PostgresError> {
    let failed = |error: tokio_postgres::Error| {
        let reason = error
            .as_db_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        PostgresError::Sql {
            doing: format!("make the database `{}`", wanted.database),
            reason,
        }
    };
    let client = connect(socket, secret).await.map_err(failed)?;
    let (user, database, password) = (&wanted.user, &wanted.database, &wanted.password);
    // Names are of letters, digits, `-` and `_`, and the password is hexadecimal: nothing to escape.
    let role = client
        .query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[user])
        .await
        .map_err(failed)?;
    let verb = if role.is_some() { "ALTER" } else { "CREATE" };
    client
        .batch_execute(&format!("{verb} ROLE \"{user}\" LOGIN PASSWORD '{password}'"))
        .await
        .map_err(failed)?;
    let there = client
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[database])
        .await
        .map_err(failed)?;
    if there.is_none() {
        let create = format!("CREATE DATABASE \"{database}\" OWNER \"{user}\" TEMPLATE template0");
        client.batch_execute(&create).await.map_err(failed)?;
    }
    let close = format!("REVOKE ALL ON DATABASE \"{database}\" FROM PUBLIC");
    client.batch_execute(&close).await.map_err(failed)
}

async fn connect(socket: &Path, secret: &Secret) -> Result<Client, tokio_postgres::Error> {
    let folder = socket.parent().unwrap_or(socket);
    let mut config = Config::new();
    config
        .host_path(folder)
        .user(OWNER)
        .dbname(OWNER)
        .password(secret.password_of(OWNER));
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_has_a_name_of_its_own_that_postgres_keeps_whole() {
        assert_eq!(name("dev", "orders"), "dev_orders");
        assert_eq!(name("pre-prod", "orders"), "pre-prod_orders");
        assert_ne!(name("pre", "prod-orders"), name("pre-prod", "orders"));
        let (long, longer) = ("a".repeat(63), "a".repeat(62) + "b");
        for odd in [
            name(&long, &longer),
            name(&long, &long),
            name("Dev", "x"),
            name("a\"b", "ü"),
        ] {
            assert!(odd.len() <= 63, "{odd}");
            assert!(
                odd.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
            );
        }
        assert_ne!(name(&long, &longer), name(&long, &long));
        assert_ne!(name("Dev", "x"), name("dev", "x"));
    }

    #[test]
    fn the_url_is_as_a_pod_sees_it() {
        let credentials = Credentials {
            database: "dev_a".into(),
            user: "dev_a".into(),
            password: "0f".into(),
        };
        assert_eq!(credentials.url(), "postgres://dev_a:0f@database:5432/dev_a");
    }
}
