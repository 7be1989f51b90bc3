//! The catalog, as this service needs it.

use std::time::Duration;

use contract::Failure;
use serde::Deserialize;

/// A product's name and price.
#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    pub name: String,
    pub price_cents: i32,
}

/// The catalog's address and a client for it.
#[derive(Clone)]
pub struct Catalog {
    url: String,
    client: reqwest::Client,
}

impl Catalog {
    /// The catalog at `url`.
    pub fn at(url: String) -> Result<Self, reqwest::Error> {
        Ok(Self {
            url,
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(5))
                .build()?,
        })
    }

    /// The product with this slug.
    pub async fn product(&self, slug: &str) -> Result<Product, Failure> {
        let answer = self
            .client
            .get(format!("{}/products/{slug}", self.url))
            .send()
            .await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
