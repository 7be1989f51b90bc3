//! Requests that cannot be answered, and an ingress that cannot start: each says why, and what to do.

use http_body_util::BodyExt;
use serde_json::json;

use super::super::*;
use super::bench::*;

#[tokio::test]
async fn another_pod_is_tried_when_one_refuses_the_connection() {
    let bench = Bench::of(Pods::Refusing(2, answer(|_| text("the third")))).await;
    assert_eq!(bench.get("/").await, (200, "the third".to_owned()));
    assert_eq!(bench.pods.dialled.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_body_reaches_the_pod_that_takes_the_connection_whole() {
    let length = Pods::Refusing(
        1,
        Arc::new(|request: Request<Incoming>| {
            Box::pin(async move {
                text(
                    request
                        .into_body()
                        .collect()
                        .await
                        .unwrap()
                        .to_bytes()
                        .len()
                        .to_string(),
                )
            })
        }),
    );
    let bench = Bench::of(length).await;
    let body = http_body_util::Full::new(Bytes::from(vec![7; 1 << 20])).map_err(|never| match never {});
    let request = Request::post("/")
        .header("host", HOST)
        .body(body.boxed_unsync())
        .unwrap();
    let response = bench.http1().await.send_request(request).await.unwrap();
    assert_eq!(read(response).await, (200, (1 << 20).to_string()));
}

#[tokio::test]
async fn pods_that_all_refuse_are_a_502_that_names_the_service() {
    let bench = Bench::of(Pods::Refusing(usize::MAX, answer(|_| text("")))).await;
    let (status, page) = bench.get("/").await;
    assert_eq!(status, 502);
    assert!(
        page.starts_with("502: connection refused\nService dev/web port 8080: its pods are ready but"),
        "{page}"
    );
}

#[tokio::test]
async fn a_request_that_was_sent_is_not_sent_again() {
    let bench = Bench::of(Pods::Closing).await;
    let (status, page) = bench.get("/").await;
    assert_eq!(status, 502);
    assert!(
        page.contains("Service dev/web port 8080: the pod took the connection but gave no answer"),
        "{page}"
    );
    assert_eq!(bench.pods.dialled.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_service_without_ready_pods_is_a_503_that_says_why() {
    let bench = Bench::of(Pods::NotReady(
        "orders-1: exited with 101: no DATABASE_URL <none>",
    ))
    .await;
    let wanted = "503: no ready pods\nService dev/web port 8080 has no ready pods\n\
                  orders-1: exited with 101: no DATABASE_URL <none>\n";
    assert_eq!(bench.get("/").await, (503, wanted.to_owned()));

    let mut request = get("/");
    request
        .headers_mut()
        .insert("accept", "text/html,*/*".parse().unwrap());
    let (_, page) = read(bench.http1().await.send_request(request).await.unwrap()).await;
    assert!(
        page.contains("<p>orders-1: exited with 101: no DATABASE_URL &lt;none&gt;</p>"),
        "{page}"
    );
}

#[tokio::test]
async fn a_service_that_is_not_there_is_a_503_that_names_it() {
    let bench = Bench::new([], json!([{"backendRefs": [{"name": "web", "port": 80}]}])).await;
    let (status, page) = bench.get("/").await;
    assert_eq!((status, page.lines().next()), (503, Some("503: no such Service")));
    assert!(page.contains("there is no Service `web`"), "{page}");
}

#[tokio::test]
async fn what_no_rule_is_for_and_what_a_rule_cannot_do_are_errors() {
    let rules = json!([
        {"matches": [{"path": {"value": "/mirror"}}], "filters": [{"type": "RequestMirror"}], "backendRefs": [{"name": "web", "port": 80}]},
        {"matches": [{"path": {"value": "/none"}}]},
    ]);
    let bench = Bench::new([("web", named("web"))], rules).await;
    let (status, page) = bench.get("/mirror").await;
    assert_eq!(status, 500);
    assert!(
        page.contains("HTTPRoute dev/web, rules[0].filters[0]: the filter `RequestMirror` is not served"),
        "{page}"
    );
    let (status, page) = bench.get("/none").await;
    assert!(
        status == 500 && page.contains("leads to no Service"),
        "{status} {page}"
    );
    let (status, page) = bench.get("/other").await;
    assert!(
        status == 404 && page.contains("no rule of its HTTPRoute matches GET /other"),
        "{status} {page}"
    );
    assert_eq!(*bench.pods.dialled.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_pod_that_takes_too_long_is_a_504() {
    let never = Pods::Ready(Arc::new(|_| Box::pin(std::future::pending())));
    let rules = json!([{"backendRefs": [{"name": "web", "port": 80}], "timeouts": {"request": "10ms"}}]);
    let bench = Bench::new([("web", never)], rules).await;
    let (status, page) = bench.get("/").await;
    assert!(
        status == 504 && page.contains("no answer within 10ms"),
        "{status} {page}"
    );
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let bench = Bench::of(named("web")).await;
    let request = Request::get("/").body(empty()).unwrap();
    assert_eq!(
        read(bench.http1().await.send_request(request).await.unwrap())
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_names_who_has_it() {
    let bench = Bench::of(named("web")).await;
    let port = bench.serving.port();
    let Err(error) = Ingress::bind(port, &bench.authority).await else {
        panic!("two have port {port}")
    };
    let text = error.to_string();
    let wanted = format!("port {port} is taken, by process {} (`", std::process::id());
    assert!(text.starts_with(&wanted), "{text}");
    assert!(
        text.ends_with("`)\nstop it, or choose another port with `--port`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_port_is_free_again_after_the_end() {
    let bench = Bench::of(named("web")).await;
    let port = bench.serving.port();
    bench.serving.shutdown(Duration::from_secs(20)).await;
    Ingress::bind(port, &bench.authority).await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_the_end_of_the_ingress() {
    let asked = Arc::new(tokio::sync::Notify::new());
    let pod_asked = Arc::clone(&asked);
    let never = Pods::Ready(Arc::new(move |_| {
        pod_asked.notify_one();
        Box::pin(std::future::pending())
    }));
    let bench = Bench::of(never).await;
    let mut sender = bench.http1().await;
    let answer = tokio::spawn(async move { sender.send_request(get("/")).await.is_err() });
    asked.notified().await;
    bench.serving.shutdown(Duration::from_millis(10)).await;
    assert!(answer.await.unwrap());
}
