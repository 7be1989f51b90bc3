//! The shop: pages rendered on the server from what the catalog and orders say.

mod art;
mod backends;
mod pages;

use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use contract::{Failure, setting, setting_or};
use serde::Deserialize;
use uuid::Uuid;

use crate::backends::{Backends, Cart};
use crate::pages::Frame;

#[derive(Clone)]
struct App {
    backends: Backends,
    environment: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    contract::log_as_json();
    let app = App {
        backends: Backends::at(setting("CATALOG_URL")?, setting("ORDERS_URL")?)?,
        environment: setting_or("ENVIRONMENT", "local".to_owned())?,
    };
    contract::serve(routes(app), || async { true }).await
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/", get(shop))
        .route("/products/{slug}", get(product))
        .route("/cart", get(cart).post(change_cart))
        .route("/cart/order", post(place))
        .route("/orders/{id}", get(order))
        .route("/style.css", get(style))
        .fallback(|State(app): State<App>| async move { app.failed(&Failure::NotFound("page")) })
        .with_state(app)
}

impl App {
    fn frame(&self, cart: Option<&Cart>) -> Frame<'_> {
        Frame {
            environment: &self.environment,
            in_cart: cart.map_or(0, Cart::pieces),
        }
    }

    /// The page that says what failed.
    fn failed(&self, failure: &Failure) -> Response {
        if failure.status().is_server_error() {
            let cause = std::error::Error::source(&failure).map(ToString::to_string);
            tracing::error!(error = %failure, cause, "page failed");
        }
        (failure.status(), pages::failed(&self.frame(None), failure)).into_response()
    }

    /// The visitor's cart, where there is one and orders still knows it.
    async fn cart(&self, headers: &HeaderMap) -> Result<Option<Cart>, Failure> {
        match cart_id(headers) {
            Some(id) => self.backends.cart(id).await,
            None => Ok(None),
        }
    }
}

fn cart_id(headers: &HeaderMap) -> Option<Uuid> {
    let cookies = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("cart=")?.parse().ok())
}

#[derive(Deserialize)]
struct Wanted {
    page: Option<u32>,
}

async fn shop(State(app): State<App>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    // A shop without its orders still shows what there is to buy.
    let (page, cart) = tokio::join!(
        app.backends.products(wanted.page.unwrap_or(1)),
        app.cart(&headers)
    );
    match page {
        Ok(page) => pages::shop(&app.frame(cart.ok().flatten().as_ref()), &page).into_response(),
        Err(failure) => app.failed(&failure),
    }
}

async fn product(State(app): State<App>, headers: HeaderMap, Path(slug): Path<String>) -> Response {
    let (product, cart) = tokio::join!(app.backends.product(&slug), app.cart(&headers));
    match product {
        Ok(product) => pages::product(&app.frame(cart.ok().flatten().as_ref()), &product).into_response(),
        Err(failure) => app.failed(&failure),
    }
}

async fn cart(State(app): State<App>, headers: HeaderMap) -> Response {
    match app.cart(&headers).await {
        Ok(cart) => pages::cart(&app.frame(cart.as_ref()), cart.as_ref()).into_response(),
        Err(failure) => app.failed(&failure),
    }
}

#[derive(Deserialize)]
struct Line {
    slug: String,
    quantity: i32,
}

async fn change_cart(State(app): State<App>, headers: HeaderMap, Form(line): Form<Line>) -> Response {
    let changed = async {
        let id = match app.cart(&headers).await? {
            Some(cart) => cart.id,
            None => app.backends.new_cart().await?.id,
        };
        app.backends.set_line(id, &line.slug, line.quantity).await?;
        Ok(id)
    };
    match changed.await {
        Ok(id) => {
            let cookie = format!("cart={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
            (AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to("/cart")).into_response()
        }
        Err(failure) => app.failed(&failure),
    }
}

async fn place(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(id) = cart_id(&headers) else {
        return Redirect::to("/cart").into_response();
    };
    match app.backends.place(id).await {
        Ok(order) => {
            let cookie = "cart=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
            (
                AppendHeaders([(SET_COOKIE, cookie)]),
                Redirect::to(&format!("/orders/{}", order.id)),
            )
                .into_response()
        }
        Err(failure) => app.failed(&failure),
    }
}

async fn order(State(app): State<App>, headers: HeaderMap, Path(id): Path<Uuid>) -> Response {
    let (order, cart) = tokio::join!(app.backends.order(id), app.cart(&headers));
    match order {
        Ok(order) => pages::order(&app.frame(cart.ok().flatten().as_ref()), &order).into_response(),
        Err(failure) => app.failed(&failure),
    }
}

async fn style() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (StatusCode::OK, headers, include_str!("style.css"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cart_is_found_among_other_cookies() {
        let id = Uuid::from_u128(7);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "theme=dark".parse().unwrap());
        headers.append(COOKIE, format!("a=b; cart={id}").parse().unwrap());
        assert_eq!(cart_id(&headers), Some(id));
        headers.clear();
        headers.append(COOKIE, "cart=nonsense".parse().unwrap());
        assert_eq!(cart_id(&headers), None);
    }
}
