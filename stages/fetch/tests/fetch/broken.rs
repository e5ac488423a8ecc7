//! Connections that break, and what the next request or the next run makes of it.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Answer, Server};
use crate::support::{Bench, blake3, content, one, only};

#[test]
fn goes_on_where_the_connection_broke() {
    let bytes = content(500_000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| {
        let answer = Answer::file(&served, "1", request);
        if nth == 0 { answer.cut(200_000) } else { answer }
    });
    assert_eq!(only(Bench::new().run(&one(&server.url("f"), &bytes)).unwrap()).1, bytes);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].from, Some(200_000));
    assert_eq!(requests[1].if_range.as_deref(), Some("\"1\""));
}

#[test]
fn the_next_run_goes_on_where_the_last_one_was_stopped() {
    let bytes = content(100_000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| {
        let answer = Answer::file(&served, "1", request);
        if nth == 0 { answer.cut(60_000) } else { answer }
    });
    let bench = Bench::new();
    let mut params = one(&server.url("f"), &bytes);
    params["transfer"] = json!({ "attempts": 1 });
    let error = bench.fails(&params);
    assert!(error.details[0].contains("60000 of 100000 bytes"), "{error:?}");
    assert_eq!(only(bench.run(&params).unwrap()).1, bytes);
    assert_eq!(server.requests()[1].from, Some(60_000));
}

#[test]
fn wherever_the_connection_breaks_the_file_arrives_whole() {
    let bytes = content(10_000);
    for ranges in [true, false] {
        for cut in [0, 1, 777, 9_999] {
            let served = bytes.clone();
            let server = Server::start(move |request, nth| {
                let answer = if ranges {
                    Answer::file(&served, "1", request)
                } else {
                    Answer::whole(&served)
                };
                if nth < 3 { answer.cut(cut) } else { answer }
            });
            let files = Bench::new().run(&one(&server.url("f"), &bytes)).unwrap();
            assert_eq!(only(files).1, bytes, "cut after {cut} bytes, ranges: {ranges}");
        }
    }
}

#[test]
fn a_server_that_sends_little_at_a_time_is_asked_as_long_as_it_sends() {
    // 40 breaks are far more than the 5 attempts without progress that are allowed.
    let bytes = content(4_000);
    let served = bytes.clone();
    let server = Server::start(move |request, _| Answer::file(&served, "1", request).cut(100));
    assert_eq!(only(Bench::new().run(&one(&server.url("f"), &bytes)).unwrap()).1, bytes);
    assert_eq!(server.requests().len(), 40);
}

#[test]
fn a_server_that_sends_nothing_new_is_given_up() {
    let bytes = content(4_000);
    let served = bytes.clone();
    let server = Server::start(move |_, _| Answer::whole(&served).cut(100));
    let mut params = one(&server.url("f"), &bytes);
    params["transfer"] = json!({ "attempts": 3 });
    Bench::new().fails(&params);
    // The first brings something new, then three bring nothing.
    assert!(server.requests().len() <= 4, "{}", server.requests().len());
}

#[test]
fn a_file_of_unknown_length_that_is_cut_short_is_asked_for_again() {
    let bytes = content(4_000);
    let served = bytes.clone();
    let server = Server::start(move |_, nth| {
        let answer = Answer::whole(&served).without_length();
        if nth == 0 { answer.cut(1_000) } else { answer }
    });
    assert_eq!(only(Bench::new().run(&one(&server.url("f"), &bytes)).unwrap()).1, bytes);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn starts_anew_when_the_file_has_changed_on_the_server() {
    let (old, new) = (vec![7; 1000], content(1000));
    let served = new.clone();
    let server = Server::start(move |request, nth| {
        if nth == 0 {
            Answer::file(&old, "old", request).cut(500)
        } else {
            Answer::file(&served, "new", request)
        }
    });
    assert_eq!(only(Bench::new().run(&one(&server.url("f"), &new)).unwrap()).1, new);
    let requests = server.requests();
    assert_eq!((requests.len(), requests[1].from), (2, Some(500)));
}

#[test]
fn a_mirror_goes_on_with_what_another_server_has_sent() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, _| {
        let answer = Answer::file(&served, &request.path, request);
        if request.path == "a" { answer.cut(600) } else { answer }
    });
    let params = json!({
        "files": [{
            "url": server.url("a"), "mirrors": [server.url("b")], "digest": blake3(&bytes),
        }],
        "transfer": { "attempts": 1 },
    });
    assert_eq!(only(Bench::new().run(&params).unwrap()).1, bytes);
    let last = server.requests().pop().unwrap();
    assert_eq!((last.from, last.if_range), (Some(600), None));
}

#[test]
fn damaged_remains_of_an_earlier_run_are_replaced() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| {
        let answer = Answer::file(&served, "1", request);
        if nth == 0 { answer.cut(500) } else { answer }
    });
    let bench = Bench::new();
    let mut params = one(&server.url("f"), &bytes);
    params["transfer"] = json!({ "attempts": 1 });
    bench.fails(&params);
    fs_err::write(bench.part(), [0; 500]).unwrap();
    params["transfer"] = json!({ "attempts": 3 });
    assert_eq!(only(bench.run(&params).unwrap()).1, bytes);
}

#[test]
fn a_file_that_had_arrived_whole_is_not_downloaded_again() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, _| match request.path.as_str() {
        "f" => Answer::file(&served, "1", request),
        _ => Answer::status(404),
    });
    let bench = Bench::new();
    let first = json!({ "url": server.url("f"), "digest": blake3(&bytes) });
    let second = json!({ "url": server.url("g"), "digest": blake3(b"g") });
    let params = json!({ "files": [first, second] });
    bench.fails(&params);
    bench.write("data/downloads/g", b"g");
    let before = server.requests().len();
    assert_eq!(bench.run(&params).unwrap()["f"], bytes);
    assert_eq!(server.requests().len(), before);
}

#[test]
fn everything_had_arrived_when_the_last_run_was_killed() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| {
        let answer = Answer::file(&served, "1", request);
        if nth == 0 { answer.cut(999) } else { answer }
    });
    let bench = Bench::new();
    let mut params = one(&server.url("f"), &bytes);
    params["transfer"] = json!({ "attempts": 1 });
    bench.fails(&params);
    fs_err::write(bench.part(), &bytes).unwrap();
    assert_eq!(only(bench.run(&params).unwrap()).1, bytes);
    assert_eq!(server.requests().last().unwrap().from, Some(1000));
}

#[test]
fn a_silent_server_is_given_up_and_what_it_sent_is_kept() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| {
        let answer = Answer::file(&served, "1", request);
        if nth == 0 { answer.cut(300).silent() } else { answer }
    });
    let mut params = one(&server.url("f"), &bytes);
    params["transfer"] = json!({ "timeout_seconds": 1 });
    assert_eq!(only(Bench::new().run(&params).unwrap()).1, bytes);
    assert_eq!(server.requests()[1].from, Some(300));
}

#[test]
fn a_cancelled_run_does_not_wait_for_a_silent_server() {
    let (tell, told) = mpsc::channel();
    let tell = std::sync::Mutex::new(tell);
    let server = Server::start(move |_, _| {
        tell.lock().unwrap().send(()).unwrap();
        Answer::whole(&[1; 1000]).cut(300).silent()
    });
    let bench = Bench::new();
    let mut params = one(&server.url("f"), b"");
    params["transfer"] = json!({ "timeout_seconds": 600 });
    let begin = Instant::now();
    let error = std::thread::scope(|scope| {
        let running = scope.spawn(|| bench.fails(&params));
        told.recv().unwrap();
        bench.cancellation.cancel();
        running.join().unwrap()
    });
    assert!(error.cancelled, "{error:?}");
    assert!(begin.elapsed() < Duration::from_mins(1));
}

#[test]
fn nobody_listens() {
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/f", listener.local_addr().unwrap());
    drop(listener);
    let mut params = one(&url, b"");
    params["transfer"] = json!({ "attempts": 2 });
    let error = Bench::new().fails(&params);
    assert!(error.details[0].contains("refused"), "{error:?}");
}
