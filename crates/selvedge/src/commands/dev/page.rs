//! What a developer sees in place of an answer, when the Worker fails.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use selvedge_web::fetch::Body;

/// The response that tells a failure: a page for browsers, else the text.
pub(super) fn response(title: &str, report: &str, html: bool) -> Response<Body> {
    let (kind, body) = if html {
        ("text/html; charset=utf-8", page(title, report))
    } else {
        ("text/plain; charset=utf-8", format!("{}\n", report.trim_end()))
    };
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn page(title: &str, report: &str) -> String {
    let (message, rest) = report.split_once('\n').unwrap_or((report, ""));
    let escape = |text| html_escape::encode_text(text).into_owned();
    let (title, message, rest) = (escape(title), escape(message), escape(rest));
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{message}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>
body {{ margin: 8vh auto; max-width: 60rem; padding: 0 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff }}
h1 {{ font-size: 1.3rem; color: #b3261e; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }}
p {{ color: #666; margin: 0 0 .5rem }}
pre {{ background: #f5f5f5; border-radius: 6px; padding: 1rem; overflow-x: auto; font: 13px/1.6 ui-monospace, monospace }}
pre:empty {{ display: none }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #1b1b1b }} h1 {{ color: #ff8a80 }} p {{ color: #999 }} pre {{ background: #262626 }} }}
</style>
</head>
<body>
<p>{title}</p>
<h1>{message}</h1>
<pre>{rest}</pre>
</body>
</html>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_become_markup() {
        let page = page("a & b", "Error: <script>\n    at </pre><b>");
        assert!(page.contains("a &amp; b") && page.contains("Error: &lt;script&gt;"), "{page}");
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
    }
}
