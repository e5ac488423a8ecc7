//! Servers that do what they should, more or less.

use serde_json::json;

use crate::server::{Answer, Server};
use crate::support::{Bench, blake3, content, one, only};

#[test]
fn fetches_a_file_under_the_name_in_its_url() {
    let bytes = content(300_000);
    let served = bytes.clone();
    let server = Server::start(move |request, _| Answer::file(&served, "1", request));
    let bench = Bench::new();
    let files = bench.run(&one(&server.url("d/scan%201.nii.gz?download=1"), &bytes)).unwrap();
    assert_eq!(only(files), ("scan 1.nii.gz".to_owned(), bytes));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn several_files_arrive_each_in_its_place() {
    let server = Server::start(|request, _| Answer::whole(request.path.as_bytes()));
    let file = |path: &str| json!({ "url": server.url(path), "digest": blake3(path.as_bytes()) });
    let mut files: Vec<_> = (0..9).map(|i| file(&format!("f{i}"))).collect();
    files[0]["path"] = json!("sub/first.bin");
    let bench = Bench::new();
    let found = bench.run(&json!({ "files": files, "transfer": { "parallel": 3 } })).unwrap();
    let names: Vec<_> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "sub/first.bin"]);
    assert_eq!(found["sub/first.bin"], b"f0");
    assert_eq!(found["f7"], b"f7");
}

#[test]
fn follows_redirects_with_the_range() {
    let bytes = content(1000);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| match request.path.as_str() {
        "old" => Answer::status(302).header("Location: /new"),
        _ if nth < 2 => Answer::file(&served, "1", request).cut(400),
        _ => Answer::file(&served, "1", request),
    });
    let files = Bench::new().run(&one(&server.url("old"), &bytes)).unwrap();
    assert_eq!(only(files), ("old".to_owned(), bytes));
    let asked: Vec<_> =
        server.requests().into_iter().map(|request| (request.path, request.from)).collect();
    let expected = [("old", None), ("new", None), ("old", Some(400)), ("new", Some(400))];
    assert_eq!(asked, expected.map(|(path, from)| (path.to_owned(), from)));
}

#[test]
fn asks_again_when_a_server_is_busy() {
    let bytes = content(10);
    let served = bytes.clone();
    let server = Server::start(move |request, nth| match nth {
        0 => Answer::status(503),
        1 => Answer::status(429).header("Retry-After: 0"),
        _ => Answer::file(&served, "1", request),
    });
    assert_eq!(only(Bench::new().run(&one(&server.url("f"), &bytes)).unwrap()).1, bytes);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_missing_file_is_asked_for_once_and_the_error_says_what_to_do() {
    let server = Server::start(|_, _| Answer::status(404));
    let bench = Bench::new();
    let url = server.url("d/images.zip");
    let error = bench.fails(&one(&url, b""));
    assert_eq!(error.message, "1 of 1 files could not be fetched: `images.zip`");
    assert_eq!(
        error.details,
        [format!("images.zip: {url}: the server answers 404 (there is no such file)")]
    );
    let help = error.help.unwrap();
    assert!(help.contains(&bench.path("data/downloads").display().to_string()), "{help}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_mirror_helps_out_and_every_reason_is_told_when_none_does() {
    let bytes = content(100);
    let served = bytes.clone();
    let server = Server::start(move |request, _| match request.path.as_str() {
        "good" => Answer::file(&served, "1", request),
        "other" => Answer::whole(b"something else"),
        _ => Answer::status(403),
    });
    let file = |mirrors: &[&str]| {
        let mirrors: Vec<_> = mirrors.iter().map(|path| server.url(path)).collect();
        let digest = blake3(&bytes);
        json!({ "files": [
            { "url": server.url("gone"), "mirrors": mirrors, "digest": digest, "name": "f" }
        ] })
    };
    let bench = Bench::new();
    assert_eq!(only(bench.run(&file(&["other", "good"])).unwrap()), ("f".to_owned(), content(100)));
    let error = Bench::new().fails(&file(&["other"]));
    assert_eq!(error.details.len(), 2, "{error:?}");
    assert!(error.details[0].contains("403"), "{error:?}");
    assert!(error.details[1].contains(&blake3(b"something else")), "{error:?}");
}

#[test]
fn every_file_that_fails_is_named() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "good" => Answer::whole(b"good"),
        _ => Answer::status(404),
    });
    let file = |name: &str| json!({ "url": server.url(name), "digest": blake3(b"good") });
    let error = Bench::new().fails(&json!({ "files": [file("a"), file("good"), file("b")] }));
    assert_eq!(error.message, "2 of 3 files could not be fetched: `a`, `b`");
}

#[test]
fn a_file_of_another_digest_is_not_asked_for_twice() {
    let server = Server::start(|_, _| Answer::whole(b"changed"));
    let bench = Bench::new();
    let error = bench.fails(&one(&server.url("f"), b"wanted"));
    assert!(error.details[0].contains(&blake3(b"changed")), "{error:?}");
    assert!(error.details[0].contains(&blake3(b"wanted")), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_and_while_it_arrives() {
    let bytes = content(2 << 20);
    for length in [true, false] {
        let served = bytes.clone();
        let server = Server::start(move |_, _| {
            let answer = Answer::whole(&served);
            if length { answer } else { answer.without_length() }
        });
        let mut params = one(&server.url("f"), &bytes);
        params["transfer"] = json!({ "largest_mib": 1 });
        let error = Bench::new().fails(&params);
        assert!(error.details[0].contains("more than 1048576 bytes"), "{error:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn md5_is_accepted_with_a_warning_that_gives_a_better_digest() {
    let server = Server::start(|_, _| Answer::whole(b"abc"));
    let bench = Bench::new();
    let digest = "md5:900150983cd24fb0d6963f7d28e17f72";
    bench.run(&json!({ "files": [{ "url": server.url("f"), "digest": digest }] })).unwrap();
    let warnings = bench.said("warn");
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0]
            .contains("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        "{warnings:?}"
    );
}
