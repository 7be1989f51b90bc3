//! Orders: what was bought, at the prices of that moment.

use contract::Failure;
use serde::Serialize;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::cart::Cart;

/// An order that was placed.
#[derive(Debug, Serialize)]
pub struct Order {
    pub id: Uuid,
    pub lines: Vec<Line>,
    pub total_cents: i64,
}

/// A product as it was bought.
#[derive(Debug, Serialize, FromRow)]
pub struct Line {
    pub slug: String,
    pub name: String,
    pub price_cents: i32,
    pub quantity: i32,
}

/// Makes an order of the cart and takes the cart away, both or neither, so that a cart is ordered once however often a
/// client asks.
pub async fn place(pool: &PgPool, cart: Cart) -> Result<Order, Failure> {
    if cart.lines.is_empty() {
        return Err(Failure::Refused("the cart is empty".to_owned()));
    }
    let order = Uuid::new_v4();
    let mut transaction = pool.begin().await?;
    let taken = sqlx::query("DELETE FROM carts WHERE id = $1")
        .bind(cart.id)
        .execute(&mut *transaction)
        .await?;
    if taken.rows_affected() == 0 {
        return Err(Failure::Refused("the cart was ordered already".to_owned()));
    }
    sqlx::query("INSERT INTO orders (id, total_cents) VALUES ($1, $2)")
        .bind(order)
        .bind(cart.total_cents)
        .execute(&mut *transaction)
        .await?;
    for line in &cart.lines {
        sqlx::query("INSERT INTO order_lines (order_id, slug, name, price_cents, quantity) VALUES ($1, $2, $3, $4, $5)")
            .bind(order)
            .bind(&line.slug)
            .bind(&line.name)
            .bind(line.price_cents)
            .bind(line.quantity)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    by_id(pool, order).await?.ok_or(Failure::NotFound("order"))
}

/// The order with this id.
pub async fn by_id(pool: &PgPool, id: Uuid) -> Result<Option<Order>, sqlx::Error> {
    let total: Option<i64> = sqlx::query_scalar("SELECT total_cents FROM orders WHERE id = $1")
        .bind(id)
        .fetch_optional(pool)
        .await?;
    let Some(total_cents) = total else { return Ok(None) };
    let lines = sqlx::query_as(
        "SELECT slug, name, price_cents, quantity FROM order_lines WHERE order_id = $1 ORDER BY slug",
    )
    .bind(id)
    .fetch_all(pool)
    .await?;
    Ok(Some(Order {
        id,
        lines,
        total_cents,
    }))
}
