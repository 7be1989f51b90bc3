//! Requests that are answered: both versions of HTTP, streams, upgrades, filters, the console, a change of routes.

use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::super::*;
use super::bench::*;

fn all_headers(headers: &HeaderMap) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines.concat()
}

/// Pods that answer with what they were asked.
fn telling() -> Pods {
    Pods::Ready(answer(|request| {
        let (method, uri, version) = (request.method(), request.uri(), request.version());
        let mut response = text(format!(
            "{method} {uri} {version:?}\n{}",
            all_headers(request.headers())
        ));
        response.headers_mut().insert("x-secret", "1".parse().unwrap());
        response
            .headers_mut()
            .insert("keep-alive", "timeout=9".parse().unwrap());
        response
    }))
}

#[tokio::test]
async fn a_pod_is_asked_in_http_1_and_told_who_asks_for_what() {
    let bench = Bench::of(telling()).await;
    let port = bench.serving.port();
    let wanted = format!(
        "GET /a?b=c HTTP/1.1\nhost: {HOST}:{port}\nx-forwarded-for: 127.0.0.1\nx-forwarded-host: {HOST}:{port}\n\
         x-forwarded-port: {port}\nx-forwarded-proto: https\n"
    );

    let request =
        Request::get(format!("https://{HOST}:{port}/a?b=c")).header("x-forwarded-for", "198.51.100.7");
    let response = bench
        .http2()
        .await
        .send_request(request.body(empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.headers().get("keep-alive"), None);
    assert_eq!(read(response).await, (200, wanted.clone()));

    let request = Request::get("/a?b=c")
        .header("host", format!("{HOST}:{port}"))
        .header("connection", "x-hop");
    let request = request
        .header("x-hop", "1")
        .header("forwarded", "for=198.51.100.7")
        .header("te", "gzip");
    let response = bench
        .http1()
        .await
        .send_request(request.body(empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(read(response).await, (200, wanted));
    assert_eq!(
        *bench.pods.dialled.lock().unwrap(),
        ["dev/web:8080", "dev/web:8080"]
    );
}

#[tokio::test]
async fn a_hundred_requests_at_once_over_one_connection_get_their_own_answers() {
    let bench = Bench::of(telling()).await;
    let sender = bench.http2().await;
    let mut asked = JoinSet::new();
    for number in 0..100 {
        let mut sender = sender.clone();
        asked.spawn(async move {
            let request = Request::get(format!("https://{HOST}/{number}"))
                .body(empty())
                .unwrap();
            let (status, said) = read(sender.send_request(request).await.unwrap()).await;
            assert!(
                status == 200 && said.starts_with(&format!("GET /{number} HTTP/1.1\n")),
                "{status} {said}"
            );
        });
    }
    assert_eq!(asked.join_all().await.len(), 100);
}

#[tokio::test]
async fn a_hundred_connections_at_once_are_served() {
    let bench = Bench::of(telling()).await;
    let mut asked = JoinSet::new();
    for number in 0..100 {
        let mut sender = bench.http1().await;
        asked.spawn(async move {
            read(sender.send_request(get(&format!("/{number}"))).await.unwrap())
                .await
                .0
        });
    }
    assert_eq!(asked.join_all().await, [200; 100]);
}

/// Pods that send back each part of the body as it comes.
fn echoing() -> Pods {
    Pods::Ready(Arc::new(|request: Request<Incoming>| {
        Box::pin(async move { Response::new(request.into_body().map_err(Into::into).boxed_unsync()) })
    }))
}

#[tokio::test]
async fn bodies_stream_both_ways_while_both_are_open() {
    let bench = Bench::of(echoing()).await;
    for version in [1, 2] {
        let (mut send, body) = Channel::<Bytes, Box<dyn std::error::Error + Send + Sync>>::new(1);
        let uri = if version == 1 {
            "/".to_owned()
        } else {
            format!("https://{HOST}/")
        };
        let request = Request::post(uri)
            .header("host", HOST)
            .body(body.boxed_unsync())
            .unwrap();
        send.send_data(Bytes::from("one")).await.unwrap();
        let response = if version == 1 {
            bench.http1().await.send_request(request).await
        } else {
            bench.http2().await.send_request(request).await
        };
        let mut answer = response.unwrap().into_body();
        // The answer to each part is there before the next part is sent.
        for (part, next) in [("one", Some("two")), ("two", Some("three")), ("three", None)] {
            let frame = answer.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), part);
            if let Some(next) = next {
                send.send_data(Bytes::from(next)).await.unwrap();
            }
        }
        drop(send);
        assert!(answer.collect().await.unwrap().to_bytes().is_empty());
    }
}

/// Pods that go over to a protocol that sends back what it gets.
fn upgrading() -> Pods {
    Pods::Ready(Arc::new(|mut request: Request<Incoming>| {
        Box::pin(async move {
            let mut response = text("");
            if request
                .headers()
                .get("upgrade")
                .is_some_and(|protocol| protocol == "websocket")
            {
                let upgraded = hyper::upgrade::on(&mut request);
                tokio::spawn(async move {
                    let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded.await.unwrap()));
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
                *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                response
                    .headers_mut()
                    .insert("connection", "Upgrade".parse().unwrap());
                response
                    .headers_mut()
                    .insert("upgrade", "websocket".parse().unwrap());
            }
            response
        })
    }))
}

#[tokio::test]
async fn an_upgrade_passes_through_and_ends_with_the_ingress() {
    let bench = Bench::of(upgrading()).await;
    let mut request = get("/live");
    request
        .headers_mut()
        .insert("connection", "keep-alive, Upgrade".parse().unwrap());
    request
        .headers_mut()
        .insert("upgrade", "websocket".parse().unwrap());
    let mut response = bench.http1().await.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(response.headers()["upgrade"], "websocket");
    let mut stream = TokioIo::new(hyper::upgrade::on(&mut response).await.unwrap());
    for word in ["ping", "pong"] {
        stream.write_all(word.as_bytes()).await.unwrap();
        let mut said = [0; 4];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, word.as_bytes());
    }
    bench.serving.shutdown(Duration::from_secs(20)).await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

#[tokio::test]
async fn filters_change_requests_and_answers() {
    let rules = json!([
        {"matches": [{"path": {"value": "/api"}}], "backendRefs": [{"name": "web", "port": 80}], "filters": [
            {"type": "URLRewrite", "urlRewrite": {"hostname": "inner", "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/v2"}}},
            {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-set", "value": "1"}], "remove": ["x-away"]}},
            {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"add": [{"name": "x-added", "value": "2"}], "remove": ["x-secret"]}},
        ]},
        {"matches": [{"path": {"value": "/old"}}], "filters": [
            {"type": "RequestRedirect", "requestRedirect": {"hostname": "shop.example", "statusCode": 301, "path": {"type": "ReplaceFullPath", "replaceFullPath": "/new"}}},
        ]},
    ]);
    let bench = Bench::new([("web", telling())], rules).await;
    let mut request = get("/api/a?q=1");
    request.headers_mut().insert("x-away", "1".parse().unwrap());
    let response = bench.http1().await.send_request(request).await.unwrap();
    assert_eq!(response.headers()["x-added"], "2");
    assert_eq!(response.headers().get("x-secret"), None);
    let (_, said) = read(response).await;
    assert!(
        said.starts_with("GET /v2/a?q=1 HTTP/1.1\nhost: inner\n"),
        "{said}"
    );
    assert!(said.contains("x-set: 1\n") && !said.contains("x-away"), "{said}");

    let response = bench.http1().await.send_request(get("/old/x?q=1")).await.unwrap();
    assert_eq!(response.status(), StatusCode::MOVED_PERMANENTLY);
    let wanted = format!("https://shop.localhost:{}/new?q=1", bench.serving.port());
    assert_eq!(response.headers()["location"], wanted.as_str());
}

#[tokio::test]
async fn the_console_is_one_more_host() {
    let service: LocalService =
        Arc::new(|request| Box::pin(async move { text(request.uri().path().to_owned()) }));
    let console = LocalHost {
        host: "shop.localhost".to_owned(),
        service,
    };
    let bench = Bench::with_console(
        [("web", named("web"))],
        json!([{"backendRefs": [{"name": "web", "port": 80}]}]),
        Some(console),
    )
    .await;
    let request = Request::get("/board")
        .header("host", "Shop.localhost:8443")
        .body(empty())
        .unwrap();
    assert_eq!(
        read(bench.http1().await.send_request(request).await.unwrap()).await,
        (200, "/board".to_owned())
    );
    assert_eq!(bench.get("/").await, (200, "web".to_owned()));
    let request = Request::get("/")
        .header("host", "other.localhost")
        .body(empty())
        .unwrap();
    let (status, page) = read(bench.http1().await.send_request(request).await.unwrap()).await;
    let port = bench.serving.port();
    assert_eq!(status, 404);
    assert!(
        page.ends_with(&format!(
            "https://shop.localhost:{port}/\nhttps://{HOST}:{port}/\n"
        )),
        "{page}"
    );
}

#[tokio::test]
async fn new_routes_are_in_force_for_the_next_request_of_an_open_connection() {
    let bench = Bench::new(
        [("a", named("a")), ("b", named("b"))],
        json!([{"backendRefs": [{"name": "a", "port": 80}]}]),
    )
    .await;
    let mut sender = bench.http1().await;
    assert_eq!(read(sender.send_request(get("/")).await.unwrap()).await.1, "a");
    bench
        .serving
        .route(table(&json!([{"backendRefs": [{"name": "b", "port": 80}]}])));
    assert_eq!(read(sender.send_request(get("/")).await.unwrap()).await.1, "b");
}

#[tokio::test]
async fn a_request_under_way_ends_while_the_ingress_closes() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (pod_asked, pod_go) = (Arc::clone(&asked), Arc::clone(&go));
    let slow = Pods::Ready(Arc::new(move |_| {
        let (asked, go) = (Arc::clone(&pod_asked), Arc::clone(&pod_go));
        Box::pin(async move {
            asked.notify_one();
            go.notified().await;
            text("done")
        })
    }));
    let bench = Bench::of(slow).await;
    let port = bench.serving.port();
    let mut sender = bench.http2().await;
    let request = Request::get(format!("https://{HOST}/")).body(empty()).unwrap();
    let answer = tokio::spawn(async move { read(sender.send_request(request).await.unwrap()).await });
    asked.notified().await;
    let closing = tokio::spawn(bench.serving.shutdown(Duration::from_mins(1)));
    // Closed is the listener first; the request goes on.
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!closing.is_finished());
    go.notify_one();
    assert_eq!(answer.await.unwrap(), (200, "done".to_owned()));
    closing.await.unwrap();
}

#[tokio::test]
async fn a_client_without_tls_is_sent_to_https() {
    let bench = Bench::of(named("web")).await;
    let port = bench.serving.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream
        .write_all(format!("GET /a HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 308 "), "{said}");
    assert!(
        said.contains(&format!("location: https://{HOST}:{port}/a\r\n")),
        "{said}"
    );
}

#[tokio::test]
async fn curl_trusts_the_authority_when_told_to_and_not_otherwise() {
    let bench = Bench::of(named("web")).await;
    let port = bench.serving.port();
    let ask = async |more: &[&std::ffi::OsStr]| {
        let resolve = format!("{HOST}:{port}:127.0.0.1");
        let mut curl = tokio::process::Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--resolve", &resolve])
            .args(more);
        curl.arg(format!("https://{HOST}:{port}/")).output().await
    };
    let trusting = ask(&["--cacert".as_ref(), bench.authority.certificate_path().as_ref()]).await;
    let Ok(trusting) = trusting else {
        assert!(std::env::var_os("CI").is_none(), "curl is missing");
        eprintln!("not judged: curl: it is not on this machine");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&trusting.stdout), "web");
    assert_eq!(ask(&[]).await.unwrap().status.code(), Some(60));
}
