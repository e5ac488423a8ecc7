//! What a real browser makes of the page: `page.py` looks at it in headless Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::Space;

/// Where Debian and others put it; without it, Playwright's own is tried.
const CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

#[test]
fn a_browser_shows_a_run_while_it_goes_on_stops_it_and_opens_its_report() {
    let Some(mut python) = python() else { return };
    let space = Space::new();
    let mut run = space.run();
    let report = "<!doctype html><html lang=en><title>Report</title><p id=told>before</p>\
                  <script>document.getElementById('told').textContent = 'the report ran'</script>";
    fs_err::write(space.path("runs/slow/report.html"), report).expect("the folder is there");
    let page = space.page();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    fs_err::create_dir_all(&pictures).expect("a folder for pictures");
    let output = python.arg(&page.address).arg(&pictures).output().expect("python starts");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(77) {
        skip(err.trim());
        return;
    }
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.ends_with("all seen\n"), "{out}\n{err}");
    assert_eq!(run.end(), Some(1), "the button stopped it");
    assert_eq!(page.close(), Some(0));
}

/// Python with Playwright, about to run the script.
fn python() -> Option<Command> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.python/bin/python3");
    let candidates = [own, PathBuf::from("python3")];
    let works = |python: &PathBuf| {
        let asked = Command::new(python).args(["-c", "import playwright.sync_api"]).output();
        asked.is_ok_and(|asked| asked.status.success())
    };
    let Some(python) = candidates.into_iter().find(works) else {
        skip("no python3 with playwright was found (`pip install playwright`)");
        return None;
    };
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/page.py"));
    command.arg(CHROMIUM.into_iter().find(|path| Path::new(path).is_file()).unwrap_or_default());
    Some(command)
}

fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
