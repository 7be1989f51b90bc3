//! The pages, as HTML.

use contract::Failure;
use maud::{DOCTYPE, Markup, html};

use crate::art;
use crate::backends::{Cart, Line, Page, Product};

/// What every page shows around its own content.
pub struct Frame<'a> {
    /// Where this shop runs; shown so that nobody takes a test for the real thing.
    pub environment: &'a str,
    /// How many things are in the visitor's cart.
    pub in_cart: i32,
}

fn frame(frame: &Frame<'_>, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Storefront" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
            }
            body {
                header {
                    a.brand href="/" { (art::mark()) "Storefront" }
                    @if frame.environment != "prod" { span.environment { (frame.environment) } }
                    nav { a href="/cart" { "Cart" @if frame.in_cart > 0 { span.count { (frame.in_cart) } } } }
                }
                main { (content) }
                footer { "Ship chandlers since this morning" }
            }
        }
    }
}

/// All products, a page at a time.
pub fn shop(around: &Frame<'_>, page: &Page) -> Markup {
    let content = html! {
        h1 { "Things that hold" }
        p.lead { (page.total) " articles for boats, sheds and desks." }
        ul.products {
            @for product in &page.products {
                li {
                    a href={ "/products/" (product.slug) } {
                        (art::picture(&product.slug))
                        span.name { (product.name) }
                        span.price { (money(i64::from(product.price_cents))) }
                    }
                }
            }
        }
        @if page.products.is_empty() { p { "Nothing on this page. " a href="/" { "Back to the first" } "." } }
        @if page.pages > 1 {
            nav.pages aria-label="Pages" {
                @for number in 1..=page.pages {
                    @if number == page.number { b aria-current="page" { (number) } }
                    @else { a href={ "/?page=" (number) } { (number) } }
                }
            }
        }
    };
    frame(around, "Shop", &content)
}

/// One product, with the way to buy it.
pub fn product(around: &Frame<'_>, product: &Product) -> Markup {
    let content = html! {
        article.product {
            (art::picture(&product.slug))
            div {
                h1 { (product.name) }
                p.price { (money(i64::from(product.price_cents))) }
                p { (product.description) }
                form method="post" action="/cart" {
                    input type="hidden" name="slug" value=(product.slug);
                    label { "How many " input type="number" name="quantity" value="1" min="1" max="99" required; }
                    button { "Put in cart" }
                }
            }
        }
    };
    frame(around, &product.name, &content)
}

/// The visitor's cart.
pub fn cart(around: &Frame<'_>, cart: Option<&Cart>) -> Markup {
    let content = html! {
        h1 { "Cart" }
        @match cart.filter(|cart| !cart.lines.is_empty()) {
            None => p { "Nothing in it yet. " a href="/" { "See what there is" } "." },
            Some(cart) => {
                (lines(cart, true))
                form.place method="post" action="/cart/order" { button { "Place order" } }
            }
        }
    };
    frame(around, "Cart", &content)
}

/// An order that was placed.
pub fn order(around: &Frame<'_>, order: &Cart) -> Markup {
    let content = html! {
        h1 { "Thank you" }
        p.lead { "Your order " code { (order.id.to_string().split('-').next().unwrap_or_default()) } " is on its way." }
        (lines(order, false))
    };
    frame(around, "Order", &content)
}

fn lines(cart: &Cart, removable: bool) -> Markup {
    html! {
        table {
            @for line in &cart.lines {
                tr {
                    td.thumb { (art::picture(&line.slug)) }
                    td { a href={ "/products/" (line.slug) } { (line.name) } }
                    td.number { (line.quantity) " × " (money(i64::from(line.price_cents))) }
                    td.number { (money(line_total(line))) }
                    @if removable {
                        td {
                            form method="post" action="/cart" {
                                input type="hidden" name="slug" value=(line.slug);
                                input type="hidden" name="quantity" value="0";
                                button.quiet aria-label={ "Remove " (line.name) } { "Remove" }
                            }
                        }
                    }
                }
            }
            tr.total { td {} td { "Total" } td {} td.number { (money(cart.total_cents)) } @if removable { td {} } }
        }
    }
}

fn line_total(line: &Line) -> i64 {
    i64::from(line.price_cents) * i64::from(line.quantity)
}

/// What failed, and a way on.
pub fn failed(around: &Frame<'_>, failure: &Failure) -> Markup {
    let content = html! {
        h1 { @if failure.status().is_server_error() { "That did not work" } @else { "Not here" } }
        p { (sentence(&failure.to_string())) " " a href="/" { "Back to the shop" } "." }
    };
    frame(around, "Not here", &content)
}

fn sentence(phrase: &str) -> String {
    let mut characters = phrase.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect::<String>() + ".")
        .unwrap_or_default()
}

/// An amount of cents as people write it.
fn money(cents: i64) -> String {
    format!("€ {}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame<'_> = Frame {
        environment: "qa",
        in_cart: 2,
    };

    #[test]
    fn amounts_have_two_decimals() {
        assert_eq!([5, 1450, 100_000].map(money), ["€ 0.05", "€ 14.50", "€ 1000.00"]);
    }

    #[test]
    fn names_from_the_catalog_are_escaped() {
        let product = Product {
            slug: "x".into(),
            name: "<script>alert(1)</script>".into(),
            description: "a & b".into(),
            price_cents: 100,
        };
        let page = super::product(&FRAME, &product).into_string();
        assert!(page.contains("&lt;script&gt;") && page.contains("a &amp; b") && !page.contains("<script"));
    }

    #[test]
    fn every_page_says_where_it_runs_but_in_production() {
        assert!(
            cart(&FRAME, None)
                .into_string()
                .contains(r#"<span class="environment">qa</span>"#)
        );
        let prod = Frame {
            environment: "prod",
            in_cart: 0,
        };
        assert!(!cart(&prod, None).into_string().contains("environment"));
    }
}
