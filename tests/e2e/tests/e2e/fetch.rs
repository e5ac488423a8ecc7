//! A dataset from a server: downloaded once, in two runs, and used like any other.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use pipeline_store::Digest;
use tests_e2e::Workspace;

/// Makes a dataset and packs it, so that there is something to download.
const PACK: &str = r#"
experiment: pack
stages:
  phantom: { with: { layout: acdc, subjects: 3, seed: 1, slices: { min: 4, max: 4 } } }
  archive:
    uses: command
    with:
      # The files of an input may be links: `-h` packs what they lead to.
      run: [tar, -C, "{inputs.dataset}", -czhf, "{outputs.archive}/hearts.tar.gz", "."]
      inputs: { dataset: dataset }
      outputs: { archive: { kind: archive, exported: true } }
"#;

fn experiment(url: &str, digest: &str) -> String {
    format!(
        r#"
experiment: fetched
stages:
  fetch:
    with:
      files: [{{ url: "{url}", digest: "{digest}", unpack: tar.gz }}]
      transfer: {{ attempts: 1, proxy: none }}
  cases: {{ uses: ingest, with: {{ manifest: acdc, name: synthetic hearts }} }}
  slices: {{ uses: extract, with: {{ geometry: {{ resample: {{ spacing_mm: 3.0, canvas: 48 }} }} }} }}
"#
    )
}

#[test]
fn a_dataset_is_downloaded_in_two_runs_and_then_no_more() {
    let w = Workspace::new();
    w.write("pack.yaml", PACK);
    w.orchestrate(&["run", "pack.yaml"]).ok();
    let archive = w.path("runs/pack/hearts.tar.gz");
    let digest = format!("blake3:{}", Digest::of_file(&archive).unwrap());
    let bytes = fs_err::read(&archive).unwrap();
    let server = serve(bytes.clone());
    let url = format!("http://127.0.0.1:{}/hearts.tar.gz", server.port);
    w.write("fetched.yaml", &experiment(&url, &digest));

    let broken = w.orchestrate(&["run", "fetched.yaml"]);
    assert_eq!(broken.code, 1, "{}", broken.err);
    assert!(broken.err.contains("hearts.tar.gz") && broken.err.contains(&url), "{}", broken.err);
    assert_eq!(w.orchestrate(&["run", "fetched.yaml"]).ok().counts(), (3, 0, 0));
    let half = bytes.len() / 2;
    assert_eq!(*server.ranges.lock().unwrap(), [None, Some(half)]);
    assert_eq!(w.orchestrate(&["run", "fetched.yaml"]).ok().counts(), (0, 3, 0));
    assert_eq!(server.ranges.lock().unwrap().len(), 2);
}

#[test]
fn a_file_under_downloads_needs_no_network() {
    let w = Workspace::new();
    w.write("pack.yaml", PACK);
    w.orchestrate(&["run", "pack.yaml"]).ok();
    let archive = w.path("runs/pack/hearts.tar.gz");
    let digest = format!("blake3:{}", Digest::of_file(&archive).unwrap());
    // Nobody answers there.
    w.write("fetched.yaml", &experiment("http://127.0.0.1:9/hearts.tar.gz", &digest));
    fs_err::create_dir_all(w.path("data/downloads")).unwrap();
    let run = ["run", "fetched.yaml", "--data-root", "data"];
    let missing = w.orchestrate(&run);
    assert_eq!(missing.code, 1, "{}", missing.err);
    assert!(missing.err.contains("downloads"), "{}", missing.err);
    fs_err::copy(&archive, w.path("data/downloads/hearts.tar.gz")).unwrap();
    assert_eq!(w.orchestrate(&run).ok().counts(), (3, 0, 0));
}

/// A server that breaks the first connection in the middle.
struct Server {
    port: u16,
    /// The first byte that each request asked for.
    ranges: Arc<Mutex<Vec<Option<usize>>>>,
}

fn serve(bytes: Vec<u8>) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&ranges);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that hangs up is none of our business.
            drop(answer(&stream.unwrap(), &bytes, &log));
        }
    });
    Server { port, ranges }
}

fn answer(
    mut stream: &TcpStream,
    bytes: &[u8],
    log: &Mutex<Vec<Option<usize>>>,
) -> std::io::Result<()> {
    let mut from = None;
    for line in BufReader::new(stream).lines() {
        let line = line?.to_ascii_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
        if line.is_empty() {
            break;
        }
    }
    let first = {
        let mut log = log.lock().unwrap();
        log.push(from);
        log.len() == 1
    };
    let start = from.unwrap_or(0);
    let (last, total) = (bytes.len() - 1, bytes.len());
    let status = if from.is_some() { "206 Partial Content" } else { "200 OK" };
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nETag: \"1\"\r\n")?;
    write!(stream, "Content-Range: bytes {start}-{last}/{total}\r\n")?;
    write!(stream, "Content-Length: {}\r\n\r\n", total - start)?;
    let end = if first { total / 2 } else { total };
    stream.write_all(&bytes[start..end])
}

#[test]
fn an_archive_of_the_workspace_is_found_by_its_path() {
    let w = Workspace::new();
    w.write("pack.yaml", PACK);
    w.orchestrate(&["run", "pack.yaml"]).ok();
    let digest = Digest::of_file(&w.path("runs/pack/hearts.tar.gz")).unwrap();
    let text = experiment("runs/pack/hearts.tar.gz", &format!("blake3:{digest}"));
    w.write("fetched.yaml", &text);
    assert_eq!(w.orchestrate(&["run", "fetched.yaml"]).ok().counts(), (3, 0, 0));
    // Another digest is a failure that says what was found.
    w.write("fetched.yaml", &text.replace(&digest.to_string(), &"0".repeat(64)));
    let wrong = w.orchestrate(&["run", "fetched.yaml"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains(&digest.to_string()), "{}", wrong.err);
}
