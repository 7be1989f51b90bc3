//! The web console: pages over a read model, rendered on the server. No front-end build, no socket: who serves it asks
//! [`answer`] for each path, and sends [`event`] down the live stream whenever the model has changed.

mod board;
mod page;

pub use board::{Board, Cell, Health, Row, Sync};

/// What a path answers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A document: its media type and text.
    Document(&'static str, String),
    /// The stream of [`event`]s, as `text/event-stream`, starting with the model as it is.
    Live,
    /// There is no such page.
    NotFound(String),
}

/// What `path` answers with.
pub fn answer(path: &str, board: &Board) -> Answer {
    match path {
        "/" => Answer::Document("text/html; charset=utf-8", page::page(board).into_string()),
        "/style.css" => Answer::Document("text/css; charset=utf-8", include_str!("style.css").to_owned()),
        "/live.js" => Answer::Document(
            "text/javascript; charset=utf-8",
            include_str!("live.js").to_owned(),
        ),
        "/live" => Answer::Live,
        other => Answer::NotFound(page::not_found(other).into_string()),
    }
}

/// An event of the live stream: the board as HTML, to be put in the place of the one that is shown.
pub fn event(board: &Board) -> String {
    // JSON has no line breaks, which would end the event.
    format!(
        "data: {}\n\n",
        serde_json::Value::String(page::board(board).into_string())
    )
}

/// Headers for every answer: nothing is loaded from elsewhere, nothing is framed.
pub const HEADERS: [(&str, &str); 4] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        let cell = |version: &str, ahead| Cell {
            version: Some(version.to_owned()),
            sync: Sync::Synced,
            health: Health::Healthy,
            ready: 1,
            wanted: 1,
            ahead,
            ..Cell::default()
        };
        Board {
            platform: "storefront".to_owned(),
            stages: vec!["dev".to_owned(), "prod".to_owned()],
            rows: vec![Row {
                unit: "orders".to_owned(),
                cells: vec![cell("aaaaaaaaaaaa", true), cell("bbbbbbbbbbbb", false)],
            }],
            ..Board::default()
        }
    }

    fn document(path: &str, board: &Board) -> String {
        match answer(path, board) {
            Answer::Document(_, text) => text,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn the_board_shows_versions_and_what_waits_to_be_promoted() {
        let page = document("/", &board());
        assert!(page.contains("aaaaaaaaaaaa") && page.contains("bbbbbbbbbbbb"));
        assert_eq!(page.matches("becket promote orders --to prod").count(), 1);
        // Where the screen is too narrow for the table's head.
        assert_eq!(
            page.matches(r#"<td class="healthy" data-stage="prod""#).count(),
            1
        );
    }

    #[test]
    fn messages_are_escaped_and_shown_where_they_belong() {
        let mut board = board();
        board.rows[0].cells[1].health = Health::Degraded;
        board.rows[0].cells[1].message = "readiness probe: <500>".to_owned();
        let page = document("/", &board);
        assert!(page.contains("readiness probe: &lt;500&gt;"));
        assert!(page.contains("1 of 2 apps"));
    }

    #[test]
    fn an_event_is_one_line_of_data() {
        let event = event(&board());
        assert!(event.starts_with("data: \"") && event.ends_with("\"\n\n"));
        assert_eq!(event.trim_end().lines().count(), 1);
    }

    #[test]
    fn a_path_that_is_not_there_is_said_to_be_missing() {
        assert!(matches!(answer("/<x>", &board()), Answer::NotFound(page) if page.contains("/&lt;x&gt;")));
    }
}
