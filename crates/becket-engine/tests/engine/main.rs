//! The engine with real repositories and real pods.

mod support;

use std::time::Instant;

use support::{Platform, get, judged, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_serves() {
    judged!();
    let platform = Platform::new();
    let one = platform.image(&[("VERSION", "1")]);
    let two = platform.image(&[("VERSION", "2")]);
    platform.release("orders", "dev", &one);
    let engine = platform.start().await;
    let board = until(&engine, |board| board.is_healthy() && !board.apps.is_empty()).await;
    let app = board.app("apps-orders-dev").unwrap();
    assert_eq!((app.unit.as_str(), app.stage.as_str()), ("orders", "dev"));
    assert_eq!(
        app.image.as_deref(),
        Some(format!("localhost/orders@{one}").as_str())
    );
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "1".to_owned()))
    );
    assert_eq!(
        get(&engine, "dev", "orders", "/env/ENVIRONMENT").await,
        Ok((200, "dev".to_owned()))
    );

    let begun = Instant::now();
    let commit = platform.release("orders", "dev", &two);
    until(&engine, |board| board.revision == commit && board.is_healthy()).await;
    println!("commit to serving: {} ms", begun.elapsed().as_millis());
    assert_eq!(
        get(&engine, "dev", "orders", "/").await,
        Ok((200, "2".to_owned()))
    );
    assert_eq!(engine.board().borrow().builds, 2);
    engine.shutdown().await;
}
