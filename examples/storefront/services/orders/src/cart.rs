//! Carts: products and how many of each.

use contract::Failure;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::catalog::{Catalog, Product};

/// A cart at today's prices.
#[derive(Debug, Serialize)]
pub struct Cart {
    pub id: Uuid,
    pub lines: Vec<Line>,
    pub total_cents: i64,
}

/// A product and how many of it.
#[derive(Debug, Serialize)]
pub struct Line {
    pub slug: String,
    pub name: String,
    pub price_cents: i32,
    pub quantity: i32,
}

impl Cart {
    fn new(id: Uuid, lines: Vec<Line>) -> Self {
        let total_cents = lines
            .iter()
            .map(|line| i64::from(line.price_cents) * i64::from(line.quantity))
            .sum();
        Self {
            id,
            lines,
            total_cents,
        }
    }

    /// The cart of `lines` (slug and quantity) with what the catalog says of each.
    pub async fn priced(id: Uuid, lines: Vec<(String, i32)>, catalog: &Catalog) -> Result<Self, Failure> {
        let mut priced = Vec::with_capacity(lines.len());
        for (slug, quantity) in lines {
            let Product { name, price_cents } = catalog.product(&slug).await?;
            priced.push(Line {
                slug,
                name,
                price_cents,
                quantity,
            });
        }
        Ok(Self::new(id, priced))
    }
}

/// A new, empty cart.
pub async fn create(pool: &PgPool) -> Result<Cart, sqlx::Error> {
    let id = Uuid::new_v4();
    sqlx::query("INSERT INTO carts (id) VALUES ($1)")
        .bind(id)
        .execute(pool)
        .await?;
    Ok(Cart::new(id, Vec::new()))
}

/// What is in the cart, as slug and quantity; none where there is no such cart.
pub async fn lines(pool: &PgPool, id: Uuid) -> Result<Option<Vec<(String, i32)>>, sqlx::Error> {
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM carts WHERE id = $1)")
        .bind(id)
        .fetch_one(pool)
        .await?;
    if !known {
        return Ok(None);
    }
    sqlx::query_as("SELECT slug, quantity FROM cart_lines WHERE cart_id = $1 ORDER BY slug")
        .bind(id)
        .fetch_all(pool)
        .await
        .map(Some)
}

/// Sets how many of a product the cart holds; zero takes it out.
pub async fn set(pool: &PgPool, id: Uuid, slug: &str, quantity: i32) -> Result<(), Failure> {
    if quantity == 0 {
        sqlx::query("DELETE FROM cart_lines WHERE cart_id = $1 AND slug = $2")
            .bind(id)
            .bind(slug)
            .execute(pool)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO cart_lines (cart_id, slug, quantity) VALUES ($1, $2, $3)
         ON CONFLICT (cart_id, slug) DO UPDATE SET quantity = excluded.quantity",
    )
    .bind(id)
    .bind(slug)
    .bind(quantity)
    .execute(pool)
    .await
    .map(drop)
    .map_err(|error| match error.as_database_error() {
        Some(cause) if cause.is_foreign_key_violation() => Failure::NotFound("cart"),
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_the_sum_of_prices_by_quantity() {
        let line = |price_cents, quantity| Line {
            slug: String::new(),
            name: String::new(),
            price_cents,
            quantity,
        };
        assert_eq!(Cart::new(Uuid::nil(), vec![]).total_cents, 0);
        assert_eq!(
            Cart::new(Uuid::nil(), vec![line(1450, 2), line(i32::MAX, 99)]).total_cents,
            212_600_881_053 + 2_900
        );
    }
}
