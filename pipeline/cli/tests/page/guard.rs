//! Who is let in.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::client::{browser, connect, get, page_secret, post, send};
use crate::program::Space;

#[test]
fn a_browser_is_let_in_by_the_address_and_by_nothing_less() {
    let space = Space::new();
    let page = space.page();
    let host = format!("Host: localhost:{}\r\nConnection: close\r\n\r\n", page.port());
    let stranger = send(&page, format!("GET / HTTP/1.1\r\n{host}").as_bytes());
    assert_eq!(stranger.status, 403);
    assert!(stranger.body.contains("open the whole address"), "{}", stranger.body);
    let wrong = send(&page, format!("GET /?token=0 HTTP/1.1\r\n{host}").as_bytes());
    assert_eq!(wrong.status, 403);
    let token = page.token();
    let entered = send(&page, format!("GET /?token={token} HTTP/1.1\r\n{host}").as_bytes());
    assert_eq!(entered.status, 200);
    for part in ["httponly", "samesite=strict", "path=/", "referrer-policy: no-referrer"] {
        assert!(entered.head.contains(part), "{}", entered.head);
    }
    assert!(!entered.body.contains(token), "it is not in the page");
    let index = get(&page, "/");
    assert_eq!(index.status, 200);
    for part in [
        "script-src 'self';",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
    ] {
        assert!(index.head.contains(part), "{}", index.head);
    }
    assert!(!index.head.contains("unsafe-inline") && !index.head.contains("access-control"));
    assert_eq!(page.close(), Some(0));
}

#[test]
fn other_hosts_and_other_origins_are_refused() {
    let space = Space::new();
    let page = space.page();
    let secret = page_secret(&page);
    let head = browser(&page);
    let own = format!("127.0.0.1:{}", page.port());
    for (host, expected) in
        [("evil.example", 421), ("127.0.0.1", 421), ("localhost:1", 421), (own.as_str(), 200)]
    {
        let head = head.replace(&format!("Host: {own}"), &format!("Host: {host}"));
        let answer = send(&page, format!("GET / HTTP/1.1\r\n{head}\r\n").as_bytes());
        assert_eq!(answer.status, expected, "{host}");
    }
    let other = format!("http://127.0.0.1:{}", page.port().wrapping_add(1));
    for origin in ["http://evil.example", "null", &other] {
        for method in ["GET /events", "POST /stop/slow/1"] {
            let request = format!(
                "{method} HTTP/1.1\r\n{head}Origin: {origin}\r\nX-Page-Secret: {secret}\r\n\r\n"
            );
            assert_eq!(send(&page, request.as_bytes()).status, 403, "{method} from {origin}");
        }
    }
    let framed = head.replace("same-origin", "cross-site");
    assert_eq!(send(&page, format!("GET / HTTP/1.1\r\n{framed}\r\n").as_bytes()).status, 403);
    let bare = send(&page, format!("POST /stop/slow/1 HTTP/1.1\r\n{head}\r\n").as_bytes());
    assert_eq!(bare.status, 403, "without the page's secret");
    let asked = send(&page, format!("OPTIONS / HTTP/1.1\r\n{head}\r\n").as_bytes());
    assert_eq!(asked.status, 403);
}

#[test]
fn nothing_but_known_runs_and_files_of_the_page_can_be_asked_for() {
    let space = Space::new();
    fs_err::create_dir_all(space.path("runs/slow/history")).unwrap();
    fs_err::write(space.path("runs/slow/report.html"), "of nobody").unwrap();
    fs_err::write(space.path("runs/report.html"), "outside").unwrap();
    let page = space.page();
    for path in [
        "/report/../report.html",
        "/report/slow/..",
        "/report/..%2F/1",
        "/report/slow/%2e%2e%2f%2e%2e",
        "/report/%2e%2e/x",
        "/report/slow/1",
        "/report/./slow",
        "/asset/..%2F..%2FCargo.toml",
        "/asset/%2fetc%2fpasswd",
        "/asset/",
        "/slow.yaml",
        "//etc/passwd",
    ] {
        assert_eq!(get(&page, path).status, 404, "{path}");
    }
    assert_eq!(post(&page, "/stop/slow/1").status, 404);
    assert_eq!(post(&page, "/").status, 405);
    assert_eq!(get(&page, "/stop/slow/1").status, 405);
}

#[test]
fn a_request_may_not_be_long_or_carry_anything() {
    let space = Space::new();
    let page = space.page();
    let head = browser(&page);
    let long =
        send(&page, format!("GET /{} HTTP/1.1\r\n{head}\r\n", "x".repeat(40_000)).as_bytes());
    assert!([0, 414, 431].contains(&long.status), "{}", long.status);
    let headers = "X-A: b\r\n".repeat(500);
    let many = send(&page, format!("GET / HTTP/1.1\r\n{head}{headers}\r\n").as_bytes());
    assert!([0, 431].contains(&many.status), "{}", many.status);
    let body = format!("POST / HTTP/1.1\r\n{head}Content-Length: 5\r\n\r\nhello");
    assert_eq!(send(&page, body.as_bytes()).status, 403);
    let secret = page_secret(&page);
    let body = format!(
        "POST /stop/slow/1 HTTP/1.1\r\n{head}X-Page-Secret: {secret}\r\nContent-Length: 9000000000\r\n\r\nhello"
    );
    assert_eq!(send(&page, body.as_bytes()).status, 413);
    assert_eq!(send(&page, b"\x16\x03\x01 nonsense\r\n\r\n").status, 400);
    assert_eq!(get(&page, "/").status, 200, "it goes on");
}

/// One who sends a byte now and then does not keep others out, nor for long.
#[test]
fn those_who_say_nothing_are_shown_out() {
    let space = Space::new();
    let page = space.page();
    let mut silent: Vec<_> = (0..80).map(|_| connect(&page)).collect();
    let begin = Instant::now();
    silent[0].write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    // More than may be open at once: the last ones are closed at once …
    let mut last = silent.pop().unwrap();
    assert!(matches!(last.read(&mut [0; 16]), Ok(0) | Err(_)));
    assert!(begin.elapsed() < Duration::from_secs(5));
    // … and the first ones when they have been silent for some seconds.
    let mut rest = Vec::new();
    let _ = silent[0].read_to_end(&mut rest);
    assert!(begin.elapsed() < Duration::from_secs(25), "{:?}", begin.elapsed());
    drop(silent);
    assert_eq!(get(&page, "/").status, 200);
}
