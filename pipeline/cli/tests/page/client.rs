//! The least that speaks HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{PATIENCE, Page};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends these bytes and reads until the other side closes.
pub(crate) fn send(page: &Page, request: &[u8]) -> Answer {
    let mut stream = connect(page);
    // A server that has heard enough may have closed already.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

pub(crate) fn connect(page: &Page) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", page.port())).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time");
    stream
}

/// The headers that a browser sends that was let in.
pub(crate) fn browser(page: &Page) -> String {
    let (port, token) = (page.port(), page.token());
    format!(
        "Host: 127.0.0.1:{port}\r\nCookie: runs-page-{port}={token}\r\nConnection: close\r\n\
         Sec-Fetch-Site: same-origin\r\n"
    )
}

/// Asks as the page would.
pub(crate) fn get(page: &Page, path: &str) -> Answer {
    send(page, format!("GET {path} HTTP/1.1\r\n{}\r\n", browser(page)).as_bytes())
}

/// Asks for a change as the page would.
pub(crate) fn post(page: &Page, path: &str) -> Answer {
    let secret = page_secret(page);
    let head = browser(page);
    let request = format!(
        "POST {path} HTTP/1.1\r\n{head}X-Page-Secret: {secret}\r\nContent-Length: 0\r\n\r\n"
    );
    send(page, request.as_bytes())
}

/// What the page knows.
pub(crate) fn page_secret(page: &Page) -> String {
    let body = get(page, "/").body;
    let (_, rest) = body.split_once("name=\"page-secret\" content=\"").expect("it is in the page");
    rest.split('"').next().expect("it ends").to_owned()
}

/// Server-sent events.
pub(crate) struct Events {
    lines: BufReader<TcpStream>,
    /// The id of the last one.
    pub(crate) id: String,
}

impl Events {
    pub(crate) fn open(page: &Page, query: &str, headers: &str) -> Self {
        let mut stream = connect(page);
        let head = browser(page);
        let request = format!("GET /events?{query} HTTP/1.1\r\n{head}{headers}\r\n");
        stream.write_all(request.as_bytes()).expect("it listens");
        Self { lines: BufReader::new(stream), id: String::new() }
    }

    /// The data of the next event of a kind for which something holds.
    pub(crate) fn wait(&mut self, kind: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begin = Instant::now();
        let mut now = String::new();
        let mut seen = Vec::new();
        let mut line = String::new();
        loop {
            assert!(begin.elapsed() < PATIENCE + Duration::from_secs(1), "none came: {seen:?}");
            line.clear();
            let length = self.lines.read_line(&mut line);
            assert!(length.is_ok_and(|length| length > 0), "the stream ended: {seen:?}");
            if let Some(id) = line.strip_prefix("id: ") {
                id.trim_end().clone_into(&mut self.id);
            }
            if let Some(kind) = line.strip_prefix("event: ") {
                kind.trim_end().clone_into(&mut now);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                let data: Value = serde_json::from_str(data).expect("JSON");
                if now == kind && holds(&data) {
                    return data;
                }
                seen.push(data);
            }
        }
    }
}
