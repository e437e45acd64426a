//! `request.cf` and the headers that the edge adds.

use http::Method;

use crate::support::{Answer, Project};

#[tokio::test]
async fn request_cf_describes_the_connection() {
    let project = Project::worker("export default { fetch: (request) => Response.json(request.cf) };");
    let server = project.dev().await;
    let cf = server.get("/").await.assert_status(200).json();
    for key in ["colo", "country", "continent", "city", "region", "regionCode", "postalCode", "timezone"] {
        assert!(cf[key].is_string(), "{key} in {cf}");
    }
    assert_eq!(cf["httpProtocol"], "HTTP/1.1");
    for coordinate in ["latitude", "longitude"] {
        cf[coordinate].as_str().unwrap().parse::<f64>().unwrap();
    }
    assert!(cf["asn"].is_number(), "{cf}");
}

const PRINT_HEADERS: &str = "export default { fetch: (request) => Response.json([...request.headers]) };";

#[tokio::test]
async fn the_edge_adds_its_headers_and_trusts_nobody_elses() {
    let project = Project::worker(PRINT_HEADERS);
    let server = project.dev().await;
    let request = server
        .request(Method::GET, "/")
        .header("cf-connecting-ip", "203.0.113.7")
        .header("x-real-ip", "203.0.113.7")
        .header("x-forwarded-proto", "https")
        .header("cf-ray", "forged");
    let headers = Answer::of(request).await.assert_status(200).json();
    let value = |name: &str| {
        let pair = headers.as_array().unwrap().iter().find(|pair| pair[0] == name);
        pair.map(|pair| pair[1].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(value("cf-connecting-ip"), "127.0.0.1");
    assert_eq!(value("x-real-ip"), "127.0.0.1");
    assert_eq!(value("x-forwarded-proto"), "http");
    assert_ne!(value("cf-ray"), "forged");
    assert_eq!(value("cf-ray").split('-').next().unwrap().len(), 16);
    assert_eq!(value("cf-ipcountry").len(), 2);
}
