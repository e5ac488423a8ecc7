//! Exports, read back by the programs that they are for.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use tests_e2e::{Ran, Workspace};

/// A workspace in which `tiny.yaml` was run.
struct Exported {
    w: Workspace,
    began: u64,
}

impl Exported {
    fn new() -> Self {
        let w = Workspace::new();
        let began = now();
        w.orchestrate(&["run", "tiny.yaml"]).ok();
        Self { w, began }
    }

    /// The folder of what a node of the run has left.
    fn left_by(&self, node: &str, name: &str) -> String {
        let folder = self.w.path(name).display().to_string();
        self.w.orchestrate(&["show", "tiny", node, "--export", &folder]).ok();
        folder
    }

    fn read(&self, python: &Path, script: &str, arguments: &[&str]) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
        let mut command = Command::new(python);
        let output =
            command.arg(path).args(arguments).current_dir(self.w.path("")).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }
}

const OURS: &str = "train[method=ours_kl,seed=8]";

#[test]
fn tensorboard_reads_event_files() {
    let Some(python) = python("numpy, pyarrow, tensorboard") else { return };
    let tiny = Exported::new();
    let logs = tiny.left_by(OURS, "logs");
    let log = format!("{logs}/training_log");
    assert_eq!(tiny.read(&python, "read_tensorboard.py", &[&log, &log]), "10 curves\n");
    let ran = tiny.w.orchestrate(&["export", "tensorboard", "tiny", "--out", "tb"]).ok();
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    let times = [tiny.began.to_string(), now().to_string()];
    let arguments = [log.as_str(), "tb/ours_kl/seed=8", &times[0], &times[1]];
    let read = tiny.read(&python, "read_tensorboard.py", &arguments);
    assert!(read.starts_with("10 curves, "), "{read}");
    // A second export finds the first one in its way.
    let again = tiny.w.orchestrate(&["export", "tensorboard", "tiny", "--out", "tb"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is already there"), "{}", again.err);
}

/// A training of the user's own, and one that has logged nothing.
const OWN: &str = r#"
experiment: own
matrix: { rate: ["0.1", "1"] }
stages:
  fit:
    uses: command
    with:
      run: [python3, "{source_dir}/log.py", "{outputs.log}", "${rate}"]
      sources: [log.py]
      outputs: { log: training_log }
"#;

const LOG: &str = r#"
import sys
import pyarrow as pa

folder, rate = sys.argv[1], float(sys.argv[2])
rows = [] if rate == 1 else [(0, "loss", 0.5), (0, "a|b <c>", float("nan")), (3, "loss", 0.25)]
table = pa.table({
    "epoch": pa.array([row[0] for row in rows], pa.uint32()),
    "name": pa.array([row[1] for row in rows], pa.string()),
    "value": pa.array([row[2] for row in rows], pa.float64()),
})
with pa.ipc.new_file(f"{folder}/training_log.arrow", table.schema) as file:
    file.write_table(table)
"#;

const READ_OWN: &str = r"
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
for folder in sys.argv[1:]:
    events = EventAccumulator(folder).Reload()
    print([(tag, e.step, e.value) for tag in events.Tags()['scalars'] for e in events.Scalars(tag)])
";

#[test]
fn logs_of_own_programs_are_exported_too() {
    let Some(python) = python("numpy, pyarrow, tensorboard") else { return };
    let w = Workspace::new();
    w.write("own.yaml", OWN);
    w.write("log.py", LOG);
    let bin = python.parent().unwrap().display();
    let mut command = w.command(&["run", "own.yaml"]);
    let ran = command.env("PATH", format!("{bin}:{}", outer_path())).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    w.orchestrate(&["export", "tensorboard", "own", "--out", "tb"]).ok();
    let folders = ["tb/rate=0.1", "tb/rate=1"];
    let mut read = Command::new(&python);
    let read = read.args(["-c", READ_OWN]).args(folders).current_dir(w.path("")).output().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    assert_eq!(text, "[('loss', 0, 0.5), ('loss', 3, 0.25), ('a|b <c>', 0, nan)]\n[]\n");
}

#[test]
fn mlflow_reads_a_folder() {
    let Some(python) = python("pyarrow, mlflow") else { return };
    let tiny = Exported::new();
    let log = format!("{}/training_log", tiny.left_by(OURS, "logs"));
    let to = |extra: &[&str]| {
        let arguments = [&["export", "mlflow", "tiny", "--to", "ml runs"], extra].concat();
        tiny.w.orchestrate(&arguments).ok().out
    };
    assert_eq!(to(&[]), "experiment `tiny` in ml runs: 3 new, 0 already there\n");
    let first = tiny.w.contents("ml runs");
    assert_eq!(to(&[]), "experiment `tiny` in ml runs: 0 new, 3 already there\n");
    assert!(tiny.w.contents("ml runs") == first, "a second export changed something");
    let read = tiny.read(&python, "read_mlflow.py", &["ml runs", "tiny", &log]);
    assert!(read.starts_with("4 runs, "), "{read}");
    let hostile = "a'b\"c\\ # {é}";
    let named = to(&["--experiment", hostile]);
    assert!(named.ends_with("3 new, 0 already there\n"), "{named}");
    tiny.read(&python, "read_mlflow.py", &["ml runs", hostile, &log]);
}

#[test]
fn mlflow_reads_what_its_server_was_sent() {
    let Some(python) = python("pyarrow, mlflow, sqlalchemy, uvicorn, fastapi") else { return };
    let tiny = Exported::new();
    let log = format!("{}/training_log", tiny.left_by(OURS, "logs"));
    let server = MlflowServer::start(&python, &tiny.w);
    let export = || tiny.w.orchestrate(&["export", "mlflow", "tiny", "--to", &server.url]).ok().out;
    assert!(export().ends_with(": 3 new, 0 already there\n"));
    let first = tiny.read(&python, "read_mlflow.py", &[&server.url, "tiny", &log]);
    assert!(export().ends_with(": 0 new, 3 already there\n"));
    assert_eq!(tiny.read(&python, "read_mlflow.py", &[&server.url, "tiny", &log]), first);
}

#[test]
fn nibabel_opens_predictions_where_their_images_lie() {
    let Some(python) = python("numpy, pyarrow, nibabel") else { return };
    let tiny = Exported::new();
    let cases = tiny.left_by("cases", "cases");
    let metrics = tiny.left_by("evaluate[method=full,seed=8]", "metrics");
    let export = |out: &str, extra: &[&str]| -> Ran {
        tiny.w.orchestrate(&[&["export", "predictions", "tiny", "--out", out], extra].concat())
    };
    let ran = export("best", &[]).ok();
    assert_eq!(ran.out.lines().next(), Some("best/partial/seed=8: 4 scans"));
    for (out, extra) in
        [("best", &[][..]), ("last", &["--checkpoint", "last", "--node", "predict"])]
    {
        if !extra.is_empty() {
            export(out, extra).ok();
        }
        let folder = format!("{out}/full/seed=8");
        let volumes = format!("{cases}/volumes");
        let arguments = [folder.as_str(), &format!("{cases}/cases"), &volumes, &metrics];
        let read = tiny.read(&python, "read_predictions.py", &arguments);
        assert!(read.starts_with("4 scans, "), "{read}");
    }
    // The same bytes again.
    export("again", &["--node", "predict[method=full,seed=8]", "--subject", "patient004"]).ok();
    let bytes =
        |out: &str| fs_err::read(tiny.w.path(out).join("patient004_frame01.nii.gz")).unwrap();
    assert_eq!(bytes("again/full/seed=8"), bytes("best/full/seed=8"));
    assert!(!tiny.w.path("again/full/seed=8/patient006_frame01.nii.gz").exists());
}

#[test]
fn predictions_of_metaimage_scans_lie_where_the_images_lie() {
    let Some(python) = python("numpy, pyarrow, nibabel") else { return };
    let w = Workspace::new();
    let sets = [
        "phantom.layout=promise12",
        "cases.manifest=prostate",
        "matrix.method={partial: {}}",
        "evaluate.largest_component=faces",
    ];
    let mut arguments = vec!["run", "tiny.yaml"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", *set]));
    let began = now();
    w.orchestrate(&arguments).ok();
    let tiny = Exported { w, began };
    let cases = tiny.left_by("cases", "cases");
    let metrics = tiny.left_by("evaluate", "metrics");
    let plain = tiny.w.orchestrate(&["export", "predictions", "tiny", "--out", "plain"]).ok();
    assert!(plain.err.contains("`--scored` writes that"), "{}", plain.err);
    tiny.w.orchestrate(&["export", "predictions", "tiny", "--scored", "--out", "p"]).ok();
    let (listed, volumes) = (format!("{cases}/cases"), format!("{cases}/volumes"));
    let arguments = ["p/partial/seed=8", listed.as_str(), &volumes, &metrics];
    let read = tiny.read(&python, "read_predictions.py", &arguments);
    assert!(read.starts_with("2 scans, "), "{read}");
}

#[test]
fn what_cannot_be_exported_is_said() {
    let w = Workspace::new();
    w.orchestrate(&["run", "tiny.yaml", "--until", "split"]).ok();
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran = w.orchestrate(&[&["export"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{arguments:?}: no `{word}` in\n{}", ran.err);
        }
    };
    refused(&["tensorboard", "tiny", "--out", "tb"], &["has left a training log"]);
    refused(&["mlflow", "tiny", "--to", "ml"], &["has left metrics"]);
    refused(&["predictions", "tiny", "--out", "p"], &["has left predictions"]);
    refused(&["predictions", "tyni", "--out", "p"], &["tyni"]);
    w.orchestrate(&["run", "tiny.yaml"]).ok();
    refused(
        &["predictions", "tiny", "--out", "p", "--node", "train"],
        &["`train`", "predict[method="],
    );
    let unknown = ["predictions", "tiny", "--out", "p", "--checkpoint", "first"];
    refused(&unknown, &["checkpoint `first`", "best, last"]);
    let unknown = ["predictions", "tiny", "--out", "p", "--subject", "patient999"];
    refused(&unknown, &["patient999", "patient004"]);
    assert!(!w.path("p").exists());
    refused(&["mlflow", "tiny"], &["MLFLOW_TRACKING_URI"]);
    refused(&["mlflow", "tiny", "--to", "sqlite:///m.db"], &["`mlflow server`"]);
    refused(&["mlflow", "tiny", "--to", "http://127.0.0.1:9"], &["cannot reach", "running"]);
    refused(&["mlflow", "tiny", "--to", "."], &["is not a store of MLflow"]);
}

/// A real server of MLflow; it ends with this value, and so does everything that it started.
struct MlflowServer {
    process: std::process::Child,
    url: String,
}

impl MlflowServer {
    fn start(python: &Path, w: &Workspace) -> Self {
        use std::os::unix::process::CommandExt;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs_err::File::create(w.path("server.log")).unwrap().into_parts().0;
        let port_text = port.to_string();
        let process = Command::new(python)
            .args(["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", &port_text])
            .args(["--workers", "1", "--backend-store-uri", "sqlite:///m.db"])
            .args(["--artifacts-destination", "served"])
            .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
            .current_dir(w.path(""))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { process, url: format!("http://127.0.0.1:{port}") };
        let begin = Instant::now();
        // It answers when it is ready, after some ten seconds.
        while !answers(port) {
            let said = || fs_err::read_to_string(w.path("server.log")).unwrap_or_default();
            assert!(begin.elapsed() < Duration::from_mins(2), "no server:\n{}", said());
            std::thread::sleep(Duration::from_millis(200));
        }
        server
    }
}

impl Drop for MlflowServer {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        // Its worker outlives it otherwise.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

fn answers(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut answer = String::new();
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.contains("200")
}

#[expect(clippy::disallowed_methods, reason = "the test compares times of files with the clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

#[expect(clippy::disallowed_methods, reason = "the test looks for a program as a shell does")]
fn outer_path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

/// A Python with these modules, or none with a printed reason.
fn python(modules: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.python/bin");
    let outer = outer_path();
    let folders = std::iter::once(own).chain(std::env::split_paths(&outer));
    let all = folders.map(|folder| folder.join("python3")).filter(|python| python.is_file());
    let import = format!(
        "import importlib.util as u, sys; sys.exit(any(not u.find_spec(m) for m in {modules:?}.split(', ')))"
    );
    let found = all.into_iter().find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no python3 with {modules} was found");
    }
    found
}
