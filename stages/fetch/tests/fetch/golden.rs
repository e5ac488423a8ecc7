//! The same parameters give the same bytes in the next release too.

use pipeline_engine::Stage;
use serde_json::json;
use stages_fetch::Fetch;

use crate::support::{Bench, blake3};

/// The output of this version. If this test fails because the output was meant to change, bump the
/// version together with the digest.
#[test]
fn the_output_of_this_version_is_pinned() {
    assert_eq!(Fetch::default().info().version, 1);
    let bench = Bench::new();
    // A tar archive written once: `top/a.txt` holds "a", `top/sub/b.txt` holds "b".
    let archive = include_bytes!("golden.tar.gz");
    bench.write("experiment/golden.tar.gz", archive);
    bench.write("experiment/plain.txt", b"plain");
    let files = bench
        .run(&json!({ "files": [
            { "url": "golden.tar.gz", "digest": blake3(archive), "unpack": "tar.gz", "strip": 1,
              "path": "unpacked" },
            { "url": "plain.txt", "digest": blake3(b"plain") },
        ] }))
        .unwrap();
    let listing: Vec<_> = files
        .iter()
        .map(|(name, bytes)| format!("{name}: {}", String::from_utf8_lossy(bytes)))
        .collect();
    assert_eq!(listing, ["plain.txt: plain", "unpacked/a.txt: a", "unpacked/sub/b.txt: b"]);
}
