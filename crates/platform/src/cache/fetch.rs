//! `fetch` through the cache.

use http::header::{ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use selvedge_storage::cache::semantics::{Keep, Refusal, Wishes, merge, not_modified_conditions};
use selvedge_storage::cache::{CacheEntry, CacheHead, CacheKey};
use selvedge_web::fetch::{Body, FetchCache, FetchClient, FetchError};

use super::WorkerCache;
use super::answer::{from_entry, marked, now};
use super::tee::keep_while_read;
use crate::BoxFuture;

impl FetchCache for WorkerCache {
    fn fetch(
        &self,
        request: Request<Body>,
        wishes: &str,
        client: FetchClient,
    ) -> BoxFuture<Result<Response<Body>, FetchError>> {
        let (cache, wishes) = (self.clone(), Wishes::parse(wishes));
        Box::pin(async move { cache.through(request, &wishes, &client).await })
    }
}

impl WorkerCache {
    async fn through(
        &self,
        mut request: Request<Body>,
        wishes: &Wishes,
        client: &FetchClient,
    ) -> Result<Response<Body>, FetchError> {
        let bypassed = |response| marked(response, "BYPASS");
        match wishes.admit(request.method(), request.uri().path()) {
            Ok(()) => {}
            Err(Refusal::Bypass) => return client.send(request).await.map(bypassed),
            Err(Refusal::Dynamic) => return client.send(request).await.map(|response| marked(response, "DYNAMIC")),
        }
        let key = self.key(None, wishes.key(&request.uri().to_string()));
        let found = match self.cache.get(key).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "the cache cannot be used");
                return client.send(request).await.map(bypassed);
            }
        };
        let fresh = found.as_ref().is_some_and(|entry| entry.head.is_fresh(now()));
        let found = match found {
            Some(entry) if fresh && wishes.may_answer() => {
                let (response, _) = from_entry(request.headers(), entry, "HIT");
                return Ok(without_body_for_head(request.method(), response));
            }
            found => found,
        };
        // One form is kept for all, whatever coding this request's sender knows.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let asked = request.headers().clone();
        let may_keep = Wishes::may_keep(request.method(), &asked);
        let has_conditions = asked.contains_key(IF_NONE_MATCH) || asked.contains_key(IF_MODIFIED_SINCE);
        let status = if found.is_some() && !fresh { "EXPIRED" } else { "MISS" };
        // A response that can be asked about is not fetched a second time if it has not changed.
        let stale = found.filter(|_| may_keep && !has_conditions);
        let stale = stale.and_then(|entry| Some((not_modified_conditions(&entry.head.headers)?, entry)));
        if let Some((conditions, _)) = &stale {
            request.headers_mut().extend(conditions.clone());
        }
        let response = client.send(request).await?;
        match stale {
            Some((_, entry)) if response.status() == StatusCode::NOT_MODIFIED => {
                Ok(self.revalidated(key, entry, &asked, response.headers(), wishes).await)
            }
            _ if may_keep => Ok(self.keep(key, &asked, response, wishes, status).await),
            _ => Ok(marked(response, status)),
        }
    }

    /// The origin says that the entry is still good.
    async fn revalidated(
        &self,
        key: CacheKey,
        mut entry: CacheEntry,
        asked: &HeaderMap,
        fresh: &HeaderMap,
        wishes: &Wishes,
    ) -> Response<Body> {
        let before = entry.head.clone();
        let headers = merge(&before.headers, fresh);
        let status = StatusCode::from_u16(before.status).unwrap_or(StatusCode::OK);
        match wishes.keep(asked, status, &headers, now()) {
            Keep::Yes(head) => {
                if let Err(error) = self.cache.refresh(key, before, head.clone()).await {
                    tracing::warn!(%error, "a cached response could not be refreshed");
                }
                entry.head = head;
            }
            Keep::No | Keep::Forbidden => entry.head = CacheHead { headers, ..before },
        }
        from_entry(asked, entry, "REVALIDATED").0
    }

    /// Keeps a response while it is read, if it may be kept.
    async fn keep(
        &self,
        key: CacheKey,
        asked: &HeaderMap,
        mut response: Response<Body>,
        wishes: &Wishes,
        status: &'static str,
    ) -> Response<Body> {
        let head = match wishes.keep(asked, response.status(), response.headers(), now()) {
            Keep::Yes(head) => head,
            Keep::Forbidden => return marked(response, "BYPASS"),
            Keep::No => return marked(response, status),
        };
        match self.cache.put(key, head, response.body().length()).await {
            Ok(writer) => {
                // What is the same for all has no visitor's cookie, for the first one neither.
                response.headers_mut().remove(SET_COOKIE);
                marked(response.map(|body| keep_while_read(body, writer)), status)
            }
            Err(error) => {
                tracing::warn!(%error, "the cache cannot be used");
                marked(response, status)
            }
        }
    }
}

fn without_body_for_head(method: &Method, response: Response<Body>) -> Response<Body> {
    if *method == Method::HEAD { response.map(|_| Body::Empty) } else { response }
}
