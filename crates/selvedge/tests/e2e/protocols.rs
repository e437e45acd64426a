//! HTTP/1.1, HTTP/2 and TLS.

use std::net::{Ipv6Addr, TcpListener};

use http::{Method, Version};

use crate::support::{Answer, Certificate, Project, RawConnection, within};

const PROTOCOL: &str = "export default {
  fetch(request) {
    const { httpProtocol, tlsVersion } = request.cf;
    return Response.json({ httpProtocol, tls: tlsVersion !== '', protocol: new URL(request.url).protocol });
  },
};";

#[tokio::test]
async fn http1_pipelining_and_keep_alive() {
    let project =
        Project::worker("export default { fetch: (request) => new Response(new URL(request.url).pathname) };");
    let server = project.dev().await;
    let mut connection = server.connect().await;
    let requests: String = (0..5).map(|index| format!("GET /{index} HTTP/1.1\r\nHost: localhost\r\n\r\n")).collect();
    connection.send(requests).await;
    for index in 0..5 {
        let answer = connection.answer().await;
        assert_eq!((answer.status, answer.body), (200, format!("/{index}")));
    }
    connection.send("GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(connection.read_to_close().await.ends_with("/last"));
}

#[tokio::test]
async fn localhost_is_both_loopback_addresses() {
    let project = Project::worker("export default { fetch: () => new Response('here') };");
    let server = project.dev().await;
    let mut addresses = vec![server.address()];
    // Not every machine has IPv6.
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        addresses.push((Ipv6Addr::LOCALHOST, server.address().port()).into());
    }
    for address in addresses {
        let mut connection = RawConnection::open(address).await;
        connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(connection.answer().await.body, "here", "{address}");
    }
}

#[tokio::test]
async fn http1_expect_continue() {
    let project = Project::worker("export default { fetch: async (request) => new Response(await request.text()) };");
    let server = project.dev().await;
    let mut connection = server.connect().await;
    connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n").await;
    connection.read_until("HTTP/1.1 100 Continue\r\n\r\n").await;
    connection.send("body").await;
    assert_eq!(connection.answer().await.body, "body");
}

#[tokio::test]
async fn http1_0_is_answered() {
    let project = Project::worker("export default { fetch: () => new Response('old') };");
    let server = project.dev().await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.0\r\n\r\n").await;
    let answer = connection.read_to_close().await;
    assert!(answer.contains(" 200 ") && answer.ends_with("old"), "{answer}");
}

#[tokio::test]
async fn http2_with_prior_knowledge() {
    let project = Project::worker(PROTOCOL);
    let server = project.dev().await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let requests = (0..20).map(|_| client.get(server.url("/")).send());
    for response in within("all answers", futures_util::future::join_all(requests)).await {
        let response = response.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        assert!(response.text().await.unwrap().contains(r#""httpProtocol":"HTTP/2""#));
    }
}

#[tokio::test]
async fn tls_negotiates_http2() {
    let certificate = Certificate::new();
    let project = Project::worker(PROTOCOL);
    certificate.write_to(&project);
    let arguments = ["--local-protocol", "https", "--https-cert-path", "cert.pem", "--https-key-path", "key.pem"];
    let server = project.dev_with(&arguments).await;
    let client = certificate.client();
    let answer = Answer::of(client.request(Method::GET, server.url("/"))).await;
    let expected = serde_json::json!({ "httpProtocol": "HTTP/2", "tls": true, "protocol": "https:" });
    assert_eq!(answer.assert_status(200).json(), expected);
}
