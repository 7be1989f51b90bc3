//! Carts, and the orders they become, in PostgreSQL; prices come from the catalog. `orders` serves; `orders migrate`
//! brings the database up to date.

mod cart;
mod catalog;
mod order;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::{Failure, database, setting};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use uuid::Uuid;

use crate::cart::Cart;
use crate::catalog::Catalog;
use crate::order::Order;

static MIGRATIONS: Migrator = sqlx::migrate!();

#[derive(Clone)]
struct App {
    pool: PgPool,
    catalog: Catalog,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    contract::log_as_json();
    if std::env::args().nth(1).as_deref() == Some("migrate") {
        return database::migrate(&MIGRATIONS).await;
    }
    let app = App {
        pool: database::pool()?,
        catalog: Catalog::at(setting("CATALOG_URL")?)?,
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
        .route("/", get(|| async { "orders" }))
        .route("/carts", post(new_cart))
        .route("/carts/{id}", get(show_cart))
        .route("/carts/{id}/lines", post(set_line))
        .route("/carts/{id}/order", post(place))
        .route("/orders/{id}", get(show_order))
        .with_state(app)
}

async fn new_cart(State(app): State<App>) -> Result<(StatusCode, Json<Cart>), Failure> {
    Ok((StatusCode::CREATED, Json(cart::create(&app.pool).await?)))
}

async fn show_cart(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<Cart>, Failure> {
    let lines = cart::lines(&app.pool, id)
        .await?
        .ok_or(Failure::NotFound("cart"))?;
    Ok(Json(Cart::priced(id, lines, &app.catalog).await?))
}

#[derive(Deserialize)]
struct Line {
    slug: String,
    /// None takes the line out.
    quantity: i32,
}

async fn set_line(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(line): Json<Line>,
) -> Result<Json<Cart>, Failure> {
    if !(0..=99).contains(&line.quantity) {
        return Err(Failure::Refused(format!(
            "a cart holds 0 to 99 of a product, not {}",
            line.quantity
        )));
    }
    app.catalog.product(&line.slug).await?;
    cart::set(&app.pool, id, &line.slug, line.quantity).await?;
    show_cart(State(app), Path(id)).await
}

async fn place(State(app): State<App>, Path(id): Path<Uuid>) -> Result<(StatusCode, Json<Order>), Failure> {
    let lines = cart::lines(&app.pool, id)
        .await?
        .ok_or(Failure::NotFound("cart"))?;
    let cart = Cart::priced(id, lines, &app.catalog).await?;
    let order = order::place(&app.pool, cart).await?;
    tracing::info!(order = %order.id, total_cents = order.total_cents, "order placed");
    Ok((StatusCode::CREATED, Json(order)))
}

async fn show_order(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<Order>, Failure> {
    order::by_id(&app.pool, id)
        .await?
        .map(Json)
        .ok_or(Failure::NotFound("order"))
}
