//! A small HTTP server that misbehaves as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// The path.
    pub(crate) path: String,
    /// The first byte of the range, if one was asked for.
    pub(crate) from: Option<usize>,
    /// The condition of the range.
    pub(crate) if_range: Option<String>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
    length: bool,
    cut: Option<usize>,
    silent: bool,
}

impl Answer {
    /// A status without a body.
    pub(crate) fn status(status: u16) -> Self {
        let (headers, body) = (Vec::new(), Vec::new());
        Self { status, headers, body, length: true, cut: None, silent: false }
    }

    /// The whole content, whatever was asked.
    pub(crate) fn whole(content: &[u8]) -> Self {
        Self { body: content.to_vec(), ..Self::status(200) }
    }

    /// What a good server sends: the range that was asked for, if its condition holds.
    pub(crate) fn file(content: &[u8], tag: &str, request: &Request) -> Self {
        let tag = format!("\"{tag}\"");
        let unchanged = request.if_range.as_ref().is_none_or(|known| *known == tag);
        let answer = match request.from {
            Some(from) if unchanged && from >= content.len() => {
                Self::status(416).header(&format!("Content-Range: bytes */{}", content.len()))
            }
            Some(from) if unchanged => {
                let (last, total) = (content.len() - 1, content.len());
                Self { body: content[from..].to_vec(), ..Self::status(206) }
                    .header(&format!("Content-Range: bytes {from}-{last}/{total}"))
            }
            _ => Self::whole(content),
        };
        answer.header(&format!("ETag: {tag}"))
    }

    /// Adds a header line.
    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// Breaks the connection after so many bytes of the body.
    pub(crate) fn cut(self, bytes: usize) -> Self {
        Self { cut: Some(bytes), ..self }
    }

    /// Says nothing of the length; the end of the connection is the end of the file.
    pub(crate) fn without_length(self) -> Self {
        Self { length: false, ..self }
    }

    /// Falls silent after what is cut, and waits for the other side to hang up.
    pub(crate) fn silent(self) -> Self {
        Self { silent: true, ..self }
    }
}

/// What decides on answers: the request and how many came before it.
type Handler = dyn Fn(&Request, usize) -> Answer + Send + Sync;

/// A server on a free port of this machine, until it is dropped.
pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(
        handler: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let handler: Arc<Handler> = Arc::new(handler);
        let (log, end) = (Arc::clone(&requests), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
                // A client that hangs up is part of the tests.
                std::thread::spawn(move || drop(serve(stream.unwrap(), &*handler, &log)));
            }
        });
        Self { port, requests, ended }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(
    mut stream: TcpStream,
    handler: &Handler,
    log: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let request = read_request(&stream)?;
    let nth = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    let answer = handler(&request, nth);
    write!(stream, "HTTP/1.1 {} Said\r\nConnection: close\r\n", answer.status)?;
    if answer.length {
        write!(stream, "Content-Length: {}\r\n", answer.body.len())?;
    }
    for line in &answer.headers {
        write!(stream, "{line}\r\n")?;
    }
    write!(stream, "\r\n")?;
    let end = answer.cut.unwrap_or(answer.body.len()).min(answer.body.len());
    stream.write_all(&answer.body[..end])?;
    if answer.silent {
        stream.read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut request = Request::default();
    for (i, line) in BufReader::new(stream.try_clone()?).lines().enumerate() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if i == 0 {
            request.path = line.split(' ').nth(1).unwrap_or_default().trim_matches('/').to_owned();
        } else if let Some(range) = lower.strip_prefix("range: bytes=") {
            request.from = range.trim_end_matches('-').parse().ok();
        } else if lower.starts_with("if-range:") {
            request.if_range = Some(line["if-range:".len()..].trim().to_owned());
        }
    }
    Ok(request)
}
