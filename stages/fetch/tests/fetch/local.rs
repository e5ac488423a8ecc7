//! Files on this machine: offline is a way to work.

use serde_json::json;

use crate::server::{Answer, Server};
use crate::support::{Bench, blake3, one, only};

#[test]
fn a_file_that_a_person_downloaded_needs_no_server() {
    let server = Server::start(|_, _| Answer::status(500));
    let bench = Bench::new();
    bench.write("data/downloads/images.zip", b"bytes");
    let files = bench.run(&one(&server.url("d/images.zip"), b"bytes")).unwrap();
    assert_eq!(only(files), ("images.zip".to_owned(), b"bytes".to_vec()));
    assert_eq!(server.requests(), []);
    // It is still the person's own file: changing the output later must not change it.
    let names = |path| std::os::unix::fs::MetadataExt::nlink(&fs_err::metadata(path).unwrap());
    assert_eq!(names(bench.path("data/downloads/images.zip")), 1);
}

#[test]
fn a_wrong_file_among_the_downloads_is_passed_over_and_named_when_nothing_helps() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "good" => Answer::whole(b"bytes"),
        _ => Answer::status(404),
    });
    let bench = Bench::new();
    let wrong = bench.write("data/downloads/f", b"cut sho");
    let params = |path: &str| json!({ "files": [{ "url": server.url(path), "name": "f", "digest": blake3(b"bytes") }] });
    assert_eq!(only(bench.run(&params("good")).unwrap()).1, b"bytes");
    // The second run would find the file of the first.
    fs_err::remove_dir_all(bench.path("resume")).unwrap();
    let error = bench.fails(&params("gone"));
    assert!(error.details[0].contains(&wrong.display().to_string()), "{error:?}");
    assert!(error.details[0].contains(&blake3(b"cut sho")), "{error:?}");
}

#[test]
fn paths_and_file_urls_are_read_where_they_lie() {
    let bench = Bench::new();
    let absolute = bench.write("elsewhere/a b.txt", b"a");
    bench.write("experiment/sub/b.txt", b"b");
    let url = format!("file://{}", absolute.display().to_string().replace(' ', "%20"));
    let params = json!({ "files": [
        { "url": url, "digest": blake3(b"a") },
        { "url": "sub/b.txt", "digest": blake3(b"b"), "path": "c/d.txt" },
    ] });
    let files = bench.run(&params).unwrap();
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["a b.txt", "c/d.txt"]);
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_with_its_name() {
    let error = Bench::new().fails(&one("sub/none.txt", b""));
    assert_eq!(error.details, ["none.txt: sub/none.txt: there is no such file"]);
}
