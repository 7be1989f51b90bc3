CREATE TABLE carts (
    id         uuid        PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cart_lines (
    cart_id  uuid    NOT NULL REFERENCES carts ON DELETE CASCADE,
    slug     text    NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    PRIMARY KEY (cart_id, slug)
);

CREATE TABLE orders (
    id          uuid        PRIMARY KEY,
    total_cents bigint      NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now()
);

-- Name and price as they were when the order was placed.
CREATE TABLE order_lines (
    order_id    uuid    NOT NULL REFERENCES orders ON DELETE CASCADE,
    slug        text    NOT NULL,
    name        text    NOT NULL,
    price_cents integer NOT NULL,
    quantity    integer NOT NULL,
    PRIMARY KEY (order_id, slug)
);
