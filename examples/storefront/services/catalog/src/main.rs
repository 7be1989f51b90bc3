//! The products, page by page, from PostgreSQL. `catalog` serves; `catalog migrate` brings the database up to date.

mod products;

use axum::extract::{Path, Query, State};
use axum::routing::get;
use axum::{Json, Router};
use contract::{Failure, database, setting_or};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::migrate::Migrator;

use crate::products::{Page, PageSize, Product};

static MIGRATIONS: Migrator = sqlx::migrate!();

#[derive(Clone)]
struct App {
    pool: PgPool,
    page_size: PageSize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    contract::log_as_json();
    if std::env::args().nth(1).as_deref() == Some("migrate") {
        return database::migrate(&MIGRATIONS).await;
    }
    let app = App {
        pool: database::pool()?,
        page_size: setting_or("PAGE_SIZE", PageSize::default())?,
    };
    let pool = app.pool.clone();
    let ready = move || {
        let pool = pool.clone();
        async move { database::is_ready(&pool, &MIGRATIONS).await }
    };
    contract::serve(routes(app), ready).await
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(|| async { "catalog" }))
        .route("/products", get(list))
        .route("/products/{slug}", get(one))
        .with_state(app)
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    page: u32,
}

async fn list(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Json<Page>, Failure> {
    Ok(Json(
        products::page(&app.pool, wanted.page.max(1), app.page_size).await?,
    ))
}

async fn one(State(app): State<App>, Path(slug): Path<String>) -> Result<Json<Product>, Failure> {
    products::by_slug(&app.pool, &slug)
        .await?
        .map(Json)
        .ok_or(Failure::NotFound("product"))
}
