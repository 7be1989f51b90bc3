//! The services behind the shop.

use std::time::Duration;

use contract::Failure;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A product as the catalog tells it.
#[derive(Debug, Deserialize)]
pub struct Product {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub price_cents: i32,
}

/// A page of products.
#[derive(Debug, Deserialize)]
pub struct Page {
    pub products: Vec<Product>,
    #[serde(rename = "page")]
    pub number: u32,
    pub pages: u32,
    pub total: u32,
}

/// A line of a cart or of an order.
#[derive(Debug, Deserialize)]
pub struct Line {
    pub slug: String,
    pub name: String,
    pub price_cents: i32,
    pub quantity: i32,
}

/// A cart, or an order made of one.
#[derive(Debug, Deserialize)]
pub struct Cart {
    pub id: Uuid,
    pub lines: Vec<Line>,
    pub total_cents: i64,
}

impl Cart {
    /// How many things are in it.
    pub fn pieces(&self) -> i32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }
}

/// Addresses of the services and a client for them.
#[derive(Clone)]
pub struct Backends {
    client: Client,
    catalog: String,
    orders: String,
}

impl Backends {
    /// The services at these addresses.
    pub fn at(catalog: String, orders: String) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: Client::builder().timeout(Duration::from_secs(10)).build()?,
            catalog,
            orders,
        })
    }

    pub async fn products(&self, page: u32) -> Result<Page, Failure> {
        ask(self.client.get(format!("{}/products?page={page}", self.catalog))).await
    }

    pub async fn product(&self, slug: &str) -> Result<Product, Failure> {
        ask(self.client.get(format!("{}/products/{slug}", self.catalog))).await
    }

    pub async fn new_cart(&self) -> Result<Cart, Failure> {
        ask(self.client.post(format!("{}/carts", self.orders))).await
    }

    /// The cart, or none where it was ordered or never was.
    pub async fn cart(&self, id: Uuid) -> Result<Option<Cart>, Failure> {
        match ask(self.client.get(format!("{}/carts/{id}", self.orders))).await {
            Err(failure) if failure.status() == StatusCode::NOT_FOUND => Ok(None),
            answer => answer.map(Some),
        }
    }

    pub async fn set_line(&self, cart: Uuid, slug: &str, quantity: i32) -> Result<Cart, Failure> {
        #[derive(serde::Serialize)]
        struct Line<'a> {
            slug: &'a str,
            quantity: i32,
        }
        ask(self
            .client
            .post(format!("{}/carts/{cart}/lines", self.orders))
            .json(&Line { slug, quantity }))
        .await
    }

    pub async fn place(&self, cart: Uuid) -> Result<Cart, Failure> {
        ask(self.client.post(format!("{}/carts/{cart}/order", self.orders))).await
    }

    pub async fn order(&self, id: Uuid) -> Result<Cart, Failure> {
        ask(self.client.get(format!("{}/orders/{id}", self.orders))).await
    }
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Failure> {
    Ok(request.send().await?.error_for_status()?.json().await?)
}
