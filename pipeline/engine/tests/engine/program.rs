//! Programs of the user's: what they see, how they end, and that nothing of them stays behind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pipeline_engine::{
    CommandLine, Job, NodeFailure, NodeOutcome, Placement, Ports, RunEvent, SourceContext,
    SourceFile, SourceOrigin, Stage, StageError, StageInfo, WorkerPrograms, can_confine,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::toy::{Outcome, Workshop};

/// Runs a shell script.
pub(crate) struct Script;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptParams {
    run: String,
    /// A source file in the experiment's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default)]
    readable: Vec<PathBuf>,
}

impl Stage for Script {
    type Params = ScriptParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "script",
            version: 1,
            summary: "Runs a shell script.",
            placement: Placement::Command,
        }
    }

    fn ports(&self, _params: &ScriptParams) -> Ports {
        Ports::new().optional_input("in", "text").output("out", "scripted")
    }

    fn sources(
        &self,
        params: &ScriptParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        context.decided_by([]);
        let file = |name: &String| SourceFile {
            name: name.clone(),
            origin: SourceOrigin::Path(context.experiment_dir.join(name)),
        };
        Ok(params.source.iter().map(file).collect())
    }

    fn command(&self, params: &ScriptParams, job: &Job) -> Result<CommandLine, StageError> {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut environment = BTreeMap::from([("OUT".to_owned(), path(&job.outputs["out"]))]);
        if let Some(input) = job.inputs.get("in").and_then(|list| list.first()) {
            environment.insert("IN".to_owned(), path(&input.dir));
        }
        if let Some(source) = job.sources.values().next() {
            environment.insert("SOURCE".to_owned(), path(source));
        }
        environment.insert("RESUME".to_owned(), path(&job.resume));
        Ok(CommandLine {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), params.run.clone()],
            environment,
            pass_environment: vec!["PASSED".to_owned()],
            readable: params.readable.clone(),
        })
    }
}

/// A workshop that can start programs.
pub(crate) fn workshop() -> Workshop {
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap();
    let (_, path) = std::env::vars().find(|(name, _)| name == "PATH").unwrap();
    let outer =
        [("PATH", path.as_str()), ("PASSED", "on"), ("SECRET", "kept"), ("PYTHONPATH", "x")];
    let workers = WorkerPrograms {
        outer: outer.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        supervisor: Some(built.join("examples/supervisor")),
        ..WorkerPrograms::default()
    };
    Workshop { workers, registry: crate::toy::registry().with(Script), ..Workshop::new() }
}

pub(crate) fn failure(outcome: &Outcome) -> NodeFailure {
    let failed = outcome.events.iter().find_map(|event| match event {
        RunEvent::NodeFinished { outcome: NodeOutcome::Failed { error }, .. } => {
            Some(error.clone())
        }
        _ => None,
    });
    failed.unwrap_or_else(|| panic!("nothing failed: {:?}", outcome.events))
}

pub(crate) fn script(run: &str) -> String {
    format!("{{ experiment: e, stages: {{ script: {{ with: {{ run: {} }} }} }} }}", json(run))
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The log of the only action that ran.
fn log(shop: &Workshop, outcome: &Outcome) -> String {
    let store = shop.store();
    let key = outcome.result.report.nodes.last().unwrap().key.unwrap();
    let log = store.record(key).unwrap().provenance.log.unwrap();
    String::from_utf8(store.get_bytes(log).unwrap()).unwrap()
}

#[test]
fn it_reads_inputs_writes_outputs_and_may_speak_the_protocol() {
    let shop = workshop();
    let run = r#"cat "$IN/text.txt" > "$OUT/copy.txt"
echo '{"event":"progress","done":1,"total":2,"message":"half"}'
echo '{"not":"an event"}'
echo words"#;
    let yaml = format!(
        "{{ experiment: e, stages: {{ text: {{ with: {{ text: hello }} }}, script: {{ with: {{ run: {} }} }} }} }}",
        json(run)
    );
    let outcome = shop.run(&yaml, &[]);
    assert_eq!(outcome.with("ran"), ["script", "text"]);
    assert!(outcome.events.iter().any(|event| matches!(
        event,
        RunEvent::Stage { said: pipeline_engine::StageEvent::Progress { done: 1, .. }, .. }
    )));
    assert_eq!(log(&shop, &outcome), "stdout: {\"not\":\"an event\"}\nstdout: words\n");
    assert_eq!(shop.run(&yaml, &[]).with("cached"), ["script", "text"]);
}

#[test]
fn it_starts_in_an_empty_folder_with_a_cleaned_environment() {
    let shop = workshop();
    let run = r#"ls -A; env | sort | grep -E '^(PASSED|SECRET|PYTHONPATH|OMP|TMPDIR|CUDA)' | sed "s#$PWD#HERE#"; touch "$OUT/x""#;
    let outcome = shop.run(&script(run), &[]);
    assert_eq!(
        log(&shop, &outcome),
        "stdout: CUDA_VISIBLE_DEVICES=\nstdout: OMP_NUM_THREADS=1\nstdout: PASSED=on\nstdout: TMPDIR=HERE\n"
    );
}

#[test]
fn a_failing_program_is_a_failure_with_its_last_lines() {
    let shop = workshop();
    let failure = failure(&shop.run(&script("echo no data here >&2; exit 3"), &[]));
    assert_eq!(failure.message, "`sh` ended with status 3");
    assert_eq!(failure.log_tail, ["stderr: no data here"]);
    let log = shop.path("runs").join(failure.log_file.unwrap());
    assert_eq!(fs_err::read_to_string(log).unwrap(), "stderr: no data here\n");
}

#[test]
fn a_program_that_dies_of_a_signal_is_reported_as_such() {
    let failure = failure(&workshop().run(&script("kill -SEGV $$"), &[]));
    assert_eq!(failure.message, "`sh` ended with status 139, as after signal 11");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let shop = workshop();
    let failure = failure(&shop.run(&script("exec /nowhere/program"), &[]));
    assert!(failure.log_tail.iter().any(|line| line.contains("/nowhere/program")), "{failure:?}");
}

#[test]
fn what_is_not_declared_cannot_be_read_where_the_kernel_helps() {
    if !can_confine() {
        return println!("skipped: this kernel has no Landlock");
    }
    let shop = workshop();
    fs_err::write(shop.path("declared.txt"), "declared").unwrap();
    fs_err::write(shop.path("undeclared.txt"), "undeclared").unwrap();
    fs_err::create_dir(shop.path("environment")).unwrap();
    fs_err::write(shop.path("environment/library.txt"), "library").unwrap();
    let folder = shop.dir.path().display();
    let run = format!(
        r#"cat "$SOURCE" {folder}/environment/library.txt > "$OUT/read.txt" || exit 4
cat {folder}/undeclared.txt && exit 5
echo changed > "$SOURCE" && exit 6
echo mine > {folder}/new.txt && exit 7
for object in {folder}/store/v2/objects/*/*; do echo bad > "$object" && exit 8; done
exit 0"#
    );
    let yaml = format!(
        "{{ experiment: e, stages: {{ script: {{ with: {{ run: {}, source: declared.txt, readable: [environment] }} }} }} }}",
        json(&run)
    );
    let outcome = shop.run(&yaml, &[]);
    assert_eq!(outcome.with("ran"), ["script"], "{:?}", outcome.events);
    let log = log(&shop, &outcome);
    assert!(log.contains("undeclared.txt"), "{log}");
    assert_eq!(fs_err::read_to_string(shop.path("declared.txt")).unwrap(), "declared");
}

#[test]
fn an_input_that_the_program_changes_spoils_the_action_not_the_store() {
    let shop = workshop();
    let run =
        r#"f=$(readlink -f "$IN/text.txt"); chmod u+w "$f"; echo hacked > "$f"; touch "$OUT/x""#;
    let yaml = format!(
        "{{ experiment: e, stages: {{ text: {{ with: {{ text: hello }} }}, script: {{ with: {{ run: {} }} }} }} }}",
        json(run)
    );
    let outcome = shop.run(&yaml, &[]);
    // Either the kernel kept it from writing, or the change was noticed; never is it believed.
    let again = shop.run("{ experiment: e, stages: { text: { with: { text: hello } }, import: { uses: append, inputs: { in: text } } } }", &[]);
    let artifact = again.result.report.nodes.iter().find(|node| node.node.as_str() == "import");
    let store = shop.store();
    let tree = store.tree(artifact.unwrap().outputs["out"]).unwrap();
    let path = store.locate(*tree.files.values().next().unwrap()).unwrap();
    assert_eq!(fs_err::read_to_string(path).unwrap(), "hello", "{:?}", outcome.status);
}

fn is_running(pid: i32) -> bool {
    let status = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

fn wait_until_gone(pid: i32) {
    let begin = Instant::now();
    while is_running(pid) {
        assert!(begin.elapsed() < Duration::from_secs(20), "{pid} is still there");
        std::thread::yield_now();
    }
}

#[test]
fn what_it_leaves_running_is_ended_even_in_a_session_of_its_own() {
    let shop = workshop();
    let run = r#"setsid sleep 1000 & echo $! > "$OUT/pid"; sleep 0.05"#;
    let outcome = shop.run(&script(run), &[]);
    assert_eq!(outcome.with("ran"), ["script"]);
    let store = shop.store();
    let tree = store.tree(outcome.result.report.nodes[0].outputs["out"]).unwrap();
    let path = store.locate(tree.files["pid"]).unwrap();
    wait_until_gone(fs_err::read_to_string(path).unwrap().trim().parse().unwrap());
}

#[test]
fn unfinished_work_is_there_for_the_next_attempt_and_gone_after_success() {
    let shop = workshop();
    let run = r#"mkdir -p "$RESUME"; echo x >> "$RESUME/steps"
[ "$(wc -l < "$RESUME/steps")" -ge 3 ] || exit 1; touch "$OUT/x""#;
    assert_eq!(shop.run(&script(run), &[]).with("failed"), ["script"]);
    assert_eq!(shop.run(&script(run), &[]).with("failed"), ["script"]);
    assert_eq!(shop.run(&script(run), &[]).with("ran"), ["script"]);
    let left = fs_err::read_dir(shop.path("store/v2/partial")).unwrap().count();
    assert_eq!(left, 0);
}
