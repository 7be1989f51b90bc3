//! The database that `DATABASE_URL` names.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::setting;

/// A pool of connections, made when they are needed: a service starts whether or not its database does.
pub fn pool() -> Result<PgPool, Box<dyn std::error::Error>> {
    let url: String = setting("DATABASE_URL")?;
    Ok(PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy(&url)?)
}

/// Carries out what of `migrations` the database has not seen.
pub async fn migrate(migrations: &Migrator) -> Result<(), Box<dyn std::error::Error>> {
    let pool = pool()?;
    migrations.run(&pool).await?;
    tracing::info!(migrations = migrations.iter().count(), "migrated");
    pool.close().await;
    Ok(())
}

/// Whether the database answers and has seen every one of `migrations`.
pub async fn is_ready(pool: &PgPool, migrations: &'static Migrator) -> bool {
    let wanted = i64::try_from(migrations.iter().count()).unwrap_or(i64::MAX);
    let applied = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM _sqlx_migrations WHERE success");
    match applied.fetch_one(pool).await {
        Ok(applied) => applied >= wanted,
        Err(error) => {
            tracing::warn!(%error, "the database is not ready");
            false
        }
    }
}
