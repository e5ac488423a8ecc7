//! From a request to its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hyper::body::{Body as _, Incoming};
use hyper::header::{ALLOW, HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Method, Request, StatusCode};

use crate::answer::{Answer, HTML, JSON, events, report, whole, words};
use crate::body::Body;
use crate::guard::{Guard, Refusal};
use crate::route::Route;
use crate::stream::{Position, Wanted, tell};
use crate::{RunName, Runs, asset, cookie};

/// Everything that answers need.
pub(crate) struct Service {
    pub(crate) guard: Guard,
    pub(crate) runs: Arc<dyn Runs>,
    pub(crate) closing: Arc<AtomicBool>,
    /// What the program is called.
    pub(crate) name: String,
    /// Where the runs are.
    pub(crate) place: String,
}

impl Service {
    /// Answers one request.
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Answer, Infallible> {
        let is_head = *request.method() == Method::HEAD;
        let mut answer = self.respond(&request).await;
        if is_head {
            *answer.body_mut() = Body::Whole(None);
        }
        Ok(answer)
    }

    async fn respond(self: Arc<Self>, request: &Request<Incoming>) -> Answer {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let route = Route::read(uri.path(), uri.query());
        let entry = match &route {
            Some(Route::Page { entry }) => entry.as_deref(),
            _ => None,
        };
        if let Err(Refusal { status, reason }) = self.guard.check(method, uri, headers, entry) {
            tracing::debug!(%status, path = uri.path(), "refused");
            return words(status, reason);
        }
        if !request.body().is_end_stream() {
            return words(StatusCode::PAYLOAD_TOO_LARGE, "no request here has a body");
        }
        let Some(route) = route else { return not_found() };
        let wants = if matches!(route, Route::Stop(_)) { Method::POST } else { Method::GET };
        if *method != wants && !(*method == Method::HEAD && wants == Method::GET) {
            let mut answer = words(StatusCode::METHOD_NOT_ALLOWED, "this is not how to ask for it");
            let allow = if wants == Method::GET { "GET, HEAD" } else { "POST" };
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
            return answer;
        }
        match route {
            Route::Page { entry: Some(_) } => self.enter(),
            Route::Page { entry: None } => self.page(),
            Route::Asset(name) => asset::file(&name).map_or_else(not_found, |(kind, text)| {
                whole(StatusCode::OK, kind, text.into_owned())
            }),
            Route::Events { wanted, since } => self.events(wanted, since, headers),
            Route::Report(run) => self.report(run).await,
            Route::Stop(run) => self.stop(run).await,
        }
    }

    /// The page.
    fn page(&self) -> Answer {
        let values =
            [("name", &*self.name), ("place", &self.place), ("secret", self.guard.page.text())];
        whole(StatusCode::OK, HTML, asset::filled(asset::PAGE, &values))
    }

    /// Lets a browser in.
    fn enter(&self) -> Answer {
        let page = asset::filled(asset::ENTRY, &[("name", &self.name)]);
        let mut answer = whole(StatusCode::OK, HTML, page);
        let cookie = cookie::set(self.guard.port, &self.guard.entry);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().insert(SET_COOKIE, cookie);
        }
        answer
    }

    fn events(&self, wanted: Wanted, since: Position, headers: &HeaderMap) -> Answer {
        // A browser that connects again by itself says here where it was.
        let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
        let since = last.map_or(since, Position::read);
        let (to, from) = tokio::sync::mpsc::channel(1);
        let (runs, closing) = (Arc::clone(&self.runs), Arc::clone(&self.closing));
        tokio::spawn(tell(runs, wanted, since, closing, to));
        events(from)
    }

    async fn report(&self, run: RunName) -> Answer {
        let runs = Arc::clone(&self.runs);
        let found = tokio::task::spawn_blocking(move || runs.report(&run)).await.ok().flatten();
        found.map_or_else(not_found, report)
    }

    async fn stop(&self, run: RunName) -> Answer {
        let runs = Arc::clone(&self.runs);
        let known = move || runs.knows(&run).then(|| runs.stop(&run));
        match tokio::task::spawn_blocking(known).await.ok().flatten() {
            None => not_found(),
            Some(Ok(())) => whole(StatusCode::ACCEPTED, JSON, "{}"),
            Some(Err(refusal)) => words(StatusCode::CONFLICT, &refusal.message),
        }
    }
}

fn not_found() -> Answer {
    words(StatusCode::NOT_FOUND, "there is no such page")
}
