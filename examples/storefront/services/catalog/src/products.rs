//! Products as they stand in the database.

use std::str::FromStr;

use serde::Serialize;
use sqlx::{FromRow, PgPool};

/// Something to buy.
#[derive(Debug, Serialize, FromRow)]
pub struct Product {
    pub slug: String,
    pub name: String,
    pub description: String,
    /// In hundredths of the shop's currency.
    pub price_cents: i32,
}

/// Some of the products, and where they stand among all.
#[derive(Debug, Serialize)]
pub struct Page {
    pub products: Vec<Product>,
    /// From one.
    #[serde(rename = "page")]
    pub number: u32,
    pub pages: u32,
    pub total: u32,
}

/// How many products stand on a page: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(12)
    }
}

impl FromStr for PageSize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .ok()
            .filter(|size| (1..=100).contains(size))
            .map(Self)
            .ok_or("a page holds 1 to 100 products")
    }
}

impl PageSize {
    /// How many pages `total` products fill; none fill one.
    fn pages(self, total: u32) -> u32 {
        total.div_ceil(self.0).max(1)
    }
}

/// The page with this number, from one. A number past the last page is an empty page.
pub async fn page(pool: &PgPool, number: u32, size: PageSize) -> Result<Page, sqlx::Error> {
    let total: i64 = sqlx::query_scalar("SELECT count(*) FROM products")
        .fetch_one(pool)
        .await?;
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    let products = sqlx::query_as(
        "SELECT slug, name, description, price_cents FROM products ORDER BY position LIMIT $1 OFFSET $2",
    )
    .bind(i64::from(size.0))
    .bind(i64::from(size.0) * i64::from(number - 1))
    .fetch_all(pool)
    .await?;
    Ok(Page {
        products,
        number,
        pages: size.pages(total),
        total,
    })
}

/// The product with this slug.
pub async fn by_slug(pool: &PgPool, slug: &str) -> Result<Option<Product>, sqlx::Error> {
    sqlx::query_as("SELECT slug, name, description, price_cents FROM products WHERE slug = $1")
        .bind(slug)
        .fetch_optional(pool)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_size_outside_its_bounds_is_refused() {
        assert_eq!("24".parse(), Ok(PageSize(24)));
        for wrong in ["0", "101", "-1", "many", ""] {
            assert!(wrong.parse::<PageSize>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_page_may_be_part_full_and_no_products_fill_one_page() {
        let pages = |total| PageSize(12).pages(total);
        assert_eq!([0, 1, 12, 13, 26].map(pages), [1, 1, 1, 2, 3]);
    }
}
