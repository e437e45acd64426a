//! Rate limits.

use serde_json::json;

use crate::support::Project;

#[tokio::test]
async fn a_rate_limit_counts_by_key_and_namespace() {
    let limit = |name: &str, namespace: &str| json!({ "name": name, "namespace_id": namespace, "simple": { "limit": 3, "period": 60 } });
    let project = Project::worker(
        "export default { async fetch(request, env) {
            const url = new URL(request.url);
            const limiter = env[url.pathname.slice(1)];
            const options = JSON.parse(url.searchParams.get('options'));
            try { return Response.json(await limiter.limit(options)); }
            catch (error) { return new Response(String(error)); }
        } };",
    )
    .config(json!({
        "ratelimits": [limit("A", "1"), limit("SAME", "1"), limit("OTHER", "2")],
        "unsafe": { "bindings": [{ "name": "OLD", "type": "ratelimit", "namespace_id": "3",
            "simple": { "limit": 3, "period": 60 } }] },
    }));
    let server = project.dev().await;
    for binding in ["A", "OTHER", "OLD"] {
        // A minute may end in the middle: then as many again pass.
        let mut passed = 0;
        for _ in 0..8 {
            let path = format!("/{binding}?options={{\"key\":\"k\"}}");
            passed += usize::from(server.get(&path).await.json()["success"] == true);
        }
        assert!(passed == 3 || (4..=6).contains(&passed), "{binding}: {passed}");
    }
    let mut shared = 0;
    for binding in ["A", "SAME", "A", "SAME", "A", "SAME", "A", "SAME"] {
        let path = format!("/{binding}?options={{\"key\":\"shared\"}}");
        shared += usize::from(server.get(&path).await.json()["success"] == true);
    }
    assert!((3..=6).contains(&shared), "{shared}");
    for (options, words) in [
        ("1", "invalid rate limit options"),
        ("{\"key\":1}", "invalid key: 1"),
        ("{\"a\":1,\"b\":2}", "bad rate limit options: [a,b]"),
        ("{\"key\":\"k\",\"period\":20}", "unsupported period: 20"),
        ("{\"key\":\"k\",\"limit\":\"3\"}", "limit must be a number: 3"),
    ] {
        let answer = server.get(&format!("/A?options={options}")).await;
        assert_eq!(answer.text(), format!("Error: {words}"));
    }
}
